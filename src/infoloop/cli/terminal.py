"""What every command does first and shows last: float64, text that moves no cursor, progress on standard error."""

import contextlib
import datetime
import errno
import io
import math
import os
import re
import sys
import time
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import typer
from rich.console import Console, ConsoleOptions, RenderableType
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    ProgressColumn,
    Task,
    TextColumn,
)
from rich.segment import Segment
from rich.text import Text

from infoloop.cli.compiled_programs import keep_compiled_programs

# Controls of terminals (C0 but the line's end, DEL, C1), what turns or hides text (bidi, zero width, tags, line and
# paragraph ends), and halves of characters, which no encoding has.
_MOVES = re.compile(
    "[\x00-\x09\x0b-\x1f\x7f-\x9f\xad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb"
    "\U000e0000-\U000e007f\ud800-\udfff]"
)


def printable(text: str) -> str:
    r"""Return a text that cannot move a terminal's cursor: what could is written as JSON writes it.

    >>> printable("c.json\x1b[2K is wrong\u202e"), printable("two\nlines")
    ('c.json\\u001b[2K is wrong\\u202e', 'two\nlines')
    """
    return _MOVES.sub(lambda found: "".join(f"\\u{unit:04x}" for unit in _utf16(found[0])), text)


def _utf16(character: str) -> Iterator[int]:
    content = character.encode("utf-16-be", "surrogatepass")
    return (int.from_bytes(content[k : k + 2], "big") for k in range(0, len(content), 2))


def show(text: str, err: bool = False) -> None:
    """Print a text and the end of a line, on standard output or standard error; it cannot move the cursor."""
    typer.echo(printable(text), err=err)


class _SafeConsole(Console):
    """A console on which no text moves the cursor; it does not read markup in texts."""

    def on_broken_pipe(self) -> None:
        """Tell the caller, where rich would end the process."""
        raise BrokenPipeError(errno.EPIPE, os.strerror(errno.EPIPE))

    def render(self, renderable: RenderableType, options: ConsoleOptions | None = None) -> Iterable[Segment]:
        """Return the segments of what is shown; only those that are rich's own controls may have control characters."""
        for segment in super().render(renderable, options):
            yield segment if segment.control else segment._replace(text=printable(segment.text))


def console(err: bool = False) -> Console:
    """Return a console of the terminal's width, or of 100 columns where output is piped."""
    stream = sys.stderr if err else sys.stdout
    return _SafeConsole(stderr=err, width=None if stream.isatty() else 100, markup=False, emoji=False)


def release_outputs() -> None:
    """Let the process end in peace where standard output or error cannot be written: send the rest nowhere."""
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except (OSError, ValueError, AttributeError):
            with contextlib.suppress(OSError, ValueError, AttributeError, io.UnsupportedOperation):
                os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())


def use_float64() -> Path | None:
    """Make JAX compute in float64, for the whole process, and keep what it compiles for the next command.

    Returns:
        The folder where it is kept; None if it is not, or where the user or the process that imported JAX says.
    """
    folder = None if "jax" in sys.modules else keep_compiled_programs(os.environ)
    import jax  # here, so that --help and --version need not wait for it

    jax.config.update("jax_enable_x64", True)
    return folder


class _RemainingTime(ProgressColumn):
    """How long a phase has to go if its steps take as long as they took so far; unknown before the first."""

    def render(self, task: Task) -> Text:
        """Return it in hours, minutes and seconds; it counts down while a step takes its time."""
        steps, spent = task.completed - (task.fields["before"] or 0), task.fields["spent"]
        if not steps or task.total is None or task.elapsed is None:
            return Text("-:--:--", style="progress.remaining")
        left = spent / steps * (task.total - task.completed) - (task.elapsed - spent)
        return Text(str(datetime.timedelta(seconds=max(0, math.ceil(left)))), style="progress.remaining")


@contextlib.contextmanager
def phases(clock: Callable[[], float] = time.monotonic) -> Generator[Callable[[str], Callable[[Any], None]]]:
    """Show phases of work on standard error, each with a bar and the time it has to go; nothing if it is no terminal.

    Args:
        clock: Seconds.

    Yields:
        A function that begins a phase of that name, and returns what to call with the phase's `studies.runner.Progress`
        before its first step and after each.
    """
    screen = console(err=True)
    if not screen.is_terminal:
        yield lambda name: lambda now: None
        return
    text = TextColumn("{task.description}", markup=False)
    with Progress(
        text,
        BarColumn(),
        MofNCompleteColumn(),
        _RemainingTime(),
        console=screen,
        transient=True,
        get_time=clock,
    ) as shown:

        def begin(name: str) -> Callable[[Any], None]:
            task = shown.add_task(name, total=None, before=None, spent=0.0)

            def step(now: Any) -> None:
                fields = shown.tasks[task].fields
                before = now.done if fields["before"] is None else fields["before"]
                elapsed = shown.tasks[task].elapsed or 0.0
                shown.update(
                    task,
                    completed=now.done,
                    total=now.total,
                    description=printable(f"{name}: {now.shard}")[:48] if now.shard else name,
                    before=before,
                    spent=elapsed,
                    refresh=True,
                )

            return step

        yield begin


class PhaseStep(NamedTuple):
    """How far a phase is: steps done of all, and what is worked on; as `studies.runner.Progress`."""

    done: int
    total: int
    shard: str


def counted(step: Callable[[Any], None]) -> Callable[[str, int, int], None]:
    """Return a function to be called before each step, with its name, how many are done, and how many in all."""
    return lambda name, done, total: step(PhaseStep(done, total, name))


def each_step(step: Callable[[Any], None], names: Sequence[str]) -> Iterator[str]:
    """Yield names of steps, showing each while it is worked on."""
    for k, name in enumerate(names):
        step(PhaseStep(k, len(names), name))
        yield name
    step(PhaseStep(len(names), len(names), ""))
