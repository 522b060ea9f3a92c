"""Tables of the command line that belong to no package below it."""

from rich.table import Table
from rich.text import Text


def named_table(kind: str, lines: dict[str, str]) -> Table:
    """Models or experiments, each with the first line of what it says of itself."""
    table = Table(box=None, pad_edge=False, header_style="bold", padding=(0, 1), title_justify="left")
    table.add_column(kind, no_wrap=True)
    table.add_column("")
    for name, about in lines.items():
        table.add_row(name, Text(about))
    return table
