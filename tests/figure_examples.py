"""One made-up example of every `draw_*`, for the tests of figures and fingerprints."""

from __future__ import annotations

import itertools

import numpy as np
import pandas as pd

from kampung_analysis import figures

WEEKS = pd.date_range("2020-03-02", periods=30, freq="W-MON")
LAUNCH = "2020-05-25"
ALT = "Made-up example: a strong line or mark before grey ones, drawn to test how the figure reads."


def panel() -> pd.DataFrame:
    """Six units over thirty weeks, smooth and without chance."""
    names = ["Jawa Timur", "Jawa Tengah", "DKI Jakarta", "Bali", "Lampung", "Papua"]
    rows = [
        (week, name, 4 + 3 * np.sin(t / 5 + k) + 0.2 * t * (k + 1) / 3)
        for k, name in enumerate(names)
        for t, week in enumerate(WEEKS)
    ]
    return pd.DataFrame(rows, columns=["week", "province", "cases"])


def text(title: str, **more) -> dict:
    """Title, subtitle, source and alternative text of an example."""
    words = {
        "title": title,
        "subtitle": "New cases per 100,000 a week",
        "source": ["a made-up source, 2020"],
        "alt": ALT,
    }
    return words | more


def lines(**options):
    frame = panel()
    own = frame[frame["province"] == "Jawa Timur"]
    band = pd.DataFrame({"week": own["week"], "low": own["cases"] - 1, "high": own["cases"] + 1})
    options = {"launch": LAUNCH, "named": ["DKI Jakarta", "Bali"], "band": band} | options
    options = {"windows": [("2020-04-28", "2020-06-08", "PSBB Surabaya Raya")], "ylabel": "cases per 100,000"} | options
    words = text("East Java rose with the others and did not fall behind them after the launch")
    return figures.draw_lines(frame, y="cases", unit="province", treated="Jawa Timur", **(words | options))


def gap(**options):
    t = np.arange(30)
    own = pd.DataFrame({"week": WEEKS, "gap": -0.1 * np.maximum(t - 11, 0) + 0.3 * np.sin(t), "half": 0.2 + 0.03 * t})
    own = own.assign(low=own["gap"] - own["half"], high=own["gap"] + own["half"])
    clouds = [
        pd.DataFrame({"week": WEEKS, "gap": 0.06 * (k - 12) * np.sin(t / 6 + k), "unit": f"u{k}"}) for k in range(25)
    ]
    words = text("The gap lies inside the cloud of placebos", language="en") | options
    ylabel = "East Java minus synthetic"
    return figures.draw_gap(
        own, low="low", high="high", placebos=pd.concat(clouds), launch=LAUNCH, ylabel=ylabel, **words
    )


def counterfactual(**options):
    t = np.arange(30)
    fitted = 3 + 0.4 * t
    frame = pd.DataFrame(
        {"week": WEEKS, "observed": fitted + np.cos(t) - 0.25 * np.maximum(t - 12, 0), "fitted": fitted}
    )
    frame = frame.assign(low=frame["fitted"] - 1 - 0.05 * t, high=frame["fitted"] + 1 + 0.05 * t)
    words = text("Fewer cases than the model expects without the programme") | options
    return figures.draw_counterfactual(frame, low="low", high="high", launch=LAUNCH, ylabel="cases", **words)


def small_multiples(**options):
    words = text("Six provinces, one scale") | options
    chosen = {"treated": "Jawa Timur", "launch": LAUNCH, "columns": 3, "ylabel": "cases per 100,000"}
    return figures.draw_small_multiples(panel(), y="cases", unit="province", **chosen, **words)


def forest(**options):
    frame = pd.DataFrame(
        [
            ("Levels, clean window", -1.3, -2.9, 0.4, "Synthetic control"),
            ("Logs, clean window", 0.6, 0.1, 1.1, "Synthetic control"),
            ("Long window", -0.2, -np.inf, 1.9, "Synthetic control"),
            ("Level change", -0.7, -1.5, 0.1, "Interrupted series"),
            ("Slope change", 0.15, np.nan, np.nan, "Interrupted series"),
        ],
        columns=["label", "value", "low", "high", "design"],
    )
    words = text("The sign depends on the scale", subtitle="Mean weekly gap after the launch") | options
    chosen = {"group": "design", "highlight": ["Levels, clean window"], "worth": -1.0, "xlabel": "per 100,000 a week"}
    return figures.draw_forest(frame, **chosen, **words)


def ratios():
    frame = pd.DataFrame(
        {"label": ["Malang", "Kota Probolinggo", "Bondowoso"], "value": [0.5, 1.02, 1.4], "low": [0.33, 0.9, 1.0]}
    ).assign(high=[0.75, 1.16, 2.1])
    words = text("Crime halved in one place and rose in others", subtitle="Rate ratio 2020 to 2019")
    return figures.draw_forest(frame, log=True, worth=0.8, xlabel="rate ratio", **words)


def spec_curve(**options):
    grid = itertools.product(["levels", "logs"], ["2021-03", "2020-09"], ["clean", "long"], ["all", "no metropoles"])
    rows = [(*choice, lag) for choice, lag in itertools.product(list(grid), [0, 1, 2, 3])]
    frame = pd.DataFrame(rows, columns=["scale", "vintage", "window", "donors", "lag_weeks"])
    t = np.arange(len(frame))
    frame = frame.assign(value=np.where(frame["scale"] == "logs", 0.6, -0.9) + np.sin(t) * 0.5, low=-0.8, high=0.8)
    frame = frame.assign(preferred=t == 5)
    words = text("Half of the specifications point each way", subtitle="Mean weekly gap") | options
    chosen = {"low": "low", "high": "high", "preferred": "preferred", "ylabel": "gap"}
    return figures.draw_spec_curve(
        frame, choices=["scale", "vintage", "window", "donors", "lag_weeks"], **chosen, **words
    )


def verdicts(**options):
    frame = pd.DataFrame(
        [
            ("C01 Cases fell", "Synthetic control", "inconclusive"),
            ("C01 Cases fell", "Interrupted series", "cannot tell"),
            ("C02 Crime halved", "Rate ratio", "ruled out"),
            ("C03 First in Malang", "Count", "supported"),
            ("C04 Deaths fell", "Synthetic control", "ruled out"),
        ],
        columns=["claim", "design", "verdict"],
    )
    words = text("Most claims cannot be told", subtitle="Claims by design", source="own calculation, 2020") | options
    return figures.draw_verdicts(frame, **words)


def matrix(**options):
    stages = ["scanning", "analysis", "response", "assessment"]
    values = np.array([[3, 1, 12, 0], [0, 2, 7, 0], [1, 0, 25, 0], [0, 0, 4, 1], [2, 0, 5, 0]])
    rows = pd.Index(["government", "community", "academia", "business", "media"], name="actor")
    words = text("Nobody assesses", subtitle="Coded facts by stage and actor") | options
    frame = pd.DataFrame(values, index=rows, columns=stages)
    return figures.draw_matrix(frame, highlight=["assessment"], totals=True, xlabel="stage", ylabel="actor", **words)


def funnel(**options):
    rows = [("All districts and cities", 514, "places"), ("With an innovation", 175, "places")]
    rows += [("Innovations sent in", 248, "innovations"), ("On the epidemic", 183, "innovations")]
    rows += [("From local government alone", 60, "innovations"), ("Best of all", 30, "innovations")]
    frame = pd.DataFrame(rows, columns=["stage", "count", "unit"])
    words = text("Half-way the award changes what it counts", subtitle="Places, then innovations") | options
    return figures.draw_funnel(frame, highlight=["Best of all"], **words)


def timeline(**options):
    rows = [("2020-04-18", None, "University-led pilots in Malang"), ("2020-04-28", "2020-06-08", "PSBB Surabaya Raya")]
    rows += [("2020-05-17", "2020-05-30", "PSBB Malang Raya"), ("2020-05-24", None, "Eid")]
    rows += [("2020-05-25", "2020-05-29", "First police sites"), ("2020-07-09", None, "National inauguration (KTN)")]
    rows += [("2020-07-14", None, "Case definitions change"), ("2021-01-11", None, "PPKM")]
    frame = pd.DataFrame(rows, columns=["date", "until", "label"])
    words = text("Little happens to the programme alone", subtitle="Events in 2020 and 2021") | options
    return figures.draw_timeline(frame, end="until", highlight=["First police sites"], launch=LAUNCH, **words)


EXAMPLES = {
    f.__name__: f
    for f in (
        lines,
        gap,
        counterfactual,
        small_multiples,
        forest,
        ratios,
        spec_curve,
        verdicts,
        matrix,
        funnel,
        timeline,
    )
}
