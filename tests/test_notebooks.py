"""Committed notebooks keep the skeleton and give nbval nothing to pass in silence; reruns tell every difference."""

from __future__ import annotations

import copy
import json
import os
from pathlib import Path

import pytest
from notebook_rules import RULES, code, source
from small_notebook import CELLS, NAME, small_repository, write_small_notebook

from kampung_analysis import compare, figspec, notebooks

FOLDER = Path(__file__).resolve().parents[1] / "notebooks"
COMMITTED = sorted(path.stem for path in FOLDER.glob("[0-9][0-9]_*.ipynb"))


@pytest.mark.parametrize("rule", RULES)
@pytest.mark.parametrize("name", COMMITTED)
def test_a_committed_notebook_keeps_the_rule(name, rule):
    notebook = json.loads((FOLDER / f"{name}.ipynb").read_text("utf-8"))
    assert RULES[rule](notebook, FOLDER) == []


@pytest.mark.parametrize("name", COMMITTED)
def test_a_committed_notebook_is_written_as_refresh_writes_it(name):
    path = FOLDER / f"{name}.ipynb"
    assert notebooks.written(notebooks.tidy(notebooks.read(path))) == path.read_text("utf-8")


@pytest.mark.parametrize("name", COMMITTED)
def test_a_committed_notebook_has_a_committed_result_of_its_own_name(name):
    content = json.loads((notebooks.results_folder() / f"{name}.json").read_text("utf-8"))
    assert content["notebook"] == name


def test_no_result_outlives_its_notebook():
    assert {p.stem for p in notebooks.results_folder().glob("*.json")} <= set(COMMITTED)


@pytest.fixture(scope="module")
def small(tmp_path_factory):
    """A repository in little: the small notebook, refreshed, with its recorded result."""
    root = tmp_path_factory.mktemp("small")
    with small_repository(root) as said:
        (root / "said.json").write_text(json.dumps(said))
        yield root


@pytest.fixture
def copied(small, tmp_path, monkeypatch):
    """A private copy of the small repository."""
    for file in [*small.glob("notebooks/*.ipynb"), *small.glob("data/results/*")]:
        target = tmp_path / file.relative_to(small)
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(file.read_bytes())
    monkeypatch.setenv("KAMPUNG_DATA", str(tmp_path / "data"))
    return tmp_path


def _cell(notebook: dict, number: int) -> dict:
    return next(c for c in notebook["cells"] if c["id"] == f"cell-{number:02d}")


def _figure(notebook: dict) -> dict:
    return _cell(notebook, 12)["outputs"][0]


def _replace(number: int, old: str, new: str):
    def edit(notebook):
        cell = _cell(notebook, number)
        assert old in source(cell)
        cell["source"] = source(cell).replace(old, new)

    return edit


def _printing(text: str, name: str = "stdout"):
    return lambda n: _cell(n, 11)["outputs"].append({"output_type": "stream", "name": name, "text": [text]})


VIOLATIONS = [
    ("title_asks_a_question", _replace(1, "behave?", "behave")),
    ("title_asks_a_question", _replace(1, "It covers nothing and is dated never.", "")),
    ("sections_have_their_names_and_order", _replace(13, "## Checks", "## Tests")),
    ("sections_have_their_names_and_order", lambda n: n["cells"].reverse()),
    ("answer_holds_a_summary_in_indonesian", _replace(3, "**Ringkasan.**", "**Summary.**")),
    ("answer_holds_a_summary_in_indonesian", _replace(3, "Isinya hanya contoh. ", "")),
    ("answer_holds_a_summary_in_indonesian", lambda n: n["cells"].append(n["cells"].pop(2))),
    ("cells_are_short_and_plain", _replace(14, "assert gap > 0, gap", "a = 1\n" * 6)),
    ("cells_are_short_and_plain", _replace(14, "assert gap > 0, gap", "def f():\n    return 1")),
    ("cells_are_short_and_plain", _replace(14, "assert gap > 0, gap", "class A:\n    pass")),
    ("cells_are_short_and_plain", _replace(14, "assert gap > 0, gap", "for i in []:\n    a = i\n    b = i")),
    ("cells_are_short_and_plain", _replace(14, "assert gap > 0, gap", "for f in [lambda x: x]:\n    a = f")),
    ("cells_are_short_and_plain", _replace(14, "assert gap > 0, gap", "%time 1")),
    ("first_code_cell_starts_the_figures", _replace(2, "figures.start()", "figures")),
    ("last_code_cell_records", _replace(16, "claims.record(", "print(")),
    ("every_cell_was_run_once_in_order", lambda n: _cell(n, 9).update(execution_count=None)),
    ("every_cell_was_run_once_in_order", lambda n: _cell(n, 9).update(execution_count=40)),
    ("every_cell_was_run_once_in_order", lambda n: _cell(n, 9)["outputs"][0].update(execution_count=40)),
    ("a_last_expression_has_its_output", lambda n: _cell(n, 9).update(outputs=[])),
    ("a_last_expression_has_its_output", lambda n: _cell(n, 12).update(outputs=[])),
    ("nothing_silences_the_comparison", _replace(11, "gap = ", "# NBVAL_IGNORE_OUTPUT\ngap = ")),
    ("nothing_silences_the_comparison", lambda n: _cell(n, 11)["metadata"].update(tags=["nbval-skip"])),
    ("nothing_silences_the_comparison", lambda n: _cell(n, 11)["metadata"].update(tags=["raises-exception"])),
    ("no_output_is_hidden_by_a_semicolon", lambda n: _cell(n, 11).update(source="gap;")),
    ("no_output_is_hidden_by_a_semicolon", lambda n: _cell(n, 11).update(source="gap;  # quiet\n")),
    ("every_image_has_fingerprint_and_description", lambda n: _figure(n)["data"].pop(figspec.MIME)),
    ("every_image_has_fingerprint_and_description", lambda n: _figure(n).update(metadata={})),
    (
        "every_image_has_fingerprint_and_description",
        lambda n: _figure(n)["metadata"].update({"image/png": {"alt": "Another description, long enough to be read."}}),
    ),
    (
        "every_artist_is_told",
        lambda n: _figure(n)["data"][figspec.MIME].append("\naxes[0].artists[9].unsupported: yes"),
    ),
    ("nothing_warns_or_fails", _printing("RuntimeWarning: divide by zero", "stderr")),
    (
        "nothing_warns_or_fails",
        lambda n: _cell(n, 11)["outputs"].append({"output_type": "error", "ename": "E", "evalue": "", "traceback": []}),
    ),
    ("every_answer_is_recorded", _printing("No result recorded yet; run the refresh command.")),
    ("no_output_holds_an_address", _printing("<Fit object at 0x7f3a2c1d>")),
    ("no_table_has_an_empty_header", lambda n: _cell(n, 9)["outputs"][0]["data"]["text/html"].append("<th></th>")),
    ("every_link_to_a_file_resolves", _replace(7, "Three weeks.", "See [there](97_gone.ipynb).")),
    ("every_doi_is_in_the_bibliography", _replace(7, "Three weeks.", "[A](https://doi.org/10.1000/not.there)")),
]


@pytest.mark.parametrize(("rule", "violate"), VIOLATIONS, ids=[f"{i}-{r}" for i, (r, _) in enumerate(VIOLATIONS)])
def test_a_planted_violation_is_caught(copied, rule, violate):
    (copied / "book").mkdir()
    (copied / "book" / "references.bib").write_text("@article{a, doi = {10.1093/ije/dyw098}}", encoding="utf-8")
    notebook = json.loads((copied / "notebooks" / f"{NAME}.ipynb").read_text("utf-8"))
    assert RULES[rule](copy.deepcopy(notebook), copied / "notebooks") == []
    violate(notebook)
    assert RULES[rule](notebook, copied / "notebooks") != []


def test_every_rule_has_a_planted_violation():
    assert {rule for rule, _ in VIOLATIONS} == set(RULES)


def test_the_small_notebook_keeps_every_rule(copied):
    notebook = json.loads((copied / "notebooks" / f"{NAME}.ipynb").read_text("utf-8"))
    assert [rule(notebook, copied / "notebooks") for rule in RULES.values()] == [[]] * len(RULES)


def test_refresh_runs_again_until_its_own_result_stands_still(small):
    said = json.loads((small / "said.json").read_text())
    assert said == [f"{NAME}: run 1", f"{NAME}: run 2"]


def test_a_second_refresh_changes_no_byte(copied):
    path = copied / "notebooks" / f"{NAME}.ipynb"
    before = path.read_bytes()
    assert notebooks.refresh(["98"], folder=path.parent, say=lambda line: None) == []
    assert path.read_bytes() == before


def test_a_rerun_from_another_folder_equals_the_committed_notebook(copied, tmp_path, monkeypatch):
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    monkeypatch.chdir(elsewhere)
    (run,) = notebooks.rerun(folder=copied / "notebooks", out="out")
    assert (run.differences, run.numbers_equal, run.figures_equal) == ((), True, True)
    assert run.path == elsewhere / "out" / f"{NAME}.ipynb"
    assert run.path.read_bytes() == (copied / "notebooks" / f"{NAME}.ipynb").read_bytes()
    assert (elsewhere / "out" / "results" / f"{NAME}.json").exists()


def test_a_rerun_names_cell_place_and_both_values(copied):
    path = copied / "notebooks" / f"{NAME}.ipynb"
    text = path.read_text("utf-8")
    path.write_text(
        text.replace("gap is 0.667", "gap is 0.668").replace("artists[1].y: 3 1 2", "artists[1].y: 3 1 2.002")
    )
    result = copied / "data" / "results" / f"{NAME}.json"
    result.write_text(result.read_text().replace('"units"', '"metres"'))
    (run,) = notebooks.rerun(folder=path.parent, out=copied / "out")
    assert list(run.differences) == [
        "cell 5 (cell-11): stdout line 1: committed The mean gap is 0.668. → now The mean gap is 0.667.",
        "cell 6 (cell-12): figure axes[0].artists[1].y: committed 3 1 2.002 → now 3 1 2",
        'results estimates.gap.unit: committed "metres" → now "units"',
    ]
    assert not run.numbers_equal and not run.figures_equal
    assert "3 differences" in str(run)


def test_an_error_in_a_cell_is_a_difference_that_names_it(copied):
    write_small_notebook(copied / "notebooks", [*CELLS[:4], ("code", "1 / 0"), *CELLS[4:]], name="99_broken")
    (run,) = notebooks.rerun(["99"], folder=copied / "notebooks", out=copied / "out")
    assert run.differences[0] == "cell 3 (cell-05): raised ZeroDivisionError: division by zero"
    assert not run.numbers_equal


def test_a_kernel_that_dies_is_a_difference(copied):
    write_small_notebook(copied / "notebooks", [("code", "import os\nos._exit(3)")], name="99_broken")
    (run,) = notebooks.rerun(["99"], folder=copied / "notebooks", out=copied / "out")
    assert "cell 1 (cell-01): could not be run" in run.differences[0]


def test_a_failing_refresh_leaves_notebook_and_result_as_they_were(copied):
    record = "import os, pathlib\npathlib.Path(os.environ['KAMPUNG_RESULTS'], '99_broken.json').write_text('{}')"
    path = write_small_notebook(copied / "notebooks", [("code", record), ("code", "1 / 0")], name="99_broken")
    before = path.read_bytes()
    with pytest.raises(RuntimeError, match=r"99_broken, cell 2 \(cell-02\) raised ZeroDivisionError"):
        notebooks.refresh(["99"], folder=path.parent, say=lambda line: None)
    assert path.read_bytes() == before
    assert not (copied / "data" / "results" / "99_broken.json").exists()


def test_a_result_that_never_settles_is_refused(copied):
    write = "pathlib.Path(os.environ['KAMPUNG_RESULTS'], '99_odd.json').write_text(str(time.time()))"
    record = f"import os, pathlib, time\n{write}"
    write_small_notebook(copied / "notebooks", [("code", record)], name="99_odd")
    with pytest.raises(RuntimeError, match="another result on each of 3 runs"):
        notebooks.refresh(["99"], folder=copied / "notebooks", say=lambda line: None)


def test_the_kernel_owes_nothing_to_the_surroundings(copied, monkeypatch):
    monkeypatch.setenv("OMP_NUM_THREADS", "7")
    monkeypatch.setenv("PYTHONWARNINGS", "ignore")
    monkeypatch.setenv("COLUMNS", "20")
    monkeypatch.setenv("IPYTHONDIR", str(copied / "mine"))
    with notebooks.kernel_environment(copied) as env:
        assert env["OMP_NUM_THREADS"] == env["OPENBLAS_NUM_THREADS"] == env["MKL_NUM_THREADS"] == "1"
        assert env["PYTHONHASHSEED"] == "0"
        assert "PYTHONWARNINGS" not in env and "COLUMNS" not in env
        assert env["IPYTHONDIR"] != os.environ["IPYTHONDIR"]


def test_a_notebook_that_does_not_exist_is_named_with_those_that_do(copied):
    with pytest.raises(ValueError, match=f"no notebook '42'; there are {NAME}"):
        notebooks.names(["42"], folder=copied / "notebooks")


def test_notebooks_are_found_by_number_and_by_name(copied):
    for name in ("98", NAME, f"{NAME}.ipynb"):
        assert notebooks.names([name], folder=copied / "notebooks") == [NAME]


def test_streams_are_merged_as_nbval_merges_them():
    plugin = pytest.importorskip("nbval.plugin")
    nbformat = pytest.importorskip("nbformat")
    made = nbformat.v4.new_output

    def streams():
        parts = [("stdout", "a\n"), ("stderr", "w"), ("stdout", "10%\r20%\nb")]
        return [made("stream", name=n, text=t) for n, t in parts] + [made("display_data", {"text/plain": "x"})]

    assert compare.merged(streams()) == plugin.coalesce_streams(streams())


def test_images_are_compared_only_where_the_same_software_draws_them(tmp_path):
    lock = tmp_path / "requirements.lock"
    lock.write_text("matplotlib==0.1 \\\npillow==0.1 \\\n", encoding="utf-8")
    assert compare.draws_alike(lock) is False
    committed = [{"output_type": "display_data", "data": {"image/png": "AAAA"}, "metadata": {}}]
    now = [{"output_type": "display_data", "data": {"image/png": "BBBB"}, "metadata": {}}]
    assert compare.differing_outputs(committed, now, images=False) == []
    assert len(compare.differing_outputs(committed, now, images=True)) == 1


def test_code_cells_are_those_that_run(copied):
    notebook = json.loads((copied / "notebooks" / f"{NAME}.ipynb").read_text("utf-8"))
    assert len(code(notebook)) == 8
