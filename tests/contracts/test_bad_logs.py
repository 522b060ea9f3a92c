"""`infoloop audit LOG` of what is no good log: one true line, or the audit with what was left out counted and said."""

import gzip
import json
import os
import random
from html.parser import HTMLParser
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from infoloop.cli import app
from infoloop.reporting.suggestions import escape_unprintable
from tests.support.command_line import run
from tests.support.random_logs import FORMS, counted_by_hand, made_rows, read_back, written

ROWS = [{"problem": f"p{k % 4}", "step": k // 16, "attempt": k % 16 // 4, "pass": int(k % 3 == 0)} for k in range(64)]
VERL = [{"input": f"q{k % 4}", "output": f"o{k}", "gts": "1", "score": float(k % 3 == 0), "step": 1} for k in range(64)]
EVAL = [
    {"example_id": k % 4, "prompt": "q", "completion": f"o{k}", "reward": float(k % 3 == 0), "timing": {}}
    for k in range(64)
]
FORMS_OF_LINES = {"plain": (ROWS, "pass"), "verl": (VERL, "score"), "verifiers": (EVAL, "reward")}


def lines(rows) -> bytes:
    return "".join(json.dumps(row) + "\n" for row in rows).encode()


def table(rows, separator=",") -> bytes:
    text = [separator.join(rows[0]), *(separator.join(map(str, row.values())) for row in rows)]
    return ("\n".join(text) + "\n").encode()


def refusal(path, monkeypatch, capsys, *options: str) -> str:
    """The one line on standard error of an audit that ends with status 3."""
    monkeypatch.setattr("sys.argv", ["infoloop", "audit", str(path), *options])
    with pytest.raises(SystemExit) as stop:
        app.main()
    shown = capsys.readouterr()
    assert (stop.value.code, shown.out, len(shown.err.splitlines())) == (3, "", 1)
    assert shown.err.startswith("infoloop: ")
    return shown.err.removeprefix("infoloop: ").rstrip("\n")


def audited(path, *options: str) -> dict:
    done = run("audit", str(path), "--json", *options)
    assert (done.exit_code, done.exception) == (0, None)
    return json.loads(done.stdout)


@pytest.mark.parametrize("form", FORMS_OF_LINES)
def test_what_cannot_be_read_of_lines_is_left_out_and_counted(form, tmp_path):
    rows, key = FORMS_OF_LINES[form]
    whole = lines(rows)
    odd = [
        b"{",
        b"[1]",
        b'"text"',
        b"\xff\xfe",
        b"\0\0",
        b'{"a": ' + b"9" * 400 + b"}",
        lines([rows[0] | {key: None}])[:-1],
    ]
    path = tmp_path / "log.jsonl"
    path.write_bytes(whole + b"\n".join(odd) + b"\n" + whole[:20])
    found = audited(path)
    assert found["rollouts"] == 64
    assert found["pass_rate"]["estimate"] == pytest.approx(22 / 64, rel=2**-52)
    reasons = {line.split(" left out: ")[1].split(",")[0]: line for line in found["left_out"] if "first at" in line}
    for reason in ("no JSON", "no JSON object", "not UTF-8", "a whole number of more than 308 digits"):
        assert f"{path}:" in reasons[reason]
    assert reasons["no JSON"].startswith("2 left out")
    assert reasons["the last line is cut off"].endswith(f"{path}:72")


@pytest.mark.parametrize("form", FORMS_OF_LINES)
def test_a_gzip_file_that_ends_early_says_so_and_its_rows_are_counted(form, tmp_path):
    path = tmp_path / "log.jsonl.gz"
    path.write_bytes(gzip.compress(lines(FORMS_OF_LINES[form][0]))[:-30])
    found = audited(path)
    assert 0 < found["rollouts"] < 64
    assert f"1 left out: the gzip file ends early, first at {path}" in found["left_out"]


VALUES = [
    (b"Infinity", "pass: inf is no verdict"), (b"1e308", "pass: 1e+308 is no verdict"), (b"[1]", "values are nested"),
    (b"2", "pass: 2 is no verdict"), (b'"<script>"', "pass: '<script>' is no verdict"), (b"-1", "-1 is no verdict"),
    (b'"wahr"', "pass: 'wahr' is no verdict"), (b'"yes"', "pass: 'yes' is a word among numbers"),
    (b'"\\u001b[2J"', "pass: '\\x1b[2J' is no verdict"),
]  # fmt: skip


@pytest.mark.parametrize(("value", "message"), VALUES)
def test_a_verdict_that_is_none_is_refused_with_its_line(value, message, tmp_path, monkeypatch, capsys):
    path = tmp_path / "log.jsonl"
    path.write_bytes(lines(ROWS) + lines([ROWS[0] | {"pass": "@"}]).replace(b'"@"', value))
    assert message in refusal(path, monkeypatch, capsys)
    assert refusal(path, monkeypatch, capsys).startswith(f"{path}:65: ")


FILES = [
    ("empty.csv", b"", "the log is empty"), ("empty.jsonl", b"", "the log is empty"),
    ("empty.parquet", b"", "not Parquet"), ("blank.jsonl", b" \n\n", "the log is empty"),
    ("head.csv", b"problem,attempt,pass\n", "the log is empty: give a row for each attempt"),
    ("16.jsonl", lines(ROWS).decode().encode("utf-16"), "text in UTF-16: save it in UTF-8"),
    ("16.csv", table(ROWS).decode().encode("utf-16"), "byte 0xff is not UTF-8"),
    ("latin.csv", table(ROWS).replace(b"p1", b"p\xe9"), "3: not CSV: byte 0xe9 is not UTF-8"),
    ("long.csv", table(ROWS) + b"a,1,1,1,1\n", "66: not CSV: there are 5 fields, but the header has 4"),
    ("open.csv", table(ROWS) + b'"a,1,1,1\n', "66: not CSV: a quoted field is not closed"),
    ("steps.csv", table(ROWS) + b"a,1.5,1,1\n", "66: step: '1.5' is no whole number"),
    ("pickle.jsonl", b"\x80\x04\x95", "a pickle, which would run code"),
    ("deep.json", b"[" * 10**5 + b"]" * 10**5, "nested too deep"),
    ("cut.json", json.dumps(ROWS).encode()[:-9], "no JSON"), ("none.json", b"[]", "without objects"),
    ("cut.parquet", b"PAR1" + b"\0" * 99, "not Parquet"), ("cut.arrow", b"ARROW1\0\0" + b"\0" * 99, "not Arrow"),
    ("cut.eval", b"PK\3\4" + b"\0" * 99, "not a whole zip archive"),
    ("cut.zst", b"\x28\xb5\x2f\xfd\0\0", "not Zstandard"), ("bytes.bin", bytes(range(128, 256)), "is not UTF-8"),
    ("bomb.gz", gzip.compress(bytes(2**25), mtime=0), "a bomb, no log is read from it"),
]  # fmt: skip


@pytest.mark.parametrize(("name", "content", "message"), FILES, ids=[name for name, _, _ in FILES])
def test_a_file_that_is_no_log_is_refused_in_one_line(name, content, message, tmp_path, monkeypatch, capsys):
    path = tmp_path / name
    path.write_bytes(content)
    said = refusal(path, monkeypatch, capsys)
    assert said.startswith(f"{path}:")
    assert message in said


def test_what_is_no_file_is_refused_at_once(tmp_path, monkeypatch, capsys):
    os.mkfifo(tmp_path / "pipe.jsonl")
    (tmp_path / "round.jsonl").symlink_to("round.jsonl")
    (tmp_path / "empty").mkdir()
    assert "it is no regular file" in refusal(tmp_path / "pipe.jsonl", monkeypatch, capsys)
    assert "Too many levels of symbolic links" in refusal(tmp_path / "round.jsonl", monkeypatch, capsys)
    assert "there is no log in the folder" in refusal(tmp_path / "empty", monkeypatch, capsys)
    assert "No such file or directory" in refusal(tmp_path / "none", monkeypatch, capsys)


def test_a_folder_with_links_to_itself_a_pipe_and_other_files_is_read(tmp_path):
    folder = tmp_path / "log"
    (folder / "in").mkdir(parents=True)
    (folder / "1.jsonl").write_bytes(lines(ROWS))
    (folder / "in" / "up").symlink_to(folder)
    (folder / "out.jsonl").symlink_to("/etc/passwd")
    (folder / "2.jsonl").write_bytes(b"\xff\xfe")
    os.mkfifo(folder / "3.jsonl")
    assert audited(folder)["rollouts"] == 64


def test_two_formats_and_a_column_twice_are_refused_with_both(tmp_path, monkeypatch, capsys):
    (tmp_path / "log").mkdir()
    (tmp_path / "log" / "1.jsonl").write_bytes(lines(ROWS))
    (tmp_path / "log" / "2.jsonl").write_bytes(lines(VERL))
    said = refusal(tmp_path / "log", monkeypatch, capsys)
    assert "two formats in one folder" in said
    assert "1.jsonl is plain" in said
    assert "2.jsonl is verl" in said
    path = tmp_path / "log.parquet"
    pq.write_table(pa.table([["a"], [1], [0]], names=["problem", "pass", "pass"]), path)
    assert refusal(path, monkeypatch, capsys) == f"{path}: pass: the table has it twice: rename one"


FOREIGN = [
    "verl",
    "trl",
    "verifiers",
    "prime-rl",
    "ms-swift",
    "human_eval",
    "evalplus",
    "lm_eval",
    "inspect_ai",
    "counts",
]


@pytest.mark.parametrize("form", FOREIGN)
def test_a_format_that_the_file_is_not_is_refused_with_the_file(form, tmp_path, monkeypatch, capsys):
    path = tmp_path / "log.jsonl"
    path.write_bytes(lines(ROWS))
    said = refusal(path, monkeypatch, capsys, "--format", form)
    assert said.startswith(f"{path}:")
    assert "stopped by" not in said


EVIL = [
    "<script>alert(1)</script>", '"><img src=x onerror=alert(1)>', "</script><script>alert(2)</script>", "\x1b[2J",
    "two\nlines", "\u202eback", "=cmd|' /C calc'!A0", "@SUM(A1)", "{{7*7}}", "__import__('os')", "javascript:alert(1)",
    '"\nrole = "task"\n', "\ud800", "]]>", "<!--",
]  # fmt: skip


class Page(HTMLParser):
    """The tags of a page, and attributes that run something or load it."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.live: list[tuple[str, str | None]] = []

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.live += [(name, value) for name, value in attrs if name.startswith("on") or name == "src"]


def page_of(path: Path) -> tuple[list[str], list]:
    page = Page()
    page.feed(path.read_text(encoding="utf-8"))
    return page.tags, page.live


@pytest.mark.full
def test_names_that_would_be_markup_are_text_on_the_page_the_terminal_and_in_a_pipeline(tmp_path):
    rows = [
        {
            "problem": name,
            "step": step,
            "attempt": k,
            "pass": int((k + step) % 3 == 0),
            "correct": k % 2,
            "reward_x": 1.0,
        }
        for name in EVIL
        for step in range(2)
        for k in range(4)
    ]
    harmless = [row | {"problem": f"n{EVIL.index(str(row['problem']))}"} for row in rows]
    for folder, made in (
        ("good", harmless),
        ("evil", [{("reward_" + EVIL[1] if key == "reward_x" else key): v for key, v in row.items()} for row in rows]),
    ):
        (tmp_path / folder).mkdir()
        path = tmp_path / folder / ("log.jsonl" if folder == "good" else "=a\n\x1b[2J'\"<b>.jsonl")
        path.write_bytes(lines(made))
        pages = "--out", str(tmp_path / folder / "log.html"), "--to-pipeline", str(tmp_path / folder / "log.toml")
        done = run("audit", str(path), *pages)
        assert (done.exit_code, done.exception) == (0, None)
        assert len(done.stderr.splitlines()) == 2
        assert all(character.isprintable() for line in done.output.split("\n") for character in line)
        assert json.loads(run("audit", str(tmp_path / folder / "log.toml"), "--json").stdout)["verdict"]
        assert audited(path)["problem_count"] == len(EVIL)
    good, evil = page_of(tmp_path / "good" / "log.html"), page_of(tmp_path / "evil" / "log.html")
    assert good == evil
    assert evil[1] == []
    text = (tmp_path / "evil" / "log.html").read_text(encoding="utf-8")
    assert not {c for c in text if not c.isprintable() and not c.isspace()}


@pytest.mark.parametrize(
    "condition",
    [
        "__import__('os').system('touch ran')",
        "dead > __import__('os')",
        "dead.__class__ > 1",
        "lambda: 0",
        "",
        "dead > nan",
    ],
)
def test_a_condition_is_never_executed(condition, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    Path("log.jsonl").write_bytes(lines(ROWS))
    assert "condition" in refusal("log.jsonl", monkeypatch, capsys, "--fail-if", condition)
    assert sorted(os.listdir()) == ["log.jsonl"]


def test_a_file_name_moves_no_cursor(tmp_path, monkeypatch, capsys):
    path = tmp_path / "\x1b[2J\u202e\n.csv"
    path.write_bytes(b"problem,attempt\n")
    assert refusal(path, monkeypatch, capsys).startswith(escape_unprintable(str(path)))


@pytest.mark.parametrize("seed", [*range(4), *(pytest.param(seed, marks=pytest.mark.full) for seed in range(4, 36))])
def test_an_audit_counts_what_a_loop_over_the_file_counts(seed, tmp_path):
    """Of a random log in a random form, with gaps and several verifiers; which verifier comes first is the audit's."""
    form = FORMS[seed % len(FORMS)]
    rows, names = made_rows(random.Random(seed), form)
    path = written(tmp_path, form, rows)
    found = audited(path)
    verdict = found["verifiers"]["names"][0] if found["verifiers"] else names["passes"][0]
    wanted = counted_by_hand(read_back(path, form, rows), names, verdict)
    dead, problems = found["dead"], found["problems"]
    assert (found["rollouts"], found["groups"]) == (wanted["rollouts"], wanted["groups"])
    assert dead["all_fail"] + dead["all_pass"] + dead["equal"] == wanted["dead"]
    assert dead["rollouts"] == wanted["of_two"]
    tally = zip(problems["problem"], problems["attempts"], problems["passes"], strict=True)
    counted = {name: [n, c] for name, n, c in tally}
    if form == "verl":  # prompts have hashes for names
        assert sorted(counted.values()) == sorted(wanted["tally"].values())
    else:
        assert counted == wanted["tally"]
