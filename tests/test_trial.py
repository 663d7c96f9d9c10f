"""Trial: closed forms against simulation, and designs that cannot reject."""

import math

import numpy as np
import pandas as pd
import pytest
import statsmodels.formula.api as smf
from scipy import stats
from statsmodels.stats.power import NormalIndPower

from kampung_analysis import simulation, trial, trial_starts


@pytest.fixture
def process():
    return simulation.Process(np.full(20, math.log(2e-4)), sd_unit=0.5, sd_noise=0.3, autocorrelation=0.5)


def difference(rates, cohorts):
    """Difference in differences of the first wave against those who never start, by unit means."""
    start = int(np.nanmin(cohorts))
    change = rates[:, start:].mean(1) - rates[:, :start].mean(1)
    treated = cohorts == start
    a, b = change[treated], change[np.isnan(cohorts)]
    return a.mean() - b.mean(), math.sqrt(a.var(ddof=1) / len(a) + b.var(ddof=1) / len(b))


def half_at_10(kind):
    return lambda early, rng: trial_starts.place(kind, early, starts=np.array([10]), rng=rng, never=0.5)


def study(process, kind, effect, replications=200, **kwargs):
    population = np.full(200, 50_000.0)
    return trial.power_study(
        process, population=population, placement=half_at_10(kind), estimate=difference, effect=effect,
        replications=replications, rng=np.random.default_rng(3), **kwargs,
    )  # fmt: skip


def test_the_detectable_effect_agrees_with_statsmodels():
    n, sd = 50, 2.0
    se = sd * math.sqrt(2 / n)
    peer = NormalIndPower().solve_power(nobs1=n, alpha=0.05, power=0.8) * sd
    # statsmodels adds the negligible probability of rejecting on the wrong side.
    assert trial.minimum_detectable_effect(se) == pytest.approx(peer, rel=1e-5)
    with pytest.raises(ValueError, match="standard error 0"):
        trial.minimum_detectable_effect(0)


def test_the_stepped_wedge_formula_equals_generalised_least_squares():
    clusters, steps, sc, sr = 12, 4, 0.7, 1.3
    periods = steps + 1
    order = np.repeat(np.arange(1, steps + 1), clusters // steps)
    treated = (np.arange(periods)[None, :] >= order[:, None]).astype(float)
    design = np.column_stack([np.tile(np.eye(periods), (clusters, 1)), treated.ravel()])
    block = np.linalg.inv(sr**2 * np.eye(periods) + sc**2)
    information = design.T @ np.kron(np.eye(clusters), block) @ design
    exact = math.sqrt(np.linalg.inv(information)[-1, -1])
    got = trial.stepped_wedge_se(clusters=clusters, steps=steps, sd_cluster=sc, sd_residual=sr)
    assert got == pytest.approx(exact, rel=1e-10)
    with pytest.raises(ValueError, match="38 clusters.*4 steps"):
        trial.stepped_wedge_se(clusters=38, steps=4, sd_cluster=1, sd_residual=1)


WEDGES = {
    "no cluster": ({"clusters": 0}, "clusters is 0; give a whole number from 1"),
    "half a cluster": ({"clusters": 4.5}, "clusters is 4.5; give a whole number"),
    "one step": ({"steps": 1}, "steps is 1; give a whole number from 2"),
    "a negative spread of clusters": ({"sd_cluster": -1}, "sd_cluster is -1; give a finite number from 0"),
    "a negative error": ({"sd_residual": -1}, "sd_residual is -1; give a finite number above 0"),
    "a missing error": ({"sd_residual": math.nan}, "sd_residual is nan; give a finite number above 0"),
}


@pytest.mark.parametrize("case", WEDGES)
def test_a_wedge_that_does_not_exist_is_refused_by_number(case):
    bad, words = WEDGES[case]
    with pytest.raises(ValueError, match=words):
        trial.stepped_wedge_se(**{"clusters": 12, "steps": 4, "sd_cluster": 1, "sd_residual": 1} | bad)


def test_a_process_is_recovered_from_its_own_panel():
    rng = np.random.default_rng(1)
    true = simulation.Process(np.log(1e-3) + np.linspace(0, 1, 60), sd_unit=0.6, sd_noise=0.4, autocorrelation=0.6)
    population = np.full(300, 200_000.0)
    rates, _ = simulation.draw_rates(true, population, rng)
    counts = pd.DataFrame(rng.poisson(rates).T)
    got = simulation.calibrate(counts, pd.Series(population))
    assert got.sd_unit == pytest.approx(0.6, rel=0.1)
    assert got.sd_noise == pytest.approx(0.4, rel=0.1)
    assert got.autocorrelation == pytest.approx(0.6, abs=0.06)
    assert np.exp(got.week_log_rate - true.week_log_rate).mean() == pytest.approx(1, rel=0.1)
    with pytest.raises(ValueError, match="population"):
        simulation.calibrate(counts, pd.Series([1.0, 2.0]))


@pytest.mark.parametrize("again", [0.0, 0.5, 0.8])
def test_noise_that_lasts_is_recovered_from_a_short_panel_of_few_units(again):
    true = simulation.Process(np.full(40, np.log(1e-3)), sd_unit=0.6, sd_noise=0.6, autocorrelation=again)
    rng, population, found = np.random.default_rng(7), np.full(38, 1e6), []
    for _ in range(30):
        counts = pd.DataFrame(rng.poisson(simulation.draw_rates(true, population, rng)[0]).T)
        got = simulation.calibrate(counts, pd.Series(population))
        found.append((got.sd_unit, got.sd_noise, got.autocorrelation))
    error = np.std(found, axis=0, ddof=1) / math.sqrt(30)
    assert (np.abs(np.mean(found, axis=0) - [0.6, 0.6, again]) < 4 * error + 0.01).all()
    draws = np.array([simulation._deviations(40, 4000, 0, 1, again, rng)[1].mean(0).var()])
    assert simulation.mean_variance(again, 40) == pytest.approx(draws[0], rel=0.1)


def test_worst_first_takes_the_highest_and_random_does_not_look():
    early = np.arange(100.0)
    worst = trial_starts.place("worst_first", early, starts=np.array([5, 9]), rng=np.random.default_rng(1), never=0.5)
    assert (worst[75:] == 5).all() and (worst[50:75] == 9).all() and np.isnan(worst[:50]).all()
    chance = trial_starts.place("random", early, starts=np.array([5]), rng=np.random.default_rng(1), never=0.5)
    assert abs(early[chance == 5].mean() - 49.5) < 10
    with pytest.raises(ValueError, match="'best'"):
        trial_starts.place("best", early, starts=np.array([5]), rng=np.random.default_rng(1))


def test_random_order_is_unbiased_and_covers(process):
    summary = trial.summarise_power(study(process, "random", -0.3))
    assert abs(summary.bias) < 4 * summary.bias_error
    assert abs(summary.coverage - 0.95) < 4 * math.sqrt(0.95 * 0.05 / 200)
    assert summary.rejected > 0.5 and summary.truth < 0


def test_worst_first_finds_an_effect_where_there_is_none(process):
    summary = trial.summarise_power(study(process, "worst_first", 0.0))
    assert summary.truth == 0
    assert summary.bias < -4 * summary.bias_error
    assert summary.rejected > 0.2


def test_the_number_of_threads_does_not_change_the_numbers(process):
    seen = []
    one = study(process, "random", -0.1, replications=6, workers=1, progress=seen.append)
    two = study(process, "random", -0.1, replications=6, workers=3)
    pd.testing.assert_frame_equal(one, two)
    assert seen == [1, 2, 3, 4, 5, 6]


def test_designs_and_effects_meet_the_same_epidemics(process):
    seen = lambda rates, starts: (float(rates[:, :10].sum()), 1.0)  # noqa: E731
    first = trial.Design(half_at_10("random"), seen, (0.0, -0.5))
    options = {"population": np.full(50, 50_000.0), "replications": 5}
    alone = trial.compare_designs(process, designs={"a": first}, rng=np.random.default_rng(3), **options)
    after = {"a": first, "b": trial.Design(half_at_10("worst_first"), seen, (0.2,))}
    both = trial.compare_designs(process, designs=after, rng=np.random.default_rng(3), **options)
    assert list(both) == [("a", 0.0), ("a", -0.5), ("b", 0.2)]
    assert all(frame.equals(both[cell]) for cell, frame in alone.items())
    before = pd.DataFrame({cell: frame.estimate for cell, frame in both.items()})
    assert (before.nunique(axis=1) == 1).all() and before.iloc[:, 0].nunique() == 5
    assert (both["a", 0.0].truth == 0).all() and (both["a", -0.5].truth < 0).all() and (both["b", 0.2].truth > 0).all()
    with pytest.raises(ValueError, match="0 replications of designs and effects .* describe no study"):
        trial.compare_designs(process, designs=after, rng=np.random.default_rng(3), **options | {"replications": 0})
    with pytest.raises(ValueError, match="effects of −1 or more"):
        study(process, "random", -1.1)


@pytest.mark.parametrize("effect", [-1.0, -0.4, 0.5])
def test_counts_under_an_effect_are_poisson_about_the_changed_rate(effect):
    flat, size = simulation.Process(np.full(12, math.log(2e-5)), 0.0, 0.0, 0.0), 20_000
    everyone = lambda early, rng: np.full(size, 4.0)  # noqa: E731
    tell = lambda rates, starts: (rates[:, 4:].mean() * 0.5, rates[:, 4:].var() * 0.25)  # noqa: E731
    got = trial.power_study(
        flat, population=np.full(size, 50_000.0), placement=everyone, estimate=tell, effect=effect, replications=1,
        rng=np.random.default_rng(8),
    ).iloc[0]  # fmt: skip
    expected = 1 + effect
    assert got.truth == pytest.approx(2 * effect, rel=1e-5)
    error = math.sqrt(expected / (size * 8))
    assert abs(got.estimate - expected) <= 4 * error
    assert abs(got.se - expected) <= 4 * math.sqrt((expected + 2 * expected**2) / (size * 8))


@pytest.mark.parametrize("rate", [0.02, 0.3, 4.0, 60.0])
def test_counts_drawn_by_their_first_case_follow_the_poisson_law(rate):
    drawn = simulation.draw_counts(np.full((400, 500), rate, np.float32).T, np.random.default_rng(2))
    assert drawn.shape == (500, 400) and (drawn == np.round(drawn)).all()
    law = stats.poisson(np.float32(rate))
    edges = np.arange(law.ppf(1e-3), law.ppf(1 - 1e-3) + 1)
    expected = np.diff([0, *law.cdf(edges), 1]) * drawn.size
    found = np.bincount(np.searchsorted(edges, drawn.ravel()), minlength=len(edges) + 1)
    assert stats.chisquare(found, expected).pvalue > 1e-3


def nested(villages=60, districts=30):
    """A course by district, villages with a part of their own, and the district of each village."""
    shared = simulation.Process(np.full(30, math.log(2e-3)), sd_unit=0.6, sd_noise=0.5, autocorrelation=0.6)
    own = simulation.inside(shared, sd_unit=0.4, sd_noise=0.6, autocorrelation=0.3)
    return own, np.repeat(np.arange(districts), villages)


def test_a_shared_part_is_recovered_when_villages_are_summed_to_districts():
    process, district = nested()
    found = {"together": [], "apart": []}
    rng = np.random.default_rng(4)
    for _ in range(6):
        for name, grouped in (("together", district), ("apart", None)):
            rates, _ = simulation.draw_rates(process, np.full(len(district), 20_000.0), rng, grouped)
            summed = pd.DataFrame(rng.poisson(rates)).groupby(district).sum().T
            got = simulation.calibrate(summed, pd.Series(1.2e6, index=summed.columns))
            found[name].append((got.sd_unit, got.sd_noise, got.autocorrelation))
    # Six panels of 30 districts: a standard deviation of lasting differences has an error of about five per cent.
    unit, noise, again = np.mean(found["together"], axis=0)
    assert unit == pytest.approx(0.6, rel=0.2) and noise == pytest.approx(0.5, rel=0.15)
    assert again == pytest.approx(0.6, abs=0.1)
    assert np.mean(found["apart"], axis=0)[1] < 0.2


def test_villages_of_one_district_differ_by_their_own_part_alone():
    process, district = nested(villages=400, districts=5)
    rates, unit = simulation.draw_rates(process, np.full(len(district), 1e4), np.random.default_rng(6), district)
    inside = pd.DataFrame(np.log(rates)).groupby(district).std().to_numpy()
    assert inside.mean() == pytest.approx(math.hypot(0.4, 0.6), rel=0.05)
    assert pd.Series(unit).groupby(district).std().mean() == pytest.approx(0.4, rel=0.1)
    assert process.sd_lasting == pytest.approx(math.hypot(0.6, 0.4))
    with pytest.raises(ValueError, match="5 districts for 2000 units"):
        simulation.draw_rates(process, np.full(2000, 1e4), np.random.default_rng(6), np.arange(5))
    with pytest.raises(ValueError, match="own part -1"):
        simulation.inside(process, sd_unit=-1, sd_noise=0.1, autocorrelation=0)


def test_lots_inside_districts_give_each_its_share_of_every_wave():
    district = np.random.default_rng(1).permutation(np.repeat(np.arange(12), 45))
    starts, totals = np.array([10, 14, 18]), []
    for seed in range(200):
        lot = trial_starts.place(
            "random", np.zeros(540), starts=starts, rng=np.random.default_rng(seed), never=1 / 3, district=district
        )
        counts = pd.crosstab(district, pd.Series(lot).fillna(-1))
        assert counts.sum().tolist() == [180, 120, 120, 120]
        assert (counts - [15, 10, 10, 10]).abs().to_numpy().max() <= 1
        totals.append(lot == 10)
    chance = np.mean(totals, axis=0)
    assert abs(chance.mean() - 120 / 540) < 1e-12 and chance.max() < 0.36 and chance.min() > 0.1
    with pytest.raises(ValueError, match="lots inside districts"):
        trial_starts.place("worst_first", np.zeros(540), starts=starts, rng=np.random.default_rng(1), district=district)


def test_rates_less_district_weeks_have_no_district_course_left():
    district = np.array([2, 0, 2, 0, 5])
    rates = np.random.default_rng(1).normal(size=(5, 3))
    less = simulation.less_district_weeks(rates, district)
    assert np.allclose(pd.DataFrame(less).groupby(district).mean(), 0)
    assert np.allclose(less[0] - less[2], rates[0] - rates[2]) and np.allclose(less[4], 0)


def inside_districts(process, district, effect, replications):
    """Lots inside districts, compared inside districts."""

    def estimate(rates, starts):
        value, se = difference(simulation.less_district_weeks(rates, district), starts)
        return value, se * math.sqrt(len(rates) / (len(rates) - district.max() - 1))

    return trial.power_study(
        process, population=np.full(len(district), 50_000.0), district=district, estimate=estimate, effect=effect,
        placement=lambda early, rng: trial_starts.place(
            "random", early, starts=np.array([10]), rng=rng, never=0.5, district=district),
        replications=replications, rng=np.random.default_rng(3),
    )  # fmt: skip


@pytest.mark.parametrize("effect", [0.0, -0.3])
def test_lots_inside_districts_are_unbiased_and_cover(effect):
    process, district = nested(villages=20, districts=10)
    summary = trial.summarise_power(inside_districts(process, district, effect, 300))
    assert abs(summary.bias) < 4 * summary.bias_error
    assert abs(summary.coverage - 0.95) < 4 * math.sqrt(0.95 * 0.05 / 300)


def test_lots_of_whole_districts_do_not_cover_when_villages_count_as_separate():
    process, district = nested(villages=20, districts=10)
    whole = lambda early, rng: np.where(np.isin(district, rng.permutation(10)[:5]), 10.0, np.nan)  # noqa: E731
    naive = trial.power_study(
        process, population=np.full(200, 50_000.0), district=district, placement=whole, estimate=difference,
        effect=0.0, replications=100, rng=np.random.default_rng(3),
    )  # fmt: skip
    assert trial.summarise_power(naive).coverage < 0.8


def test_the_smallest_effect_found_has_the_power_it_promises():
    process, district = nested(villages=20, districts=10)
    smallest = trial.relative_effect_found(inside_districts(process, district, -0.3, 300), -0.3)
    again = trial.summarise_power(inside_districts(process, district, -smallest, 300))
    assert again.rejected == pytest.approx(0.8, abs=0.1)
    with pytest.raises(ValueError, match="no effect"):
        trial.relative_effect_found(inside_districts(process, district, 0.0, 3), 0.0)
    blind = pd.DataFrame({"truth": [-1.0] * 3, "estimate": [0.0] * 3, "se": [9.0] * 3})
    assert trial.relative_effect_found(blind, -0.5) == math.inf


def test_refused_replications_are_counted_not_dropped():
    frame = pd.DataFrame({"truth": 0.0, "estimate": [0.1, -0.1, np.nan], "se": [1.0, 1.0, np.nan]})
    assert trial.summarise_power(frame).refused == 1
    with pytest.raises(ValueError, match="only 1 of 2"):
        trial.summarise_power(frame.iloc[1:])


def test_one_unit_with_few_weeks_can_reject_nothing():
    few = trial.one_unit(np.random.default_rng(1).normal(size=11), weeks_after=4)
    assert few["detectable"] == math.inf and few["smallest_p"] > 0.05
    assert few["weeks_needed"] == 22
    enough = trial.one_unit(np.random.default_rng(1).normal(size=22), weeks_after=4)
    assert math.isfinite(enough["detectable"]) and enough["smallest_p"] <= 0.05
    with pytest.raises(ValueError, match="3 weeks before"):
        trial.one_unit(np.ones(3), weeks_after=4)
    with pytest.raises(ValueError, match="gap 2 of 22 before the launch is nan; give finite gaps"):
        trial.one_unit(np.where(np.arange(22) == 1, np.nan, 1.0), weeks_after=4)
    for option, words in (({"alpha": 0}, "alpha is 0"), ({"alpha": 2}, "alpha is 2"), ({"weeks_after": 2.5}, "2.5")):
        with pytest.raises(ValueError, match=words):
            trial.one_unit(np.arange(22.0), **({"weeks_after": 4} | option))


@pytest.mark.parametrize("wrong", [0.0, -5.0, np.nan, np.inf])
def test_a_population_that_is_no_number_of_people_is_refused_by_unit(process, wrong):
    people = np.where(np.arange(6) == 4, wrong, 50_000.0)
    with pytest.raises(ValueError, match=f"population of unit 4 is {wrong}"):
        trial.power_study(
            process, population=people, placement=half_at_10("random"), estimate=difference, effect=-0.2,
            replications=1, rng=np.random.default_rng(3),
        )  # fmt: skip
    counts = pd.DataFrame(np.arange(24).reshape(4, 6), columns=list("abcdef"))
    with pytest.raises(ValueError, match="population of 'e'|every unit of the counts needs a population"):
        simulation.calibrate(counts, pd.Series(people, index=counts.columns))


def test_counts_that_are_infinite_or_all_zero_describe_no_process():
    people = pd.Series(5e4, index=range(3))
    for value in (np.inf, 0.0):
        with pytest.raises(ValueError, match="complete, not negative, not all zero"):
            simulation.calibrate(pd.DataFrame(np.full((6, 3), value)), people)


@pytest.mark.parametrize("effect", [np.nan, -1.5, np.inf])
def test_an_effect_that_no_count_can_have_is_refused(process, effect):
    with pytest.raises(ValueError, match="describe no study"):
        study(process, "random", effect, replications=1)


def test_the_ordinary_regression_of_a_simulated_trial_finds_the_effect(process):
    population = np.full(400, 50_000.0)
    rng = np.random.default_rng(5)
    rates, _ = simulation.draw_rates(process, population, rng)
    cohorts = trial_starts.place("random", rates[:, :4].sum(1), starts=np.array([10]), rng=rng, never=0.5)
    treated = np.arange(20)[None, :] >= cohorts[:, None]
    frame = pd.DataFrame({"y": rng.poisson(rates * np.where(treated, 0.6, 1))[:, 10:].sum(1), "t": ~np.isnan(cohorts)})
    fit = smf.poisson("y ~ t", frame).fit(disp=0, cov_type="HC1")
    low, high = fit.conf_int().loc["t[T.True]"]
    assert low < math.log(0.6) < high
