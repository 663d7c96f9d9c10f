"""Which command does what? The command line that ``run.py`` hands over to once the environment is complete.

Heavy modules are imported inside the commands, so that ``--help`` answers at once. Every command returns the exit code:
0 when all is equal and well, 1 when something differs, 130 after Ctrl-C. Finished pages replace old ones by a rename.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BUILD = ROOT / "_build"


def render(notebooks: Path, differing: dict) -> Path:
    """Render the HTML book from the folder `notebooks` into ``_build/html``; returns the page to open."""
    from kampung_analysis import pages

    pages.build_html(notebooks, BUILD / "html", differing)
    return BUILD / "html" / "index.html"


def summary(runs) -> str:
    """Lay :class:`kampung_analysis.notebooks.NotebookRun` objects out as a table, one line each."""
    word = {True: "yes", False: "NO"}
    rows = [("notebook", "seconds", "numbers equal", "figures equal")]
    rows += [(r.name, f"{r.seconds:.1f}", word[r.numbers_equal], word[r.figures_equal]) for r in runs]
    widths = [max(len(row[i]) for row in rows) for i in range(4)]
    lines = ["  ".join([row[0].ljust(widths[0]), *(row[i].rjust(widths[i]) for i in (1, 2, 3))]) for row in rows]
    return "\n".join([lines[0], "  ".join("-" * width for width in widths), *lines[1:]])


def reproduce(_) -> int:
    """Verify the data, rerun every notebook, compare with the committed ones, render the book from the fresh run."""
    from kampung_analysis import build, notebooks

    started = time.monotonic()
    print("1/3  verifying the embedded data", flush=True)
    if build.verify():
        print("Nothing was run. Way out: `git checkout data` brings the published tables back.")
        return 1
    print("2/3  rerunning the notebooks in fresh kernels", flush=True)
    fresh = BUILD / "notebooks"
    runs = notebooks.rerun(out=fresh, progress=lambda text: print(f"     {text}", flush=True))
    differing = {run.name: run.differences for run in runs if run.differences}
    print("3/3  rendering the HTML book", flush=True)
    page = render(fresh, differing)
    print(f"\n{summary(runs)}\n")
    for name, differences in differing.items():
        for difference in differences:
            print(f"{name}, {difference}")
    if differing:
        print(f"{len(differing)} of {len(runs)} notebooks differ from the published ones; their pages say where.")
    else:
        print(f"All {len(runs)} notebooks equal the published ones.")
    print(f"{time.monotonic() - started:.0f} s. Open {page.as_uri()}")
    return 1 if differing or not runs else 0


def test(options) -> int:
    """Lint, then unit tests, every notebook compared, meta-tests and mutation tests in one pytest run."""
    workers = str(max(2, min(4, os.cpu_count() or 2)))
    notebooks = ["--nbval", "--nbval-current-env"]
    steps = [
        ["kampung_analysis", "env", "check"],
        ["ruff", "check", "."],
        ["ruff", "format", "--check", "--quiet", "."],
        ["pytest", "-n", workers, "--dist", "loadfile", *notebooks, *(options.arguments or ["notebooks", "tests"])],
    ]
    failed = [step for step in steps if subprocess.call([sys.executable, "-m", *step], cwd=ROOT)]
    for step in failed:
        print(f"failed: python -m {' '.join(step)}")
    return 1 if failed else 0


def lab(options) -> int:
    """Open the notebooks in JupyterLab."""
    return subprocess.call([sys.executable, "-m", "jupyterlab", *options.arguments, "notebooks"], cwd=ROOT)


def refresh(options) -> int:
    """Rerun notebooks and rewrite them, their recorded results and the generated parts of the README in place."""
    from kampung_analysis import notebooks, pages

    changed = [*notebooks.refresh(options.names or None), *pages.write()]
    print("\n".join(f"rewritten: {name}" for name in changed) if changed else "Nothing changed, not a byte.")
    return 0


def html(_) -> int:
    """Render the HTML book from the committed notebooks."""
    print(f"Open {render(ROOT / 'notebooks', {}).as_uri()}")
    return 0


def pages(options) -> int:
    """Write or check the generated parts of the README, or merge new text into the Indonesian catalogues."""
    from kampung_analysis import pages
    from kampung_analysis.build import describe

    do = {"write": pages.write, "check": pages.stale, "catalogues": pages.update_catalogues}[options.what]
    word = "stale, run `pages write`" if options.what == "check" else "rewritten"
    changed = do()
    if options.what != "catalogues":
        changed += [f"data/{name}" for name in (describe.write if options.what == "write" else describe.stale)()]
    print("\n".join(f"{word}: {name}" for name in changed) if changed else "Up to date.")
    return 1 if changed and options.what == "check" else 0


def data(options) -> int:
    """Build the tables from the public originals, verify them, or fetch (download) the originals.

    A fetch that broke off goes on where it stopped when it is run again, inside a large file too.
    """
    from kampung_analysis import build

    if options.tables and options.what != "build":
        raise ValueError(f"data {options.what} takes all tables at once; leave out {' '.join(options.tables)}")
    if options.what == "verify":
        return 1 if build.verify() else 0
    if options.raw is None:
        raise ValueError(f"data {options.what} needs the folder of the originals; add --raw FOLDER")
    if options.what == "fetch":
        return 1 if build.fetch(options.raw) else 0
    return 1 if build.main_build(options.raw, facts=options.facts, tables=options.tables or None) else 0


def env(options) -> int:
    """Check that pyproject.toml, requirements.lock and environment.yml agree, or resolve them anew."""
    from kampung_analysis import environment

    if options.what == "lock":
        environment.lock(ROOT)
    environment.check(ROOT)
    print("pyproject.toml, requirements.lock and environment.yml agree.")
    return 0


def parser() -> argparse.ArgumentParser:
    """Build the parser; each command's help is its docstring."""
    top = argparse.ArgumentParser(prog="run.py", description="Evaluate Kampung Tangguh Semeru, claim by claim.")
    commands = top.add_subparsers(dest="command", required=True, metavar="COMMAND")
    made = {}
    for command in (reproduce, test, lab, refresh, html, pages, data, env):
        made[command] = commands.add_parser(command.__name__, help=command.__doc__, description=command.__doc__)
        made[command].set_defaults(run=command)
    made[test].add_argument("arguments", nargs="*", help="paths and options for pytest instead of 'tests notebooks'")
    made[lab].add_argument("arguments", nargs="*", help="options for JupyterLab, such as --no-browser")
    made[refresh].add_argument("names", nargs="*", metavar="NN", help="numbers or names of notebooks; default all")
    made[pages].add_argument("what", nargs="?", default="write", choices=["write", "check", "catalogues"])
    made[data].add_argument("what", choices=["build", "verify", "fetch"])
    made[data].add_argument("tables", nargs="*", help="tables to build; default all")
    made[data].add_argument(
        "--raw", type=Path, metavar="FOLDER", help="folder of the public originals: fetch fills it, build reads it"
    )
    made[data].add_argument(
        "--facts", type=Path, metavar="FOLDER", help="folder of hand-coded facts; default beside raw"
    )
    made[env].add_argument("what", choices=["check", "lock"])
    return top


def main(arguments: list[str] | None = None) -> int:
    """Run one command.

    Parameters
    ----------
    arguments : list of str, optional
        Words of the command line; ``sys.argv[1:]`` by default.

    Returns
    -------
    int
        Exit code.
    """
    top = parser()
    options, unknown = top.parse_known_args(arguments)
    if "tables" in options:
        options.tables = [*options.tables, *(word for word in unknown if not word.startswith("-"))]
        unknown = [word for word in unknown if word.startswith("-")]
    if "arguments" in options:
        options.arguments = (sys.argv[1:] if arguments is None else arguments)[1:]
    elif unknown:
        top.error(f"{options.command} does not know {' '.join(unknown)}")
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    for name in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"):
        os.environ[name] = "1"
    try:
        return options.run(options)
    except KeyboardInterrupt:
        print("\nStopped. Committed notebooks, results and finished pages are untouched.", file=sys.stderr)
        return 130
    except (ValueError, FileNotFoundError, RuntimeError) as error:
        print(f"{options.command}: {error}", file=sys.stderr)
        return 1
    except OSError as error:
        print(f"{options.command}: {error}; may it be read and written, and is there room?", file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main())
