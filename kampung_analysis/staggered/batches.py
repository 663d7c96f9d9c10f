"""How do rows that do not fit into memory become moments? In batches from Parquet, or where a Dask cluster holds them.

Both read whole units from each part, keep the few rows of units cut by a part's edge, and merge moments in the order of
the parts, so that the same rows give the same numbers whatever machine read them.
"""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pandas as pd

from .moments import CohortMoments, merge
from .periods import read_times

BATCH = 1 << 20
"""Rows read at once from Parquet."""

LEFTOVER = 1 << 24
"""Rows of cut units that a client accepts from a cluster."""


def moments_of_parquet(path, columns) -> CohortMoments:
    """Stream one Parquet file or a folder of them, in the order of their names (9 before 10), sorted by unit and
    time.

    Raises
    ------
    FileNotFoundError
        When nothing is there.
    ValueError
        When rows are not sorted by unit and time, with what to do; or as :func:`moments_from`.
    """
    path = Path(path)
    if not path.exists():
        raise FileNotFoundError(f"no Parquet file or folder at {path}; give the path of one")
    files = sorted(path.rglob("*.parquet"), key=_by_number) if path.is_dir() else [path]
    if not files:
        raise FileNotFoundError(f"the folder {path} holds no file that ends in .parquet; give another")
    reducer, batches = _Stream(columns, path.name), _read(files, columns)
    with ThreadPoolExecutor(max_workers=1) as ahead:
        coming = ahead.submit(next, batches, None)
        while (batch := coming.result()) is not None:
            coming = ahead.submit(next, batches, None)
            if batch.num_rows:
                reducer.add(batch.to_pandas(split_blocks=True, ignore_metadata=True))
    return reducer.finish()


def _by_number(file: Path) -> list:
    """Sort key that puts part.9 before part.10."""
    return [int(piece) if piece.isdigit() else piece for piece in re.split(r"(\d+)", str(file))]


def _read(files, columns):
    """Batches of the four columns, file by file; holds little more than one batch, however large a row group is."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    for file in files:
        try:
            pq.read_metadata(file)
        except pa.ArrowInvalid:
            raise ValueError(
                f"{file.name} is no Parquet file; read it into a DataFrame first, e.g. with pandas.read_csv"
            ) from None
        with pq.ParquetFile(file, buffer_size=1 << 22, pre_buffer=False) as source:
            names = source.schema_arrow.names
            absent = [name for name in columns if name not in names]
            if absent:
                raise KeyError(f"{file.name} has no column {absent[0]!r}; it has {', '.join(names[:12])}")
            yield from source.iter_batches(batch_size=BATCH, columns=list(columns))


class _Stream:
    """Consumes sorted rows in parts; holds the rows of the unit that the last part cut, and the moments so far."""

    def __init__(self, columns, name):
        self.columns, self.name = columns, name
        self.rest, self.moments, self.ticks, self.clock, self.last = None, None, None, None, None

    def add(self, part: pd.DataFrame) -> None:
        if self.ticks is None:
            if self.rest is not None:
                part = pd.concat([self.rest, part], ignore_index=True)
            unit = part[self.columns[0]]
            changed = np.flatnonzero((unit != unit.iloc[0]).to_numpy(dtype=bool, na_value=True))
            if not len(changed):
                self.rest = part
                return
            self.ticks, self.clock = read_times(part[self.columns[1]].iloc[: changed[0]], self.columns[1])
            self.ticks, self.rest = self.ticks.copy(), None
            if len(self.ticks) == 1 or (np.diff(self.ticks) <= 0).any():
                self._refuse(part.iloc[: changed[0]])
        size, start = len(self.ticks), 0
        if self.rest is not None and len(self.rest):
            start = size - len(self.rest)
            head = pd.concat([self.rest, part.iloc[:start]], ignore_index=True)
            if len(head) < size:
                self.rest = head
                return
            self._reduce(head)
        stop = start + (len(part) - start) // size * size
        if stop > start:
            self._reduce(part.iloc[start:stop])
        self.rest = part.iloc[stop:].copy()

    def finish(self) -> CohortMoments:
        from .read import moments_of_frame

        if self.ticks is None:
            if self.rest is None:
                raise ValueError(f"{self.name} has no rows; expected one per unit and period")
            return moments_of_frame(self.rest, self.columns)
        if len(self.rest):
            self._refuse(self.rest)
        return self.moments

    def _reduce(self, part: pd.DataFrame) -> None:
        from .read import moments_of_frame

        size = len(self.ticks)
        column = part[self.columns[0]]
        units, starts = column.to_numpy(), column.iloc[::size]
        if not (units.reshape(-1, size) == units[::size, None]).all() or not self._ascend(starts):
            self._refuse(part)
        found = moments_of_frame(part, self.columns, self.ticks, self.clock)
        self.moments = found if self.moments is None else merge([self.moments, found])
        self.last = starts.iloc[-1]

    def _ascend(self, units: pd.Series) -> bool:
        values = units.to_numpy()
        return bool((values[1:] > values[:-1]).all() and (self.last is None or values[0] > self.last))

    def _refuse(self, part: pd.DataFrame):
        """Say which unit has too few or too many rows, or that the file is not sorted."""
        unit, time = self.columns[:2]
        column = part[unit].reset_index(drop=True)
        if column.isna().any():
            raise ValueError(f"{self.name} has rows that name no unit in {unit!r}; fill in the identifier")
        run = column.ne(column.shift()).cumsum().to_numpy() - 1
        again = self.last is not None and column.iloc[0] == self.last
        odd = 0 if again else int(np.argmax(np.bincount(run) != len(self.ticks)))
        rows = run == odd
        whose = f"{unit} {column[rows].iloc[0]!s}"
        if (again or self._ascend(column[rows].iloc[:1])) and column.is_monotonic_increasing:
            seen, _ = read_times(part[time][rows], time)
            if again or len(np.unique(seen)) < len(seen):
                twice = seen[0] if again else seen[np.argmax(pd.Series(seen).duplicated())]
                raise ValueError(f"{whose} has more than one row in period {self.clock.text(twice)}; keep one of them")
            for lacks, has, ticks in (
                (whose, "the first unit has it", np.setdiff1d(self.ticks, seen)),
                ("the first unit", f"{whose} has it", np.setdiff1d(seen, self.ticks)),
            ):
                if len(ticks):
                    raise ValueError(
                        f"{lacks} has no row in period {self.clock.text(ticks[0])}, while {has}; add the rows, or keep "
                        "only units seen in every period and say so"
                    )
        raise ValueError(
            f"{self.name} is not sorted by {unit!r} and {time!r} (near {whose}); sort it once before streaming, or "
            "read it into a DataFrame, which may come in any order"
        )


def moments_of_dask(collection, columns) -> CohortMoments:
    """Reduce a Dask DataFrame where it lives: on the active cluster, else with Dask's own scheduler.

    Rows may come in any order as long as most units lie within one partition; units cut by an edge travel to be joined.
    Partial results are merged in a fixed tree, so a lost worker changes nothing.

    Raises
    ------
    ValueError
        When most units are spread over partitions, with what to do; or as :func:`moments_from`.
    """
    import dask

    absent = [name for name in columns if name not in collection.columns]
    if absent:
        raise KeyError(f"the table has no column {absent[0]!r}; it has {', '.join(map(str, collection.columns[:12]))}")
    collection = collection[list(columns)]
    seen = collection[columns[1]].unique().compute()
    if not len(seen):
        raise ValueError("the collection has no rows; expected one per unit and period")
    seen = pd.Series(seen).reset_index(drop=True)
    ticks, clock = read_times(seen.dropna() if seen.notna().any() else seen, columns[1])
    ticks = np.unique(ticks)
    parts = [dask.delayed(_part)(part, columns, ticks, clock) for part in collection.to_delayed()]
    while len(parts) > 1:
        parts = [dask.delayed(_join)(parts[i : i + 8]) for i in range(0, len(parts), 8)]
    (moments, rest, units) = dask.compute(parts[0])[0]
    again = rest[columns[0]].isin(units)
    if again.any():
        whose = rest.loc[again, columns[0]].iloc[0]
        raise ValueError(
            f"{columns[0]} {whose!s} is whole in one partition and has more rows in another; drop the duplicates first"
        )
    if len(rest):
        from .read import moments_of_frame

        last = moments_of_frame(rest, columns, ticks, clock)
        moments = last if moments is None else merge([moments, last])
        units = pd.concat([units, rest[columns[0]].drop_duplicates()], ignore_index=True)
    if units.duplicated().any():
        raise ValueError(
            f"{columns[0]} {units[units.duplicated()].iloc[0]!s} occurs in full in more than one partition; drop the "
            "duplicate rows first"
        )
    return moments


def _part(frame, columns, ticks, clock):
    """Moments of the whole units of one partition, the rows of the others, and the names of the former."""
    from .read import moments_of_frame

    frame = frame[list(columns)]
    unit = frame[columns[0]]
    if unit.isna().any():
        raise ValueError(f"a row names no unit in {columns[0]!r}; fill in the identifier or drop the row")
    if isinstance(unit.dtype, pd.CategoricalDtype):
        frame = frame.assign(**{columns[0]: unit.astype(unit.cat.categories.dtype)})
        unit = frame[columns[0]]
    codes, names = pd.factorize(unit)
    whole = np.bincount(codes, minlength=len(names)) == len(ticks)
    if whole.all():
        rest = frame.iloc[:0]
    else:
        rest, frame = frame[~whole[codes]], frame[whole[codes]]
    found = moments_of_frame(frame, columns, ticks, clock) if len(frame) else None
    return found, rest, pd.Series(names[whole])


def _join(parts):
    moments = [found for found, _, _ in parts if found is not None]
    rest = [rows for _, rows, _ in parts if len(rows)]
    if sum(map(len, rest)) > LEFTOVER:
        raise ValueError(
            f"more than {LEFTOVER:,} rows belong to units spread over several partitions; set the unit as index "
            "(set_index) or repartition so that each unit lies in one"
        )
    names = pd.concat([units for _, _, units in parts], ignore_index=True)
    return (merge(moments) if moments else None, pd.concat(rest) if rest else parts[0][1].iloc[:0], names)
