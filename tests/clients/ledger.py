"""A small project whose tests run as `python3 -m pytest`, on a machine without `pytest` and without `python`."""

import shutil
import sys
from dataclasses import dataclass
from pathlib import Path

from desk import Desk, eventually
from past import Past
from scripted_model import Lane, Model

REMEDY = "python3 -m pytest"
NO_PYTEST = "/bin/bash: line 1: pytest: command not found"
NO_PYTHON = "/bin/bash: line 1: python: command not found"
GREEN = "3 passed in 0.01s"

# What a session finds in its path, besides the client and `python3`.
PROGRAMS = "bash sh git ls cat head tail grep sed cut tr touch mkdir rm uname env make shred".split()

FILES = {
    # Stands in for the real one: a test file is red when it says so.
    "pytest.py": f"""import pathlib, sys
for name in sys.argv[1:]:
    if name.endswith(".py") and "RED" in pathlib.Path(name).read_text():
        print(f"FAILED {{name}}::test_leap_year - assert 28 == 29\\n1 failed in 0.01s")
        sys.exit(1)
print("{GREEN}")
""",
    "tests/test_sums.py": "# green\n",
    "tests/test_dates.py": "# RED\n",
    "tools/totals.py": "print('2031: 1,204 entries')\n",
    "books/2031.csv": "day,sum\n",
    "books/2031.ipynb": '{"cells": [], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}\n',
    "packages/x/notes.md": "notes\n",
    "Makefile": "deploy:\n\t@echo deployed\n",
}


@dataclass
class Played:
    """One session that was played, with everything that its model was asked."""

    session: str
    lane: Lane
    model: Model
    printed: str


class Ledger(Desk):
    def __init__(self):
        python = {"python3": Path(sys.executable).resolve()}
        super().__init__(programs={**{name: shutil.which(name) for name in PROGRAMS if shutil.which(name)}, **python})
        for name, text in FILES.items():
            self.write(name, text)
        self.git("add", "-A")
        self.git("-c", "user.name=dev", "-c", "user.email=dev@example.com", "commit", "-qm", "books")
        self.callus.run("install", "claude-code", "--yes")

    def remember(self, *sessions):
        for session in sessions:
            session.write()
        self.callus.run("import")

    def met(self, days, failing, works=True):
        """Returns a session in which `pytest` failed so many times, and what works was found or not."""
        session = Past(self, days)
        for _ in range(failing):
            session.ran("pytest", NO_PYTEST, 127)
        return session.ran(REMEDY, GREEN) if works else session

    def play(self, *turns, lanes=(), arguments=(), prompt="LEDGER: go on", folder=None, resumed=None):
        """Plays one session, and waits until the worker is done with it."""
        lane = Lane("LEDGER", list(turns))
        with Model(*lanes, lane) as model:
            session, printed = self.converse(model, prompt, *arguments, folder=folder, resumed=resumed)
        if not eventually(lambda: self.callus.is_settled(session)):
            raise AssertionError(f"the worker did not settle {session}:\n{printed[-2000:]}")
        return Played(session, lane, model, printed)
