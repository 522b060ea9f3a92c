"""Bad files, one line each with the file and the line; and what a reader may skip."""

import pytest

from infoloop.interop.bif_parser import parse_bif
from infoloop.interop.bif_reader import from_bif

GOOD = """network rain {
}
variable sky {
  type discrete [ 2 ] { sun, rain };
}
variable grass {
  type discrete [ 2 ] { dry, wet };
}
probability ( sky ) {
  table 0.75, 0.25;
}
probability ( grass | sky ) {
  (sun) 0.9, 0.1;
  (rain) 0.0, 1.0;
}
"""
CYCLE = "probability ( sky | grass ) { (dry) 0.5, 0.5; (wet) 0.5, 0.5; } //"
BAD = [
    ("network rain", "net rain", "1: 'network' is wanted here, not 'net'"),
    ("variable grass {", "grass {", "6: 'variable' or 'probability' is wanted here, not 'grass'"),
    ("{ sun, rain };", "{ sun, rain }", "5: ';' is wanted here, not '}'"),
    ("[ 2 ] { dry", "[ 3 ] { dry", "7: grass has 2 states, not 3: correct either"),
    ("discrete [ 2 ] { dry", "real [ 2 ] { dry", "7: 'discrete' is wanted here, not 'real'"),
    ("{ dry, wet }", "{ dry, dry }", "6: state of grass: dry stands here and on line 6: delete one of them"),
    ("variable grass", "variable sky", "6: variable sky stands here and on line 3: delete one of them"),
    ("probability ( grass", "probability ( sky", "12: law of sky stands here and on line 9: delete one of them"),
    ("grass | sky", "grass sky", "12: ')' is wanted here, not 'sky'"),
    ("grass | sky", "grass | ski", "12: there is no variable ski: did you mean sky?"),
    ("grass | sky", "grass | sky, sky", "12: law of grass: sky stands here and on line 12: delete one of them"),
    ("table 0.75, 0.25;", "table 0.75, 0.25", "11: a probability or ';' is wanted here, not '}'"),
    ("table 0.75, 0.25", "table 0.75", "10: the table of sky has 1 numbers: give 2"),
    ("table 0.75, 0.25", "table 0.75, 0.15", "10: sky sums to 0.90, not 1: more than rounding, so correct it"),
    ("table 0.75", "tabel 0.75", "10: '(' is wanted here, not 'tabel'"),
    ("0.75", "3/4", "10: sky has '3/4': a probability is a decimal number >= 0"),
    ("0.75", "nan", "10: sky has 'nan': a probability is a decimal number >= 0"),
    ("0.9, 0.1", "-0.9, 1.9", "13: grass given sky=sun has '-0.9': a probability is a decimal number >= 0"),
    ("0.9, 0.1", "0.9", "13: grass given sky=sun has 1 numbers: give one for each of 2 states"),
    ("(sun)", "(sum)", "13: sky has no state sum: did you mean sun?"),
    ("(sun)", "(sun, dry)", "13: give one state for each parent of grass: sky"),
    ("(sun)", "(rain)", "14: grass given sky=rain stands on line 13 and here: delete one of them"),
    ("(sun) 0.9, 0.1;", "", "12: grass given sky=sun has no row: add it, or a default"),
    ("probability ( sky ) {\n  table 0.75, 0.25;\n}", "", "3: sky has no law: add probability ( sky ) { ... }"),
    ("  (rain) 0.0, 1.0;\n}\n", "  (rain) 0.0", "14: a probability or ';' is wanted here, not the end of the file"),
    ("network rain", "/* network rain", "1: '/' opens a quotation or comment that does not end"),
    ("network rain", 'network "rain', "1: '\"' opens a quotation or comment that does not end"),
]


def test_the_good_file_is_read(tmp_path):
    path = tmp_path / "net.bif"
    path.write_text(GOOD)
    assert from_bif(path).names == ("sky", "grass")


@pytest.mark.parametrize(("old", "new", "message"), BAD)
def test_a_bad_file_is_one_line_with_its_place(old, new, message, tmp_path):
    path = tmp_path / "net.bif"
    assert old in GOOD
    path.write_text(GOOD.replace(old, new, 1))
    with pytest.raises(ValueError) as error:
        from_bif(path)
    assert str(error.value) == f"{path}:{message}"


def test_a_cycle_is_named(tmp_path):
    path = tmp_path / "net.bif"
    path.write_text(GOOD.replace("probability ( sky ) {\n  table 0.75, 0.25;\n}", CYCLE))
    with pytest.raises(ValueError, match=r"net\.bif: the network has the cycle sky -> grass -> sky:"):
        from_bif(path)


def test_what_cannot_be_read_at_all(tmp_path):
    with pytest.raises(ValueError, match=r"cannot read no/such\.bif: No such file or directory; name a BIF file"):
        from_bif("no/such.bif")
    path = tmp_path / "net.bif"
    path.write_bytes(b"// caf\xe9\n" + GOOD.encode())
    with pytest.raises(ValueError, match="not UTF-8 from byte 6 on"):
        from_bif(path)
    path.write_text("network empty { }")
    with pytest.raises(ValueError, match=r"net\.bif: a network has no parts"):
        from_bif(path)


def test_comments_properties_quotes_and_odd_states_are_read():
    text = """network "a name" { property author = "x; y {" ; }
    // variable none { }
    variable Asy/Patch { type /* any; */ discrete[3] { <7.5, >=7.5 "not known" }; property at = (1, 2); }"""
    (variable,), laws = parse_bif(text)
    assert variable == (3, "Asy/Patch", ("<7.5", ">=7.5", "not known"))
    assert laws == ()
