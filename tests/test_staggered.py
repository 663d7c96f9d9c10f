"""Group-time effects equal the R package did, merge exactly, travel in files and say what they mean."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest

from kampung_analysis.staggered import CohortMoments, att_gt, critical_value, moments_from, moments_of

MPDTA = {"unit": "countyreal", "time": "year", "outcome": "lemp", "adopted": "first.treat"}
PANEL = {"unit": "unit", "time": "t", "outcome": "y", "adopted": "g"}


def panel(starts=(0, 3, 4, 6), units=120, periods=8, seed=1) -> pd.DataFrame:
    """Random walks with unit levels, cohorts drawn at random."""
    rng = np.random.default_rng(seed)
    y = rng.standard_normal((units, periods)).cumsum(axis=1) + rng.standard_normal((units, 1))
    return pd.DataFrame(
        {
            "unit": np.repeat(np.arange(units), periods),
            "t": np.tile(np.arange(1, periods + 1), units),
            "y": y.ravel(),
            "g": np.repeat(rng.choice(starts, units), periods),
        }
    )


def same(one: CohortMoments, other: CohortMoments) -> None:
    np.testing.assert_array_equal(one.ticks, other.ticks)
    np.testing.assert_array_equal(one.cohorts, other.cohorts)
    np.testing.assert_array_equal(one.n, other.n)
    np.testing.assert_allclose(one.mean, other.mean, rtol=0, atol=1e-12 * np.abs(one.mean).max())
    np.testing.assert_allclose(one.cross, other.cross, rtol=0, atol=1e-12 * np.abs(one.cross).max())


@pytest.fixture(scope="session")
def employment(shared):
    """Teen employment in 500 counties, as the R package did ships it, and its published effects."""
    folder = shared / "reference"
    tables = (pd.read_csv(folder / f"mpdta{name}.csv") for name in ("", "_attgt_never", "_aggte_never"))
    return tuple(tables)


def test_every_group_time_effect_and_its_error_equal_did(employment):
    data, published, _ = employment
    frame = att_gt(moments_from(data, **MPDTA)).to_frame()
    assert frame.columns.tolist() == ["cohort", "time", "att", "se", "low", "high"]
    assert frame[["cohort", "time"]].to_numpy().tolist() == published[["group", "t"]].to_numpy().tolist()
    assert np.abs(frame[["att", "se"]].to_numpy() - published[["att", "se"]].to_numpy()).max() < 1e-10


def test_the_simple_average_and_its_error_equal_did(employment):
    data, _, published = employment
    overall = att_gt(moments_from(data, **MPDTA)).aggregate("simple").overall
    expected = published.query("type == 'simple'").iloc[0]
    assert abs(overall.value - expected["overall_att"]) < 1e-10
    assert abs(overall.se - expected["overall_se"]) < 1e-10


def test_the_event_study_its_overall_effect_and_errors_equal_did(employment):
    data, _, published = employment
    result = att_gt(moments_from(data, **MPDTA)).aggregate("dynamic")
    expected = published.query("type == 'dynamic'")
    frame = result.to_frame()
    assert frame["event_time"].tolist() == expected["egt"].tolist()
    assert np.abs(frame[["att", "se"]].to_numpy() - expected[["att_egt", "se_egt"]].to_numpy()).max() < 1e-10
    assert abs(result.overall.value - expected["overall_att"].iloc[0]) < 1e-10
    assert abs(result.overall.se - expected["overall_se"].iloc[0]) < 1e-10


class Rows:
    """The same estimators from unit rows: one influence value per unit and effect, as the paper defines them."""

    def __init__(self, frame, control, base, anticipation):
        wide = frame.pivot(index="unit", columns="t", values="y")
        g = frame.groupby("unit")["g"].first().astype(float)
        last = wide.columns.max()
        g[(g == 0) | (g > last + anticipation)] = np.inf
        keep = g > wide.columns.min() + anticipation
        wide, g = wide[keep], g[keep]
        latest = np.inf
        if not np.isinf(g).any():
            latest = g.max()
            wide = wide.loc[:, wide.columns < latest - anticipation]
        self.g, self.cells, self.att, self.influence = g.to_numpy(), [], [], []
        times, n = wide.columns.tolist(), len(wide)
        for cohort in sorted(set(self.g) - {np.inf, latest}):
            for t in times if base == "universal" else times[1:]:
                reference = cohort - 1 - anticipation if base == "universal" or cohort <= t else t - 1
                treated = self.g == cohort
                others = np.isinf(self.g)
                if control == "not_yet":
                    others = (self.g > max(t, reference) + anticipation) & ~treated
                change = (wide[t] - wide[reference]).to_numpy()
                one, zero = change[treated].mean(), change[others].mean()
                share, rest = treated.mean(), others.mean()
                self.cells.append((cohort, t))
                self.att.append(one - zero)
                self.influence.append(treated * (change - one) / share - others * (change - zero) / rest)
        self.att, self.influence, self.n = np.array(self.att), np.array(self.influence), n

    def error(self, influence) -> float:
        return float(np.sqrt(np.mean(influence**2) / self.n))

    def average(self, chosen):
        """Weighted by estimated cohort shares; the influence of the shares by the quotient rule."""
        shares = np.array([np.mean(self.g == self.cells[k][0]) for k in chosen])
        value = shares @ self.att[chosen] / shares.sum()
        influence = shares @ self.influence[chosen] / shares.sum()
        for k in chosen:
            member = (self.g == self.cells[k][0]) - np.mean(self.g == self.cells[k][0])
            influence = influence + member * (self.att[k] - value) / shares.sum()
        return value, influence

    def aggregate(self, kind):
        post = [k for k, (c, t) in enumerate(self.cells) if c <= t]
        if kind == "simple":
            value, influence = self.average(post)
            return [value], [self.error(influence)], value, self.error(influence)
        key = {"dynamic": lambda c, t: t - c, "group": lambda c, t: c, "calendar": lambda c, t: t}[kind]
        used = range(len(self.cells)) if kind == "dynamic" else post
        labels = sorted({key(*self.cells[k]) for k in used})
        rows = [[k for k in used if key(*self.cells[k]) == label] for label in labels]
        if kind == "group":
            found = [(self.att[row].mean(), self.influence[row].mean(axis=0)) for row in rows]
            shares = np.array([np.mean(self.g == label) for label in labels])
            values = np.array([v for v, _ in found])
            overall = shares @ values / shares.sum()
            influence = sum(s * i for s, (_, i) in zip(shares, found, strict=True)) / shares.sum()
            for label, value, share in zip(labels, values, shares, strict=True):
                influence = influence + ((self.g == label) - share) * (value - overall) / shares.sum()
        else:
            found = [self.average(row) for row in rows]
            after = [k for k, label in enumerate(labels) if kind == "calendar" or label >= 0]
            overall = np.mean([found[k][0] for k in after])
            influence = np.mean([found[k][1] for k in after], axis=0)
        return [v for v, _ in found], [self.error(i) for _, i in found], overall, self.error(influence)


DESIGNS = [
    (starts, control, base, anticipation)
    for starts in ((0, 3, 4, 6), (0, 1, 2, 5), (0, 3, 9, 10), (3, 5, 7))
    for control in ("never", "not_yet")
    for base in ("varying", "universal")
    for anticipation in (0, 1)
    if control == "not_yet" or 0 in starts
]


@pytest.mark.parametrize(("starts", "control", "base", "anticipation"), DESIGNS)
def test_moments_and_unit_rows_agree_on_every_effect_error_and_average(starts, control, base, anticipation):
    frame = panel(starts)
    rows = Rows(frame, control, base, anticipation)
    result = att_gt(moments_from(frame, **PANEL), control=control, base=base, anticipation=anticipation)
    known = result.to_frame()[result.cells.known]
    assert list(zip(known["cohort"], known["time"], strict=True)) == rows.cells
    np.testing.assert_allclose(known["att"], rows.att, rtol=0, atol=1e-12)
    np.testing.assert_allclose(known["se"].fillna(0), [rows.error(i) for i in rows.influence], rtol=0, atol=1e-12)
    for kind in ("simple", "dynamic", "group", "calendar"):
        found, expected = result.aggregate(kind), rows.aggregate(kind)
        np.testing.assert_allclose(found.att, expected[0], rtol=0, atol=1e-12)
        np.testing.assert_allclose(np.nan_to_num(found.se), expected[1], rtol=0, atol=1e-12)
        assert abs(found.overall.value - expected[2]) < 1e-12
        assert abs(found.overall.se - expected[3]) < 1e-12


def test_an_effect_put_into_the_panel_comes_out():
    frame = panel(units=4000)
    exposed = (frame["g"] > 0) & (frame["t"] >= frame["g"])
    frame["y"] += exposed * (frame["t"] - frame["g"] + 1) * 0.5
    found = att_gt(moments_from(frame, **PANEL)).aggregate("dynamic").to_frame(simultaneous=True)
    truth = 0.5 * np.maximum(found["event_time"] + 1, 0)
    assert ((found["low"] < truth) & (truth < found["high"])).all()
    assert found["se"].max() < 0.15


def test_intervals_and_bands_cover_at_their_level():
    rng, cohorts = np.random.default_rng(20200525), np.repeat([0, 4, 6], 60)
    inside, together = [], []
    for _ in range(300):
        y = rng.standard_normal((180, 8)).cumsum(axis=1)
        result = att_gt(moments_of(y, cohorts, np.arange(1, 9)))
        dynamic = result.aggregate("dynamic")
        inside.append(dynamic.overall.low < 0 < dynamic.overall.high)
        band = dynamic.to_frame(simultaneous=True)
        together.append(((band["low"] < 0) & (band["high"] > 0)).all())
    # three binomial standard errors of 300 draws about 0.95, widened downwards by what 60 units cost a normal interval
    assert 0.90 <= np.mean(inside) <= 0.99
    assert 0.89 <= np.mean(together) <= 0.99


def test_min_and_max_event_time_restrict_rows_and_overall_effect():
    result = att_gt(moments_from(panel(), **PANEL))
    whole, part = result.aggregate("dynamic"), result.aggregate("dynamic", min_e=-1, max_e=2)
    assert part.to_frame()["event_time"].tolist() == [-1, 0, 1, 2]
    kept = whole.to_frame().query("0 <= event_time <= 2")
    assert part.overall.value == pytest.approx(kept["att"].mean(), abs=1e-14)


def test_balancing_keeps_cohorts_observed_long_enough():
    result = att_gt(moments_from(panel(), **PANEL))
    balanced = result.aggregate("dynamic", balance=4).to_frame()
    cells = result.to_frame().query("cohort in (3, 4)")
    sizes = result.moments.to_frame().set_index("cohort")["units"]
    at_zero = cells[cells["time"] == cells["cohort"]]
    expected = np.average(at_zero["att"], weights=sizes.loc[at_zero["cohort"]])
    assert balanced["event_time"].max() == 4
    assert balanced.set_index("event_time").loc[0, "att"] == pytest.approx(expected, abs=1e-14)


def test_the_base_period_of_a_universal_base_is_zero_without_error():
    frame = att_gt(moments_from(panel(), **PANEL), base="universal").to_frame()
    base = frame[frame["time"] == frame["cohort"] - 1]
    assert (base["att"] == 0).all() and base["se"].isna().all()


def test_bands_contain_intervals_and_repeat_exactly():
    result = att_gt(moments_from(panel(), **PANEL))
    for source in (result, result.aggregate("dynamic")):
        alone, together = source.to_frame(), source.to_frame(simultaneous=True)
        assert (together["low"] < alone["low"]).all() and (together["high"] > alone["high"]).all()
        pd.testing.assert_frame_equal(together, source.to_frame(simultaneous=True))
    other = result.aggregate("dynamic").to_frame(simultaneous=True, rng=np.random.default_rng(5))
    assert not other["low"].equals(result.aggregate("dynamic").to_frame(simultaneous=True)["low"])


@pytest.mark.parametrize("rows", [1, 5, 40])
def test_the_critical_value_of_independent_rows_is_sidaks(rows):
    from scipy.stats import norm

    exact = norm.ppf(0.5 + 0.5 * 0.95 ** (1 / rows))
    # two standard deviations of a quantile from 10,000 draws are near 0.05 here
    assert critical_value(np.eye(rows)) == pytest.approx(exact, abs=0.05)


def test_the_critical_value_of_identical_rows_is_the_pointwise_one():
    assert critical_value(np.ones((6, 6))) == pytest.approx(1.96, abs=0.05)


@pytest.mark.parametrize("parts", [2, 5])
def test_parts_of_a_panel_merge_to_the_whole(parts):
    frame = panel()
    split = [moments_from(frame[frame["unit"] % parts == k], **PANEL) for k in range(parts)]
    merged = split[0]
    for part in split[1:]:
        merged = merged + part
    same(merged, moments_from(frame, **PANEL))


def test_merging_leaves_both_parts_as_they_were():
    one, other = moments_from(panel(seed=1), **PANEL), moments_from(panel(seed=2), **PANEL)
    before = one.cross.copy(), other.cross.copy()
    one + other
    np.testing.assert_array_equal(one.cross, before[0])
    np.testing.assert_array_equal(other.cross, before[1])


@pytest.mark.parametrize("resolution", ["s", "ms", "ns"])
def test_parts_dated_in_another_resolution_merge(resolution):
    frame = panel().query("unit < 60")
    monday = pd.Timestamp("2020-05-04")
    frame = frame.assign(
        t=monday + pd.to_timedelta(7 * frame["t"], "D"),
        g=(monday + pd.to_timedelta(7 * frame["g"], "D")).where(frame["g"] > 0),
    )
    other = frame.assign(
        unit=frame["unit"] + 60, t=frame["t"].dt.as_unit(resolution), g=frame["g"].dt.as_unit(resolution)
    )
    merged = moments_from(frame, **PANEL) + moments_from(other, **PANEL)
    assert merged.units == 120
    assert merged.times[0] == pd.Timestamp("2020-05-11")
    assert (merged.n == 2 * moments_from(frame, **PANEL).n).all()


def test_printed_dates_are_days():
    frame = panel()
    monday = pd.Timestamp("2020-05-04")
    frame["g"] = (monday + pd.to_timedelta(7 * frame["g"], "D")).where(frame["g"] > 0)
    frame["t"] = monday + pd.to_timedelta(7 * frame["t"], "D")
    text = str(att_gt(moments_from(frame, **PANEL)).aggregate("group"))
    assert "cohort 2020-05-25:" in text and "00:00" not in text


def test_parts_with_other_periods_do_not_merge():
    with pytest.raises(ValueError, match="8 periods from 1 to 8, the other 7 periods from 1 to 7"):
        moments_from(panel(), **PANEL) + moments_from(panel(periods=7), **PANEL)


@pytest.mark.parametrize("suffix", [".json", ".parquet"])
@pytest.mark.parametrize("dated", [False, True])
def test_moments_return_from_a_file_to_the_last_bit(tmp_path, suffix, dated):
    frame = panel()
    if dated:
        monday = pd.Timestamp("2020-05-04", tz="Asia/Jakarta") - pd.Timedelta(days=7)
        frame["g"] = (monday + pd.to_timedelta(7 * frame["g"], "D")).where(frame["g"] > 0)
        frame["t"] = monday + pd.to_timedelta(7 * frame["t"], "D")
    moments = moments_from(frame, **PANEL)
    with pytest.warns(UserWarning, match="It holds no unit's own row"):
        moments.save(tmp_path / f"moments{suffix}")
    loaded = CohortMoments.load(tmp_path / f"moments{suffix}")
    for name in ("ticks", "cohorts", "n", "mean", "cross"):
        np.testing.assert_array_equal(getattr(loaded, name), getattr(moments, name))
    assert loaded.clock == moments.clock
    pd.testing.assert_frame_equal(att_gt(loaded).to_frame(), att_gt(moments).to_frame())


def test_a_file_of_moments_says_what_it_discloses(tmp_path):
    with pytest.warns(UserWarning):
        moments_from(panel(), **PANEL).save(tmp_path / "moments.json")
    assert "partly reconstructed" in json.loads((tmp_path / "moments.json").read_text())["notice"]


def test_a_cohort_below_the_minimum_is_not_saved(tmp_path):
    frame = panel((0, 3, 4), units=90)
    frame.loc[frame["unit"] == 0, "g"] = 7
    moments = moments_from(frame, **PANEL)
    with pytest.raises(ValueError, match=r"minimum of 3 units.*7 \(1 units\)"):
        moments.save(tmp_path / "moments.json")
    assert not (tmp_path / "moments.json").exists()
    with pytest.warns(UserWarning, match="smallest cohort has 1"):
        moments.save(tmp_path / "moments.json", minimum=1)


def test_another_suffix_and_another_file_are_refused(tmp_path):
    with pytest.raises(ValueError, match="end the name in .json or .parquet"):
        moments_from(panel(), **PANEL).save(tmp_path / "moments.xlsx")
    (tmp_path / "other.json").write_text("[1, 2]")
    with pytest.raises(ValueError, match="holds no cohort moments"):
        CohortMoments.load(tmp_path / "other.json")


def test_a_damaged_file_is_refused(tmp_path):
    with pytest.warns(UserWarning):
        moments_from(panel(), **PANEL).save(tmp_path / "moments.json")
    content = json.loads((tmp_path / "moments.json").read_text())
    content["cohorts"][0]["mean"].pop()
    (tmp_path / "moments.json").write_text(json.dumps(content))
    with pytest.raises(ValueError, match="contradicts 8 periods"):
        CohortMoments.load(tmp_path / "moments.json")


def test_a_matrix_and_its_long_table_give_the_same_moments():
    frame = panel()
    wide = frame.pivot(index="unit", columns="t", values="y")
    same(moments_of(wide, frame.groupby("unit")["g"].first(), wide.columns), moments_from(frame, **PANEL))


def test_input_is_left_as_it_was():
    frame = panel()
    before = frame.copy()
    att_gt(moments_from(frame, **PANEL))
    pd.testing.assert_frame_equal(frame, before)
    matrix = np.arange(12.0).reshape(4, 3)
    moments_of(matrix, [0, 0, 0, 0], [1, 2, 3])
    np.testing.assert_array_equal(matrix, np.arange(12.0).reshape(4, 3))


@pytest.mark.parametrize("kind", ["simple", "dynamic", "group", "calendar"])
def test_printed_results_name_the_estimand_and_the_units(kind):
    result = att_gt(moments_from(panel(), **PANEL), control="not_yet")
    text = str(result.aggregate(kind))
    assert "average effect" in text.lower() and "120 units in 8 periods" in text and "95% interval" in text
    assert "Controls: units not yet treated by then" in text
    assert "units not yet treated by then" in str(result)
    assert "units not yet treated by then" in result.aggregate(kind).overall.estimand


def test_cohorts_are_counted_with_how_they_are_seen():
    frame = moments_from(panel((0, 1, 4, 99)), **PANEL).to_frame()
    assert frame["seen"].tolist() == [
        "treated from the first period",
        "adopts within the window",
        "adopts after the window",
        "never treated",
    ]
    assert frame["units"].sum() == 120


def test_more_effects_than_memory_holds_are_refused_with_a_way_out():
    periods = 130
    cohorts = np.repeat(np.arange(0, 60), 3)
    y = np.random.default_rng(1).standard_normal((180, periods))
    result = att_gt(moments_of(y, cohorts, np.arange(1, periods + 1)), control="not_yet")
    with pytest.raises(ValueError, match="aggregate them first"):
        result.to_frame(simultaneous=True)
    assert np.isfinite(result.aggregate("dynamic").to_frame()["se"]).all()
