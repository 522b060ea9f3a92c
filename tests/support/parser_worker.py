"""A process that gives inputs to the parsers, each within a limit of CPU seconds and memory: past either it is killed.

`python -m tests.support.parser_worker FIRST LAST` prints a line of JSON before and after each input: its number, and then
what came of it, None if that is as documented. The last line of a process that was killed names the input that did it.
"""

import contextlib
import json
import resource
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

from tests.support.paths import ROOT

SECONDS, BYTES = 8, 2 * 2**30
LONGEST = 1_200  # characters of a message beside the name of the file
NAMES = {"pipeline": "p.toml", "bif": "n.bif", "log": "v.csv", "words": "w.txt"}


def parsers():
    """Each parser with the class of the errors that it documents."""
    from infoloop.games.word_lists import read_words
    from infoloop.interop.bif_reader import from_bif
    from infoloop.notation.assumptions import parse_assumptions
    from infoloop.notation.grammar import NotationError, parse_expression, parse_statement
    from infoloop.pipelines.toml_reader import PipelineFileError, read_pipeline
    from infoloop.verdict_logs.reader import LogFileError, parse_columns, read_log

    def read_statement(text):
        with contextlib.suppress(NotationError):
            parse_expression(text)
        with contextlib.suppress(LogFileError):
            parse_columns(text)
        parse_statement(text)
        parse_statement(text, strict=True)

    return {
        "statement": (read_statement, NotationError), "assumptions": (parse_assumptions, NotationError),
        "pipeline": (read_pipeline, PipelineFileError), "bif": (from_bif, ValueError),
        "log": (read_log, LogFileError), "words": (read_words, ValueError),
        "planted loop": (_loop, ValueError), "planted memory": (_memory, ValueError),
    }  # fmt: skip


def _loop(text):
    while text:
        pass


def _memory(text):
    return [bytearray(2**20) for _ in range(len(text) * 2**12)]


def outcome(known, kind: str, data: bytes, folder: Path) -> str | None:
    """Give an input to its parser; return what is wrong with what it does, None if nothing is."""
    parser, documented = known[kind]
    if kind in NAMES:
        argument = folder / NAMES[kind]
        argument.write_bytes(data)
    else:
        argument = data.decode("utf-8", "replace")
    try:
        parser(argument)
    except documented as error:
        if type(error) is not documented:
            return f"{type(error).__name__}, not {documented.__name__}: {error}"[:500]
        return wrong_message(str(error).replace(str(argument), "FILE"), 1 if kind in NAMES else 3)
    except BaseException as error:
        return f"{type(error).__name__}: {error}"[:500]
    return None


def wrong_message(message: str, lines: int) -> str | None:
    """Return what is wrong with a message, None if nothing is."""
    if len(message) > LONGEST:
        return f"a message of {len(message)} characters: {message[:300]}"
    if len(message.splitlines()) > lines:
        return f"a message of {len(message.splitlines())} lines: {message[:300]!r}"
    if not message.replace("\n", "").isprintable():
        return f"a message that is not printable: {message[:300]!r}"
    return None


def limit_memory(most: int) -> None:
    """Let the process have so many bytes more than it has now."""
    has = next(line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith("VmData"))
    resource.setrlimit(resource.RLIMIT_DATA, (int(has.split()[1]) * 1024 + most, resource.RLIM_INFINITY))


def work(cases, seconds: float = SECONDS, most: int = BYTES) -> None:
    """Print what comes of each of the cases, (number, kind, data); the kernel ends the process at either limit."""
    known = parsers()
    limit_memory(most)
    with tempfile.TemporaryDirectory() as folder:
        for number, kind, data in cases:
            print(json.dumps({"number": number}), flush=True)
            signal.setitimer(signal.ITIMER_PROF, seconds)
            signal.alarm(int(15 * seconds))  # for one who waits, and takes no time
            found = outcome(known, kind, data, Path(folder))
            signal.setitimer(signal.ITIMER_PROF, 0)
            signal.alarm(0)
            print(json.dumps({"number": number, "found": found}), flush=True)


def failures(first: int, last: int, *more: str) -> list[str]:
    """Let a process work on the cases of these numbers, start another after each death, and return what went wrong."""
    found = []
    while first < last:
        command = [sys.executable, "-m", "tests.support.parser_worker", str(first), str(last), *more]
        done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=ROOT)
        lines = [json.loads(line) for line in done.stdout.splitlines()]
        found += [f"input {line['number']}: {line['found']}" for line in lines if line.get("found")]
        if done.returncode == 0:
            break
        if not lines:
            return [f"the process does not start: {done.stderr[-2000:]}"]
        first = lines[-1]["number"] + 1
        how = {-signal.SIGPROF: "CPU time", -signal.SIGALRM: "time"}.get(done.returncode, f"status {done.returncode}")
        found.append(f"input {first - 1}: ended the process by its {how}: {done.stderr[-500:]}")
    return found


if __name__ == "__main__":
    from tests.support.parser_inputs import case

    FIRST, LAST, *PLANTED = sys.argv[1:]
    if PLANTED:
        work([(k, PLANTED[0] if k == 1 else "words", b"word") for k in range(int(FIRST), int(LAST))], 1, 2**28)
    else:
        work((k, *case(k)) for k in range(int(FIRST), int(LAST)))
