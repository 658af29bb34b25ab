"""Sessions that were, written as the client writes them: what Callus imports before a test begins."""

import json
import uuid
from datetime import datetime, timedelta, timezone

VERSION = "2.1.328"


class Past:
    """One session, so many days ago; each step takes it half a minute further."""

    def __init__(self, desk, days, folder=None):
        self.session = str(uuid.uuid4())
        self.folder = folder or desk.repo
        self.now = datetime.now(timezone.utc) - timedelta(days=days)
        self.lines, self.last = [], None
        projects = desk.home / ".claude" / "projects"
        slug = "".join(c if c.isalnum() else "-" for c in str(self.folder))
        self.path = projects / slug / f"{self.session}.jsonl"
        self._line("user", {"role": "user", "content": "Please go on with the ledger."})

    def ran(self, command, output="", code=0):
        """A shell call, as it ended."""
        if code == 0:
            result = {"stdout": output, "stderr": "", "interrupted": False, "isImage": False}
            return self.called("Bash", {"command": command}, output or "(Bash completed with no output)", result)
        return self.failed("Bash", {"command": command}, f"Exit code {code}\n{output}")

    def failed(self, tool, given, text):
        return self.called(tool, given, text, f"Error: {text}", failed=True)

    def called(self, tool, given, text, result, failed=False):
        identity = f"toolu_{uuid.uuid4().hex[:22]}"
        use = {"type": "tool_use", "id": identity, "name": tool, "input": given}
        reply = {
            "id": f"msg_{uuid.uuid4().hex[:16]}",
            "type": "message",
            "role": "assistant",
            "model": "claude-sonnet-5-5",
            "content": [use],
            "stop_reason": "tool_use",
            "usage": {"input_tokens": 1200, "output_tokens": 42},
        }
        self._line("assistant", reply)
        answer = {"type": "tool_result", "tool_use_id": identity, "content": text, "is_error": failed}
        self._line("user", {"role": "user", "content": [answer]}, toolUseResult=result)
        return self

    def write(self):
        self.path.parent.mkdir(parents=True, exist_ok=True)
        self.path.write_text("".join(json.dumps(line) + "\n" for line in self.lines))
        return self

    def _line(self, kind, message, **more):
        identity = str(uuid.uuid4())
        self.lines.append(
            {
                "parentUuid": self.last,
                "isSidechain": False,
                "type": kind,
                "message": message,
                "uuid": identity,
                "timestamp": self.now.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
                "cwd": str(self.folder),
                "sessionId": self.session,
                "version": VERSION,
                "gitBranch": "main",
                **more,
            }
        )
        self.last = identity
        self.now += timedelta(seconds=15)
