"""What a model heard from Callus: the client hands on each hook's words in a message of the system, under a heading.

A request repeats the whole conversation, so what came new with it is what the one before it did not hold.
"""

import re
from dataclasses import dataclass

from scripted_model import blocks, text_of

# The heading names the event, and the tool where there is one. Several stand in one message, parted by blank lines.
HEADING = r"(\w+)(?::[\w-]+)? hook additional context: "
CONTEXT = re.compile(HEADING + r"(.*?)(?=\n\n|\Z)", re.S)
# A script that refuses by its exit code is named in brackets: those are somebody else's words.
REFUSAL = re.compile(r"PreToolUse:[\w-]+ hook error: (?!\[)(.*)", re.S)


@dataclass(frozen=True)
class Words:
    event: str
    text: str


def words(request):
    """Returns everything that hooks said in a request, in order: context, and reasons of refusals."""
    heard = []
    for message in request.get("messages", []):
        if message["role"] == "system":
            heard += [Words(*found) for found in CONTEXT.findall(text_of(message["content"]))]
        for block in blocks(message["content"]):
            refused = REFUSAL.search(text_of(block.get("content"))) if block.get("type") == "tool_result" else None
            if refused:
                heard.append(Words("PreToolUse", refused[1]))
    return heard


def conversation(lane):
    """Returns all that hooks said in the conversation of a lane."""
    return words(lane.requests[-1]) if lane.requests else []


def first(lane):
    """Returns what hooks said before the model did anything."""
    return words(lane.requests[0]) if lane.requests else []


def at_the_action(lane):
    """Returns all that hooks said in the conversation of a lane, but what they said at its start."""
    return [one for one in conversation(lane) if one.event != "SessionStart"]


def after(lane, turn):
    """Returns what came new with the very next request after a turn, counted from 0: the one with its results."""
    before, now = words(lane.requests[turn]), words(lane.requests[turn + 1])
    return now[len(before) :]


def everything(request):
    """Returns all texts of a request, one under the other: what the model can read of the conversation."""
    texts = [text_of(request.get("system") or "")]
    for message in request.get("messages", []):
        texts.append(text_of(message["content"]))
        texts += [text_of(block.get("content")) for block in blocks(message["content"]) if "content" in block]
    return "\n".join(texts)
