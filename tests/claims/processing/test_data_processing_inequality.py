"""What families of the first chapter contain: data, queries and verdicts that say something."""

import itertools

from infoloop.claims.processing.data_processing_inequality import budget, verdict_capacity
from infoloop.exact.rational_laws import entropy_of_law
from infoloop.statements.certification import certify


def test_budgets_are_spent_on_data_and_queries_that_are_no_constants():
    assert budget.family
    law = next(iter(budget.family.members()))
    assert all(entropy_of_law(law, (name,), ()).sign() > 0 for name in ("D", "Y1", "Y2", "S1"))
    assert certify(budget, itertools.islice(budget.family.members(), 24)).strict > 12


def test_verdicts_of_four_values_reach_two_bits():
    assert verdict_capacity.family
    sizes = {law.table.shape[law.names.index("S")] for law in verdict_capacity.family.members()}
    assert sizes == {2, 3, 4}
    assert certify(verdict_capacity).equal >= 3
