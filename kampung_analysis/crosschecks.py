"""Do the tables agree with one another? Totals against sums, one source against another, ours against print.

Every function takes frames and returns one frame of the same columns, a row per comparison; nothing is hidden.
"""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

COLUMNS = ["check", "unit", "measure", "until", "ours", "theirs", "difference", "difference_pct", "note"]
MEASURES = {"new_confirmed": "confirmed", "new_deaths": "deaths"}
UNTIL = ("2020-05-24", "2020-06-14", "2020-07-05", "2020-09-20", "2021-01-10", "2021-03-28")
"""Sundays: eve of the launch, mid-June, eve of the national inauguration, ends of the vintages, eve of PPKM."""


def _row(check: str, unit: str, measure: str, until, ours, theirs, note: str = "") -> dict:
    difference = int(ours) - int(theirs)
    share = 100 * difference / int(theirs) if theirs else float("nan")
    values = (check, unit, measure, pd.Timestamp(until), int(ours), int(theirs), difference, share, note)
    return dict(zip(COLUMNS, values, strict=True))


def _frame(rows: list[dict]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=COLUMNS)


def _until(frame: pd.DataFrame, day, measure: str) -> int:
    return int(frame.loc[frame["week"] <= pd.Timestamp(day) - pd.Timedelta(days=6), measure].sum())


def _ends(*frames: pd.DataFrame, until: Sequence[str]) -> list[pd.Timestamp]:
    last = min(frame["week"].max() for frame in frames) + pd.Timedelta(days=6)
    return [pd.Timestamp(day) for day in until if pd.Timestamp(day) <= last]


def provinces_against_national(
    provinces: pd.DataFrame, national: pd.DataFrame, *, vintage: str, until: Sequence[str] = UNTIL
) -> pd.DataFrame:
    """Compare the sum of the provinces with the national row of the same source.

    Parameters
    ----------
    provinces, national : pandas.DataFrame
        From ``load_covid_provinces`` and ``load_covid_national`` of one `vintage`.
    vintage : str
        Named in the column ``unit``.
    until : sequence of str
        Sundays up to which counts are cumulated; those beyond the data are left out.

    Returns
    -------
    pandas.DataFrame
        check, unit, measure, until, ours (provinces), theirs (national), difference (persons), difference_pct, note;
        the note counts the weeks that differ and names the one that differs most.
    """
    rows = []
    for measure, name in MEASURES.items():
        gap = provinces.groupby("week")[measure].sum() - national.set_index("week")[measure]
        for day in _ends(provinces, national, until=until):
            weeks = gap[gap.index <= day - pd.Timedelta(days=6)]
            worst = weeks.abs().idxmax()
            note = f"{int((weeks != 0).sum())} of {len(weeks)} weeks differ"
            if weeks[worst]:
                step = f"{int(weeks[worst]):+d}".replace("-", "−")
                note += f", most the week of {worst.date()} ({step})"
            ours, theirs = _until(provinces, day, measure), _until(national, day, measure)
            rows.append(_row("provinces against nation", f"vintage {vintage}", name, day, ours, theirs, note))
    return _frame(rows)


def districts_against_province(
    districts: pd.DataFrame, provinces: pd.DataFrame, *, vintage: str, code: str = "35", until: Sequence[str] = UNTIL
) -> pd.DataFrame:
    """Compare the sum of the districts with their province in the national series.

    Parameters
    ----------
    districts, provinces : pandas.DataFrame
        From ``load_covid_districts`` and ``load_covid_provinces`` of one `vintage`.
    vintage, code : str
        Vintage and code of the province.
    until : sequence of str
        Sundays.

    Returns
    -------
    pandas.DataFrame
        As :func:`provinces_against_national`, ours being the districts. Both are counted from the first week of the
        districts on.
    """
    own = provinces[(provinces["code"] == code) & (provinces["week"] >= districts["week"].min())]
    note = f"counted from {districts['week'].min().date()}"
    return _frame(
        [
            _row(
                "districts against province",
                f"vintage {vintage}",
                name,
                day,
                _until(districts, day, measure),
                _until(own, day, measure),
                note,
            )
            for measure, name in MEASURES.items()
            for day in _ends(districts, own, until=until)
        ]
    )


def vintages(early: pd.DataFrame, late: pd.DataFrame, *, until: Sequence[str] = UNTIL) -> pd.DataFrame:
    """Compare two vintages province by province.

    Parameters
    ----------
    early, late : pandas.DataFrame
        From ``load_covid_provinces``.
    until : sequence of str
        Sundays.

    Returns
    -------
    pandas.DataFrame
        As :func:`provinces_against_national`, a row per province: ours the late vintage, theirs the early one.
    """
    rows = []
    for measure, name in MEASURES.items():
        for day in _ends(early, late, until=until):
            for code, part in early.groupby("code"):
                own = late[late["code"] == code]
                unit = part["province"].iloc[0]
                rows.append(_row("vintages", unit, name, day, _until(own, day, measure), _until(part, day, measure)))
    return _frame(rows)


def printed(counts: pd.DataFrame, series: pd.DataFrame, *, name: str) -> pd.DataFrame:
    """Compare cumulative counts that were printed with a weekly series.

    A printed day lies between two Sundays, so it is compared with the nearer end of the interval between them; a count
    inside the interval has difference 0.

    Parameters
    ----------
    counts : pandas.DataFrame
        From ``load_covid_cumulative``.
    series : pandas.DataFrame
        Weekly, with ``code``; counts of other places are passed over.
    name : str
        Name of the series.

    Returns
    -------
    pandas.DataFrame
        As :func:`provinces_against_national`: ours the nearest value of the series, theirs the printed count.
    """
    rows = []
    for count in counts.itertuples(index=False):
        own = series[series["code"] == count.code]
        before = count.date - pd.Timedelta(days=(count.date.weekday() + 1) % 7)
        after = before if before == count.date else before + pd.Timedelta(days=7)
        if own.empty or after > own["week"].max() + pd.Timedelta(days=6):
            continue
        for measure, value in (("confirmed", count.cumulative_confirmed), ("deaths", count.cumulative_deaths)):
            if pd.isna(value):
                continue
            low, high = _until(own, before, f"new_{measure}"), _until(own, after, f"new_{measure}")
            nearest = min(max(int(value), low), high)
            start = own["week"].min().date()
            note = f"{low:,} to {high:,} between Sundays, counted from {start}; printed by {count.printed_by}"
            rows.append(_row(f"printed against {name}", count.place, measure, count.date, nearest, value, note))
    return _frame(rows)


def all_crosschecks(
    *,
    provinces: dict[str, pd.DataFrame],
    national: dict[str, pd.DataFrame],
    districts: pd.DataFrame,
    counts: pd.DataFrame,
) -> pd.DataFrame:
    """Every comparison in one frame.

    Parameters
    ----------
    provinces, national : dict of str to pandas.DataFrame
        By vintage, in order of time.
    districts, counts : pandas.DataFrame
        From ``load_covid_districts`` and ``load_covid_cumulative``.

    Returns
    -------
    pandas.DataFrame
        The frames of this module one below the other, index 0, 1, …
    """
    parts = []
    for vintage, frame in provinces.items():
        parts.append(provinces_against_national(frame, national[vintage], vintage=vintage))
        parts.append(districts_against_province(districts, frame, vintage=vintage))
    early, late = list(provinces.values())
    parts.append(vintages(early, late))
    whole = districts.assign(code="35")
    for name, series in (("districts", districts), ("sum of districts", whole), *_named(provinces)):
        parts.append(printed(counts, series, name=name))
    return pd.concat(parts, ignore_index=True)


def _named(provinces: dict[str, pd.DataFrame]) -> list[tuple[str, pd.DataFrame]]:
    return [(f"vintage {vintage}", frame) for vintage, frame in provinces.items()]
