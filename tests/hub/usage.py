#!/usr/bin/env python3
"""Uses reach a real hub, counted once, on each database: at fifty, at the agent's end,
by hand; a personal prompt's never.

    usage.py DIRECTORY-OF-PROGRAMS DIRECTORY-OF-POSTGRES
"""
import os
import sys
import tempfile

from follow import Promptd, check, publish
from hub_client import Hub, Person, databases


def counted(ann, prompt):
    return sum(row["uses"] for row in ann.uses() if row["prompt"] == prompt)
