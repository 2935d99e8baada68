#!/usr/bin/env python3
"""Stands where an agent was: agent.json names a port that somebody else listens on.

    squatter.py RUN_DIR LOG COMMAND...

Writes an agent.json that names this process and a port of its own into RUN_DIR, runs
COMMAND and answers its upgrades with 101 and a proof that is wrong. What it was told
goes to LOG; the exit status is the command's.
"""
import json
import os
import socket
import subprocess
import sys
import threading

TOKEN = "5" * 64
ANSWER = (b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
          b"Sec-WebSocket-Accept: c3F1YXR0ZXI=\r\nSec-WebSocket-Protocol: mcp\r\n"
          b"Promptd-Proof: " + b"0" * 64 + b"\r\n\r\n")


def answer(listener, log):
    while True:
        connection, _ = listener.accept()
        connection.settimeout(2)
        try:
            block = connection.recv(65536)
            log.write(block)
            connection.sendall(ANSWER)
            while block:
                block = connection.recv(65536)
                log.write(block)
        except OSError:
            pass
        log.flush()
        connection.close()


def main():
    run_dir, log_path, *command = sys.argv[1:]
    listener = socket.create_server(("127.0.0.1", 0))
    with open("/proc/self/stat", encoding="utf-8") as file:
        start = int(file.read().rpartition(")")[2].split()[19])
    os.makedirs(run_dir, mode=0o700, exist_ok=True)
    path = os.path.join(run_dir, "agent.json")
    with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        json.dump({"version": "0", "pid": os.getpid(), "start": start,
                   "socket": os.path.join(run_dir, "nobody.sock"),
                   "port": listener.getsockname()[1], "token": TOKEN}, file)
    with open(log_path, "wb") as log:
        threading.Thread(target=answer, args=(listener, log), daemon=True).start()
        status = subprocess.run(command, check=False, timeout=90).returncode
    os.unlink(path)
    with open(log_path, "rb") as log:
        if TOKEN.encode() in log.read():
            sys.exit("the token was told to a stranger")
    sys.exit(status)


if __name__ == "__main__":
    main()
