"""A model that says what a script tells it, on loopback: the Responses API, streamed.

It is spoken to in two ways, and a script is the same in both. A model of the older sort calls each tool by its name; a
newer one writes a program that calls them, and reads what the program prints.
"""

import json

from scripted_model import Scripted, Spoken


class Responses(Scripted):
    def __init__(self, *lanes, programs=False):
        """With `programs`, the model writes programs."""
        self.programs = programs
        super().__init__(*lanes)

    def said(self, request):
        """Returns everything that the user said as one text: the client puts words of its own before it."""
        told = [text(item.get("content")) for item in items(request, "message") if item.get("role") == "user"]
        return ["\n".join(told)]

    def results(self):
        """Returns every tool result that the model was given: call id to text."""
        seen = {}
        for request in list(self.requests):
            for item in [*items(request, "function_call_output"), *items(request, "custom_tool_call_output")]:
                seen[item["call_id"]] = text(item.get("output"))
        return seen

    def _responder(model):
        class Responder(Spoken):
            def do_GET(self):
                self.whole(200, {"object": "list", "data": [], "models": []})

            def do_POST(self):
                request = self.asked()
                if not self.path.rstrip("/").endswith("/responses"):
                    return self.whole(404, {})
                turn, number = model._answer(request)
                if turn.status != 200:
                    return self.whole(turn.status, {"error": {"type": turn.error, "message": turn.text}})
                try:
                    self.speak(turn, number)
                except (BrokenPipeError, ConnectionResetError):
                    pass

            def speak(self, turn, number):
                identity = f"resp_{model.name}{number:04}"
                said = [model.message(number, turn.text)] if turn.text else []
                said += [model.call(f"call_{model.name}{number:04}{at}", *one) for at, one in enumerate(turn.calls)]
                self.begin()
                self.event("response.created", response={"id": identity})
                for at, item in enumerate(said):
                    self.event("response.output_item.done", output_index=at, item=item)
                used = {
                    "input_tokens": 1200,
                    "input_tokens_details": {"cached_tokens": 0},
                    "output_tokens": 42,
                    "output_tokens_details": {"reasoning_tokens": 0},
                    "total_tokens": 1242,
                }
                self.event("response.completed", response={"id": identity, "usage": used})

        return Responder

    def message(self, number, words):
        content = [{"type": "output_text", "text": words, "annotations": []}]
        return {"type": "message", "id": f"msg_{self.name}{number:04}", "role": "assistant", "content": content}

    def call(self, identity, tool, given):
        if self.programs:
            code = f"const r = await tools.{tool}({json.dumps(given)}); text(r);"
            return {
                "type": "custom_tool_call",
                "id": f"ctc_{identity}",
                "call_id": identity,
                "name": "exec",
                "input": code,
                "status": "completed",
            }
        # A tool of a server is called within the space of its server's name.
        space, _, name = tool.rpartition("__")
        item = {
            "type": "function_call",
            "id": f"fc_{identity}",
            "call_id": identity,
            "name": name or tool,
            "arguments": json.dumps(given),
        }
        return {**item, "namespace": space} if space else item


def items(request, kind):
    return [item for item in request.get("input", []) if item.get("type", "message") == kind]


def text(content):
    if isinstance(content, str):
        return content
    return "\n".join(part.get("text", "") for part in content or [] if isinstance(part, dict))
