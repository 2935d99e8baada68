#!/usr/bin/env python3
"""Uses reach a real hub and are counted once, on each database: by hand, at fifty, at
the agent's end; those of somebody's own prompts never.

    usage.py DIRECTORY-OF-PROGRAMS DIRECTORY-OF-POSTGRES
"""
import os
import signal
import sys
import tempfile
import time

from follow import check
from hub_client import Hub, databases
from user import OWN, User, hub_counts, signed_in_home


def wait_for(what, so):
    until = time.monotonic() + 60
    while not so():
        check(what, time.monotonic() < until)
        time.sleep(0.05)


def story(hub, programs, home):
    prompt = signed_in_home(hub, programs, home)
    user = User(programs, home)
    user.uses(3)
    user.uses(2, OWN)
    check("nothing has left", hub_counts(hub) == [0, 0, 0])
    bodies = user.pending()
    check(bodies, len(bodies) == 1 and bodies[0]["body"].count(prompt) == 3)
    check("its own prompt is not told of", len(bodies[0]["body"].splitlines()) == 3)
    got = user.send()
    check(got, got["sent"] == 3 and got["refused"] == 0)
    check("counted once", hub_counts(hub) == [3, 3, 3])
    check("nothing more to send", user.send()["sent"] == 0 and user.pending() == [])
    check("all were counted here", user.recorded() == 5)

    agent = user.agent()
    try:
        user.uses(50)
        wait_for("fifty go at once", lambda: hub_counts(hub)[0] == 53)
        user.uses(2)
        agent.send_signal(signal.SIGTERM)
        check("it ends", agent.wait(60) == 0)
    finally:
        if agent.poll() is None:
            agent.kill()
        said = agent.stderr.read()
        agent.stderr.close()
    check(f"what waited went at its end: {said} {hub_counts(hub)} {user.place()}", hub_counts(hub) == [55, 55, 55])
    check("and is not here any more", user.ids() == [] or
          all(i not in str(user.pending()) for i in user.ids()))

    hub.stop()
    user.uses(4)
    check("without a hub they wait", user.send(fails=True)["status"] == "failed")
    before = user.pending()
    check("as what was sent", before[0]["key"] is not None)
    user.send(fails=True)
    check("the same bytes under the same key", user.pending() == before)
    check("for people", "hub" in user.place()["why"])
    return user


def main():
    with tempfile.TemporaryDirectory() as directory:
        for name, url in databases(directory, sys.argv[2]):
            with Hub(os.path.join(sys.argv[1], "promptd-hub"), url) as hub:
                story(hub, sys.argv[1], os.path.join(directory, "home-" + name))
            print("ok", name)


main()
