"""Places that uses are sent to, as a test wants them: each request is kept, byte by
byte, and answered by whatever function is set."""
import gzip
import http.server
import json
import socket
import threading


class Request:
    def __init__(self, path, headers, raw):
        self.path, self.headers, self.raw = path, headers, raw
        self.body = gzip.decompress(raw) if headers.get("Content-Encoding") == "gzip" else raw

    @property
    def lines(self):
        return [json.loads(line) for line in self.body.splitlines()]

    @property
    def ids(self):
        return [line["event_id"] for line in self.lines]

    @property
    def key(self):
        return self.headers.get("Idempotency-Key")


def listed(accepted=(), duplicate=(), rejected=()):
    return json.dumps({"accepted": list(accepted), "duplicate": list(duplicate),
                       "rejected": [{"event_id": i, "code": c} for i, c in rejected]}).encode()


def whole(status, body, *fields):
    """An answer as it goes over the wire."""
    head = [f"HTTP/1.1 {status} X", "Connection: close", f"Content-Length: {len(body)}", *fields]
    return "\r\n".join(head).encode() + b"\r\n\r\n" + body


def takes_all(request):
    return whole(200, listed(request.ids), "Content-Type: application/json")


class Upstream:
    """A server on loopback. `answer` makes the bytes of an answer; None: it hangs up."""

    def __init__(self, answer=takes_all):
        self.answer, self.requests, self.sent = answer, [], b""
        outer = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                raw = self.rfile.read(int(self.headers.get("Content-Length", 0)))
                request = Request(self.path, self.headers, raw)
                outer.sent += self.raw_requestline + bytes(self.headers) + raw
                outer.requests.append(request)
                answer = outer.answer(request)
                self.close_connection = True
                if answer is not None:
                    try:
                        self.wfile.write(answer)
                    except OSError:
                        pass
                elif answer is None:
                    self.connection.shutdown(socket.SHUT_RDWR)

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        self.thread = threading.Thread(target=self.server.serve_forever, args=(0.02,),
                                       daemon=True)

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.server.shutdown()
        self.server.server_close()
        self.thread.join()
