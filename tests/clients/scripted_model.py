"""A model that says what a script tells it, on loopback: the Messages API, streamed, with errors and stalls.

A script is a list of lanes. A request belongs to the first lane whose pattern is found in its first user message,
or in its last where the lane says so, and gets that lane's next turn; when the turns have run out, the lane says
"done". Every request is kept, also by its lane.
"""

import json
import re
import threading
import time
import uuid
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


@dataclass
class Turn:
    """One answer of the model."""

    text: str = ""
    calls: list = field(default_factory=list)
    status: int = 200
    error: str = ""
    stall: float = 0


def say(text):
    return Turn(text=text)


def call(tool, **given):
    return Turn(calls=[(tool, given)])


def calls(*pairs):
    return Turn(calls=list(pairs))


def fail(status, error, text):
    return Turn(status=status, error=error, text=text)


@dataclass
class Lane:
    pattern: str
    turns: list
    otherwise: Turn = field(default_factory=lambda: say("done"))
    on_last: bool = False
    requests: list = field(default_factory=list)


class Scripted:
    """A server that plays lanes, on a free port of the loopback interface, for the length of a `with` block."""

    def __init__(self, *lanes):
        # Clients also ask small questions of their own, such as for a title: they get a lane that hears everything.
        self.lanes = [*lanes, Lane(".", [], say("ok"))]
        self.requests = []
        # Call ids are unique in the world: a repeated one means a copied history.
        self.name = uuid.uuid4().hex[:12]
        self._lock = threading.Lock()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._responder())
        self._server.daemon_threads = True
        self.url = "http://127.0.0.1:%d" % self._server.server_address[1]

    def __enter__(self):
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_):
        self._server.shutdown()
        self._server.server_close()

    def _answer(self, request):
        said = self.said(request) or [""]
        hears = (lane for lane in self.lanes if re.search(lane.pattern, said[-1 if lane.on_last else 0], re.S))
        lane = next(hears, self.lanes[-1])
        with self._lock:
            self.requests.append(request)
            at = len(lane.requests)
            lane.requests.append(request)
            return lane.turns[at] if at < len(lane.turns) else lane.otherwise, len(self.requests)


class Spoken(BaseHTTPRequestHandler):
    """What both protocols have in common: whole answers, and events one after another."""

    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def asked(self):
        return json.loads(self.rfile.read(int(self.headers.get("content-length", 0))) or "{}")

    def begin(self):
        self.send_response(200)
        self.send_header("content-type", "text/event-stream")
        self.send_header("connection", "close")
        self.end_headers()
        self.close_connection = True

    def event(self, kind, **data):
        self.wfile.write(f"event: {kind}\ndata: {json.dumps({'type': kind, **data})}\n\n".encode())
        self.wfile.flush()

    def whole(self, status, answer):
        body = json.dumps(answer).encode()
        self.send_response(status)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


class Model(Scripted):
    """The Messages API."""

    def said(self, request):
        return [text_of(m["content"]) for m in request.get("messages", []) if m["role"] == "user"]

    def results(self):
        """Returns every tool result that the model was given: call id to text."""
        seen = {}
        for request in list(self.requests):
            for message in request.get("messages", []):
                for block in blocks(message.get("content")):
                    if block.get("type") == "tool_result":
                        seen[block["tool_use_id"]] = text_of(block.get("content"))
        return seen

    def _responder(model):
        class Responder(Spoken):
            def do_HEAD(self):
                self.send_response(200)
                self.send_header("content-length", "0")
                self.end_headers()

            def do_GET(self):
                self.whole(404, {"type": "error", "error": {"type": "not_found_error", "message": "not here"}})

            def do_POST(self):
                request = self.asked()
                if "count_tokens" in self.path:
                    return self.whole(200, {"input_tokens": 1000})
                if "/messages" not in self.path:
                    return self.whole(200, {})
                turn, number = model._answer(request)
                if turn.status != 200:
                    error = {"type": turn.error, "message": turn.text}
                    return self.whole(turn.status, {"type": "error", "error": error})
                try:
                    self.speak(turn, number, request)
                except (BrokenPipeError, ConnectionResetError):
                    pass

            def speak(self, turn, number, request):
                content = [{"type": "text", "text": turn.text}] if turn.text else []
                for index, (tool, given) in enumerate(turn.calls):
                    identity = f"toolu_{model.name}{number:04}{index}"
                    content.append({"type": "tool_use", "id": identity, "name": tool, "input": given})
                message = {
                    "id": f"msg_{model.name}{number:04}",
                    "type": "message",
                    "role": "assistant",
                    "model": request.get("model", "scripted"),
                    "content": content,
                    "stop_reason": "tool_use" if turn.calls else "end_turn",
                    "stop_sequence": None,
                    "usage": {"input_tokens": 1200, "output_tokens": 42},
                }
                if not request.get("stream"):
                    return self.whole(200, message)
                self.begin()
                self.event("message_start", message={**message, "content": [], "stop_reason": None})
                time.sleep(turn.stall)
                for index, block in enumerate(content):
                    if block["type"] == "text":
                        empty, delta = {"type": "text", "text": ""}, {"type": "text_delta", "text": block["text"]}
                    else:
                        given = json.dumps(block["input"])
                        empty, delta = {**block, "input": {}}, {"type": "input_json_delta", "partial_json": given}
                    self.event("content_block_start", index=index, content_block=empty)
                    self.event("content_block_delta", index=index, delta=delta)
                    self.event("content_block_stop", index=index)
                end = {"stop_reason": message["stop_reason"], "stop_sequence": None}
                self.event("message_delta", delta=end, usage={"output_tokens": 42})
                self.event("message_stop")

        return Responder


def blocks(content):
    return [block for block in content if isinstance(block, dict)] if isinstance(content, list) else []


def text_of(content):
    if isinstance(content, str):
        return content
    return "\n".join(block.get("text", "") for block in blocks(content) if block.get("type") == "text")
