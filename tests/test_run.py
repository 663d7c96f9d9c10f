"""run.py under the conditions that break set-ups. Fake interpreters stand in for Python, uv and pip: no network."""

from __future__ import annotations

import ast
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time

import pytest

from kampung_analysis import environment

pytestmark = pytest.mark.skipif(os.name == "nt", reason="the fake interpreters are shell scripts")

HERE = f"{sys.version_info[0]}.{sys.version_info[1]}"

BASE = """#!/bin/sh
# A Python whose `-m venv FOLDER` makes a fake environment.
echo "base $*" >> calls.log
if [ -f venv-fails ]; then cat venv-fails; exit 1; fi
mkdir -p "$3/bin" "$3/lib/site-packages"
cp fake-inner "$3/bin/python"
"""

INNER = """#!/bin/sh
# The Python inside the fake environment.
cd {folder}
echo "inner $2 $3" >> calls.log
case "$1 $2" in
    "-m pip")
        if [ -f pip-sleeps ]; then sleep 30; fi
        if [ -f pip-fails ]; then cat pip-fails; exit 1; fi ;;
    "-m kampung_analysis") shift 2; echo "handed over: $*"; env ; if [ -f ends-with ]; then exit 7; fi ;;
    -c*) echo "{folder}/.venv/lib/site-packages" ;;
esac
"""

UV = """#!/bin/sh
echo "uv $*" >> calls.log
echo 'error: no such option'; exit 2
"""

DRIVER = """
import runpy, shutil, sys
sys._base_executable = "{base}"
sys.argv = ["run.py", *sys.argv[1:]]
{extra}
runpy.run_path("run.py", run_name="__main__")
"""


@pytest.fixture
def clone(tmp_path, root):
    """A function that starts run.py in a small copy of the repository with fake interpreters."""
    for name in ("run.py", "pyproject.toml", "requirements.lock", "environment.yml"):
        shutil.copy(root / name, tmp_path)
    (tmp_path / "kampung_analysis").mkdir()
    for name in ("__init__.py", "environment.py"):
        shutil.copy(root / "kampung_analysis" / name, tmp_path / "kampung_analysis")
    (tmp_path / "tools").mkdir()
    for name, text in (("base", BASE), ("fake-inner", INNER.format(folder=tmp_path))):
        (tmp_path / name).write_text(text)
        (tmp_path / name).chmod(0o755)

    def start(*arguments, extra="", wait=True, **variables):
        env = {**os.environ, "PATH": f"{tmp_path}/tools:/usr/bin:/bin", **variables}
        env.pop("KAMPUNG_VENV", None)
        command = [sys.executable, "-c", DRIVER.format(base=tmp_path / "base", extra=extra), *arguments]
        options = {"cwd": tmp_path, "env": env, "text": True, "stdout": subprocess.PIPE, "stderr": subprocess.STDOUT}
        if wait:
            return subprocess.run(command, check=False, **options)
        return subprocess.Popen(command, **options)

    start.folder = tmp_path
    start.stamp = tmp_path / ".venv" / "kampung-complete.json"
    start.calls = lambda: (tmp_path / "calls.log").read_text() if (tmp_path / "calls.log").exists() else ""
    if shutil.which("uv", path="/usr/bin:/bin"):
        pytest.skip("uv lies in /usr/bin and would be called in place of the fake")
    return start


@pytest.fixture
def program(root):
    """run.py as a module's namespace."""
    import runpy

    return runpy.run_path(str(root / "run.py"))


def test_run_py_can_be_read_by_an_old_python(root):
    ast.parse((root / "run.py").read_text("utf-8"), feature_version=(3, 7))


def test_run_py_imports_only_the_standard_library_before_set_up(root):
    tree = ast.parse((root / "run.py").read_text("utf-8"))
    names = {alias.name for node in tree.body if isinstance(node, ast.Import) for alias in node.names}
    names |= {node.module for node in tree.body if isinstance(node, ast.ImportFrom)}
    assert names <= sys.stdlib_module_names


@pytest.mark.parametrize(("found", "word"), [((3, 8), "too old"), ((3, 10), "too old"), ((3, 14), "too new")])
def test_an_unsupported_python_is_named_with_the_supported_ones(program, found, word):
    with pytest.raises(program["Stop"], match=rf"Python {found[0]}\.{found[1]}, which is {word}.*3\.11 to 3\.13"):
        program["require_python"](found)


def test_the_supported_pythons_are_those_of_pyproject(program, root):
    text = (root / "pyproject.toml").read_text("utf-8")
    low, high = re.search(r'requires-python = ">=3\.(\d+),<3\.(\d+)"', text).groups()
    assert (program["OLDEST"], program["NEWEST"]) == ((3, int(low)), (3, int(high) - 1))


def test_help_says_what_each_command_costs_and_installs_nothing(clone):
    done = clone("--help")
    assert done.returncode == 0
    for command in ("reproduce", "test", "lab", "refresh", "html", "clean"):
        assert re.search(rf"^  {command}\b.*\d+ (s|min)", done.stdout, re.MULTILINE), command
    assert not (clone.folder / ".venv").exists()


def test_an_unknown_command_is_answered_with_the_known_ones(clone):
    done = clone("reprodcue")
    assert done.returncode == 1
    assert "'reprodcue'" in done.stdout and "reproduce, test, lab" in done.stdout


def test_set_up_ends_with_the_stamp_and_hands_the_command_over(clone):
    done = clone("refresh", "06")
    assert done.returncode == 0, done.stdout
    assert "handed over: refresh 06" in done.stdout
    lock = (clone.folder / "requirements.lock").read_text("utf-8")
    assert json.loads(clone.stamp.read_text()) == {"lock": environment.fingerprint(lock), "python": HERE, "tool": "pip"}
    assert (clone.folder / ".venv/lib/site-packages/kampung_analysis.pth").read_text() == "../../..\n"
    assert not (clone.folder / ".venv/kampung-building").exists()


def test_a_second_start_installs_nothing(clone):
    clone("html")
    before = clone.calls()
    clone("html")
    assert clone.calls() == before + "inner kampung_analysis html\n"


def test_the_exit_code_of_the_command_is_passed_on(clone):
    (clone.folder / "ends-with").touch()
    assert clone("reproduce").returncode == 7


def test_variables_that_would_change_the_analysis_are_dropped(clone):
    done = clone("html", PYTHONDONTWRITEBYTECODE="1", PYTHONPATH="/elsewhere", MPLBACKEND="agg")
    assert "PYTHONDONTWRITEBYTECODE" not in done.stdout
    assert "PYTHONPATH" not in done.stdout
    assert "MPLBACKEND" not in done.stdout
    assert "OMP_NUM_THREADS=1\n" in done.stdout


@pytest.mark.parametrize(
    ("output", "message"),
    [
        ("[Errno -3] Temporary failure in name resolution", "package index cannot be reached"),
        ("ERROR: THESE PACKAGES DO NOT MATCH THE HASHES", "git checkout requirements.lock"),
        ("OSError: [Errno 28] No space left on device", "disk is full"),
        ("No matching distribution found for numpy==2.4.6", "has no file for this machine"),
        ("something never seen", "something never seen"),
    ],
)
def test_a_failed_installation_is_explained_and_mended_by_the_next_start(clone, output, message):
    (clone.folder / "pip-fails").write_text(output)
    done = clone("html")
    assert done.returncode == 1
    assert message in done.stdout and output in done.stdout
    assert not clone.stamp.exists() and "handed over" not in done.stdout
    (clone.folder / "pip-fails").unlink()
    (clone.folder / ".venv" / "half-written").touch()
    assert clone("html").returncode == 0
    assert clone.stamp.exists() and not (clone.folder / ".venv" / "half-written").exists()


def test_a_missing_venv_module_is_answered_with_the_package_to_install(clone):
    (clone.folder / "venv-fails").write_text(
        "The virtual environment was not created because ensurepip is not available."
    )
    done = clone("test")
    assert done.returncode == 1
    assert "sudo apt install python3-venv" in done.stdout


def test_pip_takes_over_when_uv_fails(clone):
    (clone.folder / "tools" / "uv").write_text(UV)
    (clone.folder / "tools" / "uv").chmod(0o755)
    done = clone("html")
    assert done.returncode == 0, done.stdout
    assert "uv did not succeed" in done.stdout and "no such option" in done.stdout
    assert json.loads(clone.stamp.read_text())["tool"] == "pip"


def test_an_edited_lock_stops_before_anything_is_installed(clone):
    lock = clone.folder / "requirements.lock"
    lock.write_text(lock.read_text("utf-8").replace("numpy==", "numpy==9", 1), "utf-8")
    done = clone("html")
    assert done.returncode == 1
    assert "numpy==9" in done.stdout and "env lock" in done.stdout
    assert not (clone.folder / ".venv").exists()


def test_an_edited_lock_is_noticed_after_a_complete_set_up(clone):
    clone("html")
    lock = clone.folder / "requirements.lock"
    lock.write_text(lock.read_text("utf-8").replace("sha256:4", "sha256:5", 1), "utf-8")
    done = clone("html")
    assert done.returncode == 1 and "requirements.lock was edited" in done.stdout
    assert clone.stamp.exists()


def test_a_new_lock_that_agrees_rebuilds_the_environment(clone):
    clone("html")
    lock = clone.folder / "requirements.lock"
    lock.write_text(lock.read_text("utf-8") + "# a later resolution\n", "utf-8")
    (clone.folder / "environment.yml").write_text(environment.conda_environment(clone.folder), "utf-8")
    (clone.folder / ".venv" / "of-the-old-lock").touch()
    assert clone("html").returncode == 0
    assert not (clone.folder / ".venv" / "of-the-old-lock").exists()
    assert json.loads(clone.stamp.read_text())["lock"] == environment.fingerprint(lock.read_text("utf-8"))


def test_an_environment_of_another_python_is_left_alone_with_two_ways_out(clone):
    clone("html")
    clone.stamp.write_text(clone.stamp.read_text().replace(HERE, "3.99"))
    done = clone("html")
    assert done.returncode == 1
    assert "holds Python 3.99" in done.stdout and "clean --all" in done.stdout and "python3.99 run.py" in done.stdout


def test_an_environment_whose_python_is_gone_is_built_again(clone):
    clone("html")
    (clone.folder / ".venv/bin/python").unlink()
    done = clone("html")
    assert done.returncode == 0 and "is gone" in done.stdout


def test_a_foreign_environment_is_left_alone(clone):
    (clone.folder / ".venv").mkdir()
    (clone.folder / ".venv" / "mine").write_text("precious")
    done = clone("html")
    assert done.returncode == 1 and "was not made by run.py" in done.stdout
    assert (clone.folder / ".venv" / "mine").read_text() == "precious"


def test_too_little_space_is_told_before_anything_is_written(clone):
    done = clone("html", extra="shutil.disk_usage = lambda path: shutil._ntuple_diskusage(10**9, 9 * 10**8, 10**8)")
    assert done.returncode == 1
    assert "95 MB are free" in done.stdout and "KAMPUNG_VENV" in done.stdout
    assert not (clone.folder / ".venv").exists()


def test_two_set_ups_at_once_do_not_meet(clone):
    fcntl = pytest.importorskip("fcntl")
    (clone.folder / ".venv").mkdir()
    with open(clone.folder / ".venv" / "kampung-building", "a") as marker:
        fcntl.flock(marker, fcntl.LOCK_EX)
        done = clone("html")
    assert done.returncode == 1 and "Another run.py" in done.stdout


def test_an_interrupted_set_up_is_built_anew(clone):
    (clone.folder / "pip-sleeps").touch()
    child = clone("html", wait=False)
    while "inner pip" not in clone.calls():
        assert child.poll() is None, child.stdout.read()
        time.sleep(0.02)
    child.send_signal(signal.SIGINT)
    output, _ = child.communicate(timeout=60)
    assert child.returncode == 130 and "Nothing is half-written" in output
    assert not clone.stamp.exists()
    (clone.folder / "pip-sleeps").unlink()
    assert clone("html").returncode == 0


def test_clean_deletes_what_was_built_and_keeps_the_environment(clone):
    clone("html")
    (clone.folder / "_build" / "html").mkdir(parents=True)
    (clone.folder / "kampung_analysis" / "__pycache__").mkdir(exist_ok=True)
    assert clone("clean").returncode == 0
    assert not (clone.folder / "_build").exists() and not (clone.folder / "kampung_analysis" / "__pycache__").exists()
    assert clone.stamp.exists() and (clone.folder / "kampung_analysis" / "environment.py").exists()
    assert clone("clean", "--all").returncode == 0
    assert not (clone.folder / ".venv").exists()


def test_clean_deletes_no_folder_that_is_not_an_environment(clone):
    (clone.folder / ".venv").mkdir()
    done = clone("clean", "--all")
    assert done.returncode == 1 and (clone.folder / ".venv").exists()
