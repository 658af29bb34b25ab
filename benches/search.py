#!/usr/bin/env python3
"""Measures search over a large store, beside plain FTS5 over the same texts, in one run.

    cargo build --release && python3 benches/search.py             # minutes: 20,000 failures, 2,000 failure modes
    python3 benches/search.py --full                               # 1,000,000 failures, 100,000 failure modes
    python3 benches/search.py --modes 100000 --home ~/store        # a store that is there already

Each failure mode is recorded and indexed once by `callus import`, and repeated by `store.py`. Its words are drawn as people
and programs use them: a few stand everywhere, most almost nowhere. Questions and plain queries take turns, so that whatever
else the machine does meets both alike. Plain FTS5 asks in this process, without a server between; trust the ratios.
"""

import argparse
import bisect
import itertools
import json
import random
import shutil
import sqlite3
import sys
import threading
import time
import uuid
from pathlib import Path

from hooks import Server, percentile
from store import Repeated

FAILURES_PER_SESSION = 100
PROJECTS = 40

# What errors of one family say, and what people say instead.
FAMILIES = [
    (["No such file or directory", "cannot open the file", "ENOENT"], "file is missing"),
    (["Permission denied", "EACCES", "operation not permitted"], "no rights"),
    (["command not found", "executable file not found"], "not installed"),
    (["Connection refused", "ECONNREFUSED", "failed to connect"], "server is down"),
    (["timed out", "deadline exceeded", "ETIMEDOUT"], "hangs"),
    (["out of memory", "cannot allocate memory"], "too much memory"),
    (["address already in use", "EADDRINUSE"], "port taken"),
    (["syntax error", "unexpected token", "parse error"], "does not parse"),
    (["is not defined", "undefined", "cannot find name"], "unknown name"),
    (["database is locked", "resource busy"], "another process holds it"),
]


class Language:
    """Words of which the n-th is met about 1/n as often as the first, as in every language."""

    def __init__(self, words=30_000):
        draw = random.Random(5)
        syllables = [one + other for one in "bcdfghjklmnprstvwz" for other in "aeiou"]
        known = {}
        while len(known) < words:
            known["".join(draw.choices(syllables, k=draw.choice([2, 3, 3, 4])))] = None
        self.words = list(known)
        self.sums = list(itertools.accumulate(1 / (n + 12) for n in range(words)))

    def say(self, draw, count):
        return [self.words[bisect.bisect(self.sums, draw.random() * self.sums[-1])] for _ in range(count)]


class Mode:
    """A failure mode: what its error says, and with which command it is met."""

    def __init__(self, number, language):
        draw = random.Random(number)
        self.words = language.say(draw, 7)
        phrase = draw.choice(draw.choice(FAMILIES)[0]) if draw.random() < 0.4 else "failed"
        self.name = "".join(word.capitalize() for word in language.say(draw, 2))
        self.headline = f"error: {phrase}: {self.name} {' '.join(self.words)}"
        self.around = "\n".join(" ".join(language.say(draw, 9)) for _ in range(5))
        self.command = f"{language.say(draw, 1)[0]} run {' '.join(language.say(draw, 3))}"
        self.prompt = " ".join(language.say(draw, 14))

    def output(self):
        return f"Exit code 1\n{self.headline}\n{self.around}"


def session(path, modes, folder, draw):
    """Writes a session in which each of these modes is met once."""
    common = {"sessionId": path.stem, "cwd": folder, "gitBranch": "main", "version": "2.1.328", "userType": "external"}
    start = time.time() - 86_400 * draw.random() * 90
    lines = []

    def add(kind, message, **more):
        start_at = time.gmtime(start + 5 * len(lines))
        stamp = time.strftime("%Y-%m-%dT%H:%M:%S", start_at) + ".000Z"
        identity = str(uuid.UUID(int=draw.getrandbits(128)))
        lines.append({"type": kind, "uuid": identity, "timestamp": stamp, "message": message, **common, **more})

    for n, mode in enumerate(modes):
        if n % 20 == 0:
            add("user", {"role": "user", "content": mode.prompt})
        call = f"toolu_{draw.getrandbits(96):024x}"
        use = {"type": "tool_use", "id": call, "name": "Bash", "input": {"command": mode.command}}
        add("assistant", {"id": f"msg_{call}", "role": "assistant", "model": "scripted", "content": [use]})
        result = {"type": "tool_result", "tool_use_id": call, "content": mode.output(), "is_error": True}
        add("user", {"role": "user", "content": [result]}, toolUseResult=f"Error: {mode.output()}")
    data = "".join(json.dumps(line) + "\n" for line in lines)
    path.write_text(data)
    return len(data)


# The newest failure of each failure mode.
TEXTS = """select f.headline, f.message, coalesce(e.command, '')
from (select max(f.id) as id from pattern p join failure f on f.pattern = p.id group by p.mode) newest
join failure f on f.id = newest.id join event e on e.id = f.event"""


class Search(Repeated):
    def __init__(self, arguments):
        arguments.modes, self.all_modes = 1, arguments.modes
        super().__init__(arguments)
        self.language = Language()
        if arguments.home:
            self.environment["CALLUS_HOME"] = str(Path(arguments.home).expanduser().resolve())

    def database(self):
        return Path(self.environment["CALLUS_HOME"]) / "workspaces" / "default" / "callus.db"

    def mode(self, number):
        return Mode(number, self.language)

    def build(self):
        """Fills the store; transcripts are made, read and removed a hundred sessions at a time."""
        sessions = -(-self.all_modes // FAILURES_PER_SESSION)
        numbers = iter(range(self.all_modes))
        done, wall = 0, 0.0
        while done < sessions:
            top = self.folder / "projects" / "-home-dev"
            top.mkdir(parents=True)
            for _ in range(min(100, sessions - done)):
                met = [self.mode(number) for number in itertools.islice(numbers, FAILURES_PER_SESSION)]
                folder = f"/home/dev/project-{done % PROJECTS}"
                session(top / f"{uuid.UUID(int=self.draw.getrandbits(128))}.jsonl", met, folder, self.draw)
                done += 1
            wall += self.run([self.binary, "import", str(top.parent)])[0]
            shutil.rmtree(top.parent)
            print(f"\rbuilding: {done} of {sessions} sessions", end="", file=sys.stderr, flush=True)
        print(file=sys.stderr)
        counts = {table: self.count(table) for table in ("failure", "mode", "findable", "word")}
        size = sum(file.stat().st_size for file in self.database().parent.rglob("*") if file.is_file())
        print(f"imported: {counts}, {size / 1e6:.0f} MB in {wall / 1e3:.0f} s")
        self.repeat()

    def plain(self):
        """The same texts in a plain index of their own: what a search would be without ours."""
        plain = sqlite3.connect(self.folder / "plain.db")
        plain.execute("create virtual table plain using fts5 (headline, message, command, gloss, tokenize = 'unicode61')")
        with sqlite3.connect(f"file:{self.database()}?mode=ro", uri=True) as database:
            for headline, message, command in database.execute(TEXTS):
                families = [f"family{n}" for n, (said, _) in enumerate(FAMILIES) if any(one in headline for one in said)]
                row = (headline, message, command, " ".join(families))
                plain.execute("insert into plain values (?, ?, ?, ?)", row)
        plain.execute("insert into plain (plain) values ('optimize')")
        plain.commit()
        return plain

    def questions(self):
        """Kinds of questions with how often each is asked, of a hundred."""
        draw = self.draw

        def some():
            return self.mode(draw.randrange(self.all_modes))

        def typo(word):
            at = draw.randrange(1, len(word) - 1)
            return word[:at] + word[at + 1] + word[at] + word[at + 2 :]

        def asked(mode):
            said = next((people for said, people in FAMILIES if any(one in mode.headline for one in said)), "breaks")
            return f"why is it that {mode.words[0]} {said} when I use {mode.words[1]}?"

        long = [word for word in self.language.words[2_000:] if len(word) >= 6]
        return {
            "three words of an error": (30, lambda: {"query": " ".join(draw.sample(some().words, 3))}),
            "one word": (15, lambda: {"query": draw.choice(some().words)}),
            "an identifier": (10, lambda: {"query": some().name}),
            "a question": (15, lambda: {"query": asked(some())}),
            "an error as it stands": (10, lambda: {"query": some().output()}),
            "words of one project": (8, lambda: {"query": " ".join(some().words[:2]), "project": "project-7"}),
            "words and a window": (4, lambda: {"query": " ".join(some().words[:2]), "since": "7d"}),
            "a phrase": (3, lambda: {"query": '"' + " ".join(some().words[2:4]) + '"'}),
            "a prefix": (2, lambda: {"query": draw.choice(long)[:5] + "*"}),
            "a mistyped word": (3, lambda: {"query": typo(draw.choice(long))}),
        }

    def ask(self, plain, writers):
        """Asks both in turns, and prints how long they took."""
        kinds = self.questions()
        drawn = [kind for kind, (share, _) in kinds.items() for _ in range(share)]
        taken = {kind: [] for kind in kinds}
        beside = []
        with Server([self.binary, "mcp"], self.environment) as server:
            server.greet()
            server.ask("tools/call", name="failure_search", arguments={"query": "warm", "scope": "all"})
            for _ in range(self.arguments.questions):
                kind = self.draw.choice(drawn)
                given = {"scope": "all", **kinds[kind][1]()}
                started = time.perf_counter()
                answer = server.ask("tools/call", name="failure_search", arguments=given)
                taken[kind].append((time.perf_counter() - started) * 1000)
                if "error" in answer or answer["result"].get("isError"):
                    sys.exit(f"{given}: {answer}")
                words = [word for word in given["query"].replace('"', " ").replace("*", " ").split() if word.isalnum()]
                started = time.perf_counter()
                expression = " OR ".join(f'"{word}"' for word in words[:24])
                plain.execute(
                    "select rowid from plain where plain match ? order by bm25(plain) limit 10", (expression,)
                ).fetchall()
                beside.append((time.perf_counter() - started) * 1000)
        everything = [one for times in taken.values() for one in times]
        print(f"\n| failure_search{writers} | n | p50 ms | p99 ms |\n|---|---|---|---|")
        for name, times in [*taken.items(), ("all of them", everything), ("plain FTS5, in process", beside)]:
            if times:
                print(f"| {name} | {len(times)} | {percentile(times, 50):.2f} | {percentile(times, 99):.2f} |")
        ratio = [percentile(everything, at) / percentile(beside, at) for at in (50, 99)]
        print(f"x plain FTS5: p50 {ratio[0]:.2f}, p99 {ratio[1]:.2f}")

    def gloss(self, plain):
        """What a family of errors costs, asked by its phrases or by the word under which it was indexed."""
        asked, indexed = [], []
        for n, (said, _) in list(enumerate(FAMILIES)) * 5:
            phrases = " OR ".join(f'"{one}"' for one in said)
            for taken, expression in [(asked, phrases), (indexed, f"gloss : family{n}")]:
                started = time.perf_counter()
                plain.execute("select count(*) from plain where plain match ?", (expression,)).fetchone()
                taken.append((time.perf_counter() - started) * 1000)
        figures = [percentile(asked, 50), percentile(indexed, 50)]
        print(f"\na family by its phrases: {figures[0]:.2f} ms, by its word: {figures[1]:.2f} ms (p50)")

    def writing(self, ask):
        """Asks while sixteen sessions write all the time, one in four of them failures."""
        stop = threading.Event()
        hook = [self.binary, "hook", "claude-code"]

        def fire(number):
            draw = random.Random(number)
            while not stop.is_set():
                text = self.mode(draw.randrange(10**9)).output()
                event = self.failure(text, f"fire-{number}") if draw.random() < 0.25 else self.success()
                self.says(hook, event)

        others = [threading.Thread(target=fire, args=(number,)) for number in range(16)]
        for other in others:
            other.start()
        try:
            ask()
        finally:
            stop.set()
            for other in others:
                other.join()


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--failures", type=int, default=20_000, help="failures in the store")
    parser.add_argument("--modes", type=int, default=2_000, help="failure modes among them")
    parser.add_argument("--questions", type=int, default=600, help="questions that are asked")
    parser.add_argument("--full", action="store_true", help="1,000,000 failures, 100,000 modes, 2,000 questions")
    parser.add_argument("--home", help="a store that this program made before, with at least as many failure modes")
    parser.add_argument("--keep", action="store_true", help="keep the store and say where")
    arguments = parser.parse_args()
    if arguments.full:
        arguments.failures, arguments.modes, arguments.questions = 1_000_000, 100_000, 2_000
    arguments.runs = 0
    bench = Search(arguments)
    try:
        if not arguments.home:
            bench.build()
        print({table: bench.count(table) for table in ("failure", "mode", "findable")})
        plain = bench.plain()
        bench.ask(plain, "")
        bench.writing(lambda: bench.ask(plain, ", while 16 others write"))
        bench.gloss(plain)
    finally:
        if arguments.keep:
            print(f"kept: {bench.folder}")
        else:
            shutil.rmtree(bench.folder)


if __name__ == "__main__":
    main()
