#!/usr/bin/env python3
"""Measures one question over HTTP against the same question over pipes, interleaved in one run.

    cargo build --release && python3 benches/serve.py              # 20,000 failures of 2,000 failure modes
    python3 benches/serve.py --full                                # 1,000,000 failures of 100,000 failure modes

The store is that of `store.py`. Trust the ratios.
"""

import argparse
import http.client
import json
import shutil
import subprocess
import sys
import time

from hooks import Server, percentile
from store import Repeated

PEER = {
    "io.modelcontextprotocol/protocolVersion": "2026-07-28",
    "io.modelcontextprotocol/clientCapabilities": {},
}


class Served:
    """A server on a free port, and a connection to it that is kept open."""

    def __init__(self, bench):
        argv = [bench.binary, "serve", "--addr", "127.0.0.1:0", "--no-token", "--rate", "100000"]
        self.process = subprocess.Popen(argv, env=bench.environment, stderr=subprocess.PIPE, text=True)
        self.host = self.process.stderr.readline().split("//")[1].strip()
        self.kept = http.client.HTTPConnection(self.host)

    def ask(self, method, path, body=None, connection=None, headers=None):
        connection = connection or self.kept
        connection.request(method, path, json.dumps(body) if body else None, {"Content-Type": "application/json", **(headers or {})})
        reply = connection.getresponse()
        text = reply.read()
        if reply.status != 200:
            sys.exit(f"{method} {path}: {reply.status} {text.decode()}")

    def ask_anew(self, method, path, body):
        connection = http.client.HTTPConnection(self.host)
        self.ask(method, path, body, connection)
        connection.close()

    def call(self, tool, given):
        message = {"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": {"name": tool, "arguments": given, "_meta": PEER}}
        self.ask("POST", "/mcp", message, headers={
            "Accept": "application/json, text/event-stream", "MCP-Protocol-Version": "2026-07-28",
            "Mcp-Method": "tools/call", "Mcp-Name": tool,
        })

    def memory(self):
        with open(f"/proc/{self.process.pid}/status", encoding="ascii") as status:
            return next(int(line.split()[1]) / 1024 for line in status if line.startswith("VmRSS"))

    def end(self):
        self.process.terminate()
        if self.process.wait(timeout=20) != 0:
            sys.exit("it did not end in good order")


def measure(bench, runs):
    served = Served(bench)
    taken = {}
    with Server([bench.binary, "mcp"], bench.environment) as pipes:
        pipes.greet()
        for turn in range(runs):
            given = {"output": bench.words.text(bench.words.modes[turn % len(bench.words.modes)])}
            kinds = {
                "`failure_check` over pipes": lambda: pipes.ask("tools/call", name="failure_check", arguments=given),
                "`/healthz`": lambda: served.ask("GET", "/healthz"),
                "`/v1/check`": lambda: served.ask("POST", "/v1/check", given),
                "`/v1/check`, each on a new connection": lambda: served.ask_anew("POST", "/v1/check", given),
                "`failure_check` over `/mcp`": lambda: served.call("failure_check", given),
            }
            for kind, ask in kinds.items():
                started = time.perf_counter()
                ask()
                taken.setdefault(kind, []).append((time.perf_counter() - started) * 1000)
    memory = served.memory()
    served.end()
    base = percentile(next(iter(taken.values())), 50)
    print("\n| question | n | p50 ms | p99 ms | x over pipes |\n|---|---|---|---|---|")
    for kind, times in taken.items():
        cells = [percentile(times, 50), percentile(times, 99), percentile(times, 50) / base]
        print(f"| {kind} | {len(times)} | " + " | ".join(f"{cell:.2f}" for cell in cells) + " |")
    print(f"\nmemory of the server: {memory:.0f} MB")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--failures", type=int, default=20_000, help="failures in the store")
    parser.add_argument("--modes", type=int, default=2_000, help="different ones among them")
    parser.add_argument("--runs", type=int, default=500, help="measured questions of each kind")
    parser.add_argument("--full", action="store_true", help="1,000,000 failures of 100,000 modes")
    arguments = parser.parse_args()
    if arguments.full:
        arguments.failures, arguments.modes = 1_000_000, 100_000
    bench = Repeated(arguments)
    try:
        bench.build()
        measure(bench, arguments.runs)
    finally:
        shutil.rmtree(bench.folder)


if __name__ == "__main__":
    main()
