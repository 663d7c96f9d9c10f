"""Where do the raw files come from? The public originals at their pinned commits, proved before they are kept.

A file is downloaded beside its place, compared with the SHA-256 of the card and only then moved; a file that is already
there and right is left alone, so a broken run goes on where it stopped.
"""

from __future__ import annotations

import hashlib
import time
from pathlib import Path
from urllib.parse import quote, urlsplit

from kampung_analysis.loaders.core import data_folder, names, parse_card

BASE = "https://raw.githubusercontent.com"


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


def _digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _download(url: str, path: Path, digest: str, timeout: float) -> str:
    """Download one file through pooch; return what went wrong, or an empty text."""
    import pooch
    import requests

    pooch.get_logger().setLevel("ERROR")
    get = pooch.HTTPDownloader(progressbar=False, timeout=(timeout, timeout))
    try:
        pooch.retrieve(url, known_hash=f"sha256:{digest}", fname=path.name, path=path.parent, downloader=get)
    except requests.exceptions.HTTPError as error:
        return f"the server answered {error.response.status_code}"
    except requests.exceptions.InvalidSchema:
        return "the server redirects to something that is not a web address"
    except requests.exceptions.TooManyRedirects:
        return "the server redirects in a circle"
    except requests.exceptions.Timeout:
        return f"no answer within {timeout:g} s"
    except requests.exceptions.ChunkedEncodingError:
        return "the connection broke off in the middle of the file"
    except requests.exceptions.ConnectionError as error:
        stalled = "timed out" in str(error).lower()
        return f"no answer within {timeout:g} s" if stalled else f"no connection to {urlsplit(url).netloc}"
    except ValueError:
        return f"what arrives is not the file of the card (SHA-256 {digest[:12]}… expected)"
    return ""


def fetch(dest, *, base: str = BASE, timeout: float = 30, attempts: int = 3, wait: float = 2, say=print) -> int:
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
        Receives one line per file and the advice at the end.

    Returns
    -------
    int
        Number of files that could not be fetched (0: all is well).

    Raises
    ------
    ValueError
        If `dest` lies in the folder of the committed tables.
    """
    folder, tables = Path(dest).resolve(), data_folder().resolve()
    if folder == tables or tables in folder.parents:
        raise ValueError(f"'{dest}' lies in {tables.name}/, which holds the built tables; choose a folder of its own")
    public, derived = addresses(base)
    failed = []
    for number, (file, (url, digest)) in enumerate(public.items(), start=1):
        path = folder / file
        head = f"[{number:3d}/{len(public)}] {file}"
        if path.exists():
            if _digest(path) == digest:
                say(f"{head}: already there")
                continue
            say(f"{head}: another file of this name is in the way and is left alone; move it and fetch again")
            failed.append(file)
            continue
        path.parent.mkdir(parents=True, exist_ok=True)
        trouble = ""
        for attempt in range(attempts):
            if attempt:
                time.sleep(wait * 2 ** (attempt - 1))
            trouble = _download(url, path, digest, timeout)
            if not trouble or trouble.endswith(" 404"):
                break
        if trouble:
            failed.append(file)
            say(f"{head}: not fetched, {trouble}; {url}")
        else:
            say(f"{head}: {path.stat().st_size / 1000:,.0f} kB fetched")
    for file, how in derived.items():
        say(f"not downloadable as it is: {file}; {how}")
    if failed:
        say(
            f"{len(failed)} of {len(public)} files are missing, first {failed[0]}. Run the command again: it goes on "
            "with the missing ones. If a file stays missing, its repository has moved; the committed tables do not "
            "need it"
        )
    else:
        say(f"all {len(public)} public files are in {folder.name}/; {len(derived)} derived files are not downloadable")
    return len(failed)
