"""A server on this machine that misbehaves as told, and cards that name its files, for the tests of downloads."""

from __future__ import annotations

import contextlib
import hashlib
import re
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from kampung_analysis.build.download import fetch

CONTENT = {name: (f"{name},1\n" * 4000).encode() for name in ("one.csv", "two words.csv", "three.csv")}
CARD = """table: tiny
title: Tiny
description: A table for the tests of downloads.
producer: Nobody
keys: [a]
sources:
- title: Files
  producer: Nobody
  url: https://github.com/owner/repository
  commit: {commit}
  path: some folder/
  accessed: 2026-11-21
  licence: MIT
  allows: all
  files: {{{files}}}
- title: Counted by hand
  producer: Nobody
  url: https://example.org
  accessed: 2026-11-21
  licence: figures
  allows: all
  derived: counted by hand
  file: counted.csv
  sha256: {digest}
columns:
- {{name: a, type: string, meaning: nothing}}
sha256: ""
rows: 0
"""
PIECE = 32_768


class Handler(BaseHTTPRequestHandler):
    """Serves ``server.content``; ``modes`` says how a file misbehaves, ``log`` what was asked and how much was sent."""

    def log_message(self, *_):
        pass

    def do_GET(self):
        name = self.path.rpartition("/")[2].replace("%20", " ")
        modes = self.server.modes.get(name, ["right"])
        mode = modes.pop(0) if len(modes) > 1 else modes[0]
        entry = {"path": self.path, "name": name, "range": self.headers.get("Range"), "sent": 0}
        self.server.log.append(entry)
        if mode in ("404", "500"):
            self.send_error(int(mode))
        elif mode.startswith("redirect "):
            self.send_response(302)
            self.send_header("Location", mode.removeprefix("redirect "))
            self.end_headers()
        else:
            self.send_file(mode, self.server.content.get(name, b""), entry)

    def send_file(self, mode, body, entry):
        asked = re.fullmatch(r"bytes=(\d+)-", entry["range"] or "")
        start = int(asked[1]) if asked and mode != "whole" else 0
        if asked and (mode == "416" or (start >= len(body) and mode != "whole")):
            self.send_error(416)
            return
        half = len(body) // 2
        sent = body[start:]
        if mode == "corrupt":
            sent = (body[:half] + b"X" + body[half + 1 :])[start:]
        elif mode == "short":
            sent = body[start:half]
        elif mode == "elsewhere" and asked:
            start, sent = start - 10, body[start - 10 :]
        elif mode == "liar" and asked:
            sent = sent[10:] + sent[:10]
        self.send_response(206 if asked and mode != "whole" else 200)
        if asked and mode != "whole":
            self.send_header("Content-Range", f"bytes {start}-{len(body) - 1}/{len(body)}")
        if asked and mode == "encoded":
            self.send_header("Content-Encoding", "gzip")
        self.send_header("Content-Length", str(len(sent)))
        self.end_headers()
        with contextlib.suppress(ConnectionError):
            self.send_pieces(sent[: len(sent) // 2] if mode in ("truncate", "stall") else sent, mode, entry)
        if mode == "stall":
            self.server.release.wait(20)
        self.close_connection = mode in ("truncate", "stall")

    def send_pieces(self, sent, mode, entry):
        for first in range(0, len(sent), PIECE):
            self.wfile.write(sent[first : first + PIECE])
            entry["sent"] += len(sent[first : first + PIECE])
            if mode == "slow":
                time.sleep(0.02)


@contextlib.contextmanager
def running():
    """Run the server; ``base`` is its address."""
    made = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    made.daemon_threads = True
    made.modes, made.log, made.release, made.content = {}, [], threading.Event(), dict(CONTENT)
    made.base = f"http://127.0.0.1:{made.server_port}"
    threading.Thread(target=made.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
    yield made
    made.release.set()
    made.shutdown()
    made.server_close()


def write_tables(folder, content):
    """Write a card that names the files of `content`, and a table that must not change."""
    (folder / "tiny").mkdir(parents=True, exist_ok=True)
    files = ", ".join(f"folder/{name}: {hashlib.sha256(body).hexdigest()}" for name, body in content.items())
    card = CARD.format(commit="abc123", files=files, digest="0" * 64)
    (folder / "tiny" / "source.yml").write_text(card, "utf-8")
    (folder / "tiny" / "tiny.csv").write_text("a\nx\n", "utf-8")


def run(server, dest, **options):
    """Fetch from the server; returns the number of failures and what was said."""
    said = []
    options = {"base": server.base, "timeout": 5, "attempts": 1, "wait": 0, **options}
    return fetch(dest, say=said.append, **options), "\n".join(said)


def content_of(folder):
    """Every file below `folder`, by its path."""
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def in_place(folder):
    """Every file below `folder` that is not a part."""
    return {name: content for name, content in content_of(folder).items() if not name.endswith(".part")}
