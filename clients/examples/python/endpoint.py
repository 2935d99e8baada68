"""Where the promptd agent of this user is."""
import json
import os


class NoAgent(Exception):
    pass


def run_dirs():
    env, user = os.environ.get, f"/run/user/{os.getuid()}"
    state = env("XDG_STATE_HOME") or os.path.expanduser("~/.local/state")
    if env("PROMPTD_HOME"):
        return [env("PROMPTD_HOME") + "/run"]
    return [env("XDG_RUNTIME_DIR", user) + "/promptd", user + "/promptd", state + "/promptd/run"]


def start_of(pid):
    """Field 22 of /proc/PID/stat: the pid alone may belong to another process by now, or
    (state Z) to one that has ended."""
    with open(f"/proc/{pid}/stat", encoding="utf-8", errors="replace") as file:
        fields = file.read().rpartition(")")[2].split()
    return int(fields[19]) if fields[0] not in "ZX" else None


def find_agent():
    """What agent.json says: the file is ours alone, and its process is the one it names."""
    for directory in run_dirs():
        try:
            with open(os.open(directory + "/agent.json", os.O_RDONLY | os.O_NOFOLLOW)) as file:
                status, found = os.fstat(file.fileno()), json.load(file)
            private = status.st_uid == os.getuid() and status.st_mode & 0o077 == 0
            if private and start_of(found["pid"]) == found["start"]:
                return found
        except (OSError, ValueError, LookupError, TypeError):
            continue
    raise NoAgent("no promptd agent runs; `promptd agent` starts it")
