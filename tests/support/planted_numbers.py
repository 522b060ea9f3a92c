"""Two published numbers, one of which is wrong, and one that cannot be read."""

from infoloop.exact.log_sums import rational
from infoloop.statements.published_numbers import PublishedNumber

NUMBERS = (PublishedNumber("a third", ".333", rational("1/3")), PublishedNumber("a quarter", ".26", rational("1/4")))
UNREADABLE = (PublishedNumber("about a third", "one in 3", rational("1/3")),)
