"""Reads what `callus … --json` answers: the one place here that knows those fields (docs/json.md)."""

import json
import subprocess
from dataclasses import dataclass, fields


@dataclass
class Failure:
    session: str
    tool: str
    agent: str
    origin: str
    expected: str
    headline: str


@dataclass
class Told:
    kind: str
    text: str
    suggestion: str
    shadow: bool
    aftermath: str
    agent: str
    bytes: int


TOLD = [field.name for field in fields(Told)]


class Callus:
    """The program under test, in the home of one test."""

    def __init__(self, binary, environment, folder):
        self.binary, self.environment, self.folder = binary, environment, folder

    def run(self, *arguments, codes=(0,)):
        """Runs it; returns what it printed, which ended with one of these exit codes."""
        done = subprocess.run(
            [self.binary, *arguments],
            env=self.environment,
            cwd=self.folder,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=60,
        )
        if done.returncode not in codes:
            said = done.stdout + done.stderr
            raise AssertionError(f"callus {' '.join(arguments)} ended with {done.returncode}:\n{said}")
        return done.stdout

    def ask(self, *arguments):
        return json.loads(self.run(*arguments, "--json"))

    def sessions(self):
        """Returns every session: the assistant's own id to the word for why it ended."""
        return {row["external"]: row.get("end_reason") or "" for row in self.ask("sessions")["sessions"]}

    def steps(self, session):
        return self.ask("session", session)["steps"] if session in self.sessions() else []

    def calls(self, session):
        """Returns the tools that were called, in order: one entry for each row that is kept."""
        return [step.get("tool") for step in self.steps(session) if step["kind"] == "call"]

    def failures(self, session):
        """Returns every failure of a session, those set aside included."""
        return [
            Failure(
                session=session,
                tool=step.get("tool") or "",
                agent=step.get("agent_kind") or step.get("agent") or "",
                origin=step["failure"]["origin"],
                expected=step["failure"].get("expected") or "",
                headline=step["failure"]["headline"],
            )
            for step in self.steps(session)
            if step.get("failure")
        ]

    def is_settled(self, session):
        """Returns whether the worker is done with a session that ended, and has left."""
        done = f"select 1 from session where external = '{session}' and ended_at is not null and settled_at is not null"
        found = self.ask("sql", f"select exists ({done}) and not exists (select 1 from lease)")["rows"]
        return found == [[1]]

    def told(self, session):
        """Returns what `callus told` lists of a session, oldest first, and the sums."""
        answer = self.ask("told", "--session", session)
        told = [Told(**{name: row.get(name, "") for name in TOLD}) for row in reversed(answer["messages"])]
        return told, answer["sums"]

    def projects(self):
        return self.ask("project", "list")["projects"]
