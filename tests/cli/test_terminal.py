"""What commands share: progress stays off standard output, which has 100 columns where it is piped."""

import io
import json
import re
import subprocess
import sys

import pytest
from rich.table import Table

from infoloop.cli.terminal import PhaseStep, console, counted, each_step, phases, printable, show
from infoloop.studies.runner import Progress


def test_steps_are_shown_before_they_are_done_and_the_phase_ends_full():
    seen = []
    assert list(each_step(seen.append, ("a", "b"))) == ["a", "b"]
    assert seen == [PhaseStep(0, 2, "a"), PhaseStep(1, 2, "b"), PhaseStep(2, 2, "")]
    counted(seen.append)("c", 3, 4)
    assert seen[-1] == PhaseStep(3, 4, "c")


def test_piped_output_has_100_columns(capsys):
    console().print("x " * 100)
    assert {len(line.rstrip()) for line in capsys.readouterr().out.splitlines()} == {99}


CONTROLS = [*range(0x0A), *range(0x0B, 0x20), *range(0x7F, 0xA0)]  # but the end of a line
TURNS = [0x061C, 0x200E, 0x200F, *range(0x202A, 0x202F), *range(0x2066, 0x206A)]  # Unicode's bidirectional controls
HIDES = [0x00AD, 0x200B, 0x200C, 0x200D, 0x2028, 0x2029, 0x2060, 0xFEFF, 0xE0041, 0xD800, 0xDCFF]


@pytest.mark.parametrize("code", [*CONTROLS, *TURNS, *HIDES])
def test_no_text_moves_the_cursor_and_json_stays_the_same_json(code, capsys):
    text = f"a{chr(code)}b"
    assert re.fullmatch(r"a(\\u[0-9a-f]{4})+b", printable(text))
    shown = json.dumps([text], ensure_ascii=False)
    assert json.loads(printable(shown)) == [text]
    show(text)
    table = Table(text)
    table.add_row(text)
    console().print(table)
    console().print(text)
    for line in capsys.readouterr().out.splitlines():
        assert chr(code) not in line


def test_ordinary_text_is_shown_as_it_is():
    text = "I(X;Y|Z) ≤ 1 ⟂ é ü 漢字 😀 [bold]x[/bold]\n  next line"
    assert printable(text) == text


def test_no_text_is_read_as_markup(capsys):
    table = Table("[red]a[/]")
    table.add_row("[/b] :smile:")
    console().print(table)
    shown = capsys.readouterr().out
    assert "[red]a[/]" in shown
    assert "[/b] :smile:" in shown


def test_a_closed_pipe_is_an_error_that_the_caller_sees(monkeypatch):
    class Closed(io.StringIO):
        def write(self, text):
            raise BrokenPipeError

    monkeypatch.setattr("sys.stdout", Closed())
    with pytest.raises(BrokenPipeError):
        console().print("x")


class Terminal(io.StringIO):
    """What a terminal is sent."""

    def isatty(self):
        """Say that it is one."""
        return True


def test_every_phase_shows_its_steps_and_the_time_it_has_to_go(monkeypatch):
    for name, value in {"TERM": "xterm", "COLUMNS": "100"}.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr("sys.stderr", terminal := Terminal())
    clock = [0.0]
    with phases(clock=lambda: clock[0]) as phase:
        for name in ("shards", "figures"):
            step = phase(name)
            step(Progress(2, 12, ""))  # two were there already
            clock[0] += 5
            step(Progress(3, 12, f"{name}\x1b[2K one"))
    shown = re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", terminal.getvalue())  # rich's own controls
    for name in ("shards", "figures"):
        assert f"{name}: {name}\\u001b[2K one" in shown
    assert "3/12" in shown
    assert "0:00:45" in shown  # nine steps of five seconds


@pytest.mark.slow
def test_float64_is_on_only_after_it_is_asked_for():
    code = (
        "import jax\nfrom infoloop.cli.terminal import use_float64\nbefore = jax.config.jax_enable_x64\n"
        "use_float64()\nprint(before, jax.numpy.ones(1).dtype)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "False float64\n"
