"""Raw folders that look like the published ones, with one file replaced by a faulty copy."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from kampung_analysis.build.core import Raw
from kampung_analysis.loaders.core import Card, root
from kampung_analysis.loaders.core import parse_card as parse


class Copies:
    """Raw and facts folders of links into the shared ones; `change` puts an edited copy in place of one link."""

    def __init__(self, shared: Path, folder: Path):
        self.shared = shared
        self.raw = Raw(folder / "raw", folder / "facts")
        for source in [*(shared / "raw").rglob("*"), *(shared / "facts").rglob("*")]:
            if source.is_file():
                target = folder / source.relative_to(shared)
                target.parent.mkdir(parents=True, exist_ok=True)
                target.symlink_to(source)

    def put(self, file: str, content: bytes) -> None:
        """Replace `file`, which may be a link, by `content`."""
        path = self.raw.path(file)
        path.unlink()
        path.write_bytes(content)

    def restore(self, file: str) -> None:
        """Put the link back in place of a changed file."""
        path = self.raw.path(file)
        path.unlink()
        path.symlink_to(Raw(self.shared / "raw", self.shared / "facts").path(file))

    def change(self, file: str, edit: Callable[[str], str] | Callable[[bytes], bytes], *, binary: bool = False) -> None:
        """Replace `file` by what `edit` makes of its text (or bytes)."""
        content = self.raw.path(file).read_bytes()
        new = edit(content) if binary else edit(content.decode("utf-8")).encode("utf-8")
        assert new != content, f"the edit does not change {file}"
        self.put(file, new)

    def swap(self, file: str, old: str, new: str) -> None:
        """Replace the first occurrence of `old`, which must be there."""
        self.change(file, lambda text: swapped(text, old, new))


def swapped(text: str, old: str, new: str) -> str:
    """`text` with the first occurrence of `old`, which must be there, replaced."""
    assert old in text, f"{old!r} is not there"
    return text.replace(old, new, 1)


def swap(raw: Raw, file: str, old: str, new: str) -> None:
    """Replace the first occurrence of `old` in a file of a private copy of the raw folder."""
    path = raw.path(file)
    path.write_text(swapped(path.read_text("utf-8"), old, new), "utf-8")


def committed_card(table: str) -> Card:
    """The card of a committed table, whatever the environment says."""
    return parse(root() / "data" / table / "source.yml")
