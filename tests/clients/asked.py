"""The real clients ask Callus after `callus install`: the answers reach the model, and nobody is asked for permission.

    CALLUS_BIN=target/release/callus python3 tests/clients/asked.py

Claude Code and Codex CLI, each in the mode that it has by itself, over pipes and over HTTP.
"""

import json
import re
import sys
import unittest
from contextlib import contextmanager
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))

from codex import CodexDesk  # noqa: E402
from desk import Desk, kill  # noqa: E402
from ledger import GREEN, NO_PYTEST, REMEDY  # noqa: E402
from past import Past  # noqa: E402
from scripted_model import Lane, Model, call, calls  # noqa: E402
from scripted_responses import Responses  # noqa: E402

# What the model asks, and what must stand in the answer.
QUESTIONS = {
    "failure_check": ({"output": NO_PYTEST}, re.escape(REMEDY)),
    "failure_report": ({"since": "all"}, r"pytest: command not found"),
    "failure_search": ({"query": "pytest command not found"}, r"pytest: command not found"),
    "failure_count": ({"tool": "pytest"}, r"3 failures"),
    "skill_lookup": ({"query": "pytest"}, r"(?i)skill"),
    # What it claims is kept in the store of this machine, as a claim.
    "failure_record": ({"tool": "tally", "message": "tally: the ledger is closed"}, r"F\d+ · (new|seen)"),
}


class Served:
    """What `callus serve` runs for a desk, on a free port, for the length of a `with` block."""

    LISTENS = re.compile(r"listens on (http://127\.0\.0\.1:\d+)")

    def __init__(self, desk):
        self.desk = desk

    def __enter__(self):
        callus = self.desk.callus
        command = [callus.binary, "serve", "--addr", "127.0.0.1:0"]
        self.process = self.desk.run(command, self.desk.environment)
        said = self.process.stderr.readline()
        found = self.LISTENS.search(said)
        if not found:
            kill(self.process)
            raise AssertionError(f"it does not listen: {said}")
        self.address = f"{found[1]}/mcp"
        self.token = callus.run("serve", "--show-token").strip()
        return self

    def __exit__(self, *_):
        self.process.terminate()
        self.process.communicate(timeout=60)
        if self.process.returncode != 0:
            raise AssertionError(f"it ended with {self.process.returncode}")


def remember(desk):
    """Lets three sessions have found out what to run, as Claude Code wrote them down."""
    for days in (9, 6, 3):
        Past(desk, days).ran("pytest", NO_PYTEST, 127).ran(REMEDY, GREEN).write()
    desk.callus.run("import")


def asking(*tools):
    """Returns the turns in which a model calls tools of ours, one after another."""
    return [calls((f"mcp__callus__{tool}", QUESTIONS[tool][0])) for tool in tools]


class Answered(unittest.TestCase):
    def assert_answers(self, model, printed):
        """Every question has its answer in a later request, in the order in which they were asked."""
        results = list(model.results().values())
        self.assertEqual(len(results), len(QUESTIONS), f"{results}\n{printed[-2000:]}")
        for (tool, (_, wanted)), answer in zip(QUESTIONS.items(), results):
            with self.subTest(tool):
                self.assertRegex(answer, wanted)
                self.assertNotRegex(answer, r"(?i)permission|approval")


class ClaudeCode(Answered):
    @classmethod
    def setUpClass(cls):
        cls.desk = Desk()
        cls.addClassCleanup(cls.desk.close)
        remember(cls.desk)
        cls.desk.callus.run("install", "claude-code", "--yes")

    def ask(self, **variables):
        with Model(Lane("LEDGER", asking(*QUESTIONS))) as model:
            how = {"permissions": "default", "variables": variables}
            _, printed = self.desk.converse(model, "LEDGER: what fails here?", **how)
        return model, printed

    def denied(self, printed):
        lines = [json.loads(line) for line in printed.splitlines() if line.startswith("{")]
        ends = [line for line in lines if line["type"] == "result"]
        self.assertEqual(len(ends), 1, printed[-2000:])
        return [denial["tool_name"] for denial in ends[0]["permission_denials"]]

    def test_every_question_is_answered_and_none_is_put_to_the_user(self):
        model, printed = self.ask()
        self.assert_answers(model, printed)
        self.assertEqual(self.denied(printed), [])

    def test_one_tool_is_shown_from_the_start(self):
        model, printed = self.ask()
        shown = [tool["name"] for tool in model.lanes[0].requests[0]["tools"]]
        self.assertIn("mcp__callus__failure_check", shown, printed[-2000:])

    def test_without_our_permissions_the_client_refuses(self):
        settings = self.desk.home / ".claude" / "settings.json"
        before = settings.read_text()
        self.addCleanup(settings.write_text, before)
        without = json.loads(before)
        del without["permissions"]
        settings.write_text(json.dumps(without))
        _, printed = self.ask()
        self.assertEqual(len(self.denied(printed)), len(QUESTIONS), "so that the test above can fail")


class ClaudeCodeOverHttp(ClaudeCode):
    """The same questions, asked at an address. What was entered before, over pipes, gives way."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.served = Served(cls.desk).__enter__()
        cls.addClassCleanup(cls.served.__exit__)
        cls.desk.callus.run("install", "claude-code", "--yes", "--http", cls.served.address)

    def ask(self, **variables):
        return super().ask(**{"CALLUS_TOKEN": self.served.token, **variables})

    def test_a_session_without_the_token_goes_on_and_its_hooks_record_it(self):
        turns = [*asking("failure_check"), call("Bash", command="cat missing.txt")]
        with Model(Lane("LEDGER", turns)) as model:
            session, printed = self.desk.converse(model, "LEDGER: look")
        answers = list(model.results().values())
        self.assertEqual(len(answers), 2, printed[-2000:])
        self.assertNotRegex(answers[0], QUESTIONS["failure_check"][1], "it is not let in")
        self.assertRegex(answers[1], r"missing\.txt: No such file")
        headlines = [failure.headline for failure in self.desk.callus.failures(session)]
        self.assertTrue(any("missing.txt" in headline for headline in headlines), headlines)


class Codex(Answered):
    # Two models, as the client knows them: one calls tools, the other writes programs that do.
    MODELS = {"gpt-5.5": False, "gpt-6-sol": True}

    @classmethod
    def setUpClass(cls):
        cls.desk = CodexDesk()
        cls.addClassCleanup(cls.desk.close)
        remember(cls.desk)

    @contextmanager
    def wired(self, *arguments, programs=False):
        """Gives a model that asks, and a client that talks to it and is wired as `callus install` leaves it."""
        with Responses(Lane("LEDGER", asking(*QUESTIONS)), programs=programs) as model:
            self.before = self.desk.configure(model)
            self.desk.callus.run("install", "codex", "--yes", *arguments)
            yield model

    def test_every_question_is_answered_headless(self):
        for name, programs in self.MODELS.items():
            with self.subTest(name):
                with self.wired(programs=programs) as model:
                    events, printed = self.desk.execute("LEDGER: what fails here?", name)
                self.assert_answers(model, printed)
                done = [event["item"] for event in events if event["type"] == "item.completed"]
                called = [item["tool"] for item in done if item["type"] == "mcp_tool_call"]
                self.assertEqual(called, list(QUESTIONS), printed[-2000:])

    def test_every_question_is_answered_over_http(self):
        with Served(self.desk) as served, self.wired("--http", served.address) as model:
            said = self.desk.execute("LEDGER: what fails here?", "gpt-5.5", CALLUS_TOKEN=served.token)
            self.assert_answers(model, said[1])

    def test_nobody_is_asked_whatever_the_policy(self):
        for policy in ("untrusted", "on-request"):
            with self.subTest(policy):
                with self.wired() as model:
                    asked = self.desk.attended("LEDGER: what fails here?", "gpt-5.5", policy)
                self.assertEqual(asked, [])
                self.assert_answers(model, "")

    def test_the_store_of_the_installation_is_asked(self):
        """The client hands its servers hardly any variable; where ours lies is written down, or handed on by name."""
        elsewhere = {"CALLUS_HOME": str(self.desk.folder / "elsewhere")}
        empty = r"(?i)no (database|session)|nothing"
        for installed, session in ((elsewhere, {}), ({}, elsewhere)):
            with self.subTest(installed=installed, session=session):
                self.desk.callus.environment = {**self.desk.environment, **installed}
                self.addCleanup(setattr, self.desk.callus, "environment", self.desk.environment)
                with self.wired() as model:
                    _, printed = self.desk.execute("LEDGER: what fails here?", "gpt-5.5", **session)
                answers = list(model.results().values())
                self.assertEqual(len(answers), len(QUESTIONS), printed[-2000:])
                self.assertRegex(answers[0], empty)

    def test_taking_it_out_leaves_the_settings_as_they_were(self):
        with self.wired():
            self.assertNotEqual(self.desk.settings.read_text(), self.before)
            self.desk.callus.run("uninstall", "--yes")
        self.assertEqual(self.desk.settings.read_text(), self.before)


if __name__ == "__main__":
    unittest.main(verbosity=2)
