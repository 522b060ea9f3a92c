"""Ways to corrupt a certificate: its bytes, fields, numbers, signs and names, alone or in agreement."""

import copy
import json
import random
import re

from tests.support.certificates import is_certificate_of_a_proof

JUNK = [None, True, 0, 1.5, "", "0", "1", "H(X)", [], {}, [[]], "X -> Y -> Z", "infoloop proof 1", "infoloop proof 2"]


def leaves(value, path=()):
    """The paths to all texts in a certificate."""
    if isinstance(value, str):
        return [path]
    items = value.items() if isinstance(value, dict) else enumerate(value)
    return [found for key, inner in items for found in leaves(inner, (*path, key))]


def at(value, path):
    for key in path:
        value = value[key]
    return value


def replaced(proof, path, value):
    at(proof, path[:-1])[path[-1]] = value
    return proof


def other_byte(draw, proof):
    """Replace, delete or insert bytes."""
    text = json.dumps(proof, ensure_ascii=False)
    for _ in range(draw.choice([1, 1, 1, 2, 5])):
        place = draw.randrange(len(text))
        put = draw.choice(["", draw.choice(text), draw.choice(text) + text[place], chr(draw.randrange(32, 1000))])
        text = text[:place] + put + text[place + 1 :]
    return text


def cut(draw, proof):
    """Keep the beginning of the file, or leave out a stretch of it."""
    text = json.dumps(proof)
    first, last = sorted(draw.sample(range(len(text)), 2))
    return draw.choice([text[:first], text[:first] + text[last:], text[first:last]])


def other_field(draw, proof):
    """Drop, add, rename or replace a field, of the certificate or of a part."""
    record = draw.choice([proof, *proof["parts"]])
    name = draw.choice(sorted(record))
    way = draw.randrange(4)
    value = record[name] if way == 3 else record.pop(name)
    if way == 1:
        record[name + draw.choice(["s", "_", " "])] = value
    if way == 2:
        record[name] = draw.choice(JUNK)
    if way == 3:
        record[draw.choice(sorted(record))] = value
    return proof


def number_paths(proof):
    pairs = [path for path in leaves(proof) if path[0] == "parts" and path[-1] in (0, "constant")]
    return [path for path in pairs if len(path) in (3, 5)]


def other_number(draw, proof):
    """Change a multiplier or a constant: by its sign, by one, by a factor."""
    path = draw.choice(number_paths(proof))
    old = at(proof, path)
    size = old.removeprefix("-")
    return replaced(
        proof,
        path,
        draw.choice([f"-{size}", size, f"{size}0", f"{size}/2", f"1{size}", "0", "1", "2", "1/3", f"{size}/0"]),
    )


def notation_paths(proof):
    return [path for path in leaves(proof) if re.search(r"[HI]\(|->|_\|\|_|= ", at(proof, path))]


def other_sign(draw, proof):
    """Exchange one mark of one text: + and -, a separator, a relation."""
    path = draw.choice(notation_paths(proof))
    text = at(proof, path)
    places = [m.span() for m in re.finditer(r"<=|>=|->|_\|\|_|[-+;,|=]| ", text)]
    if not places:
        return replaced(proof, path, f"-{text}")
    first, last = draw.choice(places)
    put = draw.choice(["+", "-", ";", ",", "|", "<=", ">=", "=", "->", "_||_", "", " - ", " + 2 "])
    return replaced(proof, path, text[:first] + put + text[last:])


def names_in(proof):
    texts = [at(proof, path) for path in notation_paths(proof)]
    return sorted({name for text in texts for name in re.findall(r"[^\W\d]\w*(?!\w*\()", text)} - {"H", "I"})


def other_name(draw, proof):
    """Replace one name in one text by another, by a new one, or by two."""
    path = draw.choice(notation_paths(proof))
    text, names = at(proof, path), names_in(proof)
    places = [m.span() for m in re.finditer(r"[^\W\d]\w*", text) if m[0] in names]
    if not places:
        return replaced(proof, path, "H(Q)")
    first, last = draw.choice(places)
    a, b = draw.choice(names), draw.choice(names)
    return replaced(
        proof, path, text[:first] + draw.choice([a, a, "Q", f"{a},{b}", f"{a}{b}", f"{a};{b}"]) + text[last:]
    )


def other_statement(draw, proof):
    """Change what is claimed, in the statement and in the author's text alike."""
    sides = re.split(r" (<=|>=|=) ", proof["statement"])
    if len(sides) == 3:
        left, relation, right = sides
        more = draw.choice(["H(Q)", "1", *(at(proof, p) for p in notation_paths(proof) if p[0] == "parts")])
        changes = [f"{right} {relation} {left}", f"{left} + {more} {relation} {right}", f"{left} {relation} 0"]
        changes += [f"{left} {other} {right}" for other in ("<=", ">=", "=", "<")] + [
            f"{left} {relation} {right} - {more}"
        ]
        proof["statement"] = draw.choice(changes)
        proof["text"] = proof["statement"]
    return proof


def other_assumptions(draw, proof):
    """Drop an assumption, exchange two, or put another in its place with the zeros that belong to it."""
    given = proof["given"]
    a, b, c = draw.choices([*names_in(proof), "Q"], k=3)
    entry = draw.choice([[f"H({a}|{b}) = 0", [f"H({a}|{b})"]], [f"{a} _||_ {b} | {c}", [f"I({a};{b}|{c})"]]])
    if given and draw.random() < 0.7:
        given[draw.randrange(len(given))] = draw.choice([entry, *given])
    else:
        given.append(entry)
    if draw.random() < 0.5:
        given.pop(draw.randrange(len(given)))
    return proof


def other_items(draw, proof):
    """Drop, repeat or exchange items of a list, or parts of two sums."""
    part = draw.choice(proof["parts"])
    lists = [proof["parts"], part["measures"], part["assumptions"], part["zhang_yeung"]]
    items = draw.choice([found for found in lists if found])
    way = draw.randrange(3)
    if way == 0:
        items.pop(draw.randrange(len(items)))
    elif way == 1:
        items.append(copy.deepcopy(draw.choice(items)))
    else:
        part["measures"], part["assumptions"] = part["assumptions"], part["measures"]
    return proof


WAYS = [
    other_byte,
    cut,
    other_field,
    other_number,
    other_sign,
    other_name,
    other_statement,
    other_assumptions,
    other_items,
]


def corrupted(seed, proof):
    """The text of a file that is no certificate of a proof, and the way in which it was corrupted.

    What still is one, by an oracle that shares nothing with the checker (2/2 for 1, an assumption more), is drawn anew.
    """
    draw = random.Random(seed)
    while True:
        way = draw.choice(WAYS)
        found = way(draw, copy.deepcopy(proof))
        text = found if isinstance(found, str) else json.dumps(found, ensure_ascii=False)
        if not is_certificate_of_a_proof(text):
            return text, way.__name__
