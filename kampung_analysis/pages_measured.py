"""What did the scripts in benchmarks/ measure? Validity where the truth is known, time and memory, drawn and in tables.

Sentences are computed from the files of ``benchmarks/results``; a script that has not run yet is named.
"""

from __future__ import annotations

from collections.abc import Mapping

from kampung_analysis import pages_speed
from kampung_analysis.pages_content import Content
from kampung_analysis.pages_markdown import plain, word
from kampung_analysis.pages_matrix import validity_matrix
from kampung_analysis.pages_power import power_section
from kampung_analysis.pages_validity import validity_tables

SCRIPTS = {
    "validity_staggered": "Validity of event studies",
    "validity_synthetic": "Validity of donor weights and checks",
    "validity_series": "Validity of interrupted series",
    "validity_counts": "Validity of counts and curves",
    "validity_selection": "Validity of scores, chosen places and awards",
    "validity_growth": "Validity of growth, doses and start weeks",
    "validity_choices": "Validity of specification curves and further checks",
    "validity_verdict": "Validity of the verdict rule",
    "staggered": "Time and memory of event studies",
    "streaming": "Streaming from a file",
    "synthetic": "Time of donor weights",
    "power": "Power studies",
}
"""File of results -> its heading, in the order of the page."""
TEXTS = {
    "en": {
        "run": "Not measured here yet: run `python benchmarks/{name}.py`.",
        "rows": "{size} rows, {bands} bands",
        "speed": "At {rows} million rows {peer}, the fastest other library measured, takes {times} times as long and "
        "{memory} times the memory",
        "beside": "With {order} rows, {bands} bands, at {rows} million rows: {peer} takes {times} times as long.",
        "sorted": "sorted",
        "shuffled": "shuffled",
        "with": "with",
        "without": "without",
        "alone": "An event study of {rows} million rows takes {seconds} seconds and {memory} MB",
        "how": "Long table, rows in order, to event study with bands; medians, logarithmic axes",
        "streamed": "ours, from a file",
        "seconds": "seconds",
        "memory": "megabytes at most",
        "axis": "rows of the table, millions",
        "alt": "Two panels against {low} to {high} million rows. Largest table measured for each: {list}.",
        "each": "{name} {seconds} s and {memory} MB at {rows} million rows",
        "out": "Left out, for five runs would take longer than the limit of patience: {list}.",
        "power": "A power study of {replications} event studies of {units} units and {periods} periods took {seconds} "
        "seconds.",
        "times": "The fastest other package takes {low}{high} times as long as ours",
        "to": " to {high}",
        "compared": "Median seconds on a panel of {units} units and {periods} periods; logarithmic axis",
        "median": "seconds, median",
        "marks": "Dots on a logarithmic axis of seconds, one row a package: {list}.",
    },
    "id": {
        "run": "Belum diukur di sini: jalankan `python benchmarks/{name}.py`.",
        "rows": "{size} baris, {bands} pita",
        "speed": "Pada {rows} juta baris {peer}, pustaka lain tercepat yang diukur, perlu {times} kali waktu dan "
        "{memory} kali memori kami",
        "beside": "Dengan baris {order}, {bands} pita, pada {rows} juta baris: {peer} perlu {times} kali waktu kami.",
        "sorted": "berurutan",
        "shuffled": "teracak",
        "with": "dengan",
        "without": "tanpa",
        "alone": "Studi peristiwa atas {rows} juta baris perlu {seconds} detik dan {memory} MB",
        "how": "Tabel panjang berurutan menjadi studi peristiwa dengan pita; median, sumbu logaritmik",
        "streamed": "ours, dari berkas",
        "seconds": "detik",
        "memory": "megabita paling banyak",
        "axis": "baris tabel, juta",
        "alt": "Dua panel terhadap {low} sampai {high} juta baris. Tabel terbesar yang diukur: {list}.",
        "each": "{name} {seconds} detik dan {memory} MB pada {rows} juta baris",
        "out": "Dilewati karena lima ulangan akan melampaui batas kesabaran: {list}.",
        "power": "Studi daya dengan {replications} studi peristiwa atas {units} unit dan {periods} periode perlu "
        "{seconds} detik.",
        "times": "Paket lain tercepat perlu {low}{high} kali waktu kami",
        "to": " sampai {high}",
        "compared": "Median detik untuk panel {units} unit dan {periods} periode; sumbu logaritmik",
        "median": "detik, median",
        "marks": "Titik pada sumbu logaritmik dalam detik, satu baris per paket: {list}.",
    },
}


def measured_section(content: Content, language: str = "en") -> tuple[str, dict[str, bytes]]:
    """The measurements as Markdown, and the pictures it shows, by file name.

    Parameters
    ----------
    content : Content
        Its `benchmarks` are read.
    language : {"en", "id"}
        Language of sentences and pictures; headings and columns are fixed words, which Sphinx translates.

    Returns
    -------
    tuple of str and dict of str to bytes
        The same bytes for the same measurements.
    """
    parts, pictures = [], {}
    drawers = {"staggered": pages_speed.staggered, "synthetic": pages_speed.synthetic}
    texts = TEXTS[language]
    for name in (*SCRIPTS, *(n for n in sorted(content.benchmarks) if n not in SCRIPTS)):
        found = content.benchmarks.get(name)
        if found is None:
            parts.append((name, texts["run"].format(name=name)))
            continue
        told = None
        if name.startswith("validity_"):
            told = validity_tables([row for row in found.get("rows", []) if isinstance(row, Mapping)], language)
        elif name in drawers:
            told, drawn = drawers[name](content.benchmarks, texts, language)
            pictures |= drawn
        elif name == "power":
            told = power_section(found, language)
        parts.append((name, told or pages_speed.as_written(found)))
    if matrix := validity_matrix(content.benchmarks, language):
        parts.insert(0, ("matrix", matrix))
    heads = {"matrix": "Every method under every fault", **SCRIPTS}
    named = ((word(heads[n]) if n in heads else plain(n.replace("_", " ").capitalize()), text) for n, text in parts)
    return "\n\n".join(f"### {head}\n\n{text}" for head, text in named), pictures
