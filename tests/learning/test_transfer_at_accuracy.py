"""Transfer at equal accuracy, against the flow integrated in NumPy, and the printed table."""

import pytest

from infoloop.learning.transfer_at_accuracy import held_out_accuracy, transfer_share
from tests.support.log_linear_flow import trained

TABLE = {0.2: (0.392, 0.5, 0.634, 0.823), 0.5: (0.634, 0.75, 0.823, 0.881), 0.8: (0.823, 0.862, 0.881, 0.895)}


@pytest.mark.parametrize("alpha", TABLE)
def test_the_printed_table(alpha):
    shares = [transfer_share(alpha, 1 - alpha, m) for m in (1, 2, 4, 16)]
    assert tuple(round(float(held_out_accuracy(0.9, 0.25, share)), 3) for share in shares) == TABLE[alpha]


@pytest.mark.parametrize(("signal", "forms"), [("label", 1), ("verdict", 4), (4, 4)])
def test_a_coarse_signal_transfers_so_along_the_flow(signal, forms):
    _, accuracy, wanted = trained(signal, 0.5, 0.5, 4, forms, 0.25, time=8.0)
    assert abs(held_out_accuracy(accuracy, 0.25, transfer_share(0.5, 0.5, forms)) - wanted) < 1e-4


def test_a_share_of_nothing_is_none():
    assert transfer_share(0.0, 0.0) != transfer_share(0.0, 0.0)
