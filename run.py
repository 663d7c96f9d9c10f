#!/usr/bin/env python3
"""Set up and run the whole analysis: ``python3 run.py reproduce`` and ``python3 run.py test``.

Needs Python 3.11 to 3.13 and its standard library, nothing else. The first start builds the folder ``.venv`` from
``requirements.lock``; every start then hands over to that Python and ``kampung_analysis/__main__.py``. The syntax stays
old on purpose: an old Python must be able to read this file to say that it is too old.
"""

import errno
import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import time
from pathlib import Path

OLDEST, NEWEST = (3, 11), (3, 13)
ROOT = Path(__file__).resolve().parent
VENV = Path(os.environ.get("KAMPUNG_VENV") or ROOT / ".venv").absolute()
LOCK = ROOT / "requirements.lock"
BUILDING, STAMP = "kampung-building", "kampung-complete.json"
SPACE = 2000
"""Free space in megabytes that set-up asks for: .venv takes about 1000, the download cache the rest."""

DROPPED = (
    "PYTHONDONTWRITEBYTECODE PYTHONHOME PYTHONPATH PYTHONSTARTUP PYTHONWARNINGS PYTHONOPTIMIZE __PYVENV_LAUNCHER__"
    " MATPLOTLIBRC MPLBACKEND VIRTUAL_ENV CONDA_PREFIX"
).split()
"""Variables of the surroundings that would change what the analysis imports, prints or draws."""

COMMANDS = """\
commands, with what they cost on two cores (the first start adds the set-up: 25 s with uv, 1 to 2 min with pip, 1 GB):
  reproduce         verify data, rerun all notebooks, compare, render the HTML book      1 to 2 min
  test [ARGS]       lint, unit tests, every notebook compared, mutation tests            about 5 min
  lab               open the notebooks in JupyterLab                                     5 s
  refresh [NN ...]  rerun notebooks and rewrite them and their results in place          about 15 s each
  html              render the HTML book from the committed notebooks                    about 40 s
  clean [--all]     delete _build and caches; with --all also .venv                      1 s

further, for maintainers: data build|verify|fetch, pages write|check|catalogues, env check|lock (see their --help)
KAMPUNG_VENV=FOLDER in the environment puts .venv elsewhere, for instance on a larger or faster disk
"""

FAILURES = (
    (r"No space left on device|os error 28|Errno 28|ENOSPC", f"The disk is full. Way out: free {SPACE} MB."),
    (
        r"DO NOT MATCH THE HASHES|[Hh]ash mismatch",
        "A package is not the one the lock names: the lock was edited or the index serves other files. "
        "Way out: `git checkout requirements.lock`, then try again without a mirror.",
    ),
    (
        r"ensurepip|No module named '?(venv|pip)",
        "This Python lacks the venv module. Way out on Debian and Ubuntu: `sudo apt install python3-venv`; "
        "elsewhere install Python from python.org or conda, or install uv.",
    ),
    (
        r"[Nn]ame resolution|NewConnectionError|ConnectTimeout|ConnectionError|ProxyError|dns error|Network is unr"
        r"|Tunnel connection failed|SSLError|error sending request|timed out|[Cc]onnection refused"
        r"|Failed to (establish|fetch)|tcp connect",
        "The package index cannot be reached. Way out: check the network or the proxy (HTTPS_PROXY) and start "
        "again; what was downloaded is kept.",
    ),
    (
        r"[Nn]o matching distribution|No solution found|no wheels",
        "A locked package has no file for this machine or index. Way out: try Python 3.12, or another index.",
    ),
)
"""What the output of a failed installation looks like, and what to tell the reader."""


class Stop(Exception):
    """A condition the reader can mend; the message says what, which value and the way out."""


def version(numbers):
    """Write (3, 11) as "3.11"."""
    return ".".join(str(n) for n in numbers)


def require_python(found):
    """Stop unless `found`, a tuple (major, minor), is supported; name another interpreter where one is on PATH."""
    if OLDEST <= tuple(found) <= NEWEST:
        return
    way = "install one, for instance from python.org or conda"
    for minor in range(OLDEST[1], NEWEST[1] + 1):
        other = shutil.which(f"python3.{minor}")
        if other and subprocess.call([other, "-c", ""], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) == 0:
            way = f"run `python3.{minor} run.py ...` instead"
    word = "old" if tuple(found) < OLDEST else "new"
    wanted = f"the locked packages need Python {version(OLDEST)} to {version(NEWEST)}"
    raise Stop(f"This is Python {version(found)}, which is too {word}: {wanted}. Way out: {way}.")


def require_agreement():
    """Stop when pyproject.toml, requirements.lock and environment.yml disagree."""
    sys.path.insert(0, str(ROOT))
    sys.dont_write_bytecode = True
    from kampung_analysis import environment

    try:
        environment.check(ROOT)
    except ValueError as error:
        raise Stop(f"The lock was edited or is out of date; nothing was installed.\n{error}") from None
    return environment.fingerprint(LOCK.read_text("utf-8"))


def venv_python(folder):
    """Path of the Python inside an environment."""
    return folder / ("Scripts/python.exe" if os.name == "nt" else "bin/python")


def surroundings():
    """The environment for every process started: nothing of the user's Python, Jupyter kernels and style leaks in."""
    env = {key: value for key, value in os.environ.items() if key not in DROPPED}
    env.update({name: "1" for name in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS")})
    env.update({name: "1" for name in ("PYTHONUTF8", "PYTHONNOUSERSITE", "PYDEVD_DISABLE_FILE_VALIDATION")})
    env.update(MPLCONFIGDIR=str(VENV / "matplotlib"), IPYTHONDIR=str(VENV / "ipython"))
    env["PATH"] = os.pathsep.join([str(venv_python(VENV).parent), env.get("PATH", os.defpath)])
    return env


def complete():
    """True when .venv was finished from this very lock; stops when it belongs to another Python."""
    try:
        stamp = json.loads((VENV / STAMP).read_text("utf-8"))
    except (OSError, ValueError):
        return False
    if not venv_python(VENV).exists():
        print(f"The Python that {VENV.name} was built with is gone; building it again.")
        return False
    here, there = version(sys.version_info[:2]), stamp.get("python")
    if there != here:
        raise Stop(
            f"{VENV.name} holds Python {there} and this is Python {here}. Way out: `python{there} run.py ...` to go on "
            f"with it, or `python{here} run.py clean --all` and then the same command again to build it anew."
        )
    text = LOCK.read_bytes().replace(b"\r\n", b"\n") if LOCK.is_file() else b""
    return stamp.get("lock") == hashlib.sha256(text).hexdigest()


def claim_folder():
    """Create or empty the folder for a new environment and mark it unfinished; returns the open, locked marker."""
    ours = (VENV / BUILDING).exists() or (VENV / STAMP).exists()
    if VENV.exists() and not ours and (not VENV.is_dir() or any(VENV.iterdir())):
        raise Stop(
            f"{VENV} exists and was not made by run.py, so it is left alone. Way out: move it away or delete it, or "
            "name another folder: KAMPUNG_VENV=/some/folder python3 run.py ..."
        )
    free = shutil.disk_usage(str(next(p for p in VENV.parents if p.exists()))).free // 2**20
    if free < SPACE:
        raise Stop(
            f"No space for the environment: {free} MB are free on the disk of {VENV.parent}, {SPACE} MB are needed. "
            "Way out: free some, or name a folder on another disk: KAMPUNG_VENV=/some/folder python3 run.py ..."
        )
    VENV.mkdir(parents=True, exist_ok=True)
    marker = open(VENV / BUILDING, "a")  # noqa: SIM115  (held open: the lock on it says that someone is at work)
    try:
        import fcntl

        fcntl.flock(marker, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except ImportError:
        pass
    except OSError:
        raise Stop(f"Another run.py is setting up {VENV} at this moment; wait for it and start again.") from None
    empty()
    return marker


def empty():
    """Delete everything in the environment's folder but the marker; the stamp goes first."""
    for path in sorted(VENV.iterdir(), key=lambda path: path.name != STAMP):
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(str(path))
        elif path.name != BUILDING:
            path.unlink()


def explain(tool, output):
    """Turn the output of a failed installation into a message with its last lines."""
    told = [line for line in output.strip().splitlines() if not line.startswith(("Ignoring ", "Collecting "))]
    tail = "\n".join("    " + line for line in told[-12:])
    for pattern, message in FAILURES:
        if re.search(pattern, output):
            return f"{message}\nThe last lines of {tool}:\n{tail}"
    return f"{tool} failed; its last lines:\n{tail}"


def execute(tool, command):
    """Run an installing command with a count of packages on a terminal; stop with an explanation when it fails."""
    lines, count, live = [], 0, sys.stdout.isatty()
    options = {"stdout": subprocess.PIPE, "stderr": subprocess.STDOUT, "universal_newlines": True}
    try:
        command = [str(part) for part in command]
        child = subprocess.Popen(command, cwd=str(ROOT), env=surroundings(), errors="replace", **options)
    except OSError as error:
        raise Stop(f"{tool} cannot be started: {error}") from None
    try:
        for line in child.stdout:
            lines.append(line)
            count += line.startswith("Collecting ")
            if live and count:
                print(f"\r  {count} packages found", end="", flush=True)
        code = child.wait()
    except BaseException:
        child.terminate()
        child.wait()
        raise
    if live and count:
        print()
    if code:
        raise Stop(explain(tool, "".join(lines)))
    return "".join(lines)


def install():
    """Fill the claimed folder with uv where present, else with venv and pip; every file is checked by its hash."""
    python, uv, base = venv_python(VENV), shutil.which("uv"), getattr(sys, "_base_executable", sys.executable)
    if uv:
        print(f"Installing the locked packages with uv into {VENV.name} (20 s to 60 s) ...", flush=True)
        try:
            execute("uv venv", [uv, "venv", "--quiet", "--allow-existing", "--python", base, VENV])
            command = [uv, "pip", "install", "--python", python, "--require-hashes", "--compile-bytecode"]
            execute("uv pip install", [*command, "-r", LOCK])
            return "uv"
        except Stop as problem:
            if "disk is full" in str(problem):
                raise
            print(f"uv did not succeed, going on with pip. {problem}", flush=True)
            empty()
    print(f"Installing the locked packages with pip into {VENV.name} (1 min to 3 min) ...", flush=True)
    execute("python -m venv", [base, "-m", "venv", VENV])
    command = [python, "-m", "pip", "install", "--require-hashes", "--no-deps", "--only-binary=:all:", "--no-input"]
    command += ["--disable-pip-version-check", "--progress-bar=off", "--retries=2"]
    execute("pip install", [*command, "-r", LOCK])
    return "pip"


def set_up():
    """Bring .venv to the state of the lock; the stamp is written last, so that an interruption is seen and mended."""
    if complete():
        return
    fingerprint = require_agreement()
    started = time.monotonic()
    with claim_folder():
        tool = install()
        code = "import sysconfig, matplotlib.font_manager; print(sysconfig.get_path('purelib'))"
        packages = Path(execute("the new Python", [venv_python(VENV), "-c", code]).strip().splitlines()[-1])
        (packages / "kampung_analysis.pth").write_text(os.path.relpath(str(ROOT), str(packages)) + "\n", "utf-8")
        stamp = {"lock": fingerprint, "python": version(sys.version_info[:2]), "tool": tool}
        fresh = VENV / (STAMP + ".new")
        fresh.write_text(json.dumps(stamp) + "\n", "utf-8")
        fresh.replace(VENV / STAMP)
    (VENV / BUILDING).unlink()
    print(f"Set-up complete in {time.monotonic() - started:.0f} s.", flush=True)


def clean(arguments):
    """Delete what can be built again: _build and caches, with --all also the environment."""
    unknown = [argument for argument in arguments if argument != "--all"]
    if unknown:
        raise Stop("clean does not know {}; it takes nothing or --all".format(" ".join(unknown)))
    folders = [ROOT / name for name in ("_build", "jupyter_execute", ".pytest_cache", ".ruff_cache", ".hypothesis")]
    for top in ("kampung_analysis", "tests", "notebooks", "benchmarks", "book"):
        folders += [path for name in ("__pycache__", ".ipynb_checkpoints") for path in (ROOT / top).rglob(name)]
    if "--all" in arguments:
        folders.append(VENV)
        if VENV.exists() and not any((VENV / name).exists() for name in (BUILDING, STAMP, "pyvenv.cfg")):
            raise Stop(f"{VENV} is not a Python environment, so it is left alone; delete it yourself")
    for folder in filter(Path.exists, folders):
        print(f"deleting {folder}")
        shutil.rmtree(str(folder))


def hand_over(python, arguments):
    """Run the project's command line and return its exit code; Ctrl-C reaches it, and we wait for it to tidy up."""
    child = subprocess.Popen([str(python), "-m", "kampung_analysis", *arguments], cwd=str(ROOT), env=surroundings())
    while True:
        try:
            return child.wait()
        except KeyboardInterrupt:
            continue


def main(arguments):
    """Run one command and return the exit code."""
    if not arguments or arguments[0] in ("-h", "--help", "help"):
        print(f"{__doc__.splitlines()[0]}\n\nusage: python3 run.py COMMAND [ARGUMENTS]\n\n{COMMANDS}")
        return 0 if arguments else 2
    known = re.findall(r"^  (\w+)", COMMANDS, re.MULTILINE) + ["data", "pages", "env"]
    if arguments[0] not in known:
        raise Stop(f"There is no command {arguments[0]!r}; there are: {', '.join(known)}.")
    if arguments[0] == "clean":
        return clean(arguments[1:])
    require_python(sys.version_info[:2])
    if {"-h", "--help"} & set(arguments):
        return hand_over(sys.executable, arguments)
    set_up()
    return hand_over(venv_python(VENV), arguments)


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except Stop as stop:
        sys.exit(f"run.py: {stop}")
    except KeyboardInterrupt:
        print("\nStopped. Nothing is half-written: the next start goes on from the last complete state.")
        sys.exit(130)
    except OSError as error:
        if error.errno != errno.ENOSPC:
            raise
        sys.exit(f"run.py: The disk is full. Way out: free {SPACE} MB and start again.")
