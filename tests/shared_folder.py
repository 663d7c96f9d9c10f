"""The folder of raw sources, seed texts and reference values, whose absent parts skip the tests that need them."""

from __future__ import annotations

import csv
import os
from functools import cache
from pathlib import Path

import pytest

from kampung_analysis.loaders.core import parse_card

REPOSITORY = Path(__file__).resolve().parent.parent


@cache
def needed(part: str) -> tuple[str, ...]:
    """Files that a part of the folder must hold before tests look into it: those of the cards, the seed texts."""
    if part == "seeds":
        with (REPOSITORY / "seeds" / "documents.csv").open(encoding="utf-8", newline="") as rows:
            return tuple(sorted(f"seeds/{row['file']}" for row in csv.DictReader(rows) if row["file"]))
    cards = [parse_card(path) for path in sorted((REPOSITORY / "data").glob("*/source.yml"))]
    files = {file if file.startswith("facts/") else f"raw/{file}" for card in cards for file in card.files}
    return tuple(sorted(file for file in files if file.startswith(f"{part}/")))


class Shared(type(Path())):
    """A path whose ``/`` skips the test where what it leads to is absent, or its part of the folder is not whole."""

    def __truediv__(self, name):
        made = super().__truediv__(name)
        folder = top()
        part = made.relative_to(folder).parts[0]
        absent = [file for file in needed(part) if not os.path.isfile(os.path.join(folder, file))]
        absent = absent or ([] if os.path.exists(made) else [made.relative_to(folder).as_posix()])
        if absent:
            what = f"{absent[0]} and {len(absent) - 1} more are" if absent[1:] else f"{absent[0]} is"
            pytest.skip(
                f"{what} absent from {folder}, and not part of the repository; KAMPUNG_SHARED names another folder"
            )
        return made


def top() -> Path:
    """The folder: KAMPUNG_SHARED, else ``../shared``."""
    return Path(os.environ.get("KAMPUNG_SHARED") or REPOSITORY.parent / "shared").absolute()


def shared_folder() -> Shared:
    """The folder, or a skipped test where there is none."""
    folder = top()
    if not folder.is_dir():
        pytest.skip(f"{folder} is absent: raw sources are not part of the repository; set KAMPUNG_SHARED to have them")
    return Shared(folder)
