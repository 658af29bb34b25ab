"""An MCP server on standard input and output whose tools fail, each in its own way."""

import json
import sys

TOOLS = ["lookup", "refuse"]


def answer(method, params):
    if method == "initialize":
        return {
            "result": {
                "protocolVersion": params.get("protocolVersion"),
                "capabilities": {"tools": {}},
                "serverInfo": {"name": "broken", "version": "1"},
            }
        }
    if method == "tools/list":
        schema = {"type": "object", "properties": {"name": {"type": "string"}}}
        return {"result": {"tools": [{"name": tool, "description": tool, "inputSchema": schema} for tool in TOOLS]}}
    if method == "tools/call" and params["name"] == "lookup":
        text = "upstream said 503: the ledger is closed"
        return {"result": {"content": [{"type": "text", "text": text}], "isError": True}}
    if method == "tools/call":
        return {"error": {"code": -32602, "message": "account is not a number"}}
    return {"error": {"code": -32601, "message": "method not found"}}


for line in sys.stdin:
    message = json.loads(line)
    if message.get("id") is not None:
        reply = {"jsonrpc": "2.0", "id": message["id"], **answer(message.get("method"), message.get("params") or {})}
        print(json.dumps(reply), flush=True)
