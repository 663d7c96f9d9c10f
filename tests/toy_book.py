"""A book of two notebooks, one claim and two facts, for the tests of pages and book."""

import base64
import json
from pathlib import Path
from types import SimpleNamespace

import pandas as pd

from kampung_analysis import corpus, datasets
from kampung_analysis.claims import Verdict
from kampung_analysis.pages_content import Content
from kampung_analysis.pages_scan import read_notebooks
from kampung_analysis.results import Estimate

PIXEL = base64.b64encode(
    bytes.fromhex(
        "89504e470d0a1a0a0000000d4948445200000001000000010802000000907753de"
        "0000000c49444154789c63f8ffff3f0005fe02fe0def46b80000000049454e44ae426082"
    )
).decode()
ALT = "Weekly cases of East Java and of its donors; the two lines stay together before and after the launch."
MARK = f"axes[0].x.label: week\nartists[0].type: Text\nartists[0].text: East Java and its donors\nalt: {ALT}"
TABLE = (
    "<table><caption>Two &amp; more facts</caption><thead><tr><th scope='col'>fact</th></tr></thead>"
    "<tbody><tr><td>F0001</td></tr></tbody></table>"
)
ANSWER = """## Answer

The claim C01 rests on F0001, with $x_i^2$ and

$$\\hat\\tau = \\frac{1}{T}\\sum_t (Y_{1t} - \\hat Y_{1t}).$$

## What is claimed

See [the spread](03_rollout.ipynb), [Abadie et al. 2010](https://doi.org/10.1198/jasa.2009.ap08746),
[the other](01_corpus.ipynb#answer) and [the result](../data/results/06_covid_provinces.json). C99 is no claim."""
RUNS = [
    {
        "library": name,
        "version": "1",
        "rows": rows,
        "order": "sorted",
        "bands": True,
        "seconds": per * rows,
        "peak_mb": 100 + rows / 1e5,
    }
    for name, per in (("ours", 1e-7), ("slow", 1e-5), ("slower", 1e-4))
    for rows in (200_000, 2_000_000)
    if per * rows < 100
]
QUICKER = [run | {"bands": False, "seconds": run["seconds"] / (2 if run["library"] == "slow" else 1)} for run in RUNS]
STAGGERED = {
    "runs": [*RUNS, RUNS[0] | {"order": "shuffled", "seconds": 9.0}, *QUICKER],
    "left_out": [{"library": "slower", "rows": 2_000_000, "order": "sorted", "bands": True, "expected_seconds": 200.0}],
    "power": {"replications": 1000, "units": 8501, "periods": 40, "seconds": 12.3},
}
DONORS = {"units": 34, "periods": 60, "rows": [
    {"task": "weights", "package": "kampung-analysis", "version": "x", "median_s": 0.1, "times_ours": 1.0},
    {"task": "weights", "package": "peer", "version": "1", "median_s": 0.42, "times_ours": 4.2},
    {"task": "alone", "package": "kampung-analysis", "version": "x", "median_s": 9.0, "times_ours": 1.0},
]}  # fmt: skip
"""Made-up measurements: event studies in two libraries and a third that is too slow, donor weights in two."""
COMPARED = {
    "check": "vintages", "unit": "Jawa Timur", "measure": "deaths", "until": pd.Timestamp("2020-05-24"),
    "ours": 458, "theirs": 560, "difference": -102, "difference_pct": -18.2143, "note": "",
}  # fmt: skip


def _cell(number: int, kind: str, source: str, outputs=None) -> dict:
    cell = {"cell_type": kind, "id": f"cell-{number:02d}", "metadata": {}, "source": source}
    return cell | ({"execution_count": number, "outputs": outputs or []} if kind == "code" else {})


def toy_notebook(title: str) -> dict:
    """An executed notebook with prose, mathematics, a figure, a table and a printed line."""
    figure = {"image/png": PIXEL, "text/vnd.kampung.figure": MARK, "text/plain": "<Figure of 1 panel>"}
    shown = {"output_type": "execute_result", "execution_count": 3, "data": figure}
    listed = {"text/html": TABLE, "text/plain": "F0001"}
    line = {"output_type": "stream", "name": "stdout", "text": "C01 INCONCLUSIVE: <wide>\n"}
    listing = {"output_type": "execute_result", "execution_count": 4, "data": listed, "metadata": {}}
    cells = [
        _cell(1, "markdown", f"# {title}\n\nEast Java, 2020."),
        _cell(2, "markdown", ANSWER),
        _cell(3, "code", "load_covid_provinces()", [shown | {"metadata": {"image/png": {"alt": ALT}}}]),
        _cell(4, "code", "t", [listing]),
        _cell(5, "code", "print()", [line]),
    ]
    return {"cells": cells, "metadata": {"language_info": {"name": "python"}}, "nbformat": 4, "nbformat_minor": 5}


def write_notebook(folder: Path, name: str, notebook: dict) -> Path:
    """Write a notebook and return its path."""
    path = folder / f"{name}.ipynb"
    path.write_text(json.dumps(notebook), encoding="utf-8")
    return path


def toy_content(folder: Path) -> Content:
    """Content of the toy book; its notebooks are written to `folder`."""
    write_notebook(folder, "01_corpus", toy_notebook("What do the documents say?"))
    write_notebook(folder, "06_covid_provinces", toy_notebook("Did it work?"))
    claim = corpus.Claim(
        id="C01",
        text="The programme reduced infections",
        text_id="Program ini menurunkan penularan",
        kind="cause",
        facts=("F0001",),
        place="35",
        outcome="confirmed cases",
        estimand="mean weekly gap",
        direction=-1,
        worth=corpus.Worth(0.5, "per 100,000", "half a case"),
        notebook="06_covid_provinces",
        designs=("synthetic control",),
        would_change="a register of sites",
        holder="the provincial police",
        maryland=1,
        emmie="effect: asserted; no figure; mechanism: none named; moderators: none; implementation: no; economics: no",
    )
    estimate = Estimate("gap", -0.4, -1.2, 0.4, unit="per 100,000")
    tested = {"Is the fit close?": "passed", "Are tests known?": "could not be run"}
    verdict = Verdict("C01", "inconclusive", "gap", "both sides", tested)
    recorded = SimpleNamespace(estimates={"gap": estimate}, verdicts=(verdict,))
    fact = {"document": "D001", "locator": "p7", "value": 1559.0, "unit": "kampung"}
    document = {"id": "D001", "kind": "press", "title": "A report", "outlet": "a paper", "date": "2020-06"}
    return Content(
        notebooks=tuple(read_notebooks(folder)),
        claims=(claim,),
        facts=(fact | {"id": "F0001", "paraphrase": "sites counted"}, fact | {"id": "F0002", "paraphrase": "a plan"}),
        documents=(document | {"address": "https://example.org/report", "speaker_runs": "partly"},),
        cards=(datasets.card("covid_provinces"),) if "covid_provinces" in datasets.names() else (),
        results={"06_covid_provinces": recorded},
        benchmarks={"staggered": STAGGERED, "synthetic": DONORS},
        crosschecks=(COMPARED, COMPARED | {"unit": "Bali", "ours": 2, "difference": 0, "difference_pct": 0.0}),
        findings=({"rule": "one thing counted", "facts": "F0001;F0002", "finding": "sites: 30, 33 kampung"},),
    )
