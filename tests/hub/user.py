"""Somebody with prompts of a hub's and one of their own, who uses them."""
import json
import os
import shutil
import sqlite3
import subprocess

from follow import Promptd, check, publish
from hub_client import Hub, Person

TEAM, OWN = "team/review", "mine"


def signed_in_home(hub, programs, home, text="Review it.", own="My own.", inputs=None):
    """A library that follows the hub; the home of whoever it is."""
    ann = Person(hub, "Ann", hub.invite())
    ben = ann.invites("Ben", "contributor")
    cleo = ann.invites("Cleo", "consumer")
    key = cleo.ask("POST", "/keys", {"name": "laptop", "scopes": "read sync"}).json["key"]
    prompt = publish(ben, ann, TEAM, text, inputs=inputs)
    os.makedirs(home)
    path = os.path.join(home, OWN + ".md")
    with open(path, "w", encoding="utf-8") as file:
        file.write(own + "\n")
    promptd = Promptd(os.path.join(programs, "promptd"), home)
    promptd("login", "--key", hub.url, text=key + "\n")
    check("follows", promptd("sync")["updated"] + 1 > 0 and promptd("status")["prompts"] == 1)
    promptd("import", path)
    return prompt


class User:
    def __init__(self, programs, home, template=None):
        if template is not None:
            shutil.copytree(template, home)
        self.programs, self.home = programs, home
        self.promptd = Promptd(os.path.join(programs, "promptd"), home)
        self.env = self.promptd.env

    def uses(self, n, prompt=TEAM):
        """Uses it so often, as an assistant does; every one was answered."""
        lines = [{"jsonrpc": "2.0", "id": 0, "method": "initialize", "params": {
            "protocolVersion": "2025-06-18", "capabilities": {},
            "clientInfo": {"name": "codex", "version": "1"}}}]
        lines += [{"jsonrpc": "2.0", "id": i, "method": "prompts/get", "params": {"name": prompt}}
                  for i in range(1, n + 1)]
        done = subprocess.run([os.path.join(self.programs, "promptd-mcp")], env=self.env,
                              input="".join(json.dumps(x) + "\n" for x in lines), text=True,
                              capture_output=True, timeout=120, check=True)
        got = [x for x in map(json.loads, done.stdout.splitlines()) if "result" in x]
        check(done.stdout, len(got) == n + 1)

    def recorded(self):
        return self.promptd("stats")["all"]["uses"]

    def ids(self, what="usage"):
        """Of the outbox's rows, or of the refused ones."""
        with sqlite3.connect(os.path.join(self.home, "data", "ledger.db")) as db:
            return [row[0] for row in db.execute(f"SELECT event_id FROM {what} "
                                                 "ORDER BY event_id")]

    def place(self, name="hub"):
        rows = self.promptd("usage")["places"]
        return next((row for row in rows if row["place"] == name), None)

    def pending(self, name="hub"):
        return [row for row in self.promptd("usage", "--pending")["pending"]
                if row["place"] == name]

    def send(self, fails=False):
        return self.promptd("usage", "--send", exit_is=1 if fails else 0)

    def settings(self, **settings):
        place = os.path.join(self.home, "config")
        os.makedirs(place, exist_ok=True)
        with open(os.path.join(place, "promptd.conf"), "w", encoding="utf-8") as file:
            for name, value in settings.items():
                file.write(f"{name} = {value}\n")

    def moves_to(self, url):
        """The hub is another one."""
        path = os.path.join(self.home, "data", "hub.json")
        with open(path, encoding="utf-8") as file:
            accounts = json.load(file)
        accounts[0]["url"] = url
        with open(path, "w", encoding="utf-8") as file:
            json.dump(accounts, file)
        self.promptd("usage", "--pending")  # what waited for the one before is set aside

    def agent(self):
        return subprocess.Popen([self.promptd.program, "agent", "--foreground"], env=self.env,
                                stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)


def hub_counts(hub):
    """(events, uses in them, uses counted), as the hub's database has them."""
    asked = ["SELECT count(*) FROM usage_event", "SELECT sum(uses) FROM usage_event",
             "SELECT sum(uses) FROM usage_count"]
    kind, _, place = hub.database.partition(":")
    if kind == "sqlite":
        with sqlite3.connect(place) as db:
            return [db.execute(sql).fetchone()[0] or 0 for sql in asked]
    return [int(psql(hub.database, sql) or 0) for sql in asked]


def psql(url, sql):
    """As its administrator: rows are walled off by tenant from everybody else."""
    name, _, rest = url.removeprefix("postgresql:///").partition("?")
    socket = dict(pair.split("=") for pair in rest.split("&"))["host"]
    done = subprocess.run(["psql", "-qAt", "-h", socket, "-U", "admin", "-d", name, "-c", sql],
                          capture_output=True, text=True, timeout=60, check=True)
    return done.stdout.strip()
