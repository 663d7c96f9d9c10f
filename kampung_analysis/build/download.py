"""Where do the raw files come from? The public originals at their pinned commits, proved before they are kept.

A file that is already there and right is left alone, and one that broke off goes on inside
(:mod:`kampung_analysis.build.transfer`), so the same command is run again until everything is there. Parts of files
that the cards name in another version are removed; nothing else in the folder is.
"""

from __future__ import annotations

import hashlib
import time
from functools import partial
from pathlib import Path
from urllib.parse import quote, urlsplit

from kampung_analysis.build import needed
from kampung_analysis.build.transfer import clear, transfer
from kampung_analysis.loaders.core import data_folder, names, parse_card

BASE = "https://raw.githubusercontent.com"
SAY = partial(print, flush=True)


def addresses(base: str = BASE) -> tuple[dict[str, tuple[str, str]], dict[str, str]]:
    """Say which raw files can be downloaded, from where, and which were derived.

    Parameters
    ----------
    base : str
        Server that holds ``/owner/repository/commit/path``.

    Returns
    -------
    public : dict of str to (str, str)
        File -> address and SHA-256.
    derived : dict of str to str
        File -> how it was derived and from which address.

    Raises
    ------
    ValueError
        If two cards name different hashes for one file.
    """
    public, derived, hashes = {}, {}, {}
    for table in names():
        for source in parse_card(data_folder() / table / "source.yml").sources:
            for file, digest in source.files.items():
                if hashes.setdefault(file, digest) != digest:
                    raise ValueError(f"{file}: the cards name two hashes, {hashes[file]} and {digest} ('{table}')")
                if source.derived or not source.commit:
                    derived[file] = f"{source.derived or 'no pinned address'} ({source.url})"
                    continue
                path = source.path + (Path(file).name if source.path.endswith("/") else "")
                repository = urlsplit(source.url).path.strip("/")
                public[file] = (f"{base.rstrip('/')}/{repository}/{source.commit}/{quote(path)}", digest)
    return dict(sorted(public.items())), dict(sorted((f, how) for f, how in derived.items() if f not in public))


def _bring(url: str, path: Path, digest: str, tell, *, timeout: float, attempts: int, wait: float) -> str:
    """Bring one file, trying again where that can help; tell the outcome and return what went wrong, or ``""``."""
    right = path.is_file() and hashlib.sha256(path.read_bytes()).hexdigest() == digest
    for name in clear(path, keep="" if right else digest):
        tell(f"{name}, left by a download that no run can go on with, is removed")
    if right:
        tell("already there")
        return ""
    if path.exists():
        tell("another file of this name is in the way and is left alone; move it and fetch again")
        return "in the way"
    path.parent.mkdir(parents=True, exist_ok=True)
    for attempt in range(attempts):
        if attempt:
            time.sleep(wait * 2 ** (attempt - 1))
        trouble = transfer(url, path, digest, timeout=timeout, tell=tell)
        if not trouble:
            tell(f"{path.stat().st_size / 1000:,.0f} kB fetched")
            return ""
        if trouble.startswith("the server answered 404"):
            break
    tell(f"not fetched, {trouble}; {url}")
    return trouble


def _tell(say, head: str, text: str) -> None:
    say(f"{head}: {text}")


def fetch(dest, *, base: str = BASE, timeout: float = 30, attempts: int = 3, wait: float = 2, say=SAY) -> int:
    """Download the public raw files that the cards name.

    Parameters
    ----------
    dest : path
        Folder for the raw files; created if absent; never ``data/``.
    base : str
        Another server with the same layout.
    timeout : float
        Seconds without an answer after which a download is given up.
    attempts : int
        Tries per file; a 404 is not tried again.
    wait : float
        Seconds before the second try, doubled before each further one.
    say : callable
        Receives one line per file, the bytes of larger ones and the advice at the end.

    Returns
    -------
    int
        Number of files that could not be fetched (0: all is well).

    Raises
    ------
    ValueError
        If `dest` lies in the folder of the committed tables.
    RuntimeError
        If pooch is not installed, or a file cannot be written: the disk is full, permission is missing.
    """
    needed("pooch", "data fetch")
    folder, tables = Path(dest).resolve(), data_folder().resolve()
    if folder == tables or tables in folder.parents:
        raise ValueError(f"'{dest}' lies in {tables.name}/, which holds the built tables; choose a folder of its own")
    public, derived = addresses(base)
    failed = []
    for number, (file, (url, digest)) in enumerate(public.items(), start=1):
        tell = partial(_tell, say, f"[{number:3d}/{len(public)}] {file}")
        try:
            trouble = _bring(url, folder / file, digest, tell, timeout=timeout, attempts=attempts, wait=wait)
        except KeyboardInterrupt:
            tell("stopped; what has arrived is kept, and the same command goes on from there")
            raise
        except OSError as error:
            raise RuntimeError(
                f"{file} cannot be put into '{dest}' ({error.strerror or error}). Make room or choose another "
                "folder, then run the command again: it goes on where it stopped"
            ) from error
        failed += [file] if trouble else []
        if trouble.startswith("no connection"):
            failed += [later for later in list(public)[number:] if not (folder / later).exists()]
            say("Without a connection the other files are not tried.")
            break
    for how in dict.fromkeys(derived.values()):
        say(f"not downloadable as it is: {', '.join(file for file in derived if derived[file] == how)}; {how}")
    if failed:
        say(
            f"{len(failed)} of {len(public)} files are missing, first {failed[0]}. Run the command again: it goes on "
            "where it stopped. If a file stays missing, its repository has moved; the committed tables do not need it"
        )
    else:
        say(f"all {len(public)} public files are in {folder.name}/; {len(derived)} derived files are not downloadable")
    return len(failed)
