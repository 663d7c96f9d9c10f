"""How do tables get into ``data/`` without ever being half there? Build, compare, replace; verify.

The card holds the hash of its table, so the two files must change together. The table is written beside as
``<table>.csv.new``, then the card is replaced (the moment that counts), then the table is moved into place. Loaders
read ``.csv.new`` where it is the file the card names: killed at any moment, a reader sees the old table or the new.
"""

from __future__ import annotations

import hashlib
import os
import re
import tempfile
from collections.abc import Iterable
from pathlib import Path

from kampung_analysis import build as registry
from kampung_analysis.build.core import Raw, check_sources, to_bytes, validate
from kampung_analysis.loaders.core import data_folder, names, parse_card, read, read_bytes


def replace(path: Path, content: bytes) -> None:
    """Write `content` to `path` in one step: a temporary file in the same folder, synced, then moved."""
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        os.chmod(temporary, 0o644)
        os.replace(temporary, path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise


def sweep(folder: Path) -> None:
    """Remove the temporary files that a build killed while writing left in the folder of a table."""
    for name in (f"{folder.name}.csv.new", "source.yml"):
        for left in folder.glob(f".{name}.*"):
            left.unlink(missing_ok=True)


def write_table(folder: Path, content: bytes, rows: int) -> bool:
    """Put a built table and the hash in its card in place; a table that is already the same is left untouched, and
    what a killed build left beside it is removed.

    Parameters
    ----------
    folder : Path
        Folder of the table, with its card.
    content : bytes
        The table.
    rows : int
        Number of its rows.

    Returns
    -------
    bool
        Whether a file changed.
    """
    table, card_path = folder / f"{folder.name}.csv", folder / "source.yml"
    fresh = table.with_name(table.name + ".new")
    digest = hashlib.sha256(content).hexdigest()
    sweep(folder)
    old = card_path.read_text(encoding="utf-8")
    new = old
    for key, value in (("sha256", digest), ("rows", rows)):
        line, pattern = f"{key}: {value}", rf"^{key}:.*$"
        new = re.sub(pattern, line, new, flags=re.M) if re.search(pattern, new, re.M) else f"{new.rstrip()}\n{line}\n"
    if new == old and table.is_file() and table.read_bytes() == content:
        fresh.unlink(missing_ok=True)
        return False
    replace(fresh, content)
    if new != old:
        replace(card_path, new.encode("utf-8"))
    os.replace(fresh, table)
    return True


def build(raw, *, facts=None, tables: Iterable[str] | None = None, say=print) -> int:
    """Build tables from raw files; nothing is written for a table whose build stops.

    Parameters
    ----------
    raw : path
        Folder of the raw files, as :func:`kampung_analysis.build.download.fetch` fills it.
    facts : path, optional
        Folder of the coded facts; default ``facts`` beside `raw`.
    tables : iterable of str, optional
        Default: all.
    say : callable
        Receives one line per table.

    Returns
    -------
    int
        Number of tables that could not be built (0: all is well).
    """
    folders = Raw(Path(raw), Path(facts) if facts else None)
    from kampung_analysis.build import describe

    failed = 0
    for table in tables or sorted(registry.BUILDERS):
        try:
            make = registry.builder(table)
            card = parse_card(data_folder() / table / "source.yml")
            check_sources(folders, card)
            frame = validate(make(folders, card), card)
            changed = write_table(card.path.parent, to_bytes(frame), len(frame))
        except (ValueError, OSError) as error:
            failed += 1
            say(f"{table}: stopped. {error}")
            continue
        say(f"{table}: {len(frame)} rows, {'written' if changed else 'equal to the table in place'}")
    if failed:
        say(f"{failed} of the tables could not be built and stand as they were")
    for name in describe.write():
        say(f"{name}: written from the cards")
    return failed


def verify(*, say=print) -> int:
    """Check every table in ``data/`` against its card: hash, columns, types, keys.

    Returns
    -------
    int
        Number of tables and generated descriptions that differ (0: all is well).
    """
    from kampung_analysis.build import describe

    failed = 0
    for table in sorted({*names(), *registry.BUILDERS}):
        try:
            card = parse_card(data_folder() / table / "source.yml")
            frame = validate(read(table), card)
            if len(frame) != card.rows or to_bytes(frame) != read_bytes(card):
                raise ValueError(f"data/{table}: {len(frame)} rows or their order differ from the card; rebuild it")
        except (ValueError, OSError) as error:
            failed += 1
            say(f"{table}: differs. {error}")
            continue
        say(f"{table}: {card.rows} rows, SHA-256 {card.sha256[:12]}… as in its card")
    for name in describe.stale():
        say(f"{name}: not what the cards say; run 'python -m kampung_analysis pages write'")
        failed += 1
    return failed
