"""What did simulated trials find, with equal replications in every cell? The table of the methods page.

Sentences are computed from ``benchmarks/results/power.json``.
"""

from __future__ import annotations

import math
from collections.abc import Mapping

from kampung_analysis.pages_markdown import plain, table, word
from kampung_analysis.results import number

KINDS = {"calm": "calm villages", "main": "main villages", "noisy": "noisy villages"}
DESIGNS = {
    "lot": "1,559 sites, by lot inside districts",
    "worst": "1,559 sites, worst first, six slow waves",
    "told": "1,559 sites, worst first, three quick waves",
    "most": "four fifths of the villages, by lot inside districts",
}
SAID = {
    "en": "{n} replications a cell, {units} villages and {weeks} weeks. Without an effect, {lot} of trials by lot "
    "report one, {worst} of programmes taken to the worst villages first in slow waves, and {told} in quick waves "
    "(main villages). The smallest effect that 1,559 sites by lot find with a power of 80 % is {calm}, {main} or "
    "{noisy}, by the noise of villages. ± is the simulation error; bias is in cases per 100,000 a week.",
    "id": "{n} ulangan per sel, {units} desa dan {weeks} pekan. Tanpa efek, {lot} uji menurut undian melaporkan efek, "
    "begitu pula {worst} program yang mendahulukan desa terparah dalam gelombang lambat dan {told} dalam gelombang "
    "cepat (desa utama). Efek terkecil yang ditemukan 1.559 lokasi menurut undian dengan daya 80 % adalah {calm}, "
    "{main}, atau {noisy}, menurut derau desa. ± adalah galat simulasi; bias dalam kasus per 100.000 per pekan.",
}
TIMED = {
    "en": "A study of {n} replications that estimates an event study in each took {seconds} seconds with {workers} "
    "threads on a shared machine ({processor} seconds of processor time) and {memory} MB.",
    "id": "Studi {n} ulangan dengan satu studi peristiwa pada tiap ulangan perlu {seconds} detik dengan {workers} utas "
    "pada mesin yang dipakai bersama ({processor} detik waktu prosesor) dan {memory} MB.",
}
BY_LOT = ("lot", "most")
"""Designs for which a smallest effect means something: the others report one where there is none."""
COLUMNS = ["Kind of village", "Villages", "Design", "True effect", "Bias", "Coverage", "Finds an effect",
           "Smallest effect found"]  # fmt: skip


def share_text(share: float | None, n: int, *, nominal: float = 0.0) -> str:
    """A share with its Monte Carlo standard error, which is never below that of the `nominal` share."""
    if share is None or share != share:
        return "–"
    error = math.sqrt(max(share * (1 - share), nominal * (1 - nominal)) / n)
    return f"{share:.3f} ± {error:.3f}"


def power_section(found: Mapping, language: str = "en") -> str:
    """Two computed sentences and a table with a row for each kind of village, design and effect.

    Parameters
    ----------
    found : mapping
        As ``benchmarks/power.py`` writes it.
    language : {"en", "id"}

    Returns
    -------
    str
        Markdown; empty when the file has no such rows.
    """
    rows = [row for row in found.get("rows", []) if isinstance(row, Mapping)]
    cells = {(r["kind"], r["design"], bool(r["effect"])): r for r in rows if r["villages"] == found.get("units")}
    if not rows or not {("main", d, False) for d in ("lot", "worst", "told")} <= {*cells}:
        return ""
    n, percent = int(rows[0]["replications"]), lambda share: f"{100 * share:.0f} %"
    alarms = {d: percent(cells["main", d, False]["rejected"]) for d in ("lot", "worst", "told")}
    least = {k: percent(cells[k, "lot", True]["smallest"]) for k in KINDS}
    grouped = (lambda x: f"{x:,}") if language == "en" else (lambda x: f"{x:,}".replace(",", "."))
    told = {"n": grouped(n), "units": grouped(found["units"]), "weeks": found["weeks"]}
    took = {"seconds": number(found["seconds"], 2), "processor": number(found["processor_seconds"], 2)}
    timed = TIMED[language].format(n=told["n"], **took, workers=found["workers"], memory=found["peak_memory_mb"])
    body = [
        (
            word(KINDS[r["kind"]]),
            f"{r['villages']:,}",
            word(DESIGNS[r["design"]]),
            percent(r["effect"]).replace("-", "−"),
            f"{number(r['bias'], 2)} ± {number(r['bias_error'], 2)}",
            share_text(r["coverage"], n, nominal=0.95),
            share_text(r["rejected"], n, nominal=0.05),
            f"{r['smallest']:.3f} ± {r['smallest_error']:.3f}" if r["effect"] and r["design"] in BY_LOT else "–",
        )
        for r in rows
    ]
    said = SAID[language].format(**told, **alarms, **least)
    return "\n\n".join([plain(said), table(COLUMNS, body), plain(timed)])
