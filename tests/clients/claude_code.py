"""The real Claude Code with Callus installed into it, against a scripted model.

    CALLUS_BIN=target/release/callus python3 tests/clients/claude_code.py

Every failure that the client can show is provoked once and must be recorded once, and rightly.
"""

import json
import re
import sys
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))

from desk import HERE, Desk, eventually, kill  # noqa: E402
from scripted_model import Lane, Model, call, fail, say  # noqa: E402

# What the model does, and what must be said of it: (name, call, origin, expected, tool, pattern of the headline).
# Origin is empty where no failure may be recorded at all.
FAILURES = [
    ("shell", call("Bash", command="cat missing.txt"), "flagged", "", "Bash", r"missing\.txt: No such file"),
    ("edit", ("Edit", "README.md"), "flagged", "", "Edit", r"[Ss]tring to replace not found"),
    ("read", ("Read", "absent.txt"), "flagged", "", "Read", r"does not exist"),
    ("unknown tool", call("Telepathy", thought=1), "flagged", "", "Telepathy", r"No such tool available"),
    ("mcp", call("mcp__broken__lookup", name="x"), "flagged", "", "mcp__broken__lookup", r"the ledger is closed"),
    ("mcp protocol", call("mcp__broken__refuse", name="x"), "flagged", "", "mcp__broken__refuse", r"not a number"),
    (
        "behind a pipe",
        call("Bash", command="python3 -c 'import ledger_of_nowhere' 2>&1 | tail -3"),
        "hidden",
        "",
        "Bash",
        r"ModuleNotFoundError.*ledger_of_nowhere",
    ),
    ("probe", call("Bash", command="grep -n zebra README.md"), "", "", "Bash", ""),
    ("success", call("Bash", command="echo fine"), "", "", "Bash", ""),
    ("denied", call("Bash", command="shred README.md"), "flagged", "permission", "Bash", r"denied"),
]


def turn_of(desk, step):
    """Edit and Read name whole paths, which only the desk knows."""
    if not isinstance(step, tuple):
        return step
    tool, name = step
    if tool == "Edit":
        return call("Edit", file_path=str(desk.repo / name), old_string="nowhere in it", new_string="x")
    return call(tool, file_path=str(desk.repo / name))


class ClaudeCode(unittest.TestCase):
    def setUp(self):
        self.desk = Desk()
        self.addCleanup(self.desk.close)
        self.desk.callus.run("install", "claude-code", "--yes")
        self.callus = self.desk.callus

    def failures(self, session):
        return self.callus.failures(session)

    def test_each_failure_is_recorded_once_and_rightly(self):
        server = {"command": sys.executable, "args": [str(HERE / "failing_mcp.py")]}
        self.desk.write(".mcp.json", json.dumps({"mcpServers": {"broken": server}}))
        turns = [turn_of(self.desk, step) for _, step, *_ in FAILURES]
        with Model(Lane("LEDGER", turns)) as model:
            session, printed = self.desk.converse(model, "LEDGER: do it all", "--disallowedTools", "Bash(shred *)")
        self.assertEqual(len(model.results()), len(FAILURES), f"every call got its result: {printed[-2000:]}")

        tools = [tool for _, _, _, _, tool, _ in FAILURES]
        self.assertEqual(self.callus.calls(session), tools, "one row per call")
        seen = self.failures(session)
        for name, _, origin, expected, tool, headline in FAILURES:
            with self.subTest(name):
                found = [failure for failure in seen if headline and re.search(headline, failure.headline)]
                if not origin:
                    continue
                self.assertEqual(len(found), 1, f"recorded once: {seen}")
                self.assertEqual((found[0].origin, found[0].expected), (origin, expected))
                self.assertEqual(found[0].tool, tool)
        counted = [failure for failure in seen if not failure.expected]
        wanted = sum(1 for _, _, origin, expected, *_ in FAILURES if origin and not expected)
        self.assertEqual(len(counted), wanted, f"nothing else counts: {counted}")

    def test_a_model_error_is_recorded(self):
        broken = fail(500, "api_error", "Internal server error")
        with Model(Lane("LEDGER", [], broken)) as model:
            session, _ = self.desk.converse(model, "LEDGER: think")
        found = eventually(lambda: self.failures(session))
        self.assertEqual([failure.origin for failure in found], ["model"], found)

    def test_a_denying_hook_is_set_aside(self):
        denial = self.desk.folder / "deny.sh"
        denial.write_text("#!/bin/sh\necho 'not on this desk' >&2\nexit 2\n")
        denial.chmod(0o755)
        hooks = {"PreToolUse": [{"matcher": "Bash", "hooks": [{"type": "command", "command": str(denial)}]}]}
        self.desk.write(".claude/settings.json", json.dumps({"hooks": hooks}))
        with Model(Lane("LEDGER", [call("Bash", command="make deploy")])) as model:
            session, printed = self.desk.converse(model, "LEDGER: deploy")
        self.assertTrue(any("not on this desk" in text for text in model.results().values()), printed[-2000:])
        self.assertEqual([failure.expected for failure in self.failures(session)], ["policy"])

    def test_a_subagents_failure_names_the_subagent(self):
        task = {"description": "count", "prompt": "SUBTASK: count the ledgers", "subagent_type": "general-purpose"}
        errand = call("Agent", **task, run_in_background=False)
        counting = [call("Bash", command="cat ledgers.csv"), say("there are none")]
        with Model(Lane("SUBTASK", counting), Lane("LEDGER", [errand])) as model:
            session, printed = self.desk.converse(model, "LEDGER: send somebody")
        found = self.failures(session)
        self.assertEqual(len(found), 1, f"{found}\n{printed[-2000:]}")
        self.assertRegex(found[0].headline, r"ledgers\.csv: No such file")
        self.assertTrue(found[0].agent, "the failure names the subagent that met it")

    def test_a_killed_session_is_swept_at_the_next_start(self):
        waiting = call("Bash", command="python3 -c 'import time; time.sleep(60)'")
        with Model(Lane("LEDGER", [call("Bash", command="cat missing.txt"), waiting])) as model:
            process, killed = self.desk.start(model, "LEDGER: wait")
            running = eventually(lambda: any("missing.txt" in text for text in model.results().values()))
            self.assertTrue(running, "the second call is under way")
            kill(process)
            process.communicate()
            self.assertEqual(len(self.failures(killed)), 1, "what had failed before the kill is recorded")
        with Model(Lane("LEDGER", [])) as model:
            self.desk.converse(model, "LEDGER: again")

        self.assertTrue(eventually(lambda: self.callus.sessions()[killed] == "swept"), self.callus.sessions())

    def test_the_model_asks_what_failed(self):
        asked = call("mcp__callus__failure_report", since="7d")
        with Model(Lane("LEDGER", [call("Bash", command="cat missing.txt"), asked])) as model:
            _, printed = self.desk.converse(model, "LEDGER: what fails here?")
        report = list(model.results().values())[-1]
        self.assertRegex(report, r"missing\.txt", printed[-2000:])

    def test_root_subfolder_and_worktree_are_one_project(self):
        self.desk.write("books/2031/notes.md", "notes\n")
        self.desk.git("worktree", "add", "-q", str(self.desk.folder / "side"), "-b", "side")
        folders = [self.desk.repo, self.desk.repo / "books" / "2031", self.desk.folder / "side"]
        sessions = []
        for folder in folders:
            with Model(Lane("LEDGER", [call("Bash", command="cat missing.txt")])) as model:
                sessions.append(self.desk.converse(model, "LEDGER: look", folder=folder)[0])
        projects = self.callus.projects()
        self.assertEqual(len(projects), 1, projects)
        self.assertEqual([len(self.failures(session)) for session in sessions], [1, 1, 1])

    def test_uninstall_ends_the_recording(self):
        self.callus.run("uninstall", "claude-code", "--yes")
        with Model(Lane("LEDGER", [call("Bash", command="cat missing.txt")])) as model:
            session, _ = self.desk.converse(model, "LEDGER: once more")
        self.assertEqual(self.failures(session), [])


if __name__ == "__main__":
    unittest.main(verbosity=2)
