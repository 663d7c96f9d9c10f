"""The measurements of the methods page: what they mark, what they say, what they draw, and the same bytes each time."""

import io
import json
from types import SimpleNamespace

import pytest
from PIL import Image
from toy_book import STAGGERED, toy_content

from kampung_analysis import pages_stage
from kampung_analysis.pages_markdown import WORDS
from kampung_analysis.pages_matrix import TEXTS as MATRIX_TEXTS
from kampung_analysis.pages_matrix import validity_matrix
from kampung_analysis.pages_measured import SCRIPTS, TEXTS, measured_section
from kampung_analysis.pages_speed import as_written, beside, costs, finding
from kampung_analysis.pages_validity import TEXTS as VALIDITY_TEXTS
from kampung_analysis.pages_validity import validity_tables

INTERVAL = {"estimator": "a way", "fault": "none", "bias": 0.1, "bias_monte_carlo_error": 0.02}
INTERVAL |= {"coverage": 0.94, "false_positive_rate": 0.05, "replications": 100}


@pytest.fixture
def content(tmp_path):
    return toy_content(tmp_path)


def test_an_interval_that_covers_too_rarely_is_marked_by_words_and_counted():
    bad = INTERVAL | {"fault": "autocorrelation", "coverage": 0.84}
    shown = validity_tables([INTERVAL, bad])
    assert shown.count("below 90 % |") == 1
    assert "| 0.840 ± 0.037, below 90 % |" in shown
    assert shown.startswith("Of 2 combinations of interval and fault, 1 cover") and "84 %" in shown.splitlines()[0]


def test_the_matrix_shows_the_worst_share_of_each_family_rounded_to_the_worse_side():
    rows = [INTERVAL | {"family": "none"}, INTERVAL | {"fault": "few places", "family": "few clusters"}]
    rows += [rows[1] | {"fault": "very few places", "coverage": 0.8999}, rows[0] | {"fault": "odd", "family": ""}]
    test = {"estimator": "a test", "fault": "none", "family": "none", "false_positive_rate": 0.031, "replications": 50}
    rule = {"estimator": "a rule", "fault": "none", "family": "none", "effect": "none", "supported": 0.06}
    rule |= {"replications": 200}
    found = {"validity_a": {"rows": [*rows, test]}, "validity_b": {"rows": [rule, rule | {"effect": "some"}]}}
    shown = validity_matrix(found)
    assert "| a way | coverage | 0.94 | – | – | – | – | **0.89** † |" in shown
    loud = {"validity_a": {"rows": [row | {"warned": 0.9} for row in rows]}}
    assert "**0.89** |" in validity_matrix(loud) and "of the 0 with †" in validity_matrix(loud)
    assert (
        "| a test | false positives | 0.04 |" in shown
        and "| a rule | supported without an effect | **0.06** |" in shown
    )
    assert "3 methods and checks" in shown and "Of 2 cells of intervals 1 lie below 0.90" in shown
    assert "50 to 200 replications" in shown and validity_matrix({"power": {}}) == ""


def test_the_matrix_of_the_committed_results_stands_first_on_the_page(root):
    files = (root / "benchmarks" / "results").glob("validity_*.json")
    found = {path.stem: json.loads(path.read_text(encoding="utf-8")) for path in files}
    for language in MATRIX_TEXTS:
        said, body = validity_matrix(found, language).split("\n\n")
        estimators = {row["estimator"] for file in found.values() for row in file["rows"] if row["family"]}
        assert len(body.splitlines()) - 2 == len(estimators)
    text, _ = measured_section(SimpleNamespace(benchmarks=found))
    assert text.startswith("### Every method under every fault\n\n")


def test_full_coverage_still_has_a_simulation_error():
    assert "| 1.000 ± 0.022 |" in validity_tables([INTERVAL | {"coverage": 1.0}])


def test_checks_and_verdicts_have_their_own_tables():
    check = {"estimator": "check_a", "fault": "none", "failed": 0.12, "replications": 100}
    rule = {"estimator": "a way", "fault": "none", "effect": "none", "supported": 0.01, "ruled out": 0.5}
    rule |= {"inconclusive": 0.3, "cannot tell": 0.19, "replications": 200}
    shown = validity_tables([check, rule, rule | {"effect": "some", "supported": 0.9}])
    assert "in 12 % of panels" in shown and "| Check |" in shown
    assert "supported in at most 1 % of panels" in shown and "| 0.900 ± 0.021 |" in shown


def test_a_test_without_an_interval_has_a_row_and_crying_wolf_is_marked():
    loud = {"estimator": "a test", "fault": "few places", "false_positive_rate": 0.2, "replications": 100}
    shown = validity_tables([INTERVAL, loud])
    assert "| a test | few places | – | – | 0.200 ± 0.040, above 10 % | 100 |" in shown
    assert "Of 2 combinations of test and fault, 1 see an effect" in shown and shown.startswith("Of 1 combinations")
    assert "above 10 % |" not in validity_tables([INTERVAL])


def test_the_finding_compares_at_the_largest_table_that_a_peer_finished():
    frame = costs({"staggered": STAGGERED}, "ours, from a file")
    assert 9.0 not in frame["seconds"].to_list(), "shuffled rows are not drawn"
    said = finding(frame, TEXTS["en"])
    assert said.startswith("At 2 million rows slow,") and "takes 100 times as long and 1 times the memory" in said


def test_the_other_ways_to_run_it_are_said_with_their_own_ratio():
    assert beside(STAGGERED["runs"], TEXTS["en"]) == (
        "With sorted rows, without bands, at 2 million rows: slow takes 50 times as long."
    ), "shuffled rows have no peer here and are left out"


def test_streamed_files_continue_our_line():
    streaming = {"runs": [{"rows": 12_500_000, "reduce_seconds": 2.0, "reduce_peak_mb": 350.0}]}
    frame = costs({"staggered": STAGGERED, "streaming": streaming}, "ours, from a file")
    assert frame[frame["library"] == "ours, from a file"]["rows"].tolist() == [12_500_000]
    assert finding(frame, TEXTS["en"]).startswith("At 2 million rows")


@pytest.mark.parametrize("language", ["en", "id"])
def test_the_charts_are_pictures_with_alternative_text_and_the_same_bytes_each_time(content, language):
    text, pictures = measured_section(content, language)
    assert sorted(pictures) == ["staggered.png", "synthetic.png"]
    assert all(Image.open(io.BytesIO(picture)).width > 700 for picture in pictures.values())
    for name in pictures:
        picture, alt = (
            text.split(f"measured/{name}\n:alt: ")[0],
            text.split(f"measured/{name}\n:alt: ")[1].split("\n")[0],
        )
        assert picture.endswith("```{image} ") and 40 <= len(alt) <= 600
    assert measured_section(content, language) == (text, pictures)


def test_what_was_left_out_and_what_was_not_run_is_said(content):
    text, _ = measured_section(content)
    assert "longer than the limit of patience: slower (2,000,000 rows, with bands)." in text
    assert "run `python benchmarks/validity_verdict.py`" in text
    assert "run `python benchmarks/staggered.py`" not in text


def test_without_results_the_page_says_what_to_run(content):
    content.benchmarks.clear()
    text, pictures = measured_section(content)
    assert not pictures and all(f"run `python benchmarks/{name}.py`" in text for name in SCRIPTS)


def test_every_script_that_the_page_names_exists(root):
    assert [name for name in SCRIPTS if not (root / "benchmarks" / f"{name}.py").is_file()] == []


def test_measurements_of_another_shape_are_shown_as_they_were_written(content):
    content.benchmarks["staggered"] = {"machine": "two cores", "runs": [{"library": "ours", "seconds": 0.1234567}]}
    content.benchmarks["new_thing"] = {"seconds": 2.5, "summary": {"bias_error": 0.5}}
    text, pictures = measured_section(content)
    assert "| ours | 0.123457 |" in text and "staggered.png" not in pictures
    assert "### New thing" in text and "| summary bias error | 0.5 |" in text
    assert as_written([]) == "No measurement yet."


def test_the_charts_stand_beside_the_staged_methods_page(content, tmp_path):
    pages_stage.stage(content, tmp_path / "staged", differing={}, language="en", switch=False)
    page = (tmp_path / "staged" / "methods.md").read_text(encoding="utf-8")
    assert "measured/staggered.png" in page
    assert (tmp_path / "staged" / "measured" / "staggered.png").read_bytes()[:4] == b"\x89PNG"


@pytest.mark.parametrize("texts", [TEXTS, VALIDITY_TEXTS])
def test_both_languages_have_the_same_sentences(texts):
    assert texts["en"].keys() == texts["id"].keys()
    for key, text in texts["en"].items():
        fields = [{part.split("}")[0] for part in t.split("{")[1:]} for t in (text, texts["id"][key])]
        assert fields[0] == fields[1], key


def test_every_simulated_fault_of_the_committed_results_has_its_indonesian(root):
    for path in (root / "benchmarks" / "results").glob("validity_*.json"):
        found = json.loads(path.read_text(encoding="utf-8"))
        assert {row["fault"] for row in found["rows"]} <= WORDS.keys(), path.name
