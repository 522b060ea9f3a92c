"""The parts of the claims on contraction in closed form, by hand."""

from flint import fmpq

from infoloop.claims.processing.coefficient_formulas import closed_coefficients, mixed_rows, symmetric_coefficients
from infoloop.statements.certification import certify


def test_the_rows_of_a_mixture_by_hand():
    rows = mixed_rows(fmpq(1, 2), fmpq(0), fmpq(1, 4))
    assert rows == [[fmpq(1, 2), 0, fmpq(3, 8), fmpq(1, 8)], [0, fmpq(1, 2), fmpq(1, 8), fmpq(3, 8)]]


def test_a_coefficient_that_is_off_by_one_percent_is_refuted_either_way():
    attained = closed_coefficients.edges[0]
    assert certify(closed_coefficients, [{**attained, "eta": attained["eta"] * fmpq(101, 100)}]).counterexample
    near = closed_coefficients.edges[-1]
    assert certify(closed_coefficients, [{**near, "eta": near["eta"] * fmpq(99, 100)}]).counterexample


def test_each_of_the_three_symmetric_coefficients_is_bounded_on_both_sides():
    edges = symmetric_coefficients.edges
    assert [case["coefficient"] for case in edges[::2]] == ["total variation", "divergence", "chi-square"]
    assert all(case["numbers"] == other["numbers"][::-1] for case, other in zip(edges[::2], edges[1::2], strict=True))
    assert all(certify(symmetric_coefficients, [case]).equal == 1 for case in edges)
