"""The audit of the example log, which several tests look at."""

import pytest

from infoloop.verdict_logs.log_audit import audit_log
from tests.support.paths import LOG


@pytest.fixture(scope="module")
def example():
    return audit_log(LOG)
