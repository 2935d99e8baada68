#!/usr/bin/env python3
"""The hub behind nginx as packaging/hub/nginx.conf has it: TLS, a person's way through
the pages, an agent's, news at once, and whose address is believed.

    proxy.py DIRECTORY-OF-PROGRAMS
"""
import contextlib
import http.client
import json
import os
import re
import shutil
import signal
import socket
import ssl
import subprocess
import sys
import tempfile
import threading
import time

from browser import Browser
from hub_client import Hub, PASSWORD

CONFIG = os.path.join(os.path.dirname(__file__), "..", "..", "packaging", "hub", "nginx.conf")


def check(what, so):
    if not so:
        raise AssertionError(what)


def program(name):
    path = os.environ["PATH"] + ":/usr/sbin"
    found = shutil.which(name, path=path)
    if found is None:
        print(f"skipped: {name} is not installed")
        sys.exit(77)
    return found


def free_ports(n):
    with contextlib.ExitStack() as stack:
        sockets = [stack.enter_context(socket.socket()) for _ in range(n)]
        for one in sockets:
            one.bind(("127.0.0.1", 0))
        return [one.getsockname()[1] for one in sockets]


def example(directory, hub_port, tls, plain):
    """The example with this test's names, ports and certificate, and nothing else changed."""
    with open(CONFIG, encoding="utf-8") as file:
        text = file.read()
    for old, new, times in ((r"127\.0\.0\.1:7878", f"127.0.0.1:{hub_port}", 1),
                            (r"listen 443 ssl;", f"listen 127.0.0.1:{tls} ssl;", 1),
                            (r"listen 80;", f"listen 127.0.0.1:{plain};", 1),
                            (r"/etc/letsencrypt/live/[^;]*fullchain.pem",
                             f"{directory}/cert.pem", 1),
                            (r"/etc/letsencrypt/live/[^;]*privkey.pem", f"{directory}/key.pem", 1),
                            (r"server_name hub\.example\.org", "server_name localhost", 2)):
        text, n = re.subn(old, new, text)
        check((old, n), n >= times)
    temporary = "".join(f"{kind}_temp_path {directory}/{kind};" for kind in
                        ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"))
    user = "user root root;" if os.getuid() == 0 else ""
    return (f"daemon off; worker_processes 1; pid {directory}/nginx.pid; {user}\n"
            f"error_log {directory}/error.log;\nevents {{ worker_connections 64; }}\n"
            f"http {{ access_log off; {temporary}\n{text}}}\n")


class Nginx:
    def __init__(self, directory, hub_port):
        subprocess.run([program("openssl"), "req", "-x509", "-newkey", "rsa:2048", "-nodes",
                        "-days", "2", "-subj", "/CN=localhost", "-addext",
                        "subjectAltName=DNS:localhost", "-keyout", f"{directory}/key.pem",
                        "-out", f"{directory}/cert.pem"], check=True, capture_output=True)
        self.certificate = f"{directory}/cert.pem"
        for _ in range(5):  # a free port may be taken until nginx asks for it
            self.tls, self.plain = free_ports(2)
            with open(f"{directory}/nginx.conf", "w", encoding="utf-8") as file:
                file.write(example(directory, hub_port, self.tls, self.plain))
            self.process = subprocess.Popen([program("nginx"), "-p", directory, "-c",
                                             f"{directory}/nginx.conf", "-e",
                                             f"{directory}/error.log"])
            if self.answers():
                break
        else:
            with open(f"{directory}/error.log", encoding="utf-8") as log:
                raise AssertionError(log.read())
        self.url = f"https://localhost:{self.tls}"

    def answers(self):
        until = time.monotonic() + 60
        while self.process.poll() is None and time.monotonic() < until:
            with contextlib.suppress(OSError):
                socket.create_connection(("127.0.0.1", self.tls)).close()
                return True
            time.sleep(0.05)
        return False

    def connect(self, address="127.0.0.1"):
        context = ssl.create_default_context(cafile=self.certificate)
        return http.client.HTTPSConnection("localhost", self.tls, timeout=60, context=context,
                                           source_address=(address, 0))

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(30)


BUNDLE = "/etc/ssl/certs/ca-certificates.crt"


def trusting(certificate):
    """What to put in front of a command so that it trusts this certificate as one of the
    machine's: a name space in which it is the machine's. None: that cannot be had here."""
    mount = ["sh", "-c", f'mount --bind {certificate} {BUNDLE} && exec "$@"', "sh"]
    for ways in (["unshare", "--mount"], ["unshare", "--user", "--map-root-user", "--mount"]):
        with contextlib.suppress(OSError):
            if subprocess.run([*ways, *mount, "true"], capture_output=True,
                              check=False).returncode == 0:
                return [*ways, *mount]
    print(f"not asked: {BUNDLE} cannot be another one here, so promptd does not go through TLS")
    return None


def an_agent(hub, nginx, directory, programs, browser):
    trust = trusting(nginx.certificate)
    if trust is None:
        hub.run("import", "--starter", "--approve", "ann@example.org")
        return
    promptd = [*trust, os.path.realpath(f"{programs}/promptd")]
    env = {**os.environ, "PROMPTD_HOME": f"{directory}/home", "PROMPTD_AUTOSTART": "no"}
    with subprocess.Popen([*promptd, "login", nginx.url], env=env, text=True,
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE) as login:
        told = login.stderr.readline()
        check(told, f"{nginx.url}/device" in told)
        browser.open("/device?user_code=" + told.split()[-1])
        browser.send("/device/approve", button="approve")
        check(browser.page.heading, browser.page.heading == "Done")
        check("signed in", login.wait(60) == 0)
    hub.run("import", "--starter", "--approve", "ann@example.org")
    until, updated = time.monotonic() + 60, 0
    while updated == 0 and time.monotonic() < until:
        got = subprocess.run([*promptd, "sync", "--json"], env=env, text=True,
                             capture_output=True, check=True)
        updated = json.loads(got.stdout)["updated"]
    check("the team's prompts are there", updated > 10)


def a_person_and_an_agent(hub, nginx, directory, programs):
    browser = Browser(nginx.url, nginx.certificate)
    browser.open("/join")
    browser.send(invite=hub.invite(), name="Ann", email="ann@example.org", password=PASSWORD)
    check(browser.page.source, browser.page.heading == "You are in" and
          f"promptd login {nginx.url}" in browser.page.source)
    check("bound to TLS and to this host", list(browser.cookies) == ["__Host-promptd"])
    check("https from here on", "max-age" in browser.page.headers["Strict-Transport-Security"])
    # Signed in before there is anything, so that something comes later.
    an_agent(hub, nginx, directory, programs, browser)


def other_sites_are_told_apart(nginx):
    for origin in ("https://localhost", f"http://localhost:{nginx.tls}x", "https://evil.example"):
        stranger = Browser(nginx.url, nginx.certificate)
        status = stranger.ask("POST", "/signin", "email=a&password=b", origin=origin)[0]
        check((origin, status), status == 403)


def what_is_not_let_out(nginx):
    connection = nginx.connect()
    connection.request("GET", "/metrics")
    check("metrics stay inside", connection.getresponse().status == 403)
    connection.close()
    plain = http.client.HTTPConnection("127.0.0.1", nginx.plain, timeout=60)
    plain.request("GET", "/device", headers={"Host": "localhost"})
    answer = plain.getresponse()
    check("sent to TLS", answer.status == 301 and
          answer.getheader("Location") == "https://localhost/device")
    plain.close()


def news_come_at_once(hub, nginx):
    key = json.loads(hub.run("--json", "key", "create", "--user", "ann@example.org", "--scopes",
                             "read sync write").stdout)["key"]
    connection = nginx.connect()
    connection.request("GET", "/api/v1/sync/stream", headers={"Authorization": "Bearer " + key,
                                                             "Accept": "text/event-stream"})
    stream = connection.getresponse()
    check(stream.status, stream.status == 200 and
          stream.getheader("Content-Type").startswith("text/event-stream"))
    seen, lines = threading.Event(), []

    def read():
        with contextlib.suppress(OSError, ValueError, http.client.HTTPException):
            while line := stream.readline():
                lines.append(line)
                if b"changed" in line and changed.is_set():
                    seen.set()
                    return

    changed = threading.Event()
    reader = threading.Thread(target=read, daemon=True)
    reader.start()
    got = hub.ask("GET", "/api/v1/prompts", token=key).json["items"][0]
    changed.set()
    hub.ask("PATCH", "/api/v1/prompts/" + got["id"], {"title": "Another"}, token=key, If_Match="*")
    # The stream stays open: what had been kept back would not come at all.
    check(lines, seen.wait(60))
    connection.sock and connection.sock.close()


def addresses_are_believed_of_the_proxy_alone(hub, nginx):
    def ask(connection, request_id):
        connection.request("GET", "/api/v1/me", headers={
            "X-Forwarded-For": "203.0.113.9", "X-Request-Id": request_id})
        connection.getresponse().read()
        connection.close()

    def peer(request_id):
        until = time.monotonic() + 60
        while time.monotonic() < until:
            found = re.search(f"request={request_id} .*peer=(\\S+)", hub.said())
            if found:
                return found.group(1)
            time.sleep(0.02)
        raise AssertionError("not logged: " + request_id)

    ask(nginx.connect("127.0.0.7"), "by-nginx-0001")
    # What the client claimed stands in front; nginx's own word, which counts, behind.
    check("nginx's client, not whom it claims to be", peer("by-nginx-0001") == "127.0.0.7")
    elsewhere = http.client.HTTPConnection(hub.url[7:], timeout=60,
                                           source_address=("127.0.0.8", 0))
    ask(elsewhere, "by-nobody-001")
    check("not of one that is no such proxy", peer("by-nobody-001") == "127.0.0.8")
    ask(http.client.HTTPConnection(hub.url[7:], timeout=60), "by-itself-001")
    check("of this machine, which is believed", peer("by-itself-001") == "203.0.113.9")
    hub.stop()
    hub.options = [o for o in hub.options if o not in ("--trusted-proxy", "127.0.0.1")]
    hub.start()
    ask(http.client.HTTPConnection(hub.url[7:], timeout=60), "by-itself-002")
    check("nobody, if nobody is named", peer("by-itself-002") == "127.0.0.1")


def main():
    program("nginx")
    program("openssl")
    with tempfile.TemporaryDirectory() as directory:
        hub = Hub(os.path.join(sys.argv[1], "promptd-hub"), f"sqlite:{directory}/hub.db")
        hub_port, = free_ports(1)
        with Nginx(directory, hub_port) as nginx:
            hub.options = ["--public-url", nginx.url + "/", "--trusted-proxy", "127.0.0.1"]
            hub.start(hub_port)
            try:
                a_person_and_an_agent(hub, nginx, directory, sys.argv[1])
                other_sites_are_told_apart(nginx)
                what_is_not_let_out(nginx)
                news_come_at_once(hub, nginx)
                addresses_are_believed_of_the_proxy_alone(hub, nginx)
                check("nothing went wrong inside", "request.failed" not in hub.said())
            except AssertionError:
                print(hub.said()[-3000:])
                raise
            finally:
                hub.stop()
    print("all well")


main()
