"""A verdict log as a population of questions, of which `learning.pass_at_k` tells pass@k."""

from collections.abc import Mapping
from pathlib import Path

from infoloop.learning.question_populations import VerdictCounts, verdict_counts
from infoloop.probability.host_functions import host_only
from infoloop.probability.validation import check_kind
from infoloop.verdict_logs.estimators import Tally
from infoloop.verdict_logs.reader import read_log


@host_only
def read_counts(path: str | Path, columns: Mapping[str, str] | None = None) -> VerdictCounts:
    """Return the population of the questions of a log of answers, a file or a folder.

    Args:
        path: a log in any format that `read_log` reads.
        columns: what its columns are called, `{"pass": "reward"}`.

    Returns:
        Attempts and passes of each question, in the order of their names.

    Raises:
        LogFileError: a ValueError of one line, for a file that is no log.

    >>> read_counts("no/such.csv")
    Traceback (most recent call last):
    infoloop.verdict_logs.formats.log_format.LogError: no/such.csv: cannot be read: No such file or directory
    """
    return counts_of(read_log(path, columns))


@host_only
def counts_of(tally: Tally) -> VerdictCounts:
    """Return the population of a tally, question by question.

    Args:
        tally: the names of the questions, with the numbers of their attempts and passes.

    >>> import numpy as np
    >>> counts_of(Tally(np.array(["a", "b"]), np.array([8, 8]), np.array([0, 4]))).passes.tolist()
    [0.0, 4.0]
    """
    check_kind(tally, Tally, "tally")
    return verdict_counts(tally.attempts, tally.passes)
