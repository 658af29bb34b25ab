"""The real clients: each from the package registry into `target/`, when it is first needed."""

import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

TOP = Path(__file__).resolve().parent.parent.parent


@dataclass(frozen=True)
class Client:
    """A client that is tested: its command, its package, and where the program of a platform lies among the packages."""

    command: str
    package: str
    version: str
    programs: str

    def program(self):
        """Returns the client's own binary; the first call installs it."""
        target = Path(os.environ.get("CARGO_TARGET_DIR", TOP / "target"))
        prefix = target / "clients" / f"{self.package.split('/')[-1]}-{self.version}"
        found = self._native(prefix)
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
        command = [npm, "install", "--prefix", str(prefix), *quiet, f"{self.package}@{self.version}"]
        done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=600)
        if done.returncode != 0:
            sys.exit(f"npm could not install {self.package}@{self.version}:\n{done.stdout}{done.stderr}")
        return self._native(prefix) or sys.exit(f"{self.package}@{self.version} has no binary for this machine")

    def _native(self, prefix):
        """The package is a thin wrapper: the program lies in the package of the platform."""
        for candidate in sorted((prefix / "node_modules").glob(self.programs)):
            try:
                version = subprocess.run([candidate, "--version"], capture_output=True, text=True, timeout=60)
            except OSError:
                continue  # The C library of another platform.
            if self.version in version.stdout:
                return candidate
        return None


CLAUDE_CODE = Client("claude", "@anthropic-ai/claude-code", "2.1.328", "@anthropic-ai/claude-code-*/claude")
CODEX = Client("codex", "@openai/codex", "0.169.0", "@openai/codex-*/vendor/*/bin/codex")
