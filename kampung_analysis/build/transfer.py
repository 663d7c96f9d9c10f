"""How does one file arrive whole or not at all? In a part file beside its place, continued until its hash is right.

The part is called ``NAME.HASH.part``: the hash keeps another pinned version from being continued. A run that breaks
off, even by a kill, leaves the part, and the next one asks the server for the remaining bytes only (RFC 9110, section
14). What has the SHA-256 of the card is put into its place in one step; a part that turns out wrong is thrown away, and
so is one that no run can go on with: of another pinned version, or beside the finished file. Two runs at once write the
same bytes to the same positions, and what is put in place is a copy that neither has open.

pooch carries the bytes; its ``retrieve`` is not used because it deletes what a broken download has brought.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import re
from pathlib import Path
from urllib.parse import urlsplit

from kampung_analysis.build.run import replace

STEP = 500_000
CHUNK = 16_384


class _Progress:
    """The progress bar that pooch asks for: tells in words how much of a large file is there, once every ``STEP``."""

    def __init__(self, file, tell):
        self.file, self.tell, self.total, self.start, self.told = file, tell, 0, 0, 0

    def begin(self, start: int) -> None:
        """Count from the byte `start` of the file on."""
        self.start = self.told = start

    def update(self, _) -> None:
        """Tell the bytes in the part file; pooch itself counts whole chunks."""
        here, whole = self.file.tell(), self.start + self.total
        if here - self.told >= STEP and here != whole:
            self.told = here
            self.tell(f"{here / 1000:,.0f}{f' of {whole / 1000:,.0f}' if self.total else ''} kB")

    def reset(self) -> None:
        """Do nothing: what was told stays told."""

    close = reset


def _reason(error, url: str, timeout: float) -> str:
    """Say in a reader's words why a download failed."""
    from requests import exceptions

    if isinstance(error, exceptions.Timeout) or "timed out" in str(error).lower():
        return f"no answer within {timeout:g} s"
    reasons = {
        exceptions.HTTPError: f"the server answered {getattr(error.response, 'status_code', 'with an error')}",
        exceptions.InvalidSchema: "the server redirects to something that is not a web address",
        exceptions.TooManyRedirects: "the server redirects in a circle",
        exceptions.ChunkedEncodingError: "the connection broke off in the middle of the file",
        exceptions.SSLError: f"no secure connection to {urlsplit(url).netloc}",
        exceptions.ConnectionError: f"no connection to {urlsplit(url).netloc}",
    }
    known = (reason for kind, reason in reasons.items() if isinstance(error, kind))
    return next(known, f"the download failed ({type(error).__name__})")


def part_of(path: Path, digest: str) -> Path:
    """Where the bytes of `path` gather until they have the SHA-256 `digest`."""
    return path.with_name(f"{path.name}.{digest[:12]}.part")


def clear(path: Path, keep: str = "") -> list[str]:
    """Remove the parts of one file except that of the SHA-256 `keep`, and nothing else; return their names."""
    form, kept, gone = re.compile(rf"{re.escape(path.name)}\.[0-9a-f]{{12}}\.part"), part_of(path, keep).name, []
    for part in sorted(path.parent.glob("*.part")):
        if form.fullmatch(part.name) and part.name != kept and part.is_file() and not part.is_symlink():
            with contextlib.suppress(OSError):
                part.unlink()
                gone.append(part.name)
    return gone


def transfer(url: str, path: Path, digest: str, *, timeout: float, tell) -> str:
    """Bring one file into its place, going on where an earlier try broke off.

    Parameters
    ----------
    url : str
        Address of the file.
    path : Path
        Its place, in a folder that exists.
    digest : str
        SHA-256 of the right file.
    timeout : float
        Seconds without an answer after which the download is given up.
    tell : callable
        Receives the progress of a larger file.

    Returns
    -------
    str
        What went wrong, or ``""``.

    Raises
    ------
    OSError
        If the folder cannot be written: the disk is full, permission is missing.
    """
    import pooch
    import requests

    part, trouble, wrong = part_of(path, digest), "", False
    with open(part, "r+b", opener=lambda name, flags: os.open(name, flags | os.O_CREAT, 0o644)) as file:
        content = file.read()
        have, progress = len(content), _Progress(file, tell)

        def answered(response, **_) -> None:
            """Write on at the end of the part, or from 0 where the server sends the whole file."""
            code, begins = response.status_code, response.headers.get("Content-Range", "")
            plain = response.headers.get("Content-Encoding", "identity") == "identity"
            if have and code == 206 and plain and begins.startswith(f"bytes {have}-"):
                progress.begin(have)
                tell(f"goes on after {have / 1000:,.0f} kB")
            elif have and code in (206, 416):
                raise ValueError("the server does not go on where the part ends")
            elif response.ok and not response.is_redirect:
                file.seek(0)
                file.truncate()

        headers = {"Accept-Encoding": "identity"} | ({"Range": f"bytes={have}-"} if have else {})
        options = {"timeout": (timeout, timeout), "headers": headers, "hooks": {"response": answered}}
        try:
            if hashlib.sha256(content).hexdigest() != digest:
                pooch.HTTPDownloader(progressbar=progress, chunk_size=CHUNK, **options)(url, file, None)
                file.seek(0)
                content = file.read()
            if hashlib.sha256(content).hexdigest() != digest:
                raise ValueError("another SHA-256")
            replace(path, content)
        except requests.exceptions.RequestException as error:
            trouble = _reason(error, url, timeout)
        except ValueError:
            trouble, wrong = f"what arrives is not the file of the card (SHA-256 {digest[:12]}… expected)", True
            file.truncate(0)
        kept = file.seek(0, os.SEEK_END) if trouble else 0
    if not kept:
        with contextlib.suppress(OSError):
            part.unlink()
    if wrong and have:
        return transfer(url, path, digest, timeout=timeout, tell=tell)
    return f"{trouble}; {kept / 1000:,.0f} kB are kept and the next run goes on from there" if kept else trouble
