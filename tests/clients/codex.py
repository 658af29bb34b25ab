"""The real Codex CLI at a desk: headless, and as an editor talks to it, which may be asked questions."""

import json
import subprocess

from desk import Desk, ended, kill
from registry import CODEX

# As a person wrote it; `callus install` has to leave every byte of it.
SETTINGS = """# mine
model_provider = "scripted"   # no account needed

[model_providers.scripted]
  name     = "Scripted"
  base_url = "{url}/v1"
  env_key  = "SCRIPTED_KEY"
  wire_api = "responses"
  request_max_retries = 0
  stream_max_retries  = 0

[analytics]
enabled = false

# trusted by hand
[projects."{repo}"]
trust_level = 'trusted'
"""


class CodexDesk(Desk):
    def __init__(self):
        super().__init__(client=CODEX)
        self.settings = self.home / ".codex" / "config.toml"
        self.settings.parent.mkdir()

    def configure(self, model):
        """Writes the settings of a person who talks to this model; returns them."""
        text = SETTINGS.format(url=model.url, repo=self.repo)
        self.settings.write_text(text)
        return text

    def command(self, *arguments, **variables):
        """Starts the client with its key and what else it is given."""
        environment = {**self.environment, "SCRIPTED_KEY": "not-a-key", **variables}
        stdin = subprocess.PIPE if arguments[0] == "app-server" else subprocess.DEVNULL
        return self.run([self.folder / "bin" / CODEX.command, *arguments], environment, stdin=stdin)

    def execute(self, prompt, model, **variables):
        """Runs one headless session to its end; returns the events that it printed, and all it printed."""
        printed = ended(self.command("exec", "--json", "-m", model, prompt, **variables))
        lines = [line for line in printed.splitlines() if line.startswith("{")]
        return [json.loads(line) for line in lines], printed

    def attended(self, prompt, model, policy):
        """Runs one turn with somebody who can be asked; returns what they were asked."""
        process = self.command("app-server")
        try:
            return Attended(process, self.repo).turn(prompt, model, policy)
        finally:
            kill(process)
            process.stdin.close()
            process.stdout.close()
            process.stderr.close()


class Attended:
    """Speaks to the client as an editor does: a document a line, and questions come back."""

    def __init__(self, process, folder):
        self.process, self.folder, self.asked = process, folder, []

    def send(self, **document):
        self.process.stdin.write(json.dumps(document) + "\n")
        self.process.stdin.flush()

    def hear(self):
        line = self.process.stdout.readline()
        if not line:
            raise AssertionError(f"the client left: {self.process.stderr.read()[-2000:]}")
        document = json.loads(line)
        if "id" in document and "method" in document:
            self.asked.append(document)
            self.send(id=document["id"], result={"action": "decline", "content": None})
        return document

    def ask(self, number, method, **params):
        self.send(id=number, method=method, params=params)
        while True:
            document = self.hear()
            if document.get("id") == number and "method" not in document:
                return document["result"]

    def turn(self, prompt, model, policy):
        self.ask(0, "initialize", clientInfo={"name": "desk", "title": "Desk", "version": "1"})
        self.send(method="initialized")
        folder = str(self.folder)
        started = self.ask(1, "thread/start", model=model, approvalPolicy=policy, sandbox="read-only", cwd=folder)
        words = [{"type": "text", "text": prompt}]
        self.ask(2, "turn/start", threadId=started["thread"]["id"], input=words)
        while self.hear().get("method") != "turn/completed":
            pass
        return self.asked
