"""When a verdict overtakes references in the held-out domain: the printed times, enclosed by balls."""

import pytest

from infoloop.claims.learners.overtaking_verdicts import reference_path_time, verdict_path_time
from infoloop.exact.rational_laws import fmpq


@pytest.mark.parametrize(("forms", "printed"), [(2, "105.5"), (16, "107.8")])
def test_the_printed_times(forms, printed):
    case = {"alpha": "1/2", "delta": "1/2", "classes": 4, "forms": forms, "references": 1, "base": "1/4"}
    low, high = fmpq(1, 10), fmpq(4)
    for _ in range(24):
        middle = (low + high) / 2
        at = {**case, "progress": middle}
        low, high = (middle, high) if (verdict_path_time(at) - reference_path_time(at)).sign() > 0 else (low, middle)
    times = [(reference_path_time({**case, "progress": x}) * 6).enclosure() for x in (low, high)]
    assert [f"{float(time):.1f}" for time in times] == [printed, printed]
    # before it the verdict needs longer, and after it less long
    assert (verdict_path_time({**case, "progress": low}) - reference_path_time({**case, "progress": low})).sign() > 0
    assert (verdict_path_time({**case, "progress": high}) - reference_path_time({**case, "progress": high})).sign() <= 0
