#!/usr/bin/env python3
"""A loopback web server in front of `git http-backend`, for tests.

	git_http.py ROOT [NAME:PASSWORD]

Prints its port and serves the repositories below ROOT until its standard input ends.
/moved/... leads to /... on another host, as a server that wants one's password there.
"""
import base64
import http.server
import os
import subprocess
import sys
import threading

ROOT = os.path.abspath(sys.argv[1])
LOGIN = sys.argv[2] if len(sys.argv) > 2 else None


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *words):
        pass

    def body(self):
        if self.headers.get("Transfer-Encoding", "").lower() != "chunked":
            return self.rfile.read(int(self.headers.get("Content-Length") or 0))
        whole = b""
        while True:
            n = int(self.rfile.readline().split(b";")[0], 16)
            part = self.rfile.read(n)
            self.rfile.readline()
            if n == 0:
                return whole
            whole += part

    def answer(self, status, headers, body):
        self.send_response(status)
        for name, value in headers:
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def serve(self):
        body = self.body()
        if self.path.startswith("/moved/"):
            return self.answer(302, [("Location", "http://localhost:%d%s" % (
                self.server.server_address[1], self.path[len("/moved"):]))], b"")
        user = None
        if LOGIN is not None:
            given = self.headers.get("Authorization", "")
            if given != "Basic " + base64.b64encode(LOGIN.encode()).decode():
                return self.answer(401, [("WWW-Authenticate", 'Basic realm="git"')], b"")
            user = LOGIN.split(":")[0]
        path, _, query = self.path.partition("?")
        env = dict(os.environ, GIT_PROJECT_ROOT=ROOT, GIT_HTTP_EXPORT_ALL="1",
                   PATH_INFO=path, QUERY_STRING=query, REQUEST_METHOD=self.command,
                   CONTENT_TYPE=self.headers.get("Content-Type", ""),
                   CONTENT_LENGTH=str(len(body)), REMOTE_ADDR="127.0.0.1",
                   HTTP_CONTENT_ENCODING=self.headers.get("Content-Encoding", ""))
        if user:
            env["REMOTE_USER"] = user
        done = subprocess.run(["git", "http-backend"], input=body, env=env,
                              stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        head, _, rest = done.stdout.partition(b"\r\n\r\n")
        status, headers = 200, []
        for line in head.decode("latin-1").split("\r\n"):
            name, _, value = line.partition(": ")
            if name.lower() == "status":
                status = int(value.split()[0])
            elif name:
                headers.append((name, value))
        self.answer(status, headers, rest)

    do_GET = do_POST = serve


server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
server.daemon_threads = True
threading.Thread(target=server.serve_forever, daemon=True).start()
print(server.server_address[1], flush=True)
sys.stdin.read()
