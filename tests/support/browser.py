"""A real browser without a window, driven by Playwright: that of the system, in which nothing is ever downloaded."""

import contextlib
import os
import shutil
from collections.abc import Generator
from pathlib import Path
from typing import Any

import pytest

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
PROGRAM = os.environ.get("INFOLOOP_BROWSER") or next(filter(None, map(shutil.which, NAMES)), None)
MISSING = f"no browser: none of {', '.join(NAMES)} is on the path, and INFOLOOP_BROWSER names none"
PHONE, DESK = 390, 1280  # pixels
_FLAGS = ("--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking")


class Visit:
    """A tab with a page: what the page did, and eyes of a reader; `page` is Playwright's, with the hands."""

    def __init__(self, page: Any):
        self.page = page
        self.complaints: list[str] = []
        self.asked_for: list[str] = []
        self._own = ""
        page.on("console", self._hear)
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("dialog", lambda dialog: (self.complaints.append(dialog.message), dialog.dismiss()))
        page.on("request", lambda request: self._see(request.url))

    def open(self, path: Path) -> None:
        """Open a file, and forget what the page before it did."""
        self.complaints, self.asked_for, self._own = [], [], path.as_uri()
        self.page.goto(self._own)

    def _hear(self, message: Any) -> None:
        if message.type in ("error", "warning"):
            self.complaints.append(message.text)

    def _see(self, address: str) -> None:
        if address.split("#")[0] != self._own and not address.startswith(("data:", "blob:")):
            self.asked_for.append(address)

    def value(self, expression: str) -> Any:
        """Return the value of a line of JavaScript, which no policy of the page refuses."""
        return self.page.evaluate(expression)

    def texts(self, selector: str) -> list[str]:
        """Return the texts of the elements that are seen."""
        seen = "(selector) => [...document.querySelectorAll(selector)].filter((e) => e.checkVisibility())"
        return self.page.evaluate(f"{seen}.map((e) => e.textContent)", selector)

    def overflow(self) -> int:
        """Return by how many pixels the page is wider than its window."""
        return self.value("document.documentElement.scrollWidth - document.documentElement.clientWidth")


class Browser:
    """A browser that is running, and the pages that are open in it."""

    def __init__(self, chromium: Any):
        self._chromium = chromium

    @contextlib.contextmanager
    def visit(self, path: Path, width: int = 1200, dark: bool = False, script: bool = True) -> Generator[Visit]:
        """Open a file in a window of this width, on a telephone where it is narrow, and close it afterwards."""
        size: Any = {"width": width, "height": 844 if width < 600 else 900}
        context = self._chromium.new_context(
            viewport=size,
            has_touch=width < 600,
            is_mobile=width < 600,
            color_scheme="dark" if dark else "light",
            java_script_enabled=script,
        )
        try:
            visit = Visit(context.new_page())
            visit.open(path)
            yield visit
        finally:
            context.close()


@contextlib.contextmanager
def browser() -> Generator[Browser]:
    """Start the system's browser, and end it; skip the test where there is none."""
    if PROGRAM is None:
        pytest.skip(MISSING)
    playwright = pytest.importorskip("playwright.sync_api", reason="no Playwright: it comes with the extra dev")
    with playwright.sync_playwright() as driver:
        chromium = driver.chromium.launch(executable_path=PROGRAM, args=list(_FLAGS))
        try:
            yield Browser(chromium)
        finally:
            chromium.close()
