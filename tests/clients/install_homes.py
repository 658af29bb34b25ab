"""`./install.sh` in four homes: empty, with three transcripts, without a terminal, and a second time.

    CALLUS_BIN=target/release/callus python3 tests/clients/install_homes.py

Each home is new, each ends with the report, and after `--uninstall` each is what it was, byte for byte.
"""

import os
import pty
import re
import select
import shutil
import subprocess
import sys
import tempfile
import time
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))

from answers import Callus  # noqa: E402
from desk import binary  # noqa: E402
from registry import CLAUDE_CODE, TOP  # noqa: E402

THREE = TOP / "tests" / "homes" / "three-transcripts"
# What the client rewrites whenever it runs, also when nobody asks it to.
CLIENTS_OWN = re.compile(r"\.claude$|\.claude\.json($|\.)|\.claude/(backups|telemetry|statsig|debug)(/|$)")
STORE = ".local/share/callus"
# Some of what failed in those transcripts.
FAILED = r"missing\.txt|definitely-not-a-command|String to replace not found"
# Hand-written settings of the kind that a careless editor destroys.
SETTINGS = """{
  // mine
  "model": "sonnet",
      "hooks": { "Stop": [ { "hooks": [ { "type": "command", "command": "true" } ] } ] },

  "permissions": {"allow": ["Bash(ls *)"],},
}
"""


class Homes(unittest.TestCase):
    def setUp(self):
        self.folder = Path(tempfile.mkdtemp(prefix="callus-home-"))
        self.addCleanup(shutil.rmtree, self.folder, ignore_errors=True)
        self.home = self.folder / "home"
        commands = self.folder / "bin"
        commands.mkdir()
        (commands / "claude").symlink_to(CLAUDE_CODE.program())
        self.environment = {
            "HOME": str(self.home),
            "PATH": f"{commands}:/usr/local/bin:/usr/bin:/bin",
            "LANG": "C",
            "TERM": "dumb",
            "TZ": "UTC",
            "CALLUS_BINARY": str(binary()),
            "DISABLE_TELEMETRY": "1",
        }

    def let_it_build(self):
        """Lets the script build; in `.ci/run` the same build has just been made, so that it only looks."""
        cargo = shutil.which("cargo")
        if not cargo:
            return
        del self.environment["CALLUS_BINARY"]
        self.environment["PATH"] += f":{Path(cargo).parent}"
        for name, usual in (("CARGO_HOME", ".cargo"), ("RUSTUP_HOME", ".rustup"), ("CARGO_TARGET_DIR", "")):
            folder = os.environ.get(name) or (usual and str(Path.home() / usual))
            if folder:
                self.environment[name] = folder

    def fill(self, transcripts):
        if transcripts:
            shutil.copytree(THREE, self.home, copy_function=shutil.copyfile)
            # Kept behind a link, as people do who carry their settings from machine to machine.
            (self.home / "dotfiles").mkdir()
            (self.home / "dotfiles" / "settings.json").write_text(SETTINGS)
            (self.home / ".claude" / "settings.json").symlink_to("../dotfiles/settings.json")
        else:
            self.home.mkdir()

    def install(self, *arguments):
        """Runs the script with no terminal anywhere; returns what it printed."""
        done = subprocess.run(
            ["sh", str(TOP / "install.sh"), *arguments],
            env=self.environment,
            cwd=self.folder,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=300,
            start_new_session=True,
        )
        self.assertEqual(done.returncode, 0, done.stdout)
        return done.stdout

    def install_at_a_terminal(self, reply):
        """Runs the script at a terminal and answers its one question; returns what it printed."""
        process, terminal = pty.fork()
        if process == 0:
            os.chdir(self.folder)
            os.execve("/bin/sh", ["sh", str(TOP / "install.sh")], {**self.environment, "COLUMNS": "80"})
        printed, answered, until = b"", 0, time.monotonic() + 300
        while time.monotonic() < until:
            if select.select([terminal], [], [], 1)[0]:
                try:
                    piece = os.read(terminal, 65536)
                except OSError:
                    break
                if not piece:
                    break
                printed += piece
            if answered == 0 and re.search(rb"\[[yYnN]/[yYnN]\]\s*$", printed):
                os.write(terminal, reply.encode() + b"\n")
                answered += 1
        text = printed.decode(errors="replace")
        self.assertEqual(os.waitstatus_to_exitcode(os.waitpid(process, 0)[1]), 0, text)
        self.assertEqual(answered, 1, f"it asks once: {text}")
        return text

    def callus(self):
        return Callus(str(self.home / ".local" / "bin" / "callus"), self.environment, self.folder)

    def state(self, without_store=True):
        """Returns everything in the home: name to mode and bytes, or to where a link leads."""
        found = {}
        for path in sorted(self.home.rglob("*")):
            name = str(path.relative_to(self.home))
            ours = without_store and (name.startswith(STORE) or STORE.startswith(name + "/"))
            if ours or CLIENTS_OWN.match(name):
                continue
            if path.is_symlink():
                found[name] = os.readlink(path)
            else:
                found[name] = (path.stat().st_mode, b"" if path.is_dir() else path.read_bytes())
        return found

    def assert_report(self, printed, names):
        for name in names:
            self.assertRegex(printed, name, "the report names what failed")
        self.assertNotRegex(printed, r"thread 'main' .*panicked|RUST_BACKTRACE|\(os error")

    def assert_undone(self, before):
        self.install("--uninstall", "--yes")
        self.assertEqual(self.state(), before)
        self.install("--uninstall", "--purge", "--yes")
        self.assertEqual(self.state(without_store=False), before, "and the store is gone")

    def test_an_empty_home(self):
        self.fill(transcripts=False)
        self.let_it_build()
        before = self.state()
        self.assert_report(self.install("--yes"), [])
        self.assertTrue((self.home / ".local" / "bin" / "callus").exists())
        self.assert_undone(before)

    def test_no_assistant_at_all(self):
        self.fill(transcripts=False)
        (self.folder / "bin" / "claude").unlink()
        before = self.state()
        self.assert_report(self.install("--yes"), [r"[Ss]ample"])
        self.assert_undone(before)

    def test_three_transcripts(self):
        self.fill(transcripts=True)
        before = self.state()
        printed = self.install("--yes")
        self.assert_report(printed, [FAILED])
        self.assertEqual(len(self.callus().sessions()), 3)
        self.assertIn(b"callus", (self.home / "dotfiles" / "settings.json").read_bytes(), "written through the link")
        self.assert_undone(before)

    def test_no_terminal_and_no_flag(self):
        self.fill(transcripts=True)
        before = self.state()
        self.assert_report(self.install(), [FAILED])
        self.assert_undone(before)

    def test_a_second_run_changes_nothing(self):
        self.fill(transcripts=True)
        before = self.state()
        self.install("--yes")
        once, sessions = self.state(), self.callus().sessions()
        self.assert_report(self.install("--yes"), [FAILED])
        self.assertEqual(self.state(), once)
        self.assertEqual(len(self.callus().sessions()), len(sessions))
        self.assert_undone(before)

    def test_at_a_terminal_it_asks_once(self):
        self.fill(transcripts=True)
        before = self.state()
        self.install_at_a_terminal("y")
        self.assertNotEqual(self.state(), before)
        self.assert_undone(before)

    def test_no_means_nothing_is_wired(self):
        self.fill(transcripts=True)
        before = self.state()
        self.install_at_a_terminal("n")
        after = self.state()
        self.assertEqual({name: after.get(name) for name in before}, before)


if __name__ == "__main__":
    unittest.main(verbosity=2)
