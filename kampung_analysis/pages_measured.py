"""What did the scripts in benchmarks/ measure? Validity where the truth is known, time and memory, drawn and in tables.

Sentences are computed from the files of ``benchmarks/results``; a script that has not run yet is named.
"""

from __future__ import annotations

from collections.abc import Mapping

from kampung_analysis import pages_speed
from kampung_analysis.pages_content import Content
from kampung_analysis.pages_markdown import plain, table, word
from kampung_analysis.pages_matrix import validity_matrix
from kampung_analysis.pages_power import power_section, share_text
from kampung_analysis.results import number

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
LEAST, MOST = 0.9, 0.1
"""Coverage below which a 95 % interval is called too short, share of false positives above which a test cries wolf."""
TEXTS = {
    "en": {
        "covers": "Of {n} combinations of interval and fault, {low} cover the truth in less than 90 % of replications; "
        "they are marked “below 90 %”. The lowest is {worst} ({fault}) with {share}. Intervals promise 95 %; ± is the "
        "Monte Carlo standard error.",
        "short": "below 90 %",
        "alarms": "Of {n} combinations of test and fault, {high} see an effect where there is none in more than 10 % "
        "of replications; they are marked “above 10 %”. Tests promise 5 %.",
        "many": "above 10 %",
        "checks": "With nothing wrong, the check that fails most often is {name}, in {share} of panels; ± is the Monte "
        "Carlo standard error.",
        "verdicts": "With no effect at all, the rule calls a claim supported in at most {share} of panels ({worst}, "
        "{fault}); ± is the Monte Carlo standard error.",
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
        "covers": "Dari {n} gabungan interval dan cacat data, {low} mencakup nilai sebenarnya pada kurang dari 90 % "
        "ulangan; semuanya ditandai “di bawah 90 %”. Yang terendah {worst} ({fault}) dengan {share}. Interval "
        "menjanjikan 95 %; ± adalah galat baku Monte Carlo.",
        "short": "di bawah 90 %",
        "alarms": "Dari {n} gabungan uji dan cacat data, {high} melihat efek yang tidak ada pada lebih dari 10 % "
        "ulangan; semuanya ditandai “di atas 10 %”. Uji menjanjikan 5 %.",
        "many": "di atas 10 %",
        "checks": "Bila tidak ada yang salah, pemeriksaan yang paling sering gagal adalah {name}, pada {share} panel; "
        "± adalah galat baku Monte Carlo.",
        "verdicts": "Tanpa efek sama sekali, aturan menyebut klaim didukung pada paling banyak {share} panel ({worst}, "
        "{fault}); ± adalah galat baku Monte Carlo.",
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
    matrix = validity_matrix(content.benchmarks, language)
    parts = [("matrix", matrix), *parts] if matrix else parts
    heads = {"matrix": word("Every method under every fault")}
    heads |= {
        n: word(SCRIPTS[n]) if n in SCRIPTS else plain(n.replace("_", " ").capitalize())
        for n, _ in parts
        if n != "matrix"
    }
    return "\n\n".join(f"### {heads[n]}\n\n{text}" for n, text in parts), pictures


def validity_tables(rows: list[dict], language: str = "en") -> str:
    """One computed sentence and one table for intervals, for checks and for verdicts, where there are such rows.

    Parameters
    ----------
    rows : list of dict
        With estimator, fault, replications, and coverage (intervals) or false_positive_rate (tests), failed (checks)
        or supported (verdicts).
    language : {"en", "id"}

    Returns
    -------
    str
        Markdown.
    """
    texts, parts = TEXTS[language], []
    intervals = [row for row in rows if row.get("coverage") is not None]
    tests = [row for row in rows if row.get("false_positive_rate") is not None]
    if intervals:
        low = [row for row in intervals if row["coverage"] < LEAST]
        worst = min(intervals, key=lambda row: row["coverage"])
        told = {"n": len(intervals), "low": len(low), "worst": worst["estimator"], "fault": word(worst["fault"])}
        parts.append(plain(texts["covers"].format(**told, share=f"{100 * worst['coverage']:.0f} %")))
    if tests:
        high = [row for row in tests if row["false_positive_rate"] > MOST]
        parts.append(plain(texts["alarms"].format(n=len(tests), high=len(high))))
    if intervals or tests:
        body = []
        for row in rows:
            n, bias, error = row["replications"], row.get("bias"), row.get("bias_monte_carlo_error")
            covered, alarms = row.get("coverage"), row.get("false_positive_rate")
            if covered is None and alarms is None:
                continue
            shown = "–" if bias is None else f"{number(bias, 2)}" + (f" ± {number(error, 2)}" if error else "")
            short = f", {texts['short']}" if covered is not None and covered < LEAST else ""
            many = f", {texts['many']}" if alarms is not None and alarms > MOST else ""
            shares = share_text(covered, n, nominal=0.95) + short, share_text(alarms, n, nominal=0.05) + many
            body.append((plain(row["estimator"]), word(row["fault"]), shown, *shares, f"{n:,}"))
        columns = ["Estimator", "Fault of the data", "Bias", "Coverage", "False positives", "Replications"]
        parts.append(table(columns, body))
    checks = [row for row in rows if row.get("failed") is not None]
    if checks:
        sound = [row for row in checks if row["fault"] == "none"] or checks
        worst = max(sound, key=lambda row: row["failed"])
        parts.append(plain(texts["checks"].format(name=worst["estimator"], share=f"{100 * worst['failed']:.0f} %")))
        body = [
            (plain(r["estimator"]), word(r["fault"]), share_text(r["failed"], r["replications"], nominal=0.05),
             f"{r['replications']:,}")
            for r in checks
        ]  # fmt: skip
        parts.append(table(["Check", "Fault of the data", "Fails", "Replications"], body))
    judged = [row for row in rows if row.get("supported") is not None]
    if judged:
        null = [row for row in judged if row["effect"] == "none"] or judged
        worst = max(null, key=lambda row: row["supported"])
        told = {"worst": worst["estimator"], "fault": word(worst["fault"])}
        parts.append(plain(texts["verdicts"].format(share=f"{100 * worst['supported']:.0f} %", **told)))
        verdicts = ("supported", "ruled out", "inconclusive", "cannot tell")
        body = []
        for row in judged:
            n = row["replications"]
            shares = [share_text(row[verdict], n, nominal=0.05) for verdict in verdicts]
            body.append((plain(row["estimator"]), word(row["fault"]), plain(row["effect"]), *shares, f"{n:,}"))
        columns = ["Design", "Fault of the data", "True effect", *(v.capitalize() for v in verdicts), "Replications"]
        parts.append(table(columns, body))
    return "\n\n".join(parts)
