"""The table of power studies on the methods page says what the file says, in both languages."""

import re

import pytest

from kampung_analysis.pages_power import COLUMNS, DESIGNS, KINDS, SAID, TIMED, power_section


def measured():
    cell = {"replications": 1000.0, "bias": -0.012, "bias_error": 0.02, "coverage": 0.95, "rejected": 0.05}
    rows = []
    for number, kind in enumerate(KINDS):
        for design in DESIGNS:
            alarms = {"lot": 0.04, "worst": 0.51, "told": 0.99, "most": 0.05}[design]
            rows.append(cell | {"kind": kind, "design": design, "villages": 8501, "effect": 0.0, "rejected": alarms})
            found = {"smallest": 0.14 + 0.02 * number, "smallest_error": 0.003, "rejected": 1.0}
            rows.append(cell | {"kind": kind, "design": design, "villages": 8501, "effect": -0.338} | found)
    rows.append(rows[-1] | {"kind": "main", "villages": 224, "smallest": 0.63})
    cost = {"seconds": 44.4, "processor_seconds": 30.1, "workers": 2, "peak_memory_mb": 210}
    return cost | {"units": 8501, "weeks": 40, "rows": rows}


def test_every_cell_has_a_row_with_its_simulation_errors():
    shown = power_section(measured())
    lines = [line for line in shown.splitlines() if line.startswith("|")]
    assert len(lines) == 2 + 3 * 4 * 2 + 1 and lines[0].count("|") == len(COLUMNS) + 1
    assert "| 8,501 | 1,559 sites, by lot inside districts | −34 % | −0.012 ± 0.020 |" in shown.replace("-", "−")
    assert "0.950 ± 0.007" in shown and "1.000 ± 0.007" in shown and "| 0.140 ± 0.003 |" in shown
    assert lines[-1].endswith("| 0.630 ± 0.003 |") and lines[2].endswith("| – |")
    assert all(line.endswith("| – |") for line in lines if "worst first" in line)


@pytest.mark.parametrize("language", ["en", "id"])
def test_the_sentence_is_computed_from_the_full_villages_in_both_languages(language):
    first = power_section(measured(), language).splitlines()[0]
    told = re.findall(r"\d+ %", first)
    assert told == ["4 %", "51 %", "99 %", "80 %", "14 %", "16 %", "18 %"]
    assert ("1,000" in first) == (language == "en") and ("1.000" in first) == (language == "id")
    assert "44 " in power_section(measured(), language).splitlines()[-1]
    assert {*SAID} == {*TIMED} == {"en", "id"}


def test_a_file_without_cells_gives_no_table():
    assert power_section({"units": 8501, "seconds": 3}) == ""
    assert power_section(measured() | {"units": 100}) == ""
