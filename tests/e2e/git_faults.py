#!/usr/bin/env python3
"""A loopback server that does what servers should not, for tests.

	git_faults.py silent              takes connections, says nothing, hears nothing
	git_faults.py stall:BYTES PORT    hands everything on to PORT, and of the answers
	                                  to a fetch so many bytes; then it waits
	git_faults.py cut:BYTES PORT      the same, and then it hangs up

Prints its port; then a line for each connection that began and for each whose other end
is gone. Ends with its standard input.
"""
import os
import select
import socket
import sys
import threading

mode, _, size = sys.argv[1].partition(":")
size = int(size or 0)
upstream = int(sys.argv[2]) if len(sys.argv) > 2 else None


def say(*words):
    os.write(1, (" ".join(map(str, words)) + "\n").encode())


def wait_for_end(conn):
    while True:
        try:
            if not conn.recv(65536):
                break
        except OSError:
            break
    say("gone")


def hand_on(conn):
    other = socket.create_connection(("127.0.0.1", upstream))
    fetching, left = False, size
    while True:
        for ready in select.select([conn, other], [], [])[0]:
            data = ready.recv(65536)
            if not data:
                conn.close()
                other.close()
                return
            if ready is conn:
                fetching = fetching or b"/git-upload-pack HTTP" in data
                other.sendall(data)
                continue
            if fetching:
                data = data[:left]
                left -= len(data)
            conn.sendall(data)
            if fetching and left == 0:
                say("enough")
                if mode == "stall":
                    wait_for_end(conn)
                conn.close()
                other.close()
                return


def serve(conn):
    say("began")
    try:
        if upstream is None:
            wait_for_end(conn)
        else:
            hand_on(conn)
    except OSError:
        say("gone")


def listen():
    while True:
        conn = server.accept()[0]
        threading.Thread(target=serve, args=(conn,), daemon=True).start()


server = socket.create_server(("127.0.0.1", 0))
say(server.getsockname()[1])
threading.Thread(target=listen, daemon=True).start()
sys.stdin.read()
