"""What do the two commands cost on this machine? Set-up cold and warm, reproduce, test, peak memory, size of .venv.

Run as ``python3 benchmarks/setup.py [--pip] [--only setup,reproduce,test]``. Works in a clone in a temporary folder,
so the checkout's own .venv stays. Cold means without the installers' caches, warm with what the cold run left there.
"""

from __future__ import annotations

import argparse
import os
import platform
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent

MEASURE = """
import json, resource, subprocess, sys, time
start = time.perf_counter()
code = subprocess.call(sys.argv[1:])
peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
print(json.dumps([code, time.perf_counter() - start, peak / (2**20 if sys.platform == "darwin" else 2**10)]))
"""
"""Program that runs a command and prints exit code, seconds and the largest process's resident memory in MB."""


def measure(command: list, clone: Path, env: dict) -> tuple[int, float, float]:
    """Run `command` in `clone`: exit code, seconds, resident memory of its largest process in MB."""
    import json

    done = subprocess.run(
        [sys.executable, "-c", MEASURE, *map(str, command)],
        cwd=clone,
        env=env,
        text=True,
        capture_output=True,
        check=True,
    )
    code, seconds, peak = json.loads(done.stdout.splitlines()[-1])
    if code:
        print("\n".join(done.stdout.splitlines()[-15:] + done.stderr.splitlines()[-5:]), file=sys.stderr)
    return code, seconds, peak


def megabytes(folder: Path) -> float:
    """Size of the files below `folder` in MB, links not followed."""
    return sum(p.lstat().st_size for p in folder.rglob("*") if not p.is_dir()) / 2**20


def main() -> int:
    """Print one line a measurement; exit code 1 when a command failed."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--pip", action="store_true", help="hide uv, so that venv and pip are measured")
    parser.add_argument("--only", default="setup,reproduce,test", help="parts to measure, by comma")
    options = parser.parse_args()
    parts, failed = options.only.split(","), 0
    with tempfile.TemporaryDirectory(prefix="kampung-benchmark-") as held:
        clone, cache = Path(held) / "clone", Path(held) / "cache"
        subprocess.run(["git", "clone", "--quiet", str(ROOT), str(clone)], check=True)
        env = {**os.environ, "PIP_CACHE_DIR": str(cache / "pip"), "UV_CACHE_DIR": str(cache / "uv")}
        env.pop("KAMPUNG_VENV", None)
        env.setdefault("KAMPUNG_SHARED", str(ROOT.parent / "shared"))
        if options.pip:
            folders = env.get("PATH", "").split(os.pathsep)
            env["PATH"] = os.pathsep.join(f for f in folders if not (Path(f) / "uv").exists())
        run = [sys.executable, "run.py"]
        print(f"Python {platform.python_version()}, {os.cpu_count()} processors, {platform.system()}")

        def line(name: str, command: list) -> None:
            nonlocal failed
            start = time.strftime("%H:%M")
            code, seconds, peak = measure(command, clone, env)
            failed += code != 0
            told = "" if code == 0 else f", exit code {code}"
            print(f"{name:<24} {seconds:7.1f} s   largest process {peak:6.0f} MB   (started {start}{told})", flush=True)

        line("set-up, cold", [*run, "env", "check"])
        if "setup" in parts:
            subprocess.run([*run, "clean", "--all"], cwd=clone, env=env, check=True, stdout=subprocess.DEVNULL)
            line("set-up, warm", [*run, "env", "check"])
            line("set-up, complete", [*run, "env", "check"])
        print(f"{'size of .venv':<24} {megabytes(clone / '.venv'):7.0f} MB")
        for part in ("reproduce", "test"):
            if part in parts:
                line(f"{part}, warm", [*run, part])
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
