"""What changes in the library, told as it happens; also across a restart of the agent."""
import sys
import time

from agent import Agent
from endpoint import NoAgent


def show_changes(known, now):
    for name in sorted({*known, *now}):
        if known.get(name) != now.get(name):
            print("-" if name not in now else "~" if name in known else "+", name, flush=True)


def watch_once(transport, names, looks):
    """Until the connection ends. looks holds the list as it was when we last looked."""
    agent = Agent(transport, timeout=None)  # nothing may change for long
    agent.send("subscriptions/listen", notifications={
        "promptsListChanged": True, "resourceSubscriptions": ["prompt://" + n for n in names]})
    for heard in agent.notifications():
        if heard["method"] == "notifications/resources/updated":
            print("updated", heard["params"]["uri"].removeprefix("prompt://"), flush=True)
            continue
        now = agent.prompts()  # acknowledged, or the list changed
        if looks:
            show_changes(looks.pop(), now)
        looks.append(now)
        if heard["method"] == "notifications/subscriptions/acknowledged":
            print(f"watching {len(now)} prompts", flush=True)


def watch(transport, *names):
    looks, told = [], None
    while True:
        try:
            watch_once(transport, names, looks)
        except (NoAgent, OSError, EOFError) as error:
            if str(error) != told:
                print("waiting:", error, file=sys.stderr, flush=True)
            told = str(error)
            time.sleep(0.5)
