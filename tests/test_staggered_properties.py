"""What theory demands of group-time effects when the same panel is written, scaled, cut or copied differently."""

from __future__ import annotations

import numpy as np
import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st

from kampung_analysis.staggered import att_gt, moments_from

PANEL = {"unit": "unit", "time": "t", "outcome": "y", "adopted": "g"}
EXAMPLES = settings(max_examples=25, deadline=None, derandomize=True)


@st.composite
def panels(draw) -> pd.DataFrame:
    """Balanced panels of 12 to 60 units in 3 to 9 periods, at least two units never treated and two adopting."""
    periods, units = draw(st.integers(3, 9)), draw(st.integers(12, 60))
    starts = draw(st.lists(st.integers(2, periods), min_size=1, max_size=3, unique=True))
    g = np.resize([0, *starts], units)
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    y = rng.standard_normal((units, periods)).cumsum(axis=1) + rng.normal(0, 3, (units, 1))
    return pd.DataFrame(
        {
            "unit": np.repeat(np.arange(units), periods),
            "t": np.tile(np.arange(1, periods + 1), units),
            "y": y.ravel(),
            "g": np.repeat(g, periods),
        }
    )


OPTIONS = st.fixed_dictionaries(
    {"control": st.sampled_from(["never", "not_yet"]), "base": st.sampled_from(["varying", "universal"])}
)
KINDS = ("simple", "dynamic", "group", "calendar")


def numbers(moments, options) -> tuple[np.ndarray, np.ndarray]:
    """All effects and all standard errors: cells, averages and overall effects."""
    result = att_gt(moments, **options)
    found = [result, *(result.aggregate(kind) for kind in KINDS)]
    overall = [part.overall for part in found[1:]]
    att = np.concatenate([*(part.att for part in found), [part.value for part in overall]])
    return att, np.concatenate([*(part.se for part in found), [part.se for part in overall]])


def agree(one, other, scale=1.0) -> None:
    for left, right in zip(one, other, strict=True):
        np.testing.assert_allclose(left, right, rtol=1e-9, atol=1e-11 * scale)


@EXAMPLES
@given(panels(), OPTIONS, st.randoms(use_true_random=False))
def test_the_order_of_rows_does_not_matter(frame, options, random):
    order = list(range(len(frame)))
    random.shuffle(order)
    agree(numbers(moments_from(frame.iloc[order], **PANEL), options), numbers(moments_from(frame, **PANEL), options))


@EXAMPLES
@given(panels(), OPTIONS, st.randoms(use_true_random=False))
def test_the_names_of_units_do_not_matter(frame, options, random):
    names = [f"desa {k:04d}" for k in range(frame["unit"].nunique())]
    random.shuffle(names)
    renamed = frame.assign(unit=np.array(names)[frame["unit"]])
    agree(numbers(moments_from(renamed, **PANEL), options), numbers(moments_from(frame, **PANEL), options))


@EXAMPLES
@given(panels(), OPTIONS, st.integers(0, 3000))
def test_a_shift_of_the_calendar_moves_labels_only(frame, options, years):
    moved = frame.assign(t=frame["t"] + years, g=np.where(frame["g"] > 0, frame["g"] + years, 0))
    agree(numbers(moments_from(moved, **PANEL), options), numbers(moments_from(frame, **PANEL), options))
    shifted = att_gt(moments_from(moved, **PANEL), **options)
    assert (
        shifted.to_frame()["time"].min()
        == att_gt(moments_from(frame, **PANEL), **options).to_frame()["time"].min() + years
    )


@EXAMPLES
@given(panels(), OPTIONS, st.floats(0.01, 1000), st.sampled_from([-1, 1]))
def test_effects_and_errors_scale_with_the_outcome(frame, options, factor, sign):
    att, se = numbers(moments_from(frame, **PANEL), options)
    scaled = frame.assign(y=frame["y"] * factor * sign)
    agree(numbers(moments_from(scaled, **PANEL), options), (att * factor * sign, se * factor), factor)


@EXAMPLES
@given(panels(), OPTIONS, st.floats(-100, 100), st.integers(0, 2**32 - 1))
def test_levels_of_units_and_shocks_common_to_all_drop_out(frame, options, level, seed):
    rng = np.random.default_rng(seed)
    own = rng.normal(0, 5, frame["unit"].nunique())[frame["unit"]]
    common = rng.normal(0, 5, frame["t"].nunique())[frame["t"] - 1]
    moved = frame.assign(y=frame["y"] + level + own + common)
    agree(numbers(moments_from(moved, **PANEL), options), numbers(moments_from(frame, **PANEL), options), 100)


@EXAMPLES
@given(panels(), OPTIONS, st.integers(2, 6))
def test_a_panel_in_parts_merges_to_the_whole_in_any_order(frame, options, parts):
    split = [moments_from(frame[frame["unit"] % parts == k], **PANEL) for k in range(parts)]
    forth, back = split[0], split[-1]
    for k in range(1, parts):
        forth, back = forth + split[k], back + split[-1 - k]
    whole = numbers(moments_from(frame, **PANEL), options)
    agree(numbers(forth, options), whole)
    agree(numbers(back, options), whole)


@EXAMPLES
@given(panels(), OPTIONS, st.integers(2, 4))
def test_copies_of_all_units_keep_effects_and_shrink_errors_by_the_root(frame, options, copies):
    size = frame["unit"].max() + 1
    many = pd.concat([frame.assign(unit=frame["unit"] + k * size) for k in range(copies)])
    att, se = numbers(moments_from(frame, **PANEL), options)
    agree(numbers(moments_from(many, **PANEL), options), (att, se / np.sqrt(copies)))


@EXAMPLES
@given(panels(), st.floats(-5, 5))
def test_an_effect_from_adoption_on_is_found_where_it_was_put_and_nowhere_else(frame, effect):
    treated = (frame["g"] > 0) & (frame["t"] >= frame["g"])
    plain = att_gt(moments_from(frame, **PANEL)).to_frame()
    found = att_gt(moments_from(frame.assign(y=frame["y"] + effect * treated), **PANEL)).to_frame()
    expected = effect * (plain["time"] >= plain["cohort"])
    np.testing.assert_allclose(found["att"] - plain["att"], expected, rtol=0, atol=1e-11)
    np.testing.assert_allclose(found["se"], plain["se"], rtol=1e-9)


@EXAMPLES
@given(panels())
def test_both_base_periods_agree_after_adoption(frame):
    moments = moments_from(frame, **PANEL)
    varying, universal = att_gt(moments).to_frame(), att_gt(moments, base="universal").to_frame()
    after = varying.query("time >= cohort"), universal.query("time >= cohort")
    np.testing.assert_array_equal(after[0].to_numpy(), after[1].to_numpy())


@EXAMPLES
@given(panels())
def test_one_cohort_makes_both_controls_equal(frame):
    one = frame[frame["g"].isin([0, frame["g"].max()])]
    moments = moments_from(one, **PANEL)
    agree(numbers(moments, {"control": "never"}), numbers(moments, {"control": "not_yet"}))
