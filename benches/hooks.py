#!/usr/bin/env python3
"""Measures the hook, the import and the MCP server against /bin/true, interleaved in one run.

    cargo build --release && python3 benches/hooks.py              # minutes: 20,000 events, 2,000 failure modes
    python3 benches/hooks.py --full                                # 1,000,000 events, 100,000 failure modes
    python3 benches/hooks.py --import-from ~/.claude/projects      # also: how fast are real transcripts read

The store is built by `callus import`, so through the same code that records. Every measured run is a new process, and
the kinds take turns, so that whatever else the machine does meets all of them alike. Trust the ratios.
"""

import argparse
import json
import math
import os
import random
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time
import uuid
from pathlib import Path

TOP = Path(__file__).resolve().parent.parent
CALLS_PER_SESSION = 100
FAILING = 0.12


class Words:
    """Failures that share no template: six words each, drawn so that no two of them differ in one place only."""

    def __init__(self, modes):
        draw = random.Random(7)
        syllables = ["".join(pair) for pair in zip("bdfgklmnprstvz" * 5, "aeiou" * 14)]
        self.vocabulary = ["".join(draw.choices(syllables, k=3)) for _ in range(4000)]
        self.modes = [draw.sample(self.vocabulary, 6) for _ in range(modes)]
        self.met = 0

    def text(self, words):
        a, b, c, d, e, f = words
        return f"error: {a} {b} refused {c} while {d} held {e} for {f}"

    def known(self, n):
        return self.text(self.modes[n % len(self.modes)])

    def next(self):
        """Takes the modes in turn, so that a store with more failures than modes holds them all."""
        self.met += 1
        return self.modes[(self.met - 1) % len(self.modes)]

    def remedy(self, words):
        """What is typed instead after a failure of this mode."""
        return f"--{words[0][::-1]}"

    def unknown(self, draw):
        return self.text(draw.sample(self.vocabulary, 6))


def body(draw):
    """An output of 1 to 60 kB; small ones are common, as they are in real sessions."""
    size = int(1000 * math.exp(draw.random() * math.log(60)))
    line = "checked %08x of the ledger against the books of the year before\n" % draw.getrandbits(32)
    return line * (size // len(line))


# Every session meets this one and gets past it: it is in the brief of the next, and before it there is a warning.
HOPELESS, INSTEAD = "ledger audit --all", "ledger audit --all --keyed"
WHY = "error: the audit was refused: no key"


def transcript(path, words, draw, folder, failing=FAILING, body=body):
    """Writes one session as its client would; returns how many bytes."""
    session, lines = path.stem, []
    common = {"sessionId": session, "cwd": folder, "gitBranch": "main", "version": "2.1.328", "userType": "external"}
    start = time.time() - 86_400 * draw.random() * 30

    def add(kind, seconds, message, **more):
        stamp = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(start + seconds)) + ".000Z"
        identity = str(uuid.UUID(int=draw.getrandbits(128)))
        lines.append({"type": kind, "uuid": identity, "timestamp": stamp, "message": message, **common, **more})

    add("user", 0, {"role": "user", "content": "balance the ledger"})
    def ask(n, command, failure=None):
        call = f"toolu_{draw.getrandbits(96):024x}"
        use = {"type": "tool_use", "id": call, "name": "Bash", "input": {"command": command}}
        add("assistant", 2 * n + 1, {"id": f"msg_{call}", "role": "assistant", "model": "scripted", "content": [use]})
        text, failed = body(draw), failure is not None
        if failed:
            text = f"Exit code 1\n{text}{failure}"
        result = {"type": "tool_result", "tool_use_id": call, "content": text, "is_error": failed}
        told = f"Error: {text}" if failed else {"stdout": text, "stderr": "", "interrupted": False}
        add("user", 2 * n + 2, {"role": "user", "content": [result]}, toolUseResult=told)

    # Only what is not got past at once is worth a warning, which costs a call itself.
    ask(0, HOPELESS, WHY)
    ask(1, HOPELESS.replace("--all", "--most"), "error: --most is no option")
    ask(2, INSTEAD)
    n = 3
    while n < CALLS_PER_SESSION:
        command = f"ledger balance --book {draw.randrange(1000)}"
        if draw.random() < failing:
            # Every failure is got over by a changed call, so that every failure mode has its remedy.
            mode = words.next()
            ask(n, command, words.text(mode))
            ask(n + 1, f"{command} {words.remedy(mode)}")
            n += 2
        else:
            ask(n, command)
            n += 1
    data = "".join(json.dumps(line) + "\n" for line in lines)
    path.write_text(data)
    return len(data)


class Bench:
    def __init__(self, arguments):
        self.arguments = arguments
        self.binary = os.environ.get("CALLUS_BIN") or str(TOP / "target" / "release" / "callus")
        self.folder = Path(tempfile.mkdtemp(prefix="callus-bench-"))
        self.words = Words(arguments.modes)
        self.draw = random.Random(11)
        self.environment = self.home("main")
        # What is told has to be there: the folder of the sessions, and the program that they run.
        self.project = self.folder / "main" / "ledger"
        self.project.mkdir()
        program = self.folder / "main" / ".local" / "bin" / "ledger"
        program.parent.mkdir(parents=True)
        program.touch()

    def home(self, name):
        (self.folder / name).mkdir()
        home = self.folder / name
        return {"HOME": str(home), "CALLUS_HOME": str(home / "store"), "PATH": "/usr/local/bin:/usr/bin:/bin"}

    def database(self):
        return self.folder / "main" / "store" / "workspaces" / "default" / "callus.db"

    def run(self, argv, stdin=b"", environment=None):
        """Runs one process; returns wall and processor time in milliseconds, and the peak memory in MB."""
        path = self.folder / "stdin"
        path.write_bytes(stdin)
        null = (os.POSIX_SPAWN_OPEN, 1, os.devnull, os.O_WRONLY, 0)
        given = (os.POSIX_SPAWN_OPEN, 0, str(path), os.O_RDONLY, 0)
        started = time.perf_counter()
        process = os.posix_spawn(argv[0], argv, environment or self.environment, file_actions=[given, null])
        _, status, used = os.wait4(process, 0)
        wall = time.perf_counter() - started
        if status != 0:
            sys.exit(f"{' '.join(argv)} ended with {os.waitstatus_to_exitcode(status)}")
        return wall * 1000, (used.ru_utime + used.ru_stime) * 1000, used.ru_maxrss / 1024

    def build(self):
        """Fills the store; transcripts are made, read and removed a hundred sessions at a time."""
        sessions = -(-self.arguments.events // CALLS_PER_SESSION)
        raw, wall, done = 0, 0.0, 0
        while done < sessions:
            folder = self.folder / "projects" / "-home-dev-ledger"
            folder.mkdir(parents=True)
            for _ in range(min(100, sessions - done)):
                name = str(uuid.UUID(int=self.draw.getrandbits(128)))
                raw += self.session(folder / f"{name}.jsonl")
                done += 1
            wall += self.run([self.binary, "import", str(folder.parent)])[0]
            shutil.rmtree(folder.parent)
            print(f"\rbuilding: {done} of {sessions} sessions", end="", file=sys.stderr, flush=True)
        print(file=sys.stderr)
        counts = {table: self.count(table) for table in ("event", "failure", "mode", "remedy")}
        size = sum(file.stat().st_size for file in self.database().parent.rglob("*") if file.is_file())
        print(f"store: {counts}, {size / 1e6:.0f} MB of {raw / 1e6:.0f} MB raw = {size / raw:.3f}")
        print(f"built at {raw / 1e3 / wall:.0f} MB/s")

    def session(self, path):
        return transcript(path, self.words, self.draw, str(self.project))

    def count(self, table):
        with sqlite3.connect(f"file:{self.database()}?mode=ro", uri=True) as database:
            return database.execute(f"select count(*) from {table}").fetchone()[0]

    def event(self, event, session="bench", **fields):
        common = {"session_id": session, "transcript_path": "/home/dev/none.jsonl", "cwd": str(self.project)}
        return (json.dumps({**common, "hook_event_name": event, **fields}) + "\n").encode()

    def call(self, command=None):
        command = command or f"ledger balance --book {self.draw.randrange(10**9)}"
        identity = f"toolu_{self.draw.getrandbits(96):024x}"
        return {"tool_name": "Bash", "tool_input": {"command": command}, "tool_use_id": identity}

    def success(self):
        return self.event("PostToolBatch", tool_calls=[{**self.call(), "tool_response": body(self.draw)}])

    def failure(self, text, session="bench"):
        # A line that is cut in its middle must not swallow the one that says what failed.
        error = f"Exit code 1\n{body(self.draw)[:9000].rstrip()}\n{text}"
        return self.event("PostToolUseFailure", session, error=error, is_interrupt=False, duration_ms=12, **self.call())

    def told(self):
        """A failure that an earlier session got over, met by a session that was told nothing yet."""
        return self.failure(self.words.known(self.draw.getrandbits(32)), self.fresh())

    def before(self):
        return self.event("PreToolUse", **self.call())

    def refused(self):
        """A call that keeps failing, about to run in a session that was not warned of it."""
        return self.event("PreToolUse", self.fresh(), **self.call(HOPELESS))

    def start(self):
        return self.event("SessionStart", self.fresh(), source="startup")

    def fresh(self):
        return f"bench-{self.draw.getrandbits(64):x}"

    def hooks(self):
        hook = [self.binary, "hook", "claude-code"]
        kinds = {
            "/bin/true": lambda: (["/bin/true"], b""),
            "hook: turn ended": lambda: (hook, self.event("Stop", last_assistant_message="done")),
            "hook: success": lambda: (hook, self.success()),
            "hook: unknown failure": lambda: (hook, self.failure(self.words.unknown(self.draw))),
            "hook: known failure, with its hint": lambda: (hook, self.told()),
            "hook: before a call": lambda: (hook, self.before()),
            "hook: before a call, which is refused": lambda: (hook, self.refused()),
        }
        node = shutil.which("node")
        if node:
            kinds["node -e 0"] = lambda: ([node, "-e", "0"], b"")
        self.run(hook, self.event("SessionStart", source="startup"))
        # Starts come first: the sessions that are measured met nothing, and would soon be the project's last ones.
        asked = {"starts briefed": self.start, "calls refused": self.refused, "known failures answered": self.told}
        for what, made in asked.items():
            print(f"{what}: {sum(bool(self.says(hook, made())) for _ in range(10))} of 10")
        # As while an agent works: its `callus mcp` holds the database open.
        holder = sqlite3.connect(f"file:{self.database()}?mode=ro", uri=True)
        holder.execute("select count(*) from meta").fetchone()
        starts = self.starts(hook)
        taken = {kind: [] for kind in kinds}
        for turn in range(self.arguments.runs):
            for kind, made in kinds.items():
                if kind.startswith("node") and turn % 10:
                    continue
                argv, stdin = made()
                taken[kind].append(self.run(argv, stdin))
        taken["hook: session start, with its brief"] = starts
        fire = self.under_fire(hook)
        holder.close()
        print("\n| process | runs | p50 ms | p99 ms | CPU p50 ms | x /bin/true |\n|---|---|---|---|---|---|")
        for together in (taken, fire):
            # What was measured together is compared: under fire everything waits for a processor.
            base = percentile([wall for wall, _, _ in together[next(iter(together))]], 50)
            for kind, runs in together.items():
                walls, cpus = [run[0] for run in runs], [run[1] for run in runs]
                middle = percentile(walls, 50)
                cells = [middle, percentile(walls, 99), percentile(cpus, 50), middle / base]
                print(f"| {kind} | {len(runs)} | " + " | ".join(f"{cell:.2f}" for cell in cells) + " |")

    def says(self, argv, stdin):
        return subprocess.run(argv, input=stdin, env=self.environment, stdout=subprocess.PIPE, check=True).stdout

    def starts(self, hook):
        """Times sessions that begin where no other session's journal is left over: no worker is started for it."""
        taken = []
        for _ in range(self.arguments.runs):
            for journal in (self.database().parent / "journal").glob("*"):
                journal.unlink()
            taken.append(self.run(hook, self.start()))
        return taken

    def under_fire(self, hook):
        """Times known failures, and `/bin/true` in turn with them, while sixteen other sessions write all the time, one call
        in four of them a failure."""
        stop = threading.Event()

        def fire(number):
            draw = random.Random(number)
            calm = self.folder / f"fire-{number}"
            while not stop.is_set():
                failing = draw.random() < 0.25
                text = self.failure(self.words.unknown(draw), f"fire-{number}") if failing else self.success()
                calm.write_bytes(text)
                with calm.open("rb") as given:
                    subprocess.run(hook, stdin=given, env=self.environment, stdout=subprocess.DEVNULL, check=True)

        others = [threading.Thread(target=fire, args=(number,)) for number in range(16)]
        for other in others:
            other.start()
        kinds = {
            "/bin/true, while 16 others write": lambda: (["/bin/true"], b""),
            "hook: with its hint, while 16 others write": lambda: (hook, self.told()),
        }
        taken = {kind: [] for kind in kinds}
        for _ in range(self.arguments.runs):
            for kind, made in kinds.items():
                taken[kind].append(self.run(*made()))
        stop.set()
        for other in others:
            other.join()
        return taken

    def server(self):
        """Times the MCP server: start to first reply, and each lookup."""
        first, lookups = [], {"failure_check": [], "failure_search": []}
        for _ in range(20):
            started = time.perf_counter()
            with Server([self.binary, "mcp"], self.environment) as server:
                server.greet()
                first.append((time.perf_counter() - started) * 1000)
        with Server([self.binary, "mcp"], self.environment) as server:
            server.greet()
            for n in range(300):
                words = self.words.modes[n % self.arguments.modes]
                questions = {
                    "failure_check": {"output": self.words.text(words)},
                    "failure_search": {"query": " ".join(words[:3])},
                }
                for tool, given in questions.items():
                    started = time.perf_counter()
                    answer = server.ask("tools/call", name=tool, arguments=given)
                    lookups[tool].append((time.perf_counter() - started) * 1000)
                    if "error" in answer or answer["result"].get("isError"):
                        sys.exit(f"{tool}: {answer}")
        print("\n| MCP | n | p50 ms | p99 ms |\n|---|---|---|---|")
        for name, times in [("start to first reply", first), *lookups.items()]:
            print(f"| {name} | {len(times)} | {percentile(times, 50):.2f} | {percentile(times, 99):.2f} |")

    def real_import(self, folder):
        size = sum(file.stat().st_size for file in Path(folder).rglob("*.jsonl"))
        wall, cpu, memory = self.run([self.binary, "import", str(folder)], environment=self.home("import"))
        rates = f"{size / 1e3 / wall:.0f} MB/s, {size / 1e3 / cpu:.0f} MB/s per core"
        print(f"\nimport of {size / 1e6:.0f} MB: {rates}, peak {memory:.0f} MB")


class Server:
    def __init__(self, argv, environment):
        self.process = subprocess.Popen(argv, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        self.asked = 0

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.stdin.close()
        self.process.wait(timeout=10)

    def tell(self, method, **params):
        self.process.stdin.write(json.dumps({"jsonrpc": "2.0", "method": method, "params": params}).encode() + b"\n")
        self.process.stdin.flush()

    def greet(self):
        client = {"name": "bench", "version": "1"}
        self.ask("initialize", protocolVersion="2025-11-25", capabilities={}, clientInfo=client)
        self.tell("notifications/initialized")

    def ask(self, method, **params):
        self.asked += 1
        message = {"jsonrpc": "2.0", "id": self.asked, "method": method, "params": params}
        self.process.stdin.write(json.dumps(message).encode() + b"\n")
        self.process.stdin.flush()
        while True:
            answer = json.loads(self.process.stdout.readline())
            if answer.get("id") == self.asked:
                return answer


def percentile(values, percent):
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, math.ceil(len(ordered) * percent / 100) - 1)]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--events", type=int, default=20_000, help="events in the store")
    parser.add_argument("--modes", type=int, default=2_000, help="different failures among them")
    parser.add_argument("--runs", type=int, default=300, help="measured runs of each kind")
    parser.add_argument("--full", action="store_true", help="1,000,000 events, 100,000 modes, 2,000 runs")
    parser.add_argument("--import-from", help="a folder of real transcripts")
    parser.add_argument("--keep", action="store_true", help="keep the store and say where")
    arguments = parser.parse_args()
    if arguments.full:
        arguments.events, arguments.modes, arguments.runs = 1_000_000, 100_000, 2_000
    bench = Bench(arguments)
    try:
        bench.build()
        bench.hooks()
        bench.server()
        if arguments.import_from:
            bench.real_import(arguments.import_from)
    finally:
        if arguments.keep:
            print(f"kept: {bench.folder}")
        else:
            shutil.rmtree(bench.folder)


if __name__ == "__main__":
    main()
