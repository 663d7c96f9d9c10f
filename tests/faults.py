"""The nine faults of raw files: each turns a file into spoilt ones and says what the builder must name."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import datetime

from fault_rows import No, Row
from spoilable import Book, Lines, Topology, spoilable

from kampung_analysis import places

Spoilt = tuple[bytes, list[tuple[str, ...]]]
"""Content of a spoilt file, and for each thing that the message must hold the ways to say it."""

SMALL = 100
"""Rows of a file below which every swap of day and month is tried."""
NUMBER = re.compile(r"\d+(\.\d+)?( of \d+)?")


def rows_of(doc: Lines, row: Row, column: str, fits: Callable[[str], object]) -> list[int]:
    """Rows in use whose cell in `column` fits, those near the middle first."""
    found = [
        n
        for n in range(len(doc))
        if (row.only is None or doc.get(n, row.only[0]) == row.only[1]) and fits(doc.get(n, column))
    ]
    assert found, f"no row of column {column} can be spoilt"
    return sorted(found, key=lambda n: abs(n - len(doc) // 2))


def at(doc: Lines, number: int) -> tuple[str, ...]:
    """How a message may name a row: by its line; a geometry by its number."""
    return (f"geometry {number}",) if isinstance(doc, Topology) else (f"line {doc.line(number)}",)


def called(name: str) -> tuple[str, ...]:
    """How a message may name a place: as the file does, or by its official name."""
    official = []
    for level in ("province", "district"):
        try:
            code = places.resolve(name, level=level)
        except ValueError:
            continue
        official.append((places.PROVINCES | places.DISTRICTS)[code])
    return (f"{name!r}", name, *official)


def named(row: Row) -> tuple[str, ...]:
    """Column of names, if there is one."""
    return () if isinstance(row.place, No) else row.place[:1]


def truncated(make: Callable[[], Lines], row: Row) -> Iterator[Spoilt]:
    for content, line in make().cuts():
        unplaced = ("truncated", "no row for", "no area for", "not a known name", "0 national rows")
        yield content, [(f"line {line}",) if line else unplaced]


def header(make: Callable[[], Lines], row: Row) -> Iterator[Spoilt]:
    column = next(name for name in (row.number, row.date, *named(row)) if isinstance(name, str) and name != "arcs")
    if isinstance(make(), Topology):
        column = "KODE_PROV"
    doc = make()
    doc.rename(column)
    yield doc.data(), [(f"'{column}'", column)]
    doc = make()
    first = doc.get(0, doc.columns[0])
    doc.behead()
    yield doc.data(), [("line 1,", "outside an INSERT", "'objects'"), (first, "this is absent")]


def encoding(make: Callable[[], Lines], row: Row) -> Iterator[Spoilt]:
    for content, line in make().strange():
        said = [(f"line {line}",), ("not UTF-8",)] if line else [("not a readable xlsx",)]
        yield content, said if not isinstance(make(), Topology) else said[1:]


def swapped(make: Callable[[], Lines], row: Row) -> Iterator[Spoilt]:
    doc = make()

    def both(text: str) -> tuple[str, bool] | None:
        """The text with day and month in each other's place, and whether that is a date too."""
        plain = text.removesuffix("~")
        try:
            day = datetime.strptime(plain, row.form)
        except ValueError:
            return None
        if day.day == day.month:
            return None
        parts = re.split(r"(\D)", plain)
        one, two = (2, 4) if row.form.startswith("%Y") else (0, 2)
        parts[one], parts[two] = parts[two], parts[one]
        return "".join(parts) + text[len(plain) :], day.day <= 12

    ambiguous = [n for n in range(len(doc)) if (both(doc.get(n, row.date)) or ("", False))[1]]
    chosen = []
    if ambiguous:
        near = rows_of(doc, row, row.date, lambda text: (both(text) or ("", False))[1])
        chosen += ambiguous if len(doc) < SMALL else near[:1]
    chosen += rows_of(doc, row, row.date, lambda text: both(text) and not both(text)[1])[:1]
    for number in chosen:
        doc = make()
        old = doc.get(number, row.date)
        new, valid = both(old)
        doc.put(number, row.date, new)
        iso = f"{datetime.strptime(new.removesuffix('~'), row.form):%Y-%m-%d}" if valid else new
        yield doc.data(), [at(doc, number), (f"'{row.date}'", row.date, "'day'"), (new, iso)]


def commas(make: Callable[[], Lines], row: Row) -> Iterator[Spoilt]:
    doc = make()
    if isinstance(doc, Topology):
        yield from ((content, [("decimal comma",), ("arcs", "line ")]) for content in doc.commas())
        return
    number = rows_of(doc, row, row.number, NUMBER.fullmatch)[0]
    old = doc.get(number, row.number)
    new = old.replace(".", ",") if "." in old else re.sub(r"^\d+", lambda found: f"{found[0]},5", old)
    for bare in (False, True)[: 1 if isinstance(doc, Book) else 2]:
        doc = make()
        doc.put(number, row.number, new, bare=bare)
        said = (f"'{row.number}'",) if not bare else (f"'{row.number}'", "decimal comma")
        yield doc.data(), [at(doc, number), said, (new, "fields where the header has")[: 1 + bare]]


def doubled(make: Callable[[], Lines], row: Row) -> Iterator[Spoilt]:
    column = row.other or row.number
    place = next(iter(named(row)), None)
    for change in (False, True):
        doc = make()
        number = rows_of(doc, row, place or doc.columns[0], bool)[0]
        doc.double(number)
        if change and isinstance(column, str):
            doc.put(number + 1, column, str(int(float(doc.get(number, column) or 1)) + 1) if column == row.number
                    else f"{doc.get(number, column)} 2")  # fmt: skip
        changed = change and isinstance(doc, Topology)
        yield doc.data(), [at(doc, number + 1), ("repeat", "twice") if not changed else ("no province of 2020",)]


def missing(make: Callable[[], Lines], row: Row) -> Iterator[Spoilt]:
    doc = make()
    column, name = row.place
    gone = [n for n in range(len(doc)) if doc.get(n, column) == name]
    if column == "a":
        gone += [n for n in range(len(doc)) if doc.get(n, "b") == name]
    assert gone, f"{name} is not in column {column}"
    doc.drop(gone)
    yield (
        doc.data(),
        [("column '",), called(name) + (("parent 35.09 is not listed",) if doc.columns == ["kode", "nama"] else ())],
    )


def falling(make: Callable[[], Lines], row: Row) -> Iterator[Spoilt]:
    doc = make()
    place = next(iter(named(row)), None)

    def earlier(number: int) -> int | None:
        """The row above, where it is of the same place and its count can be undercut."""
        same = number > 0 and (place is None or doc.get(number, place) == doc.get(number - 1, place))
        below = same and int(doc.get(number - 1, row.total)) > 1
        return number - 1 if below else None

    number = next(n for n in rows_of(doc, row, row.total, bool) if earlier(n) is not None)
    new = int(doc.get(earlier(number), row.total)) - 2
    step = int(doc.get(number, row.total)) - new
    doc.put(number, row.total, str(new))
    if "infected" in doc.columns:
        doc.put(number, "infected", str(int(doc.get(number, "infected")) - step))
    yield doc.data(), [at(doc, number), ("fall", "step"), (str(new),)]


def unknown(make: Callable[[], Lines], row: Row) -> Iterator[Spoilt]:
    column, name = row.place
    names = [f"{name}zz", *([] if isinstance(row.ambiguous, No) else row.ambiguous[:1])]
    for new in names:
        doc = make()
        number = next(n for n in range(len(doc)) if doc.get(n, column) == name)
        doc.put(number, column, new)
        listed = [(word,) for word in row.ambiguous[1:]] if new != names[0] else []
        yield doc.data(), [at(doc, number), (f"'{column}'",), (f"{new!r}",), *listed]


FAULTS: dict[str, tuple[Callable, str]] = {
    "truncated": (truncated, ""),
    "a wrong header": (header, ""),
    "another encoding": (encoding, ""),
    "day and month swapped": (swapped, "date"),
    "decimal commas": (commas, "number"),
    "rows that are there twice": (doubled, ""),
    "a missing place": (missing, "place"),
    "a fall of a cumulative count": (falling, "total"),
    "an unknown place": (unknown, "place"),
}
"""Name -> function of (editor of the file, row of the matrix), and the field of the row that can rule the fault out."""


def spoilt(fault: str, file: str, content: bytes, row: Row) -> Iterator[Spoilt]:
    """Every spoilt version of a file for one fault; none where the matrix says that it cannot have it."""
    make, field = FAULTS[fault]
    if not field or not isinstance(getattr(row, field), No):
        yield from make(lambda: spoilable(file, content), row)
