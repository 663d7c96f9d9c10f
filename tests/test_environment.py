"""pyproject.toml, requirements.lock and environment.yml agree, and every kind of disagreement is found."""

from __future__ import annotations

import pytest
import yaml

from kampung_analysis import environment
from kampung_analysis.__main__ import main

FILES = ("pyproject.toml", "requirements.lock", "environment.yml")


@pytest.fixture
def edited(copy_of, tmp_path):
    """A function that replaces `old` by `new` once in a copy of one of the three files; returns the copies' folder."""
    for name in FILES:
        copy_of(name)

    def edit(name, old, new):
        text = (tmp_path / name).read_text("utf-8")
        assert old in text
        (tmp_path / name).write_text(text.replace(old, new, 1), "utf-8")
        return tmp_path

    return edit


def test_the_three_files_agree(root):
    assert environment.problems(root) == []


def test_every_package_has_one_version_and_hashes(root):
    pins = environment.pins((root / "requirements.lock").read_text("utf-8"))
    names = [pin.name for pin in pins]
    assert len(names) == len(set(names)) and len(names) > 100
    assert all(pin.hashes for pin in pins)


def test_every_direct_dependency_is_locked_at_one_exact_version(root):
    versions = {pin.name: pin.version for pin in environment.pins((root / "requirements.lock").read_text("utf-8"))}
    for requirement in environment.declared(root):
        assert environment.normalise(requirement) in versions, requirement


def test_the_lock_satisfies_what_is_declared(root):
    packaging = pytest.importorskip("packaging.requirements")
    versions = {pin.name: pin.version for pin in environment.pins((root / "requirements.lock").read_text("utf-8"))}
    for requirement in map(packaging.Requirement, environment.declared(root)):
        assert versions[environment.normalise(requirement.name)] in requirement.specifier


def test_the_peers_of_the_benchmarks_are_neither_locked_nor_offered(root):
    assert not {"pysyncon", "differences"} & {environment.normalise(r) for r in environment.declared(root)}


def test_conda_gets_python_pip_and_the_direct_dependencies(root):
    content = yaml.safe_load((root / "environment.yml").read_text("utf-8"))
    assert content["channels"] == ["conda-forge"]
    assert content["dependencies"][:2] == ["python >=3.11,<3.14", "pip"]
    listed = content["dependencies"][2]["pip"]
    assert [environment.normalise(line) for line in listed] == [
        environment.normalise(r) for r in environment.declared(root)
    ]
    assert all("==" in line for line in listed)


@pytest.mark.parametrize(
    ("name", "old", "new", "message"),
    [
        ("requirements.lock", "numpy==", "numpy==9.", "'- numpy=="),
        ("requirements.lock", "zipp==", "zipp==9.", "requirements.lock was edited"),
        ("requirements.lock", "--hash=sha256:", "--hash=sha256:0", "requirements.lock was edited"),
        ("requirements.lock", "zipp==", "yarl==1.0\nzipp==", "no hash for yarl 1.0"),
        ("requirements.lock", "zipp==", "numpy==1.0 --hash=sha256:0\nzipp==", "names numpy twice"),
        ("pyproject.toml", '"scipy",', '"scipy", "xarray",', "declares 'xarray'"),
        ("pyproject.toml", '"scipy",', '"scipy>=9",', "pyproject.toml were edited"),
        ("pyproject.toml", '    "scipy",\n', "", "pyproject.toml were edited"),
        ("environment.yml", "- pandas==", "- pandas==9.", "environment.yml says '- pandas==9."),
        ("environment.yml", "  - conda-forge\n", "  - defaults\n", "environment.yml says '- defaults'"),
    ],
)
def test_an_edit_of_one_file_is_named_with_the_way_out(edited, name, old, new, message):
    folder = edited(name, old, new)
    with pytest.raises(ValueError, match="Way out: undo the edit") as caught:
        environment.check(folder)
    assert message in str(caught.value)


@pytest.mark.parametrize("name", FILES)
def test_a_missing_file_is_named(edited, tmp_path, name):
    (tmp_path / name).unlink()
    assert environment.problems(tmp_path)[0].startswith(f"{name} is missing")


def test_windows_line_ends_change_nothing(edited, tmp_path):
    for name in FILES:
        text = (tmp_path / name).read_bytes().replace(b"\n", b"\r\n")
        (tmp_path / name).write_bytes(text)
    assert environment.problems(tmp_path) == []


def test_names_are_compared_as_the_index_compares_them():
    assert environment.normalise("Dask[dataframe]>=2") == environment.normalise("dask") == "dask"
    assert environment.normalise("sphinx_intl.x") == "sphinx-intl-x"
    with pytest.raises(ValueError, match="does not begin with the name"):
        environment.normalise("==2.0")


def test_env_check_answers_on_the_command_line(capsys):
    assert main(["env", "check"]) == 0
    assert "agree" in capsys.readouterr().out


def test_a_new_lock_needs_uv_and_says_how_to_get_it(root, monkeypatch):
    monkeypatch.setenv("PATH", "")
    with pytest.raises(FileNotFoundError, match="pip install uv"):
        environment.lock(root)
