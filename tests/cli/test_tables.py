"""Tables of names, whatever their lines say."""

from rich.console import Console

from infoloop.cli.tables import named_table


def test_each_name_has_its_line_as_it_was_written(capsys):
    Console(width=100).print(named_table("models", {"urn": "A pool [bold]of counts[/bold].", "loop": "Another."}))
    lines = [line.split(maxsplit=1) for line in capsys.readouterr().out.splitlines()]
    assert [line[0] for line in lines] == ["models", "urn", "loop"]
    assert lines[1][1].rstrip() == "A pool [bold]of counts[/bold]."
