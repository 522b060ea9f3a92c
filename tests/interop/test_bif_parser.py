"""Bad files, one line each with the file and the line; and what a reader may skip."""

import os
import time

import numpy as np
import pytest

from infoloop.interop.bif_parser import parse_bif
from infoloop.interop.bif_reader import from_bif
from infoloop.probability.channels import Channel

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
    ("network rain", "net rain", "3: a network block, before all others, is wanted here, not 'variable'"),
    ("variable grass {", "grass {", "12: there is no variable grass"),
    ("variable sky", "network b { } variable sky", "3: no second network block is wanted here, not 'network'"),
    ("{ dry, wet }", "{ }", "7: a state is wanted here, not '}'"),
    ("  (rain) 0.0, 1.0;\n}\n", "  property (rain) 0.0 }", "14: 'property' has no ';' behind it: add it"),
    ("{ sun, rain };", "{ sun, rain }", "5: ';' is wanted here, not '}'"),
    ("[ 2 ] { dry", "[ 3 ] { dry", "7: grass has 2 states, not 3: correct either"),
    ("discrete [ 2 ] { dry", "real [ 2 ] { dry", "7: 'discrete' is wanted here, not 'real'"),
    ("{ dry, wet }", "{ dry, dry }", "6: state of grass: dry stands here and on line 6: delete one of them"),
    ("variable grass", "variable sky", "6: variable sky stands here and on line 3: delete one of them"),
    ("probability ( grass", "probability ( sky", "12: law of sky stands here and on line 9: delete one of them"),
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
    ("network rain", "/* network rain", "1: '/' opens a comment that does not end"),
    ("sun, rain", 'sun, "rain', "4: '\"' opens a quotation that does not end on its line"),
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
    with pytest.raises(ValueError, match=r"net\.bif:1: byte 0xe9 is not UTF-8: save the file as UTF-8"):
        from_bif(path)
    path.write_text("network empty { }")
    with pytest.raises(ValueError, match=r"net\.bif: a network has no parts"):
        from_bif(path)
    path.write_text("nothing\nat all")
    with pytest.raises(ValueError, match=r"net\.bif:2: a network block is wanted here, not the end of the file"):
        from_bif(path)


def test_comments_properties_quotes_and_odd_states_are_read():
    text = """network "a name" { property author = "x; y {" ; }
    // variable none { }
    variable Asy/Patch { type /* any; */ discrete[3] { <7.5, >=7.5 "not known" }; property at = (1, 2); }"""
    (variable,), laws = parse_bif(text)
    assert variable == (3, "Asy/Patch", ("<7.5", ">=7.5", "not known"))
    assert laws == ()


PAGE = """The network of the fire alarm. "Each variable has a probability", 5" thick, says http://fire.example.
network "Alarms" { property author "A; B" ; property size 5" ; }
policy P { rule [ 1, 2 ] ; }   a property of that
variable Smoke { property position = (1, 2); type discrete [ 2 ] { yes | no }; property more; }
variable "Fire" { type discrete[3]{none,small,"very large"}; }
Text that is no comment; and // one
variable Alarm { type discrete [2] { on, off } ; } probability ( Fire ) { table 0.5 0.25 | 0.25 ; }
probability ( Smoke | Fire ) { default 0.5 0.5; ("very large") 1.0, 0.0; }
probability HEADER {
    ( yes, none ) 0.75 0.25;
    default 0.25, 0.75;
} and the end of it"""


@pytest.mark.parametrize(
    "header",
    [
        '( "Alarm" "Smoke" "Fire" )',
        "(Alarm|Smoke,Fire)",
        "( Alarm, Smoke | Fire )",
        "( | Alarm /* given */ Smoke // and\n Fire, )",
    ],
)
def test_every_way_of_the_page_to_write_a_network_is_read(header, tmp_path):
    path = tmp_path / "net.bif"
    path.write_text(PAGE.replace("HEADER", header))
    laws = {factor.target[0]: factor for factor in from_bif(path).factors if isinstance(factor, Channel)}
    assert laws["Alarm"].source == ("Smoke", "Fire")
    expected = np.full((2, 3, 2), (0.25, 0.75))
    expected[0, 0] = (0.75, 0.25)
    assert np.array_equal(laws["Alarm"].rows, expected)
    assert np.array_equal(laws["Smoke"].rows, [[0.5, 0.5], [0.5, 0.5], [1.0, 0.0]])


def test_a_quoted_mark_or_keyword_is_a_name():
    (variable,), _ = parse_bif(
        'network n { } variable "variable" { type discrete [ 3 ] { "}", "default" "property" }; }'
    )
    assert variable == (1, "variable", ("}", "default", "property"))


def wide(parents, states, rows):
    """A variable T with so many parents, and these rows."""
    names = [f"V{k}" for k in range(parents)]
    kinds = [f"variable {name} {{ type discrete [ {len(states)} ] {{ {', '.join(states)} }}; }}" for name in names]
    laws = [f"probability ( {name} ) {{ default {'1 ' + '0 ' * (len(states) - 1)}; }}" for name in names]
    child = "variable T { type discrete [ 2 ] { a, b }; }"
    return "\n".join(["network n { }", child, *kinds, *laws, f"probability ( T | {' '.join(names)} ) {{ {rows} }}"])


HUGE = [
    (wide(40, "ab", "default 0.5, 0.5;"), ":83: the law of T has 10^12.3 numbers, and all laws together at most 33,"),
    (wide(40, "ab", ""), ":83: the law of T has 10^12.3 numbers"),
    (wide(70, "a", "default 0.5, 0.5;"), ":143: T has 70 parents: at most 62 are read"),
    (wide(20, "ab", f"({'a ' * 20}) 0.5, 0.5;"), ":43: T given V0=a, V1=a, "),
    ("network x { }\n" + "property " * 30_000, ": a network has no parts"),
    ("network x { " + "property " * 100_000, ":1: 'property' has no ';' behind it: add it"),
    ("network x { property " + '"' * 100_001, ":1: 'property' has no ';' behind it: add it"),
    ("/* " * 100_000, ":1: '/' opens a comment that does not end"),
    ('"' * 100_001, ":1: a network block is wanted here, not the end of the file"),
    ("variable " * 20_000, ":1: a network block is wanted here, not the end of the file"),
    (GOOD.replace("grass | sky", "grass | " + "x" * 100_000), ":12: there is no variable xxx"),
    (GOOD.replace("0.75", "0." + "7" * 100_000), ":10: sky sums to 1.02"),
    (GOOD.replace("0.75", "0.75" * 100_000), ":10: sky has '0.750"),
    (GOOD.replace("[ 2 ] { dry", f"[ {'9' * 100_000} ] {{ dry"), ":7: grass has 2 states, not 999"),
]


@pytest.mark.parametrize(("text", "message"), HUGE, ids=range(len(HUGE)))
def test_what_is_huge_is_one_short_line_at_once(text, message, tmp_path):
    path = tmp_path / "net.bif"
    path.write_text(text)
    begin = time.process_time()
    with pytest.raises(ValueError) as error:
        from_bif(path)
    assert time.process_time() - begin < 2
    shown = str(error.value)
    assert shown.startswith(str(path))
    assert message in shown
    assert len(shown.splitlines()) == 1
    assert len(shown) < 1000


def test_a_law_of_many_parents_with_one_state_each_is_read(tmp_path):
    path = tmp_path / "net.bif"
    path.write_text(wide(60, "a", "default 0.25, 0.75;"))
    law = from_bif(path).factors[-1]
    assert isinstance(law, Channel)
    assert law.rows.ravel().tolist() == [0.25, 0.75]


def test_what_is_no_file_is_refused_at_once(tmp_path):
    (tmp_path / "zero.bif").symlink_to("/dev/zero")
    os.mkfifo(tmp_path / "pipe.bif")
    for name in ("zero.bif", "pipe.bif"):
        with pytest.raises(ValueError, match=f"cannot read .*{name}: it is no regular file: .*; name a BIF file"):
            from_bif(tmp_path / name)
    path = tmp_path / "nul.bif"
    path.write_text(GOOD.replace("dry", "d\0ry"))
    with pytest.raises(ValueError, match=r"nul\.bif:7: there is a NUL character"):
        from_bif(path)
