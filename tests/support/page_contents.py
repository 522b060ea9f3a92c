"""What a browser would load, or run, when it shows a page."""

import re

from infoloop.reporting.html import content_policy
from infoloop.reporting.package_files import package_folder

SCRIPT = (package_folder() / "reporting" / "templates" / "page.js").read_text(encoding="utf-8")
_OUTSIDE = re.compile(
    r"<script[^>]*>|<(?:iframe|object|embed|base|link|form)\b|\son\w+=|javascript:"
    r'|(?:src|href)="(?!#|data:(?:application/json|image/png))[^"]*"|url\((?!#|data:font)[^)]*\)|@import'
)


def foreign_parts(page: str) -> list[str]:
    """Return what a page has that could load or run something, beside its own script and rows as JSON.

    Where it lacks its script, or the policy which allows that and nothing else, this is said.
    """
    own = f"<script>{SCRIPT}</script>"
    policy = f'<meta http-equiv="Content-Security-Policy" content="{content_policy(SCRIPT)}">'
    plain = page.replace("&#39;", "'")
    missing = [f"{plain.count(part)} times {part[:20]}" for part in (own, policy) if plain.count(part) != 1]
    return missing + _OUTSIDE.findall(page.replace(own, "").replace('<script type="application/json">', ""))
