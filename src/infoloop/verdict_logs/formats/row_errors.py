"""What a format says of a row that cannot be read."""

from infoloop.verdict_logs.formats.log_format import LogError


class RowError(LogError):
    """A row that cannot be read: its number, and what is wrong; whoever knows the file adds the place."""

    def __init__(self, row: int, text: str):
        super().__init__(text)
        self.row = row
