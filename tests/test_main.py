"""The command line: what reproduce prints and returns, how mistakes are answered, what pytest receives."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

from kampung_analysis import __main__ as commands
from kampung_analysis import build, notebooks, pages


def run(name: str, seconds: float, numbers: bool = True, figures: bool = True, differences=()) -> notebooks.NotebookRun:
    return notebooks.NotebookRun(name, seconds, numbers, figures, tuple(differences), Path(f"{name}.ipynb"))


@pytest.fixture
def pretended(monkeypatch, tmp_path):
    """reproduce without kernels and Sphinx: `.runs` are what the notebooks gave, `.rendered` what the book was told."""
    state = SimpleNamespace(runs=[], rendered=None, tables=0)
    monkeypatch.setattr(commands, "BUILD", tmp_path)
    monkeypatch.setattr(build, "verify", lambda: state.tables)
    monkeypatch.setattr(notebooks, "rerun", lambda *, out, progress: state.runs)
    monkeypatch.setattr(pages, "build_html", lambda folder, out, differing: setattr(state, "rendered", differing))
    return state


def test_reproduce_ends_with_a_table_and_the_page_to_open(pretended, capsys, tmp_path):
    pretended.runs = [run("01_corpus", 2.04), run("06_covid_provinces", 11.5)]
    assert commands.main(["reproduce"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert "01_corpus               2.0            yes            yes" in lines
    assert "06_covid_provinces     11.5            yes            yes" in lines
    assert lines[-1].endswith(f"Open {(tmp_path / 'html' / 'index.html').as_uri()}")
    assert pretended.rendered == {}


def test_a_difference_names_cell_and_line_fails_and_still_renders(pretended, capsys):
    told = ("cell 7 (cell-12): stdout: committed 1.5 → now 1.6",)
    pretended.runs = [run("01_corpus", 2), run("07_crime", 3, figures=False, differences=told)]
    assert commands.main(["reproduce"]) == 1
    out = capsys.readouterr().out
    assert "07_crime, cell 7 (cell-12): stdout: committed 1.5 → now 1.6" in out
    assert "1 of 2 notebooks differ" in out
    assert pretended.rendered == {"07_crime": told}


def test_changed_data_stop_reproduce_before_anything_runs(pretended, capsys):
    pretended.tables = 1
    assert commands.main(["reproduce"]) == 1
    assert "Nothing was run" in capsys.readouterr().out
    assert pretended.rendered is None


def test_no_notebook_at_all_is_no_success(pretended):
    assert commands.main(["reproduce"]) == 1


def test_a_book_that_warns_fails_with_the_warning(pretended, monkeypatch, capsys):
    def warn(*_):
        raise RuntimeError("index.md:3: unknown document")

    monkeypatch.setattr(pages, "build_html", warn)
    pretended.runs = [run("01_corpus", 2)]
    assert commands.main(["reproduce"]) == 1
    assert "reproduce: index.md:3: unknown document" in capsys.readouterr().err


def test_ctrl_c_is_told_without_a_traceback(pretended, monkeypatch, capsys):
    def interrupt():
        raise KeyboardInterrupt

    monkeypatch.setattr(build, "verify", interrupt)
    assert commands.main(["reproduce"]) == 130
    assert "Stopped" in capsys.readouterr().err


@pytest.fixture
def called(monkeypatch):
    """Commands that would be started, each as a list of words; they succeed unless `.failing` is a word of theirs."""
    state = SimpleNamespace(words=[], failing=None)

    def call(command, **_):
        state.words.append(command[2:])
        return int(state.failing in command)

    monkeypatch.setattr(subprocess, "call", call)
    return state


def test_test_runs_lint_and_then_everything_in_one_pytest(called):
    assert commands.main(["test"]) == 0
    assert [words[0] for words in called.words] == ["kampung_analysis", "ruff", "ruff", "pytest"]
    assert {"--nbval", "--nbval-current-env", "loadfile", "tests", "notebooks"} <= set(called.words[-1])


def test_test_hands_options_to_pytest(called):
    commands.main(["test", "-k", "floors", "tests/test_floors.py"])
    assert called.words[-1][-3:] == ["-k", "floors", "tests/test_floors.py"]
    assert "notebooks" not in called.words[-1]


@pytest.mark.parametrize("failing", ["check", "--check", "pytest"])
def test_any_failing_step_fails_the_test_command(called, capsys, failing):
    called.failing = failing
    assert commands.main(["test"]) == 1
    assert called.words[-1][0] == "pytest"
    assert "failed: " in capsys.readouterr().out


def test_an_option_nobody_knows_is_an_error(capsys):
    with pytest.raises(SystemExit):
        commands.main(["html", "--fast"])
    assert "html does not know --fast" in capsys.readouterr().err


def test_a_build_without_a_folder_says_what_to_add(capsys):
    assert commands.main(["data", "build"]) == 1
    assert "add --raw FOLDER" in capsys.readouterr().err


@pytest.mark.parametrize(
    "words", [["places", "--raw", "x"], ["--raw", "x", "places"], ["--raw", "x", "places", "--facts", "y"]]
)
def test_a_table_may_be_named_before_or_after_the_folders(monkeypatch, words):
    told = []
    monkeypatch.setattr(build, "main_build", lambda raw, facts, tables: told.append((raw, tables)) or 0)
    assert commands.main(["data", "build", *words]) == 0
    assert told == [(Path("x"), ["places"])]


def test_an_option_that_data_does_not_know_is_an_error_beside_a_table(capsys):
    with pytest.raises(SystemExit):
        commands.main(["data", "build", "--raw", "x", "places", "--fast"])
    assert "data does not know --fast" in capsys.readouterr().err


def test_a_folder_that_cannot_be_written_is_told_in_a_sentence(monkeypatch, capsys):
    def refuse(*_, **__):
        raise PermissionError(13, "Permission denied", "data/README.md")

    monkeypatch.setattr(build, "main_build", refuse)
    assert commands.main(["data", "build", "--raw", "x"]) == 1
    assert "Permission denied: 'data/README.md'; may it be read and written" in capsys.readouterr().err


@pytest.mark.parametrize("what", ["verify", "fetch"])
def test_a_table_name_that_would_be_ignored_is_an_error(capsys, what, tmp_path):
    assert commands.main(["data", what, "mobility_provinces", "--raw", str(tmp_path)]) == 1
    assert f"data {what} takes all tables at once; leave out mobility_provinces" in capsys.readouterr().err


def test_help_needs_nothing_installed(root):
    command = [sys.executable, "-S", "-m", "kampung_analysis", "--help"]
    done = subprocess.run(command, cwd=root, capture_output=True, text=True, check=True)
    assert "reproduce" in done.stdout
