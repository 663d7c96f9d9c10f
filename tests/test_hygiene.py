"""What must never be in the repository: this machine, registries, copied sentences, swollen files, long modules."""

from __future__ import annotations

import json
import re
import subprocess
from pathlib import Path

import pytest

MEGABYTE = 2**20
RUN = 8
"""Consecutive words of a source that count as copied."""

TEXT = {".cff", ".css", ".csv", ".html", ".ipynb", ".json", ".md", ".po", ".py", ".toml", ".yml", ".yaml", ".bib", ""}


def pattern(*parts: str) -> re.Pattern:
    """Alternatives, each written with a tilde that is taken out: this file must not match itself."""
    return re.compile("|".join(parts).replace("~", ""), re.IGNORECASE)


FORBIDDEN = {
    "a path of a machine": pattern(
        r"/ro~ot/", r"/wo~rk/(main|shared|steer|\.)", r"/t~mp/[a-z0-9]", r"/ho~me/\w+/", r"/Us~ers/\w+/", r"\.py~env/"
    ),
    "the address of a package registry": pattern(
        r"py~pi\.org",
        r"python~hosted\.org",
        r"registry\.n~pmjs",
        r"proxy\.go~lang",
        r"conda\.ana~conda",
        r"/op~t/py~pi",
    ),
    "a word on how the project is staffed": pattern(
        r"\bsub~-?agents?\b", r"\bthis ses~sion\b", r"\bhelper a~gent", r"\blanguage mo~del", r"\bAI assis~tant"
    ),
}


def tracked(root: Path) -> list[Path]:
    """Files under version control."""
    try:
        listed = subprocess.run(["git", "ls-files", "-z"], cwd=root, capture_output=True, check=True).stdout
    except (OSError, subprocess.CalledProcessError):
        pytest.skip("not a git checkout, so there is no list of tracked files")
    return [path for name in listed.decode().split("\0") if name and (path := root / name).is_file()]


def text_of(path: Path) -> str | None:
    """A file's text; of a notebook what a reader sees of it; None for binary files."""
    if path.suffix not in TEXT:
        return None
    text = path.read_text("utf-8")
    if path.suffix != ".ipynb":
        return text
    parts = []
    for cell in json.loads(text)["cells"]:
        outputs = cell.get("outputs", [])
        shown = [value for o in outputs for key, value in o.get("data", {}).items() if not key.startswith("image/")]
        shown += [o["text"] for o in outputs if "text" in o] + [o.get("metadata", {}) for o in outputs]
        for value in [cell["source"], *shown]:
            parts.append("".join(value) if isinstance(value, list) else str(value))
    return "\n".join(parts)


def leaks(text: str) -> list[str]:
    """Every forbidden thing in a text, with its line."""
    found = []
    for number, line in enumerate(text.splitlines(), start=1):
        found += [f"line {number}: {what}: {m[0]}" for what, p in FORBIDDEN.items() if (m := p.search(line))]
    return found


def runs(text: str) -> set[tuple[str, ...]]:
    """All runs of `RUN` consecutive words, addresses taken out, case and punctuation ignored."""
    words = re.findall(r"\w+", re.sub(r"https?://\S+", " ", text).lower())
    return set(zip(*(words[i:] for i in range(RUN)), strict=False))


@pytest.fixture(scope="module")
def texts(root):
    """Every tracked text by relative path."""
    found = {path.relative_to(root).as_posix(): text_of(path) for path in tracked(root)}
    return {name: text for name, text in found.items() if text is not None}


def test_no_machine_registry_or_staffing_is_named(texts):
    found = {name: leaks(text) for name, text in texts.items()}
    assert {name: lines for name, lines in found.items() if lines} == {}


@pytest.mark.parametrize(
    "planted",
    ["/ro~ot/x", "cd /wo~rk/main", "in /t~mp/abc", "/Us~ers/jo/", "https://py~pi.org/", "a sub~agent", "this ses~sion"],
)
def test_a_planted_leak_is_found(planted):
    assert len(leaks(f"first line\n{planted.replace('~', '')}\n")) == 1
    assert leaks(planted) == []


def test_no_sentence_of_a_seed_document_is_copied(shared, texts):
    seeds = {path.name: runs(path.read_text("utf-8")) for path in sorted((shared / "seeds").glob("*.txt"))}
    assert len(seeds) == 5
    found = []
    for name, text in texts.items():
        here = runs(text)
        found += [
            f"{name}: {' '.join(run)} ({seed})" for seed, there in seeds.items() for run in sorted(here & there)[:3]
        ]
    assert found == []


def test_a_copied_run_of_words_is_found_whatever_its_case():
    source = "one two three, four five six seven eight nine"
    assert runs("x One two three four five\nsix seven (eight) y") & runs(source)
    assert not runs("one two three four five six seven other eight") & runs(source)


def test_modules_stay_short(root):
    lengths = {
        path.relative_to(root).as_posix(): len(path.read_text("utf-8").splitlines())
        for path in [*(root / "kampung_analysis").rglob("*.py")]
    }
    assert {name: lines for name, lines in lengths.items() if lines > 300} == {}


def test_every_module_answers_a_question_in_its_docstring(root):
    for path in (root / "kampung_analysis").rglob("*.py"):
        assert path.read_text("utf-8").startswith('"""'), path


def test_no_tracked_file_is_larger_than_a_megabyte(root):
    sizes = {path.relative_to(root).as_posix(): path.stat().st_size for path in tracked(root)}
    assert {name: size for name, size in sizes.items() if size > MEGABYTE} == {}


def test_nothing_that_is_built_or_cached_is_tracked(root):
    built = re.compile(r"(^|/)(_build|__pycache__|\.venv|\.ipynb_checkpoints|jupyter_execute)/|\.pyc$|\.tmp$|\.new$")
    assert [path for path in tracked(root) if built.search(path.relative_to(root).as_posix())] == []


def test_there_is_no_module_called_utils(root):
    assert not [*(root / "kampung_analysis").rglob("util*.py")]


def test_no_raw_file_is_copied_into_the_repository(shared, root):
    raw = {path.stat().st_size: path for path in (shared / "raw").rglob("*") if path.is_file()}
    same = [p for p in tracked(root) if (twin := raw.get(p.stat().st_size)) and p.read_bytes() == twin.read_bytes()]
    assert same == []


def test_ci_runs_the_second_command_and_is_executable(root):
    script = root / ".ci" / "run"
    assert script.stat().st_mode & 0o111
    assert "run.py test" in script.read_text("utf-8")


def test_the_readme_shows_exactly_the_two_commands(root):
    (block,) = re.findall(r"^```\n(.*?)^```", (root / "README.md").read_text("utf-8"), re.DOTALL | re.MULTILINE)
    assert block.split("\n") == ["python3 run.py reproduce", "python3 run.py test", ""]
