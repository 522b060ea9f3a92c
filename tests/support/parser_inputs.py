"""Inputs for the parsers: good files, files made at random by the grammar, and either of them damaged; by a seed."""

import json
import random
from functools import cache

from tests.support.paths import DATA, LOG, PIPELINES

WORDS = {
    "statement": ["H(X)", "I(X;Y|Z)", "<=", ">=", "=", "+", "-", "2/3", "0.5", ";", ",", "|", "(", ")", "X'", "≤", "*", "H("],
    "assumptions": ["X -> D -> Z", "X _||_ Y | Z", "Z = f(X,Y)", "I(X;Y) = 0", ";", "\n", "->", "⟂", ",", "A1", "=", "("],
    "pipeline": [
        "[nodes]", "[round]", "[[nodes]]", 'role = "task"', "parents = [", '"Z@-1"', "size = 2", "rounds = 3", "{", "}", '"""',
        "'''", "#", "table = [[0.5, 0.5]]", 'formula = "X + 1"', 'program = "a.py:f"', "cost = 1e308", "at = 1", "a.b.c = 1",
        "1979-05-27", "0x10", "inf", "nan", 'answer = "state"', '"uniform"', "**", "<<",
    ],
    "bif": [
        "network", "variable", "probability", "property", "default", "table", "type discrete [ 2 ]", "{", "}", "(", ")", "|",
        ";", "//", "/*", "*/", '"', "0.5", "1e-400", "1e999", ",",
    ],
    "log": ["problem", "attempt", "pass", ",", '"', "\r\n", "\n", "true", "0", "1.0", "NaN", "\ufeff", "''", ";", "\t"],
    "words": ["crane", "é", "e\u0301", "\n", "\r", " ", "İ", "ß", "\u2028", "ǅ"],
    "run": ["{", "}", "[", "]", '"', ":", "null", "NaN", "1e999", '"identity"', '"sha256"', ",", "\\u0000"],
}  # fmt: skip
ODD = [
    "\0",
    "\x1b[2K",
    "\x85",
    "\u202e",
    "\ud7ff",
    "𝕏",
    "\xa0",
    "²",
    "٣",
    "9" * 5000,
    "-" * 3000,
    "a" * 20000,
    "\\",
    "\x7f",
]


@cache
def good(kind: str) -> tuple[bytes, ...]:
    """Good inputs of a kind, each of which its parser reads."""
    if kind == "pipeline":
        texts = [path.read_text() for path in sorted(PIPELINES.glob("*.toml"))]
        return tuple(text.encode() for text in texts if "program" not in text)
    if kind == "bif":
        return tuple(path.read_bytes() for path in sorted(DATA.glob("*.bif")))
    if kind == "log":
        return (LOG.read_bytes()[:3000].rpartition(b"\n")[0], b"problem,attempt,pass\na,1,1\nb,1,0\n")
    if kind == "words":
        return ((DATA / "words.txt").read_bytes(), "größe\nетюд!".replace("!", "ы").encode())
    if kind == "statement":
        known = json.loads((DATA / "inequalities.json").read_text())
        texts = [text for text in _texts(known) if "<=" in text or ">=" in text][:40]
        return tuple(text.encode() for text in [*texts, "2 I(X;Z|D) - 1/2*H(X,Y') + 1 <= I(A;B;C)"])
    return (b"X -> D,S -> Z; Z = f(X,Y)", b"X _||_ Y | Z\nI(X;Y|Z) - H(W) = 0", "A → B → C → D; E ⟂ F ⟂ G".encode())


def _texts(value):
    if isinstance(value, str):
        return [value]
    items = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return [text for item in items for text in _texts(item)]


def names(draw, most):
    return [draw.choice("ABCDXYZ") + str(k) for k in range(draw.randint(1, most))]


def statement(draw):
    def group():
        return ",".join(draw.choices("ABCDEXYZ", k=draw.choice([1, 1, 2, 5])))

    def term():
        factor = draw.choice(["", "2 ", "1/3*", f"{draw.random():.3f} ", "0 ", "1/0 ", "9" * draw.choice([3, 400])])
        groups = [group() for _ in range(draw.choice([1, 2, 2, 3, 8, 30]))]
        given = f"|{group()}" if draw.random() < 0.4 else ""
        return f"{factor}{'I' if len(groups) > 1 else draw.choice('HHI')}({';'.join(groups)}{given})"

    def side():
        return draw.choice([" + ", " - ", "+"]).join(term() for _ in range(draw.choice([1, 1, 2, 5, 60])))

    return f"{side()} {draw.choice(['<=', '>=', '=', '<', '>', '≤', '==', ''])} {draw.choice([side(), '0', '1/2'])}"


def assumptions(draw):
    def one():
        found = names(draw, draw.choice([3, 5, 40]))
        join = draw.choice([" -> ", " _||_ ", " - ", ", ", "; "])
        return draw.choice([join.join(found), f"{found[0]} = f({','.join(found[1:] or 'Q')})", statement(draw)])

    return draw.choice(["; ", "\n"]).join(one() for _ in range(draw.choice([1, 2, 3, 20])))


def pipeline(draw):
    def value():
        return draw.choice([
            "1", "2", "-1", "1.5", "true", '"x"', "[]", "[[0.5, 0.5]]", "[0.25, 0.75]", "{}", "1e400", "nan", "9" * 30, "[1, 'a']",
            "[" * 40 + "]" * 40, "1999-01-01",
        ])  # fmt: skip

    def node(name, known):
        fields = [f'role = "{draw.choice(["task", "data", "state", "query", "signal", "judge", "noise", "stat"])}"']
        if known:
            parents = draw.choices(known, k=draw.randint(0, 3))
            fields.append(f"parents = {json.dumps(list(parents if draw.random() < 0.2 else dict.fromkeys(parents)))}")
        for key in draw.sample(
            ["size", "cost", "at", "table", "formula", "site", "template", "program"], draw.choice([0, 1, 1, 2])
        ):
            formula = draw.choice(
                ["X", "X + Z0", "X ** X", "1 << 9999", "min(X, 1)", "X if X else 0", "X(", "X.y", "2 ** 2 ** 9"]
            )
            size = str(draw.choice([2, 4, 4, 100, 10**6, 10**12]))
            fields.append(
                f"{key} = "
                + (
                    {"formula": json.dumps(formula), "size": size}.get(key) or value()
                    if draw.random() < 0.8
                    else value()
                )
            )
        return f"{name} = {{ {', '.join(fields)} }}"

    own = ["X", "D0", "Z0", *names(draw, draw.choice([1, 3, 60]))]
    lines = ["[nodes]", 'X = { role = "task", size = 4 }', *(node(name, own[:k]) for k, name in enumerate(own) if k)]
    copies = ["Y", "S", "Z", *names(draw, 3)]
    if draw.random() < 0.7:
        lines = [f"rounds = {draw.choice([1, 2, 3, 30, 10**9, -1])}", *lines, "[round]"]
        lines += [node(name, [*own, *copies, "Z@-1", "Y@1", "Q@-2"]) for name in copies]
    if draw.random() < 0.2:
        lines.insert(0, draw.choice(["title", "about", "answer", "odd"]) + f" = {value()}")
    return "\n".join(lines)


def bif(draw):
    own = [draw.choice(["V", '"v ', "x-", "y."]) + str(k) for k in range(draw.choice([1, 3, 5, 25, 70]))]
    own = [name + '"' if name.startswith('"') else name for name in own]
    states = {name: [f"s{k}" for k in range(draw.choice([1, 2, 2, 3, 6]))] for name in own}
    parts = ["network n { property a = 1; }"]
    parts += [
        f"variable {n} {{ type discrete [ {len(s)} ] {{ {draw.choice([', ', ' | ', ' ']).join(s)} }}; }}"
        for n, s in states.items()
    ]

    def row(size):
        cut = draw.choice([size, size, size, size - 1, size + 1])
        return (
            draw.choice([", ", " "]).join([f"{1 / max(cut, 1):.17g}"] * cut)
            if draw.random() < 0.7
            else "1" + " 0" * (cut - 1)
        )

    for k, name in enumerate(own):
        parents = draw.sample(own[:k] or own, min(len(own[:k]) or 1, draw.choice([0, 1, 2, 3, 50])))
        heads = (
            [f"({', '.join(draw.choice(states[p]) for p in parents)})" for _ in range(draw.choice([0, 1, 2, 9]))]
            if parents
            else []
        )
        rows = [
            f"{head} {row(len(states[name]))};"
            for head in [*dict.fromkeys(heads), draw.choice(["default", "default", "table"])]
        ]
        bar = draw.choice([" | ", ", ", " "]) if parents else ""
        parts.append(f"probability ( {name}{bar}{draw.choice([', ', ' ']).join(parents)} ) {{ {' '.join(rows)} }}")
    return draw.choice(["\n", " some text\n", "\n// x\n"]).join(parts)


def log(draw):
    header = draw.choice(
        ["problem,attempt,pass", "pass,problem,attempt", "problem,attempt,pass,more", "problem;attempt;pass"]
    )
    width = header.count(",") + draw.choice([1, 1, 1, 2, 9])
    values = ["0", "1", "true", "False", "1.0", "", "x", '"a, b"', '"a\nb"', '"', " 1", "é" * 9, "NaN", "2"]
    rows = [",".join(draw.choices(values, k=width)) for _ in range(draw.choice([0, 1, 5, 300]))]
    rows = [f"p{k % 3},{k},{k % 2}" if draw.random() < 0.9 else row for k, row in enumerate(rows)]
    return draw.choice(["\n", "\r\n", "\r"]).join([header, *rows])


def words(draw):
    letters = draw.choice(["abc", "äöüß", "e\u0301è", "АБ", "1a", "ab "])
    return "\n".join(
        "".join(draw.choices(letters, k=draw.choice([5, 5, 5, 4]))) for _ in range(draw.choice([1, 3, 200]))
    )


MADE = {
    "statement": statement, "assumptions": assumptions, "pipeline": pipeline, "bif": bif, "log": log, "words": words,
}  # fmt: skip


def damaged(draw, kind: str, data: bytes) -> bytes:
    """Change a few places: bytes, tokens, lines, stretches repeated up to 200 kB, odd characters, deep nesting."""
    for _ in range(draw.choice([1, 1, 2, 4])):
        first, last = sorted(draw.randrange(len(data) + 1) for _ in "ab")
        last = min(last, first + draw.choice([1, 5, 40, 400]))
        piece = data[first:last]
        put = draw.choice([
            lambda piece: b"",
            lambda piece: bytes([draw.randrange(256)]),
            lambda piece: piece + draw.choice(WORDS[kind]).encode(),
            lambda piece: draw.choice(WORDS[kind]).encode() + b" " + piece,
            lambda piece: draw.choice(ODD).encode("utf-8", "surrogatepass") + piece,
            lambda piece: (piece or b"(") * min(draw.choice([2, 30, 3000]), 200_000 // max(len(piece), 1)),
            lambda piece: draw.choice(WORDS[kind]).encode() * draw.choice([3, 300, 10_000]),
            lambda piece: draw.choice([b"(", b"[", b"{", b"-", b'"', b"\n", b" "]) * draw.choice([50, 5000, 100_000]),
            lambda piece: b"".join(draw.sample(piece.splitlines(True), len(piece.splitlines(True)))),
            lambda piece: (draw.choice(good(kind)) or b" ")[: draw.randrange(400)],
        ])  # fmt: skip
        data = data[:first] + put(piece) + data[last:]
    return data[:1_000_000]


def case(seed: int) -> tuple[str, bytes]:
    """Return the kind of parser and its input: of ten, four damaged good ones, four damaged made ones, two as made."""
    draw = random.Random(seed)
    kind, way = draw.choice(list(MADE)), seed % 10
    data = draw.choice(good(kind)) if way < 4 else MADE[kind](draw).encode("utf-8", "surrogatepass")
    return kind, data if way >= 8 else damaged(draw, kind, data)
