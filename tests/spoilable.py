"""Raw files that a test can spoil: CSV, SQL dump, workbook and topology behind one set of methods."""

from __future__ import annotations

import csv
import io
import json
import re
import zipfile

import openpyxl

from kampung_analysis.build.places import ROW


class Lines:
    """A CSV file: rows by position, columns by name, edits of one line at a time."""

    first = 2
    """Line of the first row, as the builders count."""

    def __init__(self, content: bytes):
        self.content = content
        self.mark = b"\xef\xbb\xbf" if content.startswith(b"\xef\xbb\xbf") else b""
        self.lines = content.decode("utf-8-sig").split("\n")[:-1]
        self.columns = self.cells(0)
        self.where = list(range(1, len(self.lines)))

    def __len__(self) -> int:
        return len(self.where)

    def cells(self, line: int) -> list[str]:
        return next(csv.reader([self.lines[line]], strict=True))

    def render(self, line: int, cells: list[str]) -> str:
        text = io.StringIO()
        csv.writer(text, lineterminator="").writerow(cells)
        return text.getvalue()

    def line(self, row: int) -> int:
        """Line number of a row in the file."""
        return self.where[row] + 1

    def get(self, row: int, column: str) -> str:
        return self.cells(self.where[row])[self.columns.index(column)].strip()

    def put(self, row: int, column: str, value: str, *, bare: bool = False) -> None:
        """Replace one cell; a `bare` value stands there without quotes."""
        cells = self.cells(self.where[row])
        cells[self.columns.index(column)] = "\0" if bare else value
        self.lines[self.where[row]] = self.render(self.where[row], cells).replace('"\0"', "\0").replace("\0", value)

    def double(self, row: int) -> None:
        """The row again, below itself."""
        self.lines.insert(self.where[row] + 1, self.lines[self.where[row]])
        self.where = [*self.where[: row + 1], *(line + 1 for line in self.where[row:])]

    def drop(self, rows: list[int]) -> None:
        """Take rows away."""
        gone = {self.where[row] for row in rows}
        self.lines = [line for number, line in enumerate(self.lines) if number not in gone]

    def rename(self, column: str) -> None:
        """Another name in the header."""
        self.lines[0] = self.render(0, [f"{name}_" if name == column else name for name in self.columns])

    def behead(self) -> None:
        """Take the header away."""
        self.lines = self.lines[1:]

    def data(self) -> bytes:
        return self.mark + "".join(f"{line}\n" for line in self.lines).encode("utf-8")

    def cuts(self) -> list[tuple[bytes, int | None]]:
        """The file truncated, with the line on which it then ends in the middle, if it does."""
        middle, last = self.where[len(self) // 2], self.where[-1]
        whole = [line.encode("utf-8") + b"\n" for line in self.lines]
        head = self.mark + b"".join(whole[:middle])
        return [
            (head, None),
            (self.mark + b"".join(whole[:last]), None),
            (head + whole[middle][: len(whole[middle]) // 2], middle + 1),
            (self.content[:-2], len(self.lines)),
        ]

    def strange(self) -> list[tuple[bytes, int | None]]:
        """The file with one letter as Windows writes it, and in UTF-16, with the line of the first wrong byte."""
        middle = self.where[len(self) // 2]
        head = self.mark + "".join(f"{line}\n" for line in self.lines[:middle]).encode("utf-8")
        windows = head + b"\xe9" + self.content[len(head) + 1 :]
        return [(windows, middle + 1), (self.content.decode("utf-8-sig").encode("utf-16"), 1)]


class Dump(Lines):
    """An SQL dump with INSERT statements of two or three values."""

    def __init__(self, content: bytes):
        self.content, self.mark = content, b""
        self.lines = content.decode("utf-8").split("\n")[:-1]
        self.where = [number for number, line in enumerate(self.lines) if line.startswith("('")]
        self.heads = [number for number, line in enumerate(self.lines) if line.startswith("INSERT")]
        self.columns = ["kode", "nama", "luas"][: len(self.cells(self.where[0]))]

    def cells(self, line: int) -> list[str]:
        return [value for value in ROW.fullmatch(self.lines[line].strip()).groups() if value is not None]

    def render(self, line: int, cells: list[str]) -> str:
        texts = [f"'{value}'" for value in cells[:2]] + cells[2:]
        return f"({', '.join(texts)}){self.lines[line].rstrip()[-1]}"

    def put(self, row: int, column: str, value: str, *, bare: bool = False) -> None:
        quoted = f"'{value}'" if column == "luas" and "," in value and not bare else value
        super().put(row, column, quoted, bare=False)

    def double(self, row: int) -> None:
        super().double(row)
        self.lines[self.where[row]] = self.lines[self.where[row]].rstrip()[:-1] + ","

    def drop(self, rows: list[int]) -> None:
        for row in rows:
            if self.lines[self.where[row]].rstrip().endswith(";") and row - 1 not in rows:
                self.lines[self.where[row - 1]] = self.lines[self.where[row - 1]].rstrip()[:-1] + ";"
        super().drop(rows)

    def rename(self, column: str) -> None:
        self.lines[self.heads[0]] = self.lines[self.heads[0]].replace(column, f"{column}_")

    def behead(self) -> None:
        del self.lines[self.heads[0]]


class Book(Lines):
    """A workbook with one sheet and a header in its first row."""

    def __init__(self, content: bytes):
        self.content = content
        self.book = openpyxl.load_workbook(io.BytesIO(content))
        self.sheet = self.book["Sheet1"]
        self.columns = [str(cell.value) for cell in self.sheet[1]]
        self.where = []
        for number in range(2, self.sheet.max_row + 1):
            name = self.sheet.cell(number, 1).value
            self.where += [number] * (name is not None)
            if name == "Jawa Timur":
                break

    def line(self, row: int) -> int:
        return self.where[row]

    def get(self, row: int, column: str) -> str:
        return str(self.sheet.cell(self.where[row], self.columns.index(column) + 1).value).strip()

    def put(self, row: int, column: str, value: str, *, bare: bool = False) -> None:
        self.sheet.cell(self.where[row], self.columns.index(column) + 1).value = value

    def double(self, row: int) -> None:
        line = self.where[row]
        self.sheet.insert_rows(line + 1)
        for number, cell in enumerate(self.sheet[line], start=1):
            self.sheet.cell(line + 1, number).value = cell.value
        self.where = [*self.where[: row + 1], *(number + 1 for number in self.where[row:])]

    def drop(self, rows: list[int]) -> None:
        for row in sorted(rows, reverse=True):
            self.sheet.delete_rows(self.where[row])

    def rename(self, column: str) -> None:
        self.sheet.cell(1, self.columns.index(column) + 1).value = f"{column}_"

    def behead(self) -> None:
        self.sheet.delete_rows(1)

    def data(self) -> bytes:
        out = io.BytesIO()
        self.book.save(out)
        return out.getvalue()

    def cuts(self) -> list[tuple[bytes, int | None]]:
        half, end = self.content[: len(self.content) // 2], self.content[:-10]
        self.drop([len(self) - 1])
        return [(half, None), (end, None), (self.data(), None)]

    def strange(self) -> list[tuple[bytes, int | None]]:
        """One letter of the texts as Windows writes it."""
        out = io.BytesIO()
        with zipfile.ZipFile(io.BytesIO(self.data())) as old, zipfile.ZipFile(out, "w") as new:
            for name in old.namelist():
                new.writestr(name, old.read(name).replace(b"<t>", b"<t>\xe9"))
        return [(out.getvalue(), None)]


class Topology(Lines):
    """A TopoJSON file; its rows are the geometries, and it is rendered with one value a line."""

    def __init__(self, content: bytes):
        self.content, self.mark = content, b""
        self.tree = json.loads(content)
        self.shapes = next(iter(self.tree["objects"].values()))["geometries"]
        self.columns = ["PROVINSI", "KODE_PROV"]
        self.where = list(range(len(self.shapes)))
        self.lines = content.decode("utf-8").split("\n")

    def get(self, row: int, column: str) -> str:
        return self.shapes[row]["properties"][column]

    def put(self, row: int, column: str, value: str, *, bare: bool = False) -> None:
        self.shapes[row]["properties"][column] = value

    def double(self, row: int) -> None:
        self.shapes.insert(row + 1, json.loads(json.dumps(self.shapes[row])))

    def drop(self, rows: list[int]) -> None:
        self.shapes[:] = [shape for number, shape in enumerate(self.shapes) if number not in rows]

    def rename(self, column: str) -> None:
        for shape in self.shapes:
            shape["properties"][f"{column}_"] = shape["properties"].pop(column)

    def behead(self) -> None:
        self.tree["collections"] = self.tree.pop("objects")

    def data(self) -> bytes:
        return json.dumps(self.tree, indent=1, ensure_ascii=False).encode("utf-8")

    def cuts(self) -> list[tuple[bytes, int | None]]:
        half = len(self.content) // 2
        return [(self.content[:half], None), (self.content[: self.content.index(b"\n", half) + 1], None),
                (self.content[:-2], None)]  # fmt: skip

    def commas(self) -> list[bytes]:
        """The first number of the first arc with a decimal comma, quoted and bare."""
        texts = [re.sub(r"(\[\[\[)(\d+)", form, self.content.decode("utf-8"), count=1) for form in
                 (r'\1"\2,5"', r"\1\2,5")]  # fmt: skip
        return [text.encode("utf-8") for text in texts]


def spoilable(file: str, content: bytes) -> Lines:
    """The editor for a file, by the end of its name."""
    kinds = {"csv": Lines, "sql": Dump, "xlsx": Book, "json": Topology}
    return kinds[file.rpartition(".")[2]](content)
