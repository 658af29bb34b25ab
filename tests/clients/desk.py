"""A desk: a private home, a repository and a real client, talking to a scripted model on loopback."""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import uuid
from pathlib import Path

from answers import Callus
from registry import CLAUDE_CODE, TOP

HERE = Path(__file__).resolve().parent


def binary():
    """Returns the release binary: `CALLUS_BIN`, else the newest one that cargo built."""
    named = os.environ.get("CALLUS_BIN")
    if named:
        return Path(named).resolve()
    built = [*TOP.glob("target/release/callus"), *TOP.glob("target/*/release/callus")]
    newest = max(built, key=lambda path: path.stat().st_mtime, default=None)
    return newest or sys.exit("build it first, or set CALLUS_BIN")


class Desk:
    """Everything that one test needs and nothing of the person who runs it."""

    def __init__(self, remote="https://git.example.com/acme/ledger.git", programs=None, client=CLAUDE_CODE):
        """With `programs`, a table of name to path, a session finds these and no others."""
        self.folder = Path(tempfile.mkdtemp(prefix="callus-desk-"))
        self.home, self.repo, bin_folder = self.folder / "home", self.folder / "ledger", self.folder / "bin"
        for folder in (self.home, self.repo, bin_folder):
            folder.mkdir()
        (bin_folder / client.command).symlink_to(client.program())
        for name, path in (programs or {}).items():
            (bin_folder / name).symlink_to(path)
        self.environment = {
            "PATH": str(bin_folder) if programs else f"{bin_folder}:/usr/local/bin:/usr/bin:/bin",
            "HOME": str(self.home),
            "LANG": "C.UTF-8",
            "TERM": "dumb",
            "SHELL": "/bin/sh",
            "TZ": "UTC",
        }
        self.callus = Callus(str(binary()), self.environment, self.repo)
        self.write("README.md", "hello\n")
        self.git("init", "-q", "-b", "main")
        self.git("remote", "add", "origin", remote)
        self.git("add", "-A")
        self.git("-c", "user.name=dev", "-c", "user.email=dev@example.com", "commit", "-qm", "first")

    def close(self):
        shutil.rmtree(self.folder, ignore_errors=True)

    def write(self, name, text):
        path = self.repo / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        return path

    def git(self, *arguments):
        """Runs git in the repository; returns what it printed."""
        how = {"cwd": self.repo, "env": self.environment, "stdin": subprocess.DEVNULL}
        return subprocess.run(["git", *arguments], check=True, stdout=subprocess.PIPE, text=True, **how).stdout

    def start(
        self, model, prompt, *arguments, folder=None, resumed=None, permissions="bypassPermissions", variables=None
    ):
        """Starts Claude Code without a terminal, in a session that it goes on with or a new one; returns the process
        and the session's id."""
        session = resumed or str(uuid.uuid4())
        environment = {
            **self.environment,
            "ANTHROPIC_BASE_URL": model.url,
            "ANTHROPIC_API_KEY": "not-a-key",
            "CLAUDE_CODE_MAX_RETRIES": "1",
            "CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC": "1",
            "DISABLE_TELEMETRY": "1",
            "DISABLE_AUTOUPDATER": "1",
            "DISABLE_ERROR_REPORTING": "1",
            # The client refuses to skip permissions as root unless it is told that it runs in a container.
            "IS_SANDBOX": "1",
            **(variables or {}),
        }
        command = [self.folder / "bin" / "claude", "-p", prompt, "--model", "sonnet"]
        command += ["--resume" if resumed else "--session-id", session]
        command += ["--permission-mode", permissions, "--output-format", "stream-json", "--verbose", *arguments]
        return self.run(command, environment, folder), session

    def run(self, command, environment, folder=None, stdin=subprocess.DEVNULL):
        """Starts a client with this environment and nothing else."""
        return subprocess.Popen(
            command,
            cwd=folder or self.repo,
            env=environment,
            stdin=stdin,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            # A group of its own, so that a test can kill the client with all that it started, and nothing else.
            start_new_session=True,
        )

    def converse(self, model, prompt, *arguments, **how):
        """Runs one session to its end; returns its id and what the client printed."""
        process, session = self.start(model, prompt, *arguments, **how)
        return session, ended(process)


def ended(process):
    """Waits for the end of a client; returns what it printed."""
    try:
        printed, complaints = process.communicate(timeout=120)
    except subprocess.TimeoutExpired:
        kill(process)
        raise AssertionError(f"the client did not end: {process.communicate()[0][-2000:]}") from None
    return printed + complaints


def kill(process):
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def eventually(ask, seconds=20):
    """Asks until the answer is true, for the worker settles a session later; returns the last answer."""
    until = time.monotonic() + seconds
    while True:
        answer = ask()
        if answer or time.monotonic() > until:
            return answer
        time.sleep(0.2)
