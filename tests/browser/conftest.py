"""One browser for the tests of a worker."""

from collections.abc import Generator

import pytest

from tests.support.browser import Browser, browser


@pytest.fixture(scope="session")
def chromium() -> Generator[Browser]:
    """The system's browser, without a window."""
    with browser() as running:
        yield running
