#!/usr/bin/env python3
"""Measures the MCP server over pipes against a ping over the same pipes, and against `cat` and plain SQL, in one run.

    cargo build --release && python3 benches/mcp.py                # a minute: 20,000 failures of 2,000 failure modes
    python3 benches/mcp.py --full                                  # 1,000,000 failures of 100,000 failure modes
    python3 benches/mcp.py --home ~/store                          # a store that is there already

The store is that of `store.py`, unless one is named. Kinds take turns, so that whatever else the machine does meets all of
them alike. Trust the ratios.
"""

import argparse
import json
import random
import shutil
import sqlite3
import subprocess
import sys
import threading
import time
from pathlib import Path

from hooks import Server, percentile
from store import Repeated

WRITERS = 16


class Asked(Repeated):
    """The store of `store.py`, or one that is there already."""

    def __init__(self, arguments):
        super().__init__(arguments)
        self.headlines = []
        if arguments.home:
            self.environment["CALLUS_HOME"] = str(Path(arguments.home).expanduser().resolve())

    def database(self):
        return Path(self.environment["CALLUS_HOME"]) / "workspaces" / "default" / "callus.db"

    def ready(self):
        if self.arguments.home:
            print(f"store: { {table: self.count(table) for table in ('event', 'failure', 'mode')} }")
        else:
            self.build()
        with sqlite3.connect(f"file:{self.database()}?mode=ro", uri=True) as database:
            rows = database.execute("select headline from mode order by random() limit 2000")
            self.headlines = [row[0] for row in rows]

    def error(self):
        return {"output": f"Exit code 1\n{self.draw.choice(self.headlines)}\n"}

    def known_error(self, answer):
        return not answer["result"].get("isError") and "seen" in answer["result"]["content"][0]["text"]

    def starts(self, runs):
        """From the start of a process to its first reply, beside `cat`, which says what it was told."""
        line = json.dumps({"jsonrpc": "2.0", "id": 1, "method": "server/discover", "params": {"_meta": PEER}}).encode() + b"\n"
        kinds = {"cat": ["/bin/cat"], "callus mcp": [self.binary, "mcp"]}
        taken = {kind: [] for kind in kinds}
        for _ in range(runs):
            for kind, argv in kinds.items():
                started = time.perf_counter()
                process = subprocess.Popen(argv, env=self.environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
                process.stdin.write(line)
                process.stdin.flush()
                process.stdout.readline()
                taken[kind].append((time.perf_counter() - started) * 1000)
                process.stdin.close()
                process.wait(timeout=10)
        table("start to first reply", taken, "cat")

    def questions(self, runs, title):
        """Each tool, beside a ping and beside the one row that SQL alone would read in this process."""
        database = sqlite3.connect(f"file:{self.database()}?mode=ro", uri=True)
        asked = {
            "failure_check": self.error,
            "failure_count": lambda: {"error": self.draw.choice(self.headlines)},
            "failure_search": lambda: {"query": " ".join(self.draw.choice(self.headlines).split()[:3])},
        }
        taken = {kind: [] for kind in ("one row by SQL", "ping", "tools/list", *asked)}
        found = 0
        with Server([self.binary, "mcp"], self.environment) as server:
            server.greet()
            server.ask("tools/call", name="failure_check", arguments=self.error())
            for _ in range(runs):
                started = time.perf_counter()
                database.execute("select * from pattern where id = ?", (self.draw.randrange(1, 2000),)).fetchone()
                taken["one row by SQL"].append((time.perf_counter() - started) * 1000)
                for method in ("ping", "tools/list"):
                    started = time.perf_counter()
                    server.ask(method)
                    taken[method].append((time.perf_counter() - started) * 1000)
                for tool, given in asked.items():
                    arguments = given()
                    started = time.perf_counter()
                    answer = server.ask("tools/call", name=tool, arguments=arguments)
                    taken[tool].append((time.perf_counter() - started) * 1000)
                    if "error" in answer or answer["result"].get("isError"):
                        sys.exit(f"{tool} {arguments}: {answer}")
                    found += tool == "failure_check" and self.known_error(answer)
            memory = self.memory(server)
        database.close()
        table(title, taken, "ping")
        print(f"\nknown errors that were found: {found} of {runs}; memory after it: {memory}")

    def at_once(self, calls):
        """Many calls before the first reply is read."""
        with Server([self.binary, "mcp"], self.environment) as server:
            server.greet()
            started = time.perf_counter()
            for number in range(calls):
                message = {"jsonrpc": "2.0", "id": 10_000 + number, "method": "tools/call"}
                message["params"] = {"name": "failure_check", "arguments": self.error()}
                server.process.stdin.write(json.dumps(message).encode() + b"\n")
            server.process.stdin.flush()
            open_calls = set(range(10_000, 10_000 + calls))
            while open_calls:
                answer = json.loads(server.process.stdout.readline())
                if answer["result"].get("isError"):
                    sys.exit(f"at once: {answer}")
                open_calls.discard(answer["id"])
            each = (time.perf_counter() - started) * 1000 / calls
            print(f"\n{calls} calls at once: {each:.2f} ms each; memory after it: {self.memory(server)}")

    def while_hooks_write(self, runs):
        """The same questions while sessions write through their hooks, one record in four a failure."""
        stop = threading.Event()
        hook = [self.binary, "hook", "claude-code"]

        def write(number):
            draw = random.Random(number)
            path = self.folder / f"writer-{number}"
            while not stop.is_set():
                failing = draw.random() < 0.25
                path.write_bytes(self.failure(self.words.unknown(draw), f"writer-{number}") if failing else self.success())
                with path.open("rb") as given:
                    subprocess.run(hook, stdin=given, env=self.environment, stdout=subprocess.DEVNULL, check=True)

        writers = [threading.Thread(target=write, args=(number,)) for number in range(WRITERS)]
        for writer in writers:
            writer.start()
        try:
            self.questions(runs, f"while {WRITERS} hooks write")
        finally:
            stop.set()
            for writer in writers:
                writer.join()

    def sizes(self):
        with Server([self.binary, "mcp"], self.environment) as server:
            server.greet()
            listed = server.ask("tools/list")["result"]
            size = len(json.dumps(listed, separators=(",", ":"), ensure_ascii=False).encode())
            print(f"\ntools/list: {len(listed['tools'])} tools, {size} bytes; memory before any question: {self.memory(server)}")

    @staticmethod
    def memory(server):
        with open(f"/proc/{server.process.pid}/status", encoding="ascii") as status:
            fields = dict(line.split(":", 1) for line in status if line.startswith("Vm"))
        now, most = (int(fields[name].split()[0]) / 1024 for name in ("VmRSS", "VmHWM"))
        return f"{now:.1f} MB, at most {most:.1f} MB"


PEER = {
    "io.modelcontextprotocol/protocolVersion": "2026-07-28",
    "io.modelcontextprotocol/clientInfo": {"name": "bench", "version": "1"},
    "io.modelcontextprotocol/clientCapabilities": {},
}


def table(title, taken, base):
    middle = percentile(taken[base], 50)
    print(f"\n| {title} | n | p50 ms | p99 ms | x {base} |\n|---|---|---|---|---|")
    for kind, times in taken.items():
        half = percentile(times, 50)
        print(f"| {kind} | {len(times)} | {half:.2f} | {percentile(times, 99):.2f} | {half / middle:.1f} |")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--failures", type=int, default=20_000, help="failures in the store")
    parser.add_argument("--modes", type=int, default=2_000, help="different ones among them")
    parser.add_argument("--runs", type=int, default=300, help="measured runs of each kind")
    parser.add_argument("--full", action="store_true", help="1,000,000 failures of 100,000 modes, 2,000 runs")
    parser.add_argument("--home", help="a folder that holds a store, in place of a new one")
    arguments = parser.parse_args()
    if arguments.full:
        arguments.failures, arguments.modes, arguments.runs = 1_000_000, 100_000, 2_000
    bench = Asked(arguments)
    try:
        bench.ready()
        bench.sizes()
        bench.starts(arguments.runs)
        bench.questions(arguments.runs, "alone")
        bench.at_once(1_000)
        bench.while_hooks_write(arguments.runs)
    finally:
        shutil.rmtree(bench.folder)


if __name__ == "__main__":
    main()
