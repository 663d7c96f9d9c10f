"""Do two runs of a notebook say the same? Outputs compared as nbval compares them, results field by field.

The two agree by construction: streams of one name are merged, every MIME type is compared exactly and in order, images
only where the same software drew them. A difference names cell, place and both values.
"""

from __future__ import annotations

import json
import platform
import re
from collections import defaultdict
from importlib.metadata import PackageNotFoundError, version
from itertools import zip_longest
from pathlib import Path

from kampung_analysis.figspec import MIME

IMAGES = ("image/png", "image/jpeg")
SILENT = ("application/vnd.jupyter.widget-view+json",)
SHOWN = 4
"""Differences told per output; the rest are counted."""


def locked(package: str, lock: Path) -> str | None:
    """Version that `requirements.lock` fixes for a package; None when it fixes none."""
    found = re.search(rf"^{re.escape(package)}==([^\s;\\]+)", lock.read_text("utf-8"), re.MULTILINE)
    return found.group(1) if found else None


def draws_alike(lock: Path) -> bool:
    """Whether images can be compared byte for byte: Linux on x86-64, with the locked matplotlib and pillow."""
    try:
        same = all(version(package) == locked(package, lock) for package in ("matplotlib", "pillow"))
    except (PackageNotFoundError, FileNotFoundError):
        return False
    return same and (platform.system(), platform.machine()) == ("Linux", "x86_64")


def merged(outputs: list) -> list:
    """Outputs with all streams of one name merged into the first, and carriage returns applied, as nbval does."""
    streams, kept = {}, []
    for output in outputs:
        if output["output_type"] != "stream":
            kept.append(output)
        elif output["name"] in streams:
            streams[output["name"]]["text"] += _joined(output["text"])
        else:
            streams[output["name"]] = type(output)(output, text=_joined(output["text"]))
            kept.append(streams[output["name"]])
    for stream in streams.values():
        stream["text"] = re.sub(r"^.*\r(?=[^\n])", "", stream["text"], flags=re.MULTILINE)
    return kept


def _joined(text) -> str:
    return "".join(text) if isinstance(text, list) else text


def _spread(outputs: list, *, images: bool) -> dict[str, list[str]]:
    """Every compared value by MIME type or stream name, in order."""
    told = defaultdict(list)
    for output in merged(outputs):
        if output["output_type"] == "stream":
            told[output["name"]].append(output["text"])
        elif output["output_type"] == "error":
            told["error"].append(f"{output['ename']}: {output['evalue']}")
        for mime, value in output.get("data", {}).items():
            if mime not in SILENT and (images or mime not in IMAGES):
                value = json.dumps(value, sort_keys=True) if isinstance(value, dict) else _joined(value)
                told[mime].append(value.strip() if mime in IMAGES else value)
    return dict(told)


def _short(text: str | None) -> str:
    if text is None:
        return "nothing"
    text = text.strip()
    return f"{text[:120]}…" if len(text) > 120 else text or "an empty line"


def _lines(place: str, committed: str, now: str) -> list[str]:
    """Differing lines of two texts; lines `path: value` of a fingerprint are matched by path."""
    if place.startswith(IMAGES):
        return [f"{place}: the image differs in its bytes"]
    if place.startswith(MIME):
        old, new = (dict(line.partition(":")[::2] for line in text.splitlines()) for text in (committed, now))
        pairs = [(f"figure {key}", old.get(key), new.get(key)) for key in dict.fromkeys([*old, *new])]
    else:
        both = zip_longest(committed.splitlines(), now.splitlines())
        pairs = [(f"{place} line {i}", a, b) for i, (a, b) in enumerate(both, start=1)]
    told = [f"{key}: committed {_short(a)} → now {_short(b)}" for key, a, b in pairs if a != b]
    told = told or [f"{place}: committed and new text differ in their line ends"]
    return told[:SHOWN] + ([f"{place}: {len(told) - SHOWN} more lines differ"] if len(told) > SHOWN else [])


def differing_outputs(committed: list, now: list, *, images: bool) -> list[tuple[str, str]]:
    """Tell how two lists of outputs of one cell differ.

    Parameters
    ----------
    committed, now : list of output dicts
        nbformat 4 outputs.
    images : bool
        Compare PNG and JPEG too; see :func:`draws_alike`.

    Returns
    -------
    list of (str, str)
        MIME type or stream name, and the sentence; empty when they say the same.
    """
    old, new = _spread(committed, images=images), _spread(now, images=images)
    told = []
    for kind in dict.fromkeys([*old, *new]):
        pairs = list(zip_longest(old.get(kind, []), new.get(kind, [])))
        for i, (a, b) in enumerate(pairs):
            place = kind if len(pairs) == 1 else f"{kind} {i + 1}"
            if a is None or b is None:
                told.append((kind, f"{place}: committed {_short(a)} → now {_short(b)}"))
            elif a != b:
                told += [(kind, line) for line in _lines(place, a, b)]
    return told


def _leaves(value, path: str = ""):
    if isinstance(value, dict):
        for key in value:
            yield from _leaves(value[key], f"{path}.{key}" if path else str(key))
    elif isinstance(value, list):
        for i, item in enumerate(value):
            yield from _leaves(item, f"{path}[{i}]")
    else:
        yield path, json.dumps(value, ensure_ascii=False)


def differing_results(committed: Path, now: Path) -> list[str]:
    """Tell how two result files differ, leaf by leaf; byte-equal files give an empty list."""
    if not committed.exists() and not now.exists():
        return []
    for path, what in ((committed, "committed nothing → now recorded"), (now, "committed → now nothing recorded")):
        if not path.exists():
            return [f"results {committed.name}: {what}"]
    if committed.read_bytes() == now.read_bytes():
        return []
    old, new = (dict(_leaves(json.loads(p.read_text("utf-8")))) for p in (committed, now))
    keys = [key for key in dict.fromkeys([*old, *new]) if old.get(key) != new.get(key)]
    told = [f"results {k}: committed {_short(old.get(k))} → now {_short(new.get(k))}" for k in keys]
    return told or [f"results {committed.name}: same values in another order or spacing"]
