"""Logs from CSV and Parquet: what is counted, and one line with file, line and column for whatever is wrong."""

import csv
import io
import os
import random
import sys

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from infoloop.verdict_logs.files import delimited
from infoloop.verdict_logs.reader import LogFileError, parse_columns, read_log
from tests.support.paths import LOGS

HEAD = b"problem,attempt,pass\n"
NO_VERDICT = "is no verdict: give 0, 1, true or false"
NO_GRADE = (
    f"{NO_VERDICT}, say with --threshold from which number on an answer is right, or name the column with --columns"
)
LONG = "quote a value that holds a comma"


def tallied(tally) -> list[tuple[str, int, int]]:
    return list(zip(*(values.tolist() for values in tally), strict=True))


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (HEAD + b"b,1,1\na,1,0\nb,2,0\n", [("a", 1, 0), ("b", 2, 1)]),
        (HEAD + b"a,1,true\na,2,FALSE\na,3,1.0\na,4,0.0\na,5, True \n", [("a", 5, 3)]),
        (b"\xef\xbb\xbfproblem, attempt, pass\na, 1, 1\n", [("a", 1, 1)]),
        (b"text,pass,problem,attempt\n" + b"x" * 200_000 + b",1,a,1\n,0,a,2\n", [("a", 2, 1)]),
        (b'\n\nproblem,attempt,pass\r\n\r\n"a, ""b""\nc",1,1\r\n  \r\nNA,1,0\r\n', [("NA", 1, 0), ('a, "b"\nc', 1, 1)]),
        (HEAD + b"1,1,1\n01,1,1\n1.0,1,0\n", [("01", 1, 1), ("1", 1, 1), ("1.0", 1, 0)]),
        (HEAD + b"a,1,1,\na,2,0,\n", [("a", 2, 1)]),
        (HEAD + b"a,1,1,,,\na,2,0,\na,3,0\n", [("a", 3, 1)]),
    ],
)
def test_verdicts_are_counted_by_problem(text, found, tmp_path):
    (tmp_path / "v.csv").write_bytes(text)
    limit = csv.field_size_limit()
    assert tallied(read_log(tmp_path / "v.csv")) == found
    assert csv.field_size_limit() == limit


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (b"", ": the log is empty: give a header with problem, attempt, pass and a row each"),
        (b"\n \n", ": the log is empty: give a header with problem, attempt, pass and a row each"),
        (HEAD, ": the log is empty: give a row for each attempt"),
        (
            b"\nproblem,attempt,passes\na,1,1\n",
            ":2: pass: there is no such column: did you mean passes?; columns are problem, attempt, passes; "
            "if it has another name, say so with --columns pass=NAME",
        ),
        (b"problem,attempt,pass,pass\na,1,1,1\n", ":1: pass: the header has it twice: rename one"),
        (HEAD + b"a,1,1\n,2,0\n", ":3: problem: there is no value: give every row its problem"),
        (HEAD + b"a,1,1\na,,0\n", ":3: attempt: there is no value: give every row its attempt"),
        (HEAD + b"a,1,1\na,2\n", ":3: pass: there is no value: give 0, 1, true or false"),
        (HEAD + b"a,1,1\na,2,maybe\n", f":3: pass: 'maybe' {NO_VERDICT}"),
        (HEAD + b"a,1,0.5\n", f":2: pass: '0.5' {NO_GRADE}"),
        (HEAD + b"a,1,NaN\n", f":2: pass: 'NaN' {NO_VERDICT}"),
        (HEAD + b'"a\n\nb",1,1\n\n  \n"c\nd",1,-1\n', f":7: pass: '-1' {NO_GRADE}"),
        (HEAD + b"a,1,1\r\na,2,0\r\n\r\na,3,2\r\n", f":5: pass: '2' {NO_GRADE}"),
        (HEAD + b'a,1,1\n""\nb,1,0\n', ":3: problem: there is no value: give every row its problem"),
        (
            HEAD + b"a,1,1\nb,1,0\n\na,1,0\n",
            ":5: attempt: problem 'a', attempt '1' stands in lines 2 and 5: keep one, or number them",
        ),
        (HEAD + b"a,b,1,1\n", f":2: not CSV: there are 4 fields, but the header has 3: {LONG}"),
        (HEAD + b"a,1,1,\na,b,1,1\n", f":3: not CSV: there are 4 fields, but the header has 3: {LONG}"),
        (HEAD + b"a,1,1,,\n\na,2,1,,x\n", f":4: not CSV: there are 5 fields, but the header has 3: {LONG}"),
        (HEAD + b"a,1,1\n\na,b,1,1\n", f":4: not CSV: there are 4 fields, but the header has 3: {LONG}"),
        (HEAD + b'a,1,1\nb,"1,0\nb,2,0\n', ":3: not CSV: a quoted field is not closed"),
        (HEAD + b"a,1,1\na,\xe9,1\n", ":3: not CSV: byte 0xe9 is not UTF-8: save the log as CSV in UTF-8"),
        (HEAD + b"a,1,1\nb\0,2,1\n", ":3: not CSV: there is a NUL character: save the file as text"),
        ("problem,attempt".encode("utf-16"), ":1: not CSV: byte 0xff is not UTF-8: save the log as CSV in UTF-8"),
    ],
)
@pytest.mark.parametrize("chunk", [1, 2**18])
def test_a_bad_csv_is_one_line_with_its_line(text, message, chunk, tmp_path, monkeypatch):
    monkeypatch.setattr(delimited, "CHUNK", chunk)
    path = tmp_path / "v.csv"
    path.write_bytes(text)
    with pytest.raises(LogFileError) as error:
        read_log(path)
    assert str(error.value) == f"{path}{message}"


COLUMNS = {"problem": [7, 7, 8], "attempt": [1, 2, 1], "pass": [True, False, True]}


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"pass": [1.0, 0.5, 1.0]}, f":row 2: pass: 0.5 {NO_GRADE}"),
        ({"pass": [1.0, 0.0, None]}, ":row 3: pass: there is no value: give 0, 1, true or false"),
        ({"pass": ["1", "TRUE", "maybe"]}, f":row 3: pass: 'maybe' {NO_VERDICT}"),
        (
            {"pass": ["1", "TRUE", "no"]},
            ":row 3: pass: 'no' is a word among numbers: write all verdicts in one way",
        ),
        ({"problem": [7, None, 8]}, ":row 2: problem: there is no value: give every row its problem"),
        (
            {"attempt": [1, 1, 1]},
            ":row 2: attempt: problem '7', attempt 1 stands in rows 1 and 2: keep one, or number them",
        ),
        (
            {"attempt": [[1], [2], [1]]},
            ":row 1: attempt: its values are nested: give plain ones",
        ),
        ({"problem": [], "attempt": [], "pass": []}, ": the log is empty: give a row for each attempt"),
    ],
)
def test_a_bad_parquet_is_one_line_with_its_row(change, message, tmp_path):
    path = tmp_path / "v.parquet"
    pq.write_table(pa.table(COLUMNS | change), path)
    with pytest.raises(LogFileError) as error:
        read_log(path)
    assert str(error.value) == f"{path}{message}"


def test_a_parquet_file_without_a_column_or_that_is_none_is_refused(tmp_path):
    path = tmp_path / "v.parquet"
    pq.write_table(pa.table({"name": [7], "attempt": [1], "pass": [1]}), path)
    with pytest.raises(
        LogFileError, match=r"v\.parquet: problem: there is no such column; columns are name, attempt, pass"
    ):
        read_log(path)
    path.write_bytes(HEAD)
    with pytest.raises(LogFileError, match=r"v\.parquet: not Parquet: "):
        read_log(path)


def test_without_pyarrow_a_parquet_file_names_the_extra(tmp_path, monkeypatch):
    path = tmp_path / "v.parquet"
    pq.write_table(pa.table(COLUMNS), path)
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    with pytest.raises(
        LogFileError, match=r"v\.parquet: .* needs pyarrow, an optional extra: pip install 'infoloop\[par"
    ):
        read_log(path)


@pytest.mark.parametrize(
    "values",
    [[True, False, True], [1, 0, 1], [1.0, 0.0, 1.0], ["true", "False", "1"], pd.Categorical(["1", "0", "1"])],
)
def test_both_formats_give_the_same_tally(values, tmp_path):
    frame = pd.DataFrame(COLUMNS | {"pass": values, "more": ["x", None, "z"]})
    frame.to_csv(tmp_path / "v.csv", index=False)
    frame.set_index("problem").to_parquet(tmp_path / "v.parquet")
    assert (
        tallied(read_log(tmp_path / "v.csv")) == tallied(read_log(tmp_path / "v.parquet")) == [("7", 2, 1), ("8", 1, 1)]
    )


@pytest.mark.slow
def test_the_order_of_rows_and_the_size_of_chunks_do_not_matter(tmp_path, monkeypatch):
    rows = [f"p{k % 7},{k // 7},{int(k % 3 == 0)}\n" for k in range(60)]
    found = []
    for seed, chunk in ((0, 2**18), (1, 2**18), (2, 1), (3, 13)):
        monkeypatch.setattr(delimited, "CHUNK", chunk)
        random.Random(seed).shuffle(rows)
        (tmp_path / "v.csv").write_text("problem,attempt,pass\n" + "".join(rows))
        found.append(tallied(read_log(tmp_path / "v.csv")))
    assert found == [found[0]] * 4
    assert found[0][0] == ("p0", 9, 3)


def test_columns_may_have_other_names(tmp_path):
    text = io.BytesIO(b"task_id,attempt,reward,pass\na,1,1,x\na,2,0,y\n")
    (tmp_path / "v.CSV").write_bytes(text.getvalue())
    named = parse_columns("problem=task_id, pass=reward")
    assert tallied(read_log(tmp_path / "v.CSV", named)) == [("a", 2, 1)]


@pytest.mark.parametrize(
    ("columns", "message"),
    [
        (
            {"pas": "x"},
            "columns: there is no 'pas': did you mean pass?; keys are problem, step, group, attempt, pass, "
            "reward, advantage, length, answer, n, c",
        ),
        ({"pass": "attempt"}, "columns: attempt and pass are both 'attempt': give each a column of its own"),
    ],
)
def test_columns_that_cannot_be_are_refused(columns, message, tmp_path):
    with pytest.raises(LogFileError) as error:
        read_log(tmp_path / "v.csv", columns)
    assert str(error.value) == message


def test_every_format_has_its_tally():
    assert tallied(read_log(LOGS / "counts" / "counts.csv")) == tallied(read_log(LOGS / "plain" / "verdicts.jsonl"))
    assert [sum(found) for found in list(read_log(LOGS / "trl"))[1:]] == [480, trl_passes()]


def trl_passes() -> int:
    tables = [pq.read_table(path).to_pydict() for path in sorted((LOGS / "trl").rglob("*.parquet"))]
    return int(sum(sum(table["accuracy_reward"]) for table in tables))


def test_grades_need_a_threshold_and_answers_without_a_verdict_do_not_count(tmp_path):
    path = tmp_path / "log.jsonl"
    path.write_text(
        "".join(
            f'{{"prompt": "{p}", "reward": {r}, "correct": {c}}}\n' for p, r, c in (("a", 0.5, 1), ("a", 1, "null"))
        )
    )
    assert tallied(read_log(path)) == [("a", 1, 1)]
    path.write_text('{"prompt": "a", "reward": 0.5}\n{"prompt": "a", "reward": 1}\n')
    with pytest.raises(LogFileError, match=r"log\.jsonl: rewards are graded: say with --threshold from which one on"):
        read_log(path)
    assert tallied(read_log(path, threshold=0.6)) == [("a", 2, 1)]


@pytest.mark.parametrize("text", ["", "pass", "pass=", "=reward", "pass=a,,"])
def test_a_text_that_names_no_columns_is_refused(text):
    with pytest.raises(LogFileError, match="is not understood: write problem=NAME,attempt=NAME,pass=NAME"):
        parse_columns(text)


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("v.json", "cannot be read: No such file or directory"),
        ("no.csv", "cannot be read: No such file or directory"),
        (
            "",
            "there is no log in the folder: names end in .jsonl, .ndjson, .json, .csv, .tsv, .parquet, .arrow, .eval",
        ),
    ],
)
def test_what_is_no_file_of_a_known_kind_is_refused(name, message, tmp_path):
    with pytest.raises(LogFileError) as error:
        read_log(tmp_path / name)
    assert str(error.value) == f"{tmp_path / name}: {message}"


WIDE = ",".join(f"column_{k}" for k in range(200_000)).encode()
HUGE = [
    (WIDE + b"\n", "v.csv:1: problem: there is no such column"),
    (WIDE + b"," + HEAD + b"1\n", "v.csv:1: there are 200,003 columns, at most 10,000 are read"),
    (b"x" * 10**6 + b"," + HEAD + b"y" * 10**6 + b",a,1,2\n", "v.csv:2: pass: '2' is no verdict"),
    (HEAD + b"a,1," + b"2" * 10**6, "v.csv:2: pass: '2222"),
    (HEAD + b'"' + b"a," * 10**6, "v.csv:2: not CSV: a quoted field is not closed"),
    (HEAD + b"," * 10**6, "v.csv:2: there are 1,000,001 columns, at most 10,000 are read"),
    (HEAD + b"a,1,1\n" + b"," * 10**6 + b"x", "v.csv:3: not CSV: there are 1000001 fields, but the header has 3"),
    (HEAD + (b"a" * 10**5 + b"," + b"b" * 10**5 + b",1\n") * 2, "v.csv:3: attempt: problem 'aaa"),
]


@pytest.mark.slow
@pytest.mark.parametrize(("text", "message"), HUGE, ids=range(len(HUGE)))
def test_what_is_huge_is_one_short_line(text, message, tmp_path):
    (tmp_path / "v.csv").write_bytes(text)
    with pytest.raises(LogFileError) as error:
        read_log(tmp_path / "v.csv")
    assert message in str(error.value)
    assert len(str(error.value)) < 1000
    assert len(str(error.value).splitlines()) == 1


@pytest.mark.full
def test_of_many_columns_the_nearest_are_named(tmp_path):
    (tmp_path / "v.csv").write_bytes(WIDE.replace(b"column_777,", b"passes,") + b",problem,attempt\n")
    with pytest.raises(LogFileError, match=r"did you mean passes\?; columns are passes, .* and 199,994 more; if"):
        read_log(tmp_path / "v.csv")


@pytest.mark.parametrize("suffix", [".csv", ".parquet"])
def test_what_is_no_regular_file_is_refused_at_once(suffix, tmp_path):
    (tmp_path / f"zero{suffix}").symlink_to("/dev/zero")
    os.mkfifo(tmp_path / f"pipe{suffix}")
    for name in ("zero", "pipe"):
        with pytest.raises(LogFileError, match=f"{name}{suffix}: cannot be read: it is no regular file"):
            read_log(tmp_path / f"{name}{suffix}")
    with pytest.raises(LogFileError, match="/dev/zero: cannot be read: it is no regular file"):
        read_log("/dev/zero")
    (tmp_path / "mem.csv").symlink_to("/proc/self/mem")
    with pytest.raises(LogFileError, match=r"mem\.csv: cannot be read: Input/output error"):
        read_log(tmp_path / "mem.csv")


def test_a_long_value_is_quoted_with_its_end_and_moves_no_cursor(tmp_path):
    path = tmp_path / "log.csv"
    long = "\x1b" + "x" * 100
    path.write_text(f"problem,attempt,pass\na,1,{long}\n")
    with pytest.raises(LogFileError, match=r"'\\x1bx+ \.\.\. x+' \(101 characters\) is no verdict"):
        read_log(path)


def test_one_key_names_one_column_and_several_verifiers_with_a_plus():
    with pytest.raises(LogFileError, match=r"^columns: 'pass' stands twice: of several verifiers write pass=a\+b$"):
        parse_columns("pass=a,pass=b")
    with pytest.raises(LogFileError, match="'step' stands twice: name one column"):
        parse_columns("step=a,step=b")


def test_a_column_of_the_user_that_is_no_verdict_is_refused_and_so_is_a_threshold_without_effect(tmp_path):
    for step, (one, other) in enumerate([(0.0, 2.0), (1.0, 1.0)]):
        text = f"step,prompt,completion,correctness\n{step},p,x,{one}\n{step},p,y,{other}\n"
        (tmp_path / f"completions_{step}.csv").write_text(text)
    with pytest.raises(LogFileError, match="correctness takes other values than two of which one is 0"):
        read_log(tmp_path, {"pass": "correctness"})
    assert tallied(read_log(tmp_path, {"pass": "correctness"}, threshold=1.5))[0][1:] == (4, 1)
    path = tmp_path / "log.csv"
    path.write_text("problem,pass\na,1\na,0\n")
    with pytest.raises(LogFileError, match=r"log\.csv: --threshold 0\.5 has no effect, for no number is divided by it"):
        read_log(path, threshold=0.5)
