"""Do the declared, the locked and the conda environment say the same?

``pyproject.toml`` declares, ``requirements.lock`` fixes every version with hashes, ``environment.yml`` offers the
direct dependencies to conda. The last is generated and carries the fingerprints of the first two, so that any edit by
hand shows. Only the standard library is needed: ``run.py`` asks before anything is installed.
"""

from __future__ import annotations

import hashlib
import re
import shutil
import subprocess
import tomllib
from dataclasses import dataclass
from pathlib import Path

LEFT_OUT = "bench"
"""The extra that is never locked: peers for benchmarks, installed by hand."""

WAY_OUT = "undo the edit with git, or run `python -m kampung_analysis env lock` and commit the three files together"

_PIN = re.compile(r"^([A-Za-z0-9][A-Za-z0-9._-]*)==([^\s;\\]+)", re.MULTILINE)


@dataclass(frozen=True)
class Pin:
    """One entry of the lock: distribution name (normalised), exact version, number of hashes."""

    name: str
    version: str
    hashes: int


def normalise(name: str) -> str:
    """Normalise a distribution's name as PEP 503 does, extras dropped: ``"dask[dataframe]"`` becomes ``"dask"``."""
    found = re.match(r"\s*([A-Za-z0-9][A-Za-z0-9._-]*)", name)
    if not found:
        raise ValueError(f"{name!r} does not begin with the name of a distribution; write it as 'name' or 'name>=1.2'")
    return re.sub(r"[-_.]+", "-", found.group(1)).lower()


def declared(root: Path) -> list[str]:
    """List the requirement strings of ``pyproject.toml``: core and every extra but `LEFT_OUT`, without self-references.

    Parameters
    ----------
    root : Path
        Folder that holds ``pyproject.toml``.

    Returns
    -------
    list of str
        Sorted, unique: ``["dask[dataframe]", "distributed", …]``.
    """
    project = tomllib.loads((root / "pyproject.toml").read_text("utf-8"))["project"]
    wanted = set(project["dependencies"])
    for extra, requirements in project.get("optional-dependencies", {}).items():
        if extra != LEFT_OUT:
            wanted.update(requirements)
    own = normalise(project["name"])
    return sorted((r for r in wanted if normalise(r) != own), key=str.lower)


def pins(text: str) -> list[Pin]:
    """Read the entries of a lock in pip's format, in order; `text` is the file's content."""
    found = list(_PIN.finditer(text))
    ends = [match.start() for match in found[1:]] + [len(text)]
    return [
        Pin(normalise(match[1]), match[2], text.count("--hash=sha256:", match.start(), end))
        for match, end in zip(found, ends, strict=True)
    ]


def fingerprint(text: str) -> str:
    """SHA-256 of a text with Unix line ends, as 64 hexadecimal digits."""
    return hashlib.sha256(text.replace("\r\n", "\n").encode()).hexdigest()


def conda_environment(root: Path) -> str:
    """Write ``environment.yml`` from ``pyproject.toml`` and ``requirements.lock``.

    Returns
    -------
    str
        The file's content: python and pip from conda-forge, the direct dependencies through pip at the lock's versions.

    Raises
    ------
    ValueError
        When a declared dependency is not in the lock.
    """
    lock = (root / "requirements.lock").read_text("utf-8")
    versions = {pin.name: pin.version for pin in pins(lock)}
    project = tomllib.loads((root / "pyproject.toml").read_text("utf-8"))["project"]
    lines = []
    for requirement in declared(root):
        name = normalise(requirement)
        if name not in versions:
            raise ValueError(f"pyproject.toml declares {requirement!r}, requirements.lock has no {name}; {WAY_OUT}")
        extras = re.search(r"\[[^\]]*\]", requirement)
        lines.append(f"      - {name}{extras[0] if extras else ''}=={versions[name]}")
    return "\n".join(
        [
            "# Written by `python -m kampung_analysis env lock`; do not edit.",
            f"# requirements.lock: {fingerprint(lock)}",
            f"# pyproject.toml dependencies: {fingerprint(chr(10).join(declared(root)))}",
            "name: kampung-analysis",
            "channels:",
            "  - conda-forge",
            "dependencies:",
            f"  - python {project['requires-python'].replace(' ', '')}",
            "  - pip",
            "  - pip:",
            *lines,
            "",
        ]
    )


def problems(root: Path) -> list[str]:
    """Say where pyproject.toml, requirements.lock and environment.yml disagree.

    Parameters
    ----------
    root : Path
        Folder that holds the three files.

    Returns
    -------
    list of str
        One sentence a problem, naming file and value; empty when they agree.
    """
    for name in ("pyproject.toml", "requirements.lock", "environment.yml"):
        if not (root / name).is_file():
            return [f"{name} is missing from {root}; get it back with `git checkout {name}`"]
    lock = (root / "requirements.lock").read_text("utf-8")
    entries = pins(lock)
    found = []
    seen: dict[str, str] = {}
    for pin in entries:
        if pin.name in seen:
            found.append(f"requirements.lock names {pin.name} twice: {seen[pin.name]} and {pin.version}")
        if not pin.hashes:
            found.append(f"requirements.lock gives no hash for {pin.name} {pin.version}")
        seen[pin.name] = pin.version
    missing = [r for r in declared(root) if normalise(r) not in seen]
    found += [f"pyproject.toml declares {r!r}, requirements.lock has no {normalise(r)}" for r in missing]
    if missing:
        return found
    written = (root / "environment.yml").read_text("utf-8").replace("\r\n", "\n").splitlines()
    expected = conda_environment(root).splitlines()
    for here, there in zip(written + [""] * len(expected), expected + [""] * len(written), strict=False):
        if here.startswith("# requirements.lock:") and here != there:
            found.append("requirements.lock was edited after environment.yml was written from it")
        elif here.startswith("# pyproject.toml") and here != there:
            found.append("the dependencies in pyproject.toml were edited after the lock was written")
        elif here != there:
            found.append(f"environment.yml says {here.strip()!r} where the lock gives {there.strip()!r}")
            break
    return found


def check(root: Path) -> None:
    """Raise ValueError naming every disagreement of :func:`problems` and the way out."""
    found = problems(root)
    if found:
        raise ValueError("\n".join([*found, f"Way out: {WAY_OUT}"]))


def lock(root: Path) -> None:
    """Resolve the declared dependencies for every supported Python and write the lock and environment.yml.

    Both are written to a neighbour first and moved into place, so that an interruption leaves the old pair.

    Raises
    ------
    FileNotFoundError
        When uv, the only tool that resolves for all Pythons at once, is not on PATH.
    RuntimeError
        When uv finds no solution; its message is passed on.
    """
    uv = shutil.which("uv")
    if uv is None:
        raise FileNotFoundError("`env lock` needs uv, which is not on PATH; install it with `python -m pip install uv`")
    fresh = root / "requirements.lock.new"
    command = [uv, "pip", "compile", "pyproject.toml", "--extra", "all", "--universal", "--fork-strategy", "fewest"]
    command += ["--generate-hashes", "--no-emit-index-url", "--no-emit-find-links", "--no-header", "--quiet"]
    shutil.copyfile(root / "requirements.lock", fresh)
    try:
        done = subprocess.run([*command, "-o", fresh.name], cwd=root, capture_output=True, text=True, check=False)
        if done.returncode:
            raise RuntimeError(f"uv found no set of versions for pyproject.toml:\n{done.stderr.strip()}")
        fresh.replace(root / "requirements.lock")
    finally:
        fresh.unlink(missing_ok=True)
    conda = root / "environment.yml.new"
    conda.write_text(conda_environment(root), "utf-8", newline="\n")
    conda.replace(root / "environment.yml")
