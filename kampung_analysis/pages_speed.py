"""How fast is it, drawn? Two charts for the methods page: event studies against rows, donor weights side by side."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from kampung_analysis.pages_markdown import plain, table, word
from kampung_analysis.results import number

MILLION = 1e6


def _cell(value) -> str:
    """A measured value in a cell: six significant digits, words as they are."""
    return plain(f"{value:.6g}" if isinstance(value, float) else value)


def _flat(found: Mapping, before: str = "") -> dict:
    """Scalars of nested mappings by their spoken path."""
    told = {}
    for key, value in found.items():
        name = f"{before} {key}".strip().replace("_", " ")
        told |= _flat(value, name) if isinstance(value, Mapping) else {name: value}
    return {name: value for name, value in told.items() if not isinstance(value, list)}


def as_written(found) -> str:
    """Measurements of a file as they were written: a table for each list of records; without one, all its scalars."""
    parts = []
    for rows in (found if isinstance(found, Mapping) else {"": found}).values():
        rows = [row for row in rows if isinstance(row, Mapping)] if isinstance(rows, list) else []
        if rows:
            keys = [k for k, v in rows[0].items() if not isinstance(v, Mapping | list)]
            head = f"| {' | '.join(plain(k.replace('_', ' ')) for k in keys)} |\n|{' --- |' * len(keys)}"
            parts.append("\n".join([head, *(f"| {' | '.join(_cell(row.get(k)) for k in keys)} |" for row in rows)]))
    if not parts and isinstance(found, Mapping) and (told := _flat(found)):
        parts.append(table(["Quantity", "Value"], [(plain(name), _cell(value)) for name, value in told.items()]))
    return "\n\n".join(parts) or word("No measurement yet.")


def frame_of(rows, columns) -> pd.DataFrame | None:
    """Records as a frame when every one has the columns; else None."""
    frame = pd.DataFrame(rows)
    return frame if len(frame) and {*columns} <= {*frame.columns} else None


def _bands(bands: bool, texts: Mapping) -> str:
    return texts["with" if bands else "without"]


def _picture(name: str, alt: str) -> str:
    return f"```{{image}} measured/{name}.png\n:alt: {' '.join(alt.split())}\n```"


def _fitting(start: str, entries: list[str], limit: int = 590) -> str:
    """A sentence with as many entries in place of {list} as an alternative text may hold."""
    while len(start.format(list="; ".join(entries))) > limit:
        entries = entries[:-1]
    return start.format(list="; ".join(entries))


def costs(benchmarks: Mapping, streamed: str) -> pd.DataFrame | None:
    """Library, rows, seconds and peak_mb of sorted tables and of streamed files; None without measurements.

    Tables are those of event studies with bands (`bands` true); streamed files have none, which is a few hundredths of
    a second less.
    """
    columns = ["library", "rows", "seconds", "peak_mb"]
    runs = frame_of(benchmarks.get("staggered", {}).get("runs", []), [*columns, "order", "bands"])
    if runs is None:
        return None
    runs = runs[(runs["order"] == "sorted") & runs["bands"]]
    files = frame_of(benchmarks.get("streaming", {}).get("runs", []), ["rows", "reduce_seconds", "reduce_peak_mb"])
    if files is not None:
        files = files.rename(columns={"reduce_seconds": "seconds", "reduce_peak_mb": "peak_mb"})
        runs = pd.concat([runs, files.assign(library=streamed)])
    return runs[columns].sort_values(["library", "rows"]).reset_index(drop=True)


def finding(frame: pd.DataFrame, texts: Mapping) -> str:
    """What the chart shows, computed: ours beside the fastest other library at the largest table both finished."""
    wide = frame.pivot(index="rows", columns="library")
    ours = wide["seconds"]["ours"].dropna() if "ours" in wide["seconds"] else pd.Series(dtype=float)
    peers = wide["seconds"].loc[:, [name for name in wide["seconds"] if not name.startswith("ours")]].dropna(how="all")
    shared = ours.index.intersection(peers.index)
    if len(shared):
        rows = shared.max()
        peer = peers.loc[rows].idxmin()
        times = peers.loc[rows, peer] / ours[rows]
        memory = wide["peak_mb"].loc[rows, peer] / wide["peak_mb"].loc[rows, "ours"]
        told = {"peer": peer, "times": number(times, 2), "memory": number(memory, 2)}
        return texts["speed"].format(rows=number(rows / MILLION, 2), **told)
    last = frame.sort_values("rows").iloc[-1]
    told = {"seconds": number(last["seconds"], 2), "memory": number(last["peak_mb"], 3)}
    return texts["alone"].format(rows=number(last["rows"] / MILLION, 2), **told)


def beside(runs: list[Mapping], texts: Mapping) -> str:
    """How the other ways to run it came out, computed: without bands, and with rows in any order."""
    frame, told = pd.DataFrame(runs), []
    for (order, bands), part in frame.groupby(["order", "bands"], sort=False):
        wide = part.pivot(index="rows", columns="library", values="seconds")
        if (order, bands) == ("sorted", True) or "ours" not in wide or wide.shape[1] < 2:
            continue
        both = wide[wide["ours"].notna() & wide.drop(columns="ours").notna().any(axis=1)]
        if len(both):
            last = both.iloc[-1]
            peer = last.drop("ours").idxmin()
            named = {"order": texts[order], "bands": _bands(bands, texts), "peer": peer}
            rows = number(both.index[-1] / MILLION, 2)
            told.append(texts["beside"].format(rows=rows, times=number(last[peer] / last["ours"], 2), **named))
    return " ".join(told)


def staggered(benchmarks: Mapping, texts: Mapping, language: str) -> tuple[str, dict[str, bytes]]:
    """Sentence, chart and table of event studies; nothing where the file has another shape."""
    frame = costs(benchmarks, texts["streamed"])
    if frame is None or frame.empty:
        return "", {}
    from kampung_analysis import figspec, figures

    last = frame.loc[frame.groupby("library")["rows"].idxmax()].sort_values("seconds").to_dict("records")
    each = [
        texts["each"].format(name=row["library"], seconds=number(row["seconds"], 2), memory=number(row["peak_mb"], 3),
                             rows=number(row["rows"] / MILLION, 2))
        for row in last
    ]  # fmt: skip
    low, high = (number(frame["rows"].agg(end) / MILLION, 2) for end in ("min", "max"))
    alt = _fitting(texts["alt"].format(low=low, high=high, list="{list}"), each)
    source = [f"benchmarks/{name}.py" for name in ("staggered", "streaming") if name in benchmarks]
    words = {"title": finding(frame, texts), "subtitle": texts["how"], "source": source}
    panels = [("seconds", texts["seconds"]), ("peak_mb", texts["memory"])]
    fig = figures.draw_speed(frame, panels=panels, xlabel=texts["axis"], alt=alt, language=language, **words)
    found = benchmarks["staggered"]
    parts = [plain(f"{words['title']}. {beside(found['runs'], texts)}"), _picture("staggered", alt)]
    rows = [
        (plain(r["library"]), plain(r.get("version")), f"{r['rows']:,}", plain(r["order"]),
         _bands(r["bands"], texts), number(r["seconds"], 3), number(r["peak_mb"], 4),
         plain(r.get("repetitions")))
        for r in found["runs"]
    ]  # fmt: skip
    columns = ["Library", "Version", "Rows", "Order of rows", "Bands", "Seconds, median", "Memory, MB", "Repetitions"]
    parts.append(table(columns, rows))
    slow = [x for x in found.get("left_out", []) if x.get("expected_seconds")]
    each = (x | {"size": f"{x['rows']:,}", "bands": _bands(x["bands"], texts)} for x in slow)
    left = [f"{x['library']} ({texts['rows'].format_map(x)})" for x in each]
    if left:
        parts.append(plain(texts["out"].format(list=", ".join(dict.fromkeys(left)))))
    power = found.get("power")
    if power:
        told = {k: f"{power[k]:,}" for k in ("replications", "units", "periods")}
        parts.append(plain(texts["power"].format(**told, seconds=number(power["seconds"], 3))))
    return "\n\n".join(parts), {"staggered.png": figspec.png(fig)}


def synthetic(benchmarks: Mapping, texts: Mapping, language: str) -> tuple[str, dict[str, bytes]]:
    """Sentence, chart and table of donor weights; the table alone where only ours was measured."""
    found = benchmarks["synthetic"]
    frame = frame_of(found.get("rows", []), ["task", "package", "version", "median_s", "times_ours"])
    if frame is None:
        return "", {}
    both = frame.groupby("task")["package"].transform("nunique") > 1
    if not both.any():
        return as_written(found), {}
    from kampung_analysis import figspec, figures

    fastest = frame[both & (frame["package"] != "kampung-analysis")].groupby("task")["times_ours"].min()
    low, high = number(fastest.min(), 2), number(fastest.max(), 2)
    title = texts["times"].format(low=low, high=texts["to"].format(high=high) if high != low else "")
    listed = [f"{r['package']}, {r['task']}, {number(r['median_s'], 2)} s" for r in frame[both].to_dict("records")]
    alt = _fitting(texts["marks"], listed)
    subtitle = texts["compared"].format(units=found.get("units"), periods=found.get("periods"))
    words = {"title": title, "subtitle": subtitle, "source": ["benchmarks/synthetic.py"], "xlabel": texts["median"]}
    fig = figures.draw_times(frame[both], alt=alt, language=language, **words)
    rows = [
        (plain(r["task"]), plain(r["package"]), plain(r["version"]), number(r["median_s"], 3),
         number(r["times_ours"], 3))
        for r in frame.to_dict("records")
    ]  # fmt: skip
    columns = ["Task", "Library", "Version", "Seconds, median", "Times ours"]
    shown = "\n\n".join([plain(title + "."), _picture("synthetic", alt), table(columns, rows)])
    return shown, {"synthetic.png": figspec.png(fig)}
