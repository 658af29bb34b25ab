"""A desk: a private home, a repository and the real Claude Code, talking to a scripted model on loopback."""

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

HERE = Path(__file__).resolve().parent
TOP = HERE.parent.parent
CLIENT = "@anthropic-ai/claude-code"
VERSION = "2.1.328"


def client():
    """Returns the client's own binary; the first call installs it from the package registry into `target/`."""
    prefix = Path(os.environ.get("CARGO_TARGET_DIR", TOP / "target")) / "clients" / f"claude-code-{VERSION}"
    found = native(prefix)
    if found:
        return found
    npm = shutil.which("npm")
    if not npm:
        if os.environ.get("CI"):
            sys.exit("npm is not installed, so the real client cannot be: install Node.js on this runner")
        print("skipped: npm is not installed, so the real client cannot be")
        sys.exit(0)
    prefix.mkdir(parents=True, exist_ok=True)
    quiet = ["--no-audit", "--no-fund", "--no-progress"]
    command = [npm, "install", "--prefix", str(prefix), *quiet, f"{CLIENT}@{VERSION}"]
    done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=600)
    if done.returncode != 0:
        sys.exit(f"npm could not install {CLIENT}@{VERSION}:\n{done.stdout}{done.stderr}")
    return native(prefix) or sys.exit(f"{CLIENT}@{VERSION} has no binary for this machine")


def native(prefix):
    """The package is a thin wrapper: the program lies in the package of the platform."""
    for candidate in sorted((prefix / "node_modules" / "@anthropic-ai").glob("claude-code-*/claude")):
        try:
            version = subprocess.run([candidate, "--version"], capture_output=True, text=True, timeout=60)
        except OSError:
            continue  # The C library of another platform.
        if VERSION in version.stdout:
            return candidate
    return None


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

    def __init__(self, remote="https://git.example.com/acme/ledger.git", programs=None):
        """With `programs`, a table of name to path, a session finds these and no others."""
        self.folder = Path(tempfile.mkdtemp(prefix="callus-desk-"))
        self.home, self.repo, bin_folder = self.folder / "home", self.folder / "ledger", self.folder / "bin"
        for folder in (self.home, self.repo, bin_folder):
            folder.mkdir()
        (bin_folder / "claude").symlink_to(client())
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

    def start(self, model, prompt, *arguments, folder=None, resumed=None):
        """Starts the client without a terminal, in a session that it goes on with or a new one; returns the process
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
        }
        command = [self.folder / "bin" / "claude", "-p", prompt, "--model", "sonnet"]
        command += ["--resume" if resumed else "--session-id", session]
        command += ["--permission-mode", "bypassPermissions", "--output-format", "stream-json", "--verbose", *arguments]
        process = subprocess.Popen(
            command,
            cwd=folder or self.repo,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            # A group of its own, so that a test can kill the client with all that it started, and nothing else.
            start_new_session=True,
        )
        return process, session

    def converse(self, model, prompt, *arguments, folder=None, resumed=None):
        """Runs one session to its end; returns its id and what the client printed."""
        process, session = self.start(model, prompt, *arguments, folder=folder, resumed=resumed)
        try:
            printed, complaints = process.communicate(timeout=120)
        except subprocess.TimeoutExpired:
            kill(process)
            raise AssertionError(f"the client did not end: {process.communicate()[0][-2000:]}") from None
        return session, printed + complaints


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
