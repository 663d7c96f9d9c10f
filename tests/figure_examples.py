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


def bounds(**options):
    frame = pd.DataFrame({"label": ["Of villages", "Of neighbourhoods"], "low": [0.02, 0.3], "high": [0.18, 0.9]})
    words = text("A count bounds a share and no more", subtitle="Least and largest share") | options
    chosen = {"highlight": ["Of villages"], "mark": 0.9, "marked": "claimed", "percent": True, "limits": (0, 1)}
    return figures.draw_bounds(frame, **chosen, **words)


def counts(**options):
    rows = [("2020-05-20", "2020-05-20", 100, "target", "100 planned"), ("2020-06-11", "2020-06-19", 900, "stock", "")]
    rows += [("2020-06-25", "2020-06-25", 700, "stock", "700"), ("2021-02-01", "2021-02-01", 950, "launch", "950")]
    frame = pd.DataFrame(rows, columns=["date_from", "date_to", "count", "kind", "text"])
    frame = frame.assign(date_from=pd.to_datetime(frame["date_from"]), date_to=pd.to_datetime(frame["date_to"]))
    curves = pd.DataFrame({"date": WEEKS, "count": np.arange(30) * 30.0, "curve": "a"})
    words = text("The count falls where it cannot", subtitle="Sites") | options
    panels = [("2020-05-10", "2020-07-05"), ("2021-01-20", "2021-02-20")]
    return figures.draw_counts(frame, panels=panels, text="text", curves=curves, ylabel="sites", **words)


def share(**options):
    t = np.arange(30)
    frame = pd.DataFrame({"date": WEEKS, "low": np.minimum(t / 60, 0.4), "high": np.minimum(0.5 + t / 40, 1.0)})
    words = text("Between a third and all had started", subtitle="Share of districts") | options
    return figures.draw_share(frame, launch=LAUNCH, ylabel="share of districts", **words)


def tiles(**options):
    frame = pd.DataFrame({"label": ["Tulungagung", "Kota Malang", "Jember"], "tile_row": [0, 0, 1]})
    frame = frame.assign(tile_col=[0, 1, 1], value=[3.0, 8.0, np.nan], text=["3 Jun", "8 Jun", "–"])
    words = text("Two of three districts are dated", subtitle="First day seen.") | options
    return figures.draw_tiles(frame, value="value", text="text", **words)


def provinces(**options):
    square = np.array([[0, 0], [4, 0], [4, 4], [0, 4], [0, 0]])
    rings = [
        pd.DataFrame(
            {"code": code, "ring": 1, "point": range(5), "longitude": square[:, 0] + x, "latitude": square[:, 1]}
        )
        for code, x in (("11", 95), ("35", 112), ("91", 136))
    ]
    values = pd.DataFrame({"code": ["35", "11"], "value": [1, 2], "text": ["East Java\nMay", "Aceh\nJuly"]})
    words = text("From one province to two", subtitle="First dated site") | options
    return figures.draw_provinces(pd.concat(rings, ignore_index=True), values, value="value", text="text", **words)


def breaks(**options):
    frame = pd.DataFrame({"year": range(2010, 2023), "value": [40, 38, 36, 33, 14, 35, 33, 34, 30, 29, 18, 19, 52]})
    rivals = pd.DataFrame({"year": 2020, "value": [23, 24, 28], "label": ["sum of districts", "printed", "told"]})
    words = text("The line is cut where the recording changed", subtitle="Recorded crimes, thousands")
    cuts = [(2014.5, "break"), (2021.5, "new application")]
    return figures.draw_breaks(frame, rivals=rivals, breaks=cuts, marked=2020, ylabel="thousands", **words | options)


def units(**options):
    kinds = ["works", "baseline", "neither"]
    rows = [("as it may be", "works", 5), ("as it may be", "baseline", 11), ("as it may be", "neither", 17)]
    rows += [
        ("as it may also be", "works", 5),
        ("as it may also be", "baseline", 6),
        ("as it may also be", "neither", 22),
    ]
    frame = pd.DataFrame(rows, columns=["panel", "kind", "count"])
    words = text("Every square is a village", subtitle="Villages on a decree")
    return figures.draw_units(frame, kinds=kinds, highlight=["works", "baseline"], **words | options)


def logic_model(**options):
    boxes = [
        ("Inputs", "officers and residents", "documented"),
        ("Inputs", "a checklist", "missing"),
        ("Activities", "posts at the gate of the kampung", "documented"),
        ("Outcomes", "fewer cases", "claimed"),
    ]
    links = [("if the post is staffed", "claimed"), ("if cases come from outside", "missing")]
    words = text("From officers to fewer cases, with a gap", subtitle="Grey: documented.") | options
    return figures.draw_logic_model(pd.DataFrame(boxes, columns=["stage", "box", "state"]), links, **words)


def network(**options):
    nodes = pd.DataFrame({"actor": ["police", "army", "community", "media"], "places": [20, 8, 12, 0]})
    edges = pd.DataFrame({"a": ["army", "community"], "b": ["police", "police"], "together": [7, 3]})
    words = text("Police stand with everybody", subtitle="Paragraphs that name both.") | options
    return figures.draw_network(nodes, edges, **({"highlight": ["police", "army"]} | words))


def dag(**options):
    nodes = {"cases before": (1.5, 4), "programme": (1.5, 1), "cases after": (8, 1), "chance": (8, 4)}
    edges = [("cases before", "programme"), ("programme", "cases after"), ("chance", "cases before")]
    chosen = {"highlight": edges[:1], "unseen": ["chance"], "notes": {"worst first": (3, 2.5)}}
    words = text("Chance chooses the places", subtitle="Arrows are causes.") | options
    return figures.draw_dag(nodes, edges, **(chosen | words))


def event_study(**options):
    times = np.arange(-8, 6)
    frame = pd.DataFrame({"event_time": times, "att": 0.1 * np.sin(times), "low": -0.4, "high": 0.4})
    words = text("No effect outside the band", subtitle="Log points") | options
    return figures.draw_event_study(frame, band="shade: permuted starts", **words)


def scatter(**options):
    frame = pd.DataFrame({"dose": [1.0, 4, 6, 9], "growth": [0.2, -0.1, 0.3, 0.1], "name": list("ABCD")})
    words = text("More of it, and no less growth") | options
    named = {"label": "name", "named": ["A", "D"], "slope": (0.01, -0.05, 0.06), "band": "shade: 95 %"}
    return figures.draw_scatter(frame, x="dose", y="growth", **named, **words)


def certainty(**options):
    frame = pd.DataFrame({"label": ["18 May", "25 May"], "surely": [1, 7], "surely not": [5, 0], "unknown": [4, 3]})
    words = text("No certain comparison is left after a week") | options
    return figures.draw_certainty(frame, parts=["surely", "surely not", "unknown"], **words)


def curves(**options):
    frame = pd.DataFrame({"n": [10, 20, 40] * 2, "mde": [0.9, 0.6, 0.4, 2, 1.5, 1], "name": ["a"] * 3 + ["b"] * 3})
    frame = frame.assign(low=frame["mde"] * 0.9, high=frame["mde"] * 1.1)
    words = text("More units see smaller effects") | options
    more = {"low": "low", "high": "high", "mark": 1.0, "marked": "all cases", "percent": True}
    return figures.draw_curves(frame, x="n", y="mde", curve="name", **more, **words)


def alarms(**options):
    frame = pd.DataFrame({"label": ["lot", "worst first", "one"], "false": [0.05, 0.9, np.nan]})
    words = text("Only the lot keeps its word") | options
    return figures.draw_alarms(frame.assign(power=[0.8, 1.0, np.nan], power_low=[0.7, 0.9, np.nan]), **words)


def speed(**options):
    sizes = np.array([2e5, 2e6, 8.6e6])
    costs = {"ours": 2e-8, "one": 1.5e-6, "other": 4e-5, "ours, from a file": 4e-8}
    rows = [(n, name, per * n, 80 + 50 * per * n**0.9) for name, per in costs.items() for n in sizes if per * n < 90]
    frame = pd.DataFrame(
        [*rows, (1.2e8, "ours, from a file", 5, 350)], columns=["rows", "library", "seconds", "peak_mb"]
    )
    return figures.draw_speed(frame, **(text("Ours stays under a second where others take a minute") | options))


def times(**options):
    frame = pd.DataFrame({"task": ["weights"] * 2 + ["placebos"] * 2, "package": ["kampung-analysis", "peer"] * 2})
    words = text("Four and twenty times faster than the peer") | options
    return figures.draw_times(frame.assign(median_s=[0.06, 0.27, 0.07, 1.4]), **words)


EXAMPLES = {
    f.__name__: f
    for f in (
        alarms,
        certainty,
        curves,
        event_study,
        scatter,
        speed,
        times,
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
        bounds,
        counts,
        share,
        tiles,
        provinces,
        logic_model,
        network,
        dag,
        breaks,
        units,
    )
}
