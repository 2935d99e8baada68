#!/usr/bin/env python3
"""Packs that are small and unpack to gigabytes, for sources, init --clone and pull.

	personal_packs.py PROMPTD [memory]

Each is served on loopback by a server of a few lines. promptd must refuse it, or
read what is harmless in it and pass by the rest, in bounded memory, and leave nothing
half done. With `memory` (builds without sanitizers), and without words, the largest process of it is held to
a bound; its peak is printed in any case. With `short` the bombs are smaller.
"""
import hashlib
import os
import resource
import shutil
import struct
import subprocess
import sys
import tempfile
import zlib

HERE = os.path.dirname(os.path.abspath(__file__))
MIB = 1024 * 1024
BOUND_MIB = 480
COMMIT, TREE, BLOB, OFS_DELTA, REF_DELTA = 1, 2, 3, 6, 7
failures = 0
short = sys.argv[2:3] == ["short"]


def fail(*words):
    global failures
    failures += 1
    print("FAILED:", *words, file=sys.stderr)


def number(n):
    out = b""
    while n >= 0x80:
        out += bytes([n & 0x7f | 0x80])
        n >>= 7
    return out + bytes([n])


def head(kind, size):
    first, size = kind << 4 | size & 15, size >> 4
    return bytes([first | (0x80 if size else 0)]) + (number(size) if size else b"")


def deflated(pieces):
    z = zlib.compressobj(9)
    return b"".join(z.compress(p) for p in pieces) + z.flush()


def name(kind, data):
    return hashlib.sha1(b"%s %d\0" % (kind, len(data)) + data).digest()


def name_of_zeros(n):
    h = hashlib.sha1(b"blob %d\0" % n)
    for _ in range(n // MIB):
        h.update(bytes(MIB))
    return h.digest()


class Pack:
    def __init__(self):
        self.objects, self.size = [], 12

    def add(self, raw):
        self.objects.append(raw)
        self.size += len(raw)
        return self.size - len(raw)

    def plain(self, kind, data):
        self.add(head(kind, len(data)) + zlib.compress(data))
        return name({COMMIT: b"commit", TREE: b"tree", BLOB: b"blob"}[kind], data)

    def zeros(self, n):
        at = self.add(head(BLOB, n) + deflated(bytes(MIB) for _ in range(n // MIB)))
        return at

    def delta(self, base, instructions, base_size, size):
        data = number(base_size) + number(size) + instructions
        return self.add(head(REF_DELTA, len(data)) + base + zlib.compress(data, 9))

    def bytes(self, count=None):
        body = struct.pack(">4sII", b"PACK", 2, count or len(self.objects)) + b"".join(self.objects)
        return body + hashlib.sha1(body).digest()


def copies(base_size, size):
    """A delta that copies the base's first 16 MiB - 1 again and again."""
    out, piece = b"", min(base_size, 0xffffff)
    one = bytes([0x80 | 0x70]) + struct.pack("<I", piece)[:3]
    n = size // piece
    return one * n, n * piece


def library(pack, entries):
    """A commit of prompts/fine.prompt.md and these (mode, name, id)."""
    fine = pack.plain(BLOB, b"Fine.\n")
    folder = sorted([(b"100644", b"fine.prompt.md", fine)] + entries, key=lambda e: e[1])
    tree = pack.plain(TREE, b"".join(m + b" " + n + b"\0" + i for m, n, i in folder))
    root = pack.plain(TREE, b"40000 prompts\0" + tree)
    who = b"A <a@example.org> 1700000000 +0000"
    return pack.plain(COMMIT, b"tree %s\nauthor %s\ncommitter %s\n\nx\n" % (root.hex().encode(), who, who))


def zip_bomb():
    pack, size = Pack(), (200 if short else 2048) * MIB
    pack.zeros(size)
    return pack, library(pack, [(b"100644", b"bomb.prompt.md", name_of_zeros(size))]), None


def delta_bomb():
    """A base of 16 MiB, and a delta of 1 KB that makes 2 GiB of it."""
    pack = Pack()
    pack.zeros(16 * MIB)
    instructions, size = copies(16 * MIB, 2048 * MIB)
    pack.delta(name_of_zeros(16 * MIB), instructions, 16 * MIB, size)
    return pack, library(pack, []), None


def small_of_large():
    """A prompt of 10 bytes that is a delta of 1 GiB: its size says nothing."""
    pack, size = Pack(), (200 if short else 1024) * MIB
    pack.zeros(size)
    ten = name(b"blob", bytes(10))
    pack.delta(name_of_zeros(size), bytes([0x90, 10]), size, 10)
    return pack, library(pack, [(b"100644", b"ten.prompt.md", ten)]), None


def chain(n=20000):
    """So many deltas, each of the one before."""
    pack = Pack()
    text = b"0" * 64
    before, at = name(b"blob", text), pack.add(head(BLOB, 64) + zlib.compress(text))
    for i in range(n):
        text = text[:50] + b"%014d" % i
        data = number(64) + number(64) + bytes([0x90, 50, 14]) + b"%014d" % i
        distance = pack.size - at
        ofs = bytes([distance & 0x7f])
        while distance > 0x7f:
            distance = (distance >> 7) - 1
            ofs = bytes([0x80 | distance & 0x7f]) + ofs
        at = pack.add(head(OFS_DELTA, len(data)) + ofs + zlib.compress(data))
    return pack, library(pack, [(b"100644", b"end.prompt.md", name(b"blob", text))]), None


def many_declared():
    """Four thousand million objects, says its head."""
    pack = Pack()
    return pack, library(pack, []), 0xffffffff


def large_declared():
    """An object of a terabyte, says its head."""
    pack = Pack()
    pack.add(head(BLOB, 1 << 40) + zlib.compress(b"short"))
    wrong = hashlib.sha1(b"blob %d\0short" % (1 << 40)).digest()
    return pack, library(pack, [(b"100644", b"bomb.prompt.md", wrong)]), None


def wide_tree():
    """A folder of 300,000 prompts that are all the same."""
    pack = Pack()
    text = pack.plain(BLOB, b"Same.\n")
    tree = b"".join(b"100644 n%06d.prompt.md\0" % i + text for i in range(300000))
    return pack, library(pack, [(b"40000", b"wide", pack.plain(TREE, tree))]), None


def endless_tree():
    """Ten folders in ten folders in ten: 26 objects, 10^25 files."""
    pack = Pack()
    tree = pack.plain(TREE, b"100644 n.prompt.md\0" + pack.plain(BLOB, b"Same.\n"))
    for _ in range(25):
        tree = pack.plain(TREE, b"".join(b"40000 %d\0" % i + tree for i in range(10)))
    return pack, library(pack, [(b"40000", b"zomb", tree)]), None


# name, made by, is it refused as a whole? None: it may be read but for the bomb.
CASES = [
    ("zip bomb", zip_bomb, None),
    ("delta bomb", delta_bomb, True),
    ("small of large", small_of_large, True),
    ("delta chain", chain, None),
    ("many declared", many_declared, True),
    ("large declared", large_declared, None),
    ("wide tree", wide_tree, None),
    ("endless tree", endless_tree, None),
]


# The server: git's own would look at what it sends.

def line(text):
    return b"%04x" % (len(text) + 4) + text


def handler(data, commit):
    import http.server

    class Handler(http.server.BaseHTTPRequestHandler):
        def log_message(self, *words):
            pass

        def send(self, kind, body):
            self.send_response(200)
            self.send_header("Content-Type", "application/x-git-upload-pack-" + kind)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            try:
                self.wfile.write(body)
            except OSError:
                pass # it has had enough

        def do_GET(self):
            caps = b"\0symref=HEAD:refs/heads/main ofs-delta"
            self.send("advertisement", line(b"# service=git-upload-pack\n") + b"0000" +
                      line(commit.hex().encode() + b" HEAD" + caps + b"\n") +
                      line(commit.hex().encode() + b" refs/heads/main\n") + b"0000")

        def do_POST(self):
            self.rfile.read(int(self.headers.get("Content-Length") or 0))
            self.send("result", line(b"NAK\n") + data)

    return Handler


def serving(data, commit):
    """The server as a process of its own; its port."""
    import http.server
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler(data, commit))
    child = os.fork()
    if child == 0:
        server.serve_forever()
    server.server_close()
    return child, server.server_address[1]


def run(promptd, env, *words):
    """Exit, stderr, and the peak of the largest of its processes in MiB."""
    script = ("import resource, subprocess, sys; d = subprocess.run(sys.argv[1:], capture_output=True, text=True);"
              "print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // 1024); print(d.returncode);"
              "print(d.stderr or d.stdout)")
    done = subprocess.run([sys.executable, "-c", script, promptd, *words], env=env, capture_output=True, text=True)
    peak, status, err = done.stdout.split("\n", 2)
    return int(status), err.strip(), int(peak)


def left_over(folder):
    return [f for d, _, files in os.walk(folder) for f in files if f.endswith(".lock") or "_git2_" in f]


def case(promptd, work, title, make, refused, bounded):
    pack, commit, count = make()
    data = pack.bytes(count)
    child, port = serving(data, commit)
    url = "http://127.0.0.1:%d/x.git" % port
    peaks = []
    try:
        for how in ("source", "clone"):
            home = os.path.join(work, title.replace(" ", "-") + "-" + how)
            env = dict(os.environ, PROMPTD_HOME=home)
            words = ("source", "add", "x", url, "--path", "prompts") if how == "source" else ("init", "--clone", url)
            status, err, peak = run(promptd, env, *words)
            peaks.append(peak)
            if refused and status == 0:
                fail(title, how, "was taken:", err)
            if refused is None and status not in (0, 1, 6):
                fail(title, how, "exit", status, err)
            if status == 0:
                shown, err2, _ = run(promptd, env, "show", "fine", "--text")
                if shown != 0:
                    fail(title, how, "lost what is harmless in it:", err2)
            bomb, _, _ = run(promptd, env, "show", "bomb")
            if bomb == 0:
                fail(title, how, "the bomb is there")
            if left_over(home):
                fail(title, how, "left", left_over(home))
            if bounded and peak > BOUND_MIB:
                fail(title, how, "took %d MiB" % peak)
            print("  %-15s %-6s %4d MiB  exit %d  %s" % (title, how, peak, status, err.split("\n")[0][:110]))
    finally:
        os.kill(child, 9)
        os.waitpid(child, 0)
    return len(data)


def build():
    os.chdir(os.path.join(HERE, "../.."))
    for command in (["--preset", "release"], ["--build", "--preset", "release", "--target", "promptd"]):
        subprocess.run(["cmake"] + command, check=True, stdout=subprocess.DEVNULL)
    return os.path.realpath("build/release/bin/promptd")


def main():
    promptd = os.path.realpath(sys.argv[1]) if len(sys.argv) > 1 else build()
    base = "/dev/shm" if "TMPDIR" not in os.environ and os.access("/dev/shm", os.W_OK) else None
    work = tempfile.mkdtemp(prefix="promptd-packs.", dir=base)
    with open(os.path.join(work, "lsan"), "w") as f:
        f.write("leak:libpcre2-8.so\n") # libgit2's own, see personal_sync.sh
    os.environ.update(HOME=work, PROMPTD_AUTOSTART="no", GIT_CONFIG_NOSYSTEM="1", LC_ALL="C.UTF-8",
                      LSAN_OPTIONS="suppressions=%s/lsan:print_suppressions=0" % work)
    chosen = [c for c in CASES if c[0] in sys.argv[3:]] or [c for c in CASES if not (short and c[1] is wide_tree)]
    try:
        for title, make, refused in chosen:
            size = case(promptd, work, title, make, refused, sys.argv[2:3] in ([], ["memory"]) and not short)
            print("  %-15s of %d bytes" % (title, size))
    finally:
        shutil.rmtree(work)
    print("all well" if failures == 0 else "%d failures" % failures)
    sys.exit(failures != 0)


main()
