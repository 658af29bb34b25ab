"""A store in which failures repeat: what differs is imported, and the rest is the same sessions over again, by SQL."""

import sqlite3
import sys
import time

from hooks import CALLS_PER_SESSION, Bench, transcript

# Two calls in three begin with a failure that the next one gets over, so that few sessions hold many failure modes.
FAILING = 0.67

# Each statement writes one copy; `:n` counts them, and the names are the numbers of rows that there were.
COPY = [
    """insert into session (id, assistant, external, origin, project, root, model, version, cwd, branch, started_at, last_at,
           ended_at, end_reason, outcome, prompts, calls, failures, expected, settled_at)
       select id + :n * :sessions, assistant, external || '-' || :n, origin, project, root, model, version, cwd, branch,
           started_at - :n * :month, last_at - :n * :month, ended_at - :n * :month, end_reason, outcome, prompts, calls,
           failures, expected, settled_at
       from session where id <= :sessions""",
    """insert into event (id, session, key, at, at_source, kind, call_id, tool, tool_kind, status, exit_code, root, cwd, command,
           input_bytes, output_bytes, via)
       select id + :n * :events, session + :n * :sessions, cast(hex(key) || '-' || :n as blob), at - :n * :month, at_source, kind,
           call_id || '-' || :n, tool, tool_kind, status, exit_code, root, cwd, command, input_bytes, output_bytes, via
       from event where id <= :events and status = 'failed'""",
    """insert into failure (id, event, session, project, pattern, instance, at, origin, severity, node, exit_code, headline,
           message, goal, scope, passed_after, passed_by)
       select id + :n * :failures, event + :n * :events, session + :n * :sessions, project, pattern, instance,
           at - :n * :month, origin, severity, node, exit_code, headline, message, goal, scope, passed_after, passed_by
       from failure where id <= :failures""",
    """insert into exercise (session, key, runs, failed)
       select session + :n * :sessions, key, runs, failed from exercise where session <= :sessions""",
    """insert into mode_session (mode, session, failures, last_at)
       select mode, session + :n * :sessions, failures, last_at - :n * :month from mode_session where session <= :sessions""",
    """insert into remedy_session (remedy, session, worked, failed, at)
       select remedy, session + :n * :sessions, worked, failed, at - :n * :month from remedy_session
       where session <= :sessions""",
]
COUNTED = [
    "update {table} set failures = failures * :times, sessions = sessions * :times, first_at = first_at - :month * (:times - 1)".format(
        table=table
    )
    for table in ("mode", "mode_project")
]
MONTH_MICROSECONDS = 30 * 86_400 * 1_000_000


class Repeated(Bench):
    """Every failure mode once by `callus import`, through the code that records; then as often as it takes."""

    def session(self, path):
        return transcript(path, self.words, self.draw, str(self.project), failing=FAILING, body=lambda draw: "")

    def build(self):
        # A call that fails is followed by the one that works.
        each = CALLS_PER_SESSION * FAILING / (1 + FAILING)
        self.arguments.events = round(self.arguments.modes / each * 1.02) * CALLS_PER_SESSION
        super().build()
        self.repeat()

    def repeat(self):
        started = time.perf_counter()
        database = sqlite3.connect(self.database())
        database.executescript("pragma journal_mode = wal; pragma synchronous = off; pragma foreign_keys = off")
        most = {
            f"{table}s": database.execute(f"select max(id) from {table}").fetchone()[0] for table in ("session", "event", "failure")
        }
        times = -(-self.arguments.failures // self.count("failure"))
        for n in range(1, times):
            for statement in COPY:
                database.execute(statement, {"n": n, "month": MONTH_MICROSECONDS, **most})
            database.commit()
            print(f"\rrepeating: {n + 1} of {times} times", end="", file=sys.stderr, flush=True)
        for statement in COUNTED:
            database.execute(statement, {"times": times, "month": MONTH_MICROSECONDS})
        database.commit()
        database.execute("pragma optimize")
        database.execute("pragma wal_checkpoint(truncate)")
        database.close()
        print(file=sys.stderr)
        counts = {table: self.count(table) for table in ("session", "event", "failure", "mode", "remedy")}
        print(f"repeated: {counts} in {time.perf_counter() - started:.0f} s")
