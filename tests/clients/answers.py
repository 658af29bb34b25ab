"""Reads what `callus … --json` answers: the one place here that knows those fields (docs/json.md)."""

import json
import subprocess
from dataclasses import dataclass


@dataclass
class Failure:
    session: str
    origin: str
    expected: str
    tool: str
    headline: str
    agent: str
    call: str


@dataclass
class Event:
    kind: str
    tool: str
    call: str
    status: str


class Callus:
    """The program under test, in the home of one test."""

    def __init__(self, binary, environment, folder):
        self.binary, self.environment, self.folder = binary, environment, folder

    def run(self, *arguments, check=True):
        done = subprocess.run(
            [self.binary, *arguments],
            env=self.environment,
            cwd=self.folder,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=60,
        )
        if check and done.returncode != 0:
            raise AssertionError(f"callus {' '.join(arguments)} ended with {done.returncode}:\n{done.stdout}{done.stderr}")
        return done.stdout

    def ask(self, *arguments):
        return json.loads(self.run(*arguments, "--json"))

    def failures(self):
        """Returns every failure of the last day, those set aside included."""
        rows = listed(self.ask("failures", "--since", "1d", "--expected"), "failures")
        return [
            Failure(
                session=row.get("session") or "",
                origin=row.get("origin") or "",
                expected=row.get("expected") or "",
                tool=row.get("tool") or row.get("scope") or "",
                headline=row.get("headline") or "",
                agent=row.get("agent") or "",
                call=row.get("call_id") or "",
            )
            for row in rows
        ]

    def sessions(self):
        return listed(self.ask("sessions"), "sessions")

    def events(self, session):
        rows = listed(self.ask("session", session), "events")
        return [
            Event(
                kind=row.get("kind") or "",
                tool=row.get("tool") or "",
                call=row.get("call_id") or "",
                status=row.get("status") or "",
            )
            for row in rows
        ]

    def projects(self):
        return listed(self.ask("project", "list"), "projects")


def listed(answer, noun):
    """An answer is an object whose member `noun` is the list that was asked for."""
    return answer if isinstance(answer, list) else answer[noun]
