"""A pipeline whose numbers several tests look at."""

import pytest

from infoloop.pipelines.numeric_results import Numbers
from infoloop.pipelines.pipeline_audit import audit
from infoloop.pipelines.pipeline_graph import Pipeline
from tests.support.measured_pipelines import learner, numbers_of


@pytest.fixture(scope="module")
def learned() -> tuple[Pipeline, Numbers]:
    p = learner()
    return p, numbers_of(audit(p))
