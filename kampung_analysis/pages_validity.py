"""How often were intervals, tests, checks and verdicts right where the truth is known? Sentences and tables of rows.

Rows are those of ``benchmarks/results/validity_*.json``, one an estimator and fault.
"""

from __future__ import annotations

from kampung_analysis.pages_markdown import plain, table, word
from kampung_analysis.pages_power import share_text
from kampung_analysis.results import number

LEAST, MOST = 0.9, 0.1
"""Coverage below which a 95 % interval is called too short, share of false positives above which a test cries wolf."""
VERDICTS = ("supported", "ruled out", "inconclusive", "cannot tell")
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
    },
}


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
    kinds = {_intervals: ("coverage", "false_positive_rate"), _checks: ("failed",), _verdicts: ("supported",)}
    parts = []
    for told, marks in kinds.items():
        own = [row for row in rows if any(row.get(mark) is not None for mark in marks)]
        parts += told(own, TEXTS[language]) if own else []
    return "\n\n".join(parts)


def _intervals(rows, texts) -> list[str]:
    """How many intervals cover too rarely and how many tests cry wolf, and both in one table."""
    covering = [row for row in rows if row.get("coverage") is not None]
    tests = [row for row in rows if row.get("false_positive_rate") is not None]
    parts, body = [], []
    if covering:
        low = [row for row in covering if row["coverage"] < LEAST]
        worst = min(covering, key=lambda row: row["coverage"])
        told = {"n": len(covering), "low": len(low), "worst": worst["estimator"], "fault": word(worst["fault"])}
        parts.append(plain(texts["covers"].format(**told, share=_percent(worst["coverage"]))))
    if tests:
        high = [row for row in tests if row["false_positive_rate"] > MOST]
        parts.append(plain(texts["alarms"].format(n=len(tests), high=len(high))))
    for row in rows:
        n, bias, error = row["replications"], row.get("bias"), row.get("bias_monte_carlo_error")
        covered, alarms = row.get("coverage"), row.get("false_positive_rate")
        shown = "–" if bias is None else f"{number(bias, 2)}" + (f" ± {number(error, 2)}" if error else "")
        short = f", {texts['short']}" if covered is not None and covered < LEAST else ""
        many = f", {texts['many']}" if alarms is not None and alarms > MOST else ""
        shares = share_text(covered, n, nominal=0.95) + short, share_text(alarms, n, nominal=0.05) + many
        body.append((plain(row["estimator"]), word(row["fault"]), shown, *shares, f"{n:,}"))
    columns = ["Estimator", "Fault of the data", "Bias", "Coverage", "False positives", "Replications"]
    return [*parts, table(columns, body)]


def _checks(rows, texts) -> list[str]:
    """Which check fails most often where nothing is wrong, and how often each fails."""
    sound = [row for row in rows if row["fault"] == "none"] or rows
    worst = max(sound, key=lambda row: row["failed"])
    body = [
        (plain(r["estimator"]), word(r["fault"]), share_text(r["failed"], r["replications"], nominal=0.05),
         f"{r['replications']:,}")
        for r in rows
    ]  # fmt: skip
    said = plain(texts["checks"].format(name=worst["estimator"], share=_percent(worst["failed"])))
    return [said, table(["Check", "Fault of the data", "Fails", "Replications"], body)]


def _verdicts(rows, texts) -> list[str]:
    """How often a claim is supported at the worst where there is no effect, and how often each verdict is given."""
    null = [row for row in rows if row["effect"] == "none"] or rows
    worst = max(null, key=lambda row: row["supported"])
    told = {"worst": worst["estimator"], "fault": word(worst["fault"]), "share": _percent(worst["supported"])}
    body = []
    for row in rows:
        n = row["replications"]
        shares = [share_text(row[verdict], n, nominal=0.05) for verdict in VERDICTS]
        body.append((plain(row["estimator"]), word(row["fault"]), plain(row["effect"]), *shares, f"{n:,}"))
    columns = ["Design", "Fault of the data", "True effect", *(v.capitalize() for v in VERDICTS), "Replications"]
    return [plain(texts["verdicts"].format(**told)), table(columns, body)]


def _percent(share: float) -> str:
    return f"{100 * share:.0f} %"
