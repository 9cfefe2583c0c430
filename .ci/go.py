#!/usr/bin/env python3
"""Everything in one command, on any machine with Python 3.11 or newer: `python3 .ci/go.py demo | test | lint | bench | soak | pictures [arguments]`.

Makes `.venv` beside this folder, installs the package and what the word needs at the versions of constraints.txt, and runs it.
A second call finds nothing to do and starts at once. `VENV` names another folder for the environment.
"""

import os
import sys

if sys.version_info < (3, 11):
    sys.exit("coven-watchdog needs Python 3.11 or newer; this is " + sys.version.split()[0])

import hashlib
import subprocess
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / os.environ.get("VENV", ".venv")
BIN = VENV / "bin"
CONSTRAINTS = ROOT / "constraints.txt"
LINTERS = (
    ("ruff", "check", "--quiet"),
    ("ruff", "format", "--check", "--quiet"),
    ("mypy", "--no-error-summary"),
    ("lint-imports", "--no-logo"),
)
GROUPS = {
    "demo": (),
    "test": ("test",),
    "bench": ("test",),
    "soak": ("test",),
    "lint": ("test", "lint"),
    "pictures": ("test", "pictures"),
}
PROGRAMS = {
    "demo": "-m coven_watchdog demo",
    "test": "-m pytest",
    "bench": "tests/bench",
    "soak": "tests/soak",
    "pictures": "docs/pictures/make.py",
}


def pip(*arguments: str) -> None:
    """Run pip of the environment, quietly; end here when it fails."""
    command = [BIN / "python", "-m", "pip", "-qq", "--disable-pip-version-check", *arguments]
    if subprocess.run(command, check=False, cwd=ROOT).returncode:
        sys.exit("the packages could not be installed; what pip said stands above")


def prepare(groups: tuple[str, ...]) -> None:
    """Have an environment in which these dependency groups and the package are installed."""
    project = (ROOT / "pyproject.toml").read_bytes()
    tables = tomllib.loads(project.decode())
    state = hashlib.sha256(project + CONSTRAINTS.read_bytes() + sys.version.encode()).hexdigest()
    stamps = {group: VENV / f".ready-{group}-{state}" for group in ("package", *groups)}
    if all(stamp.exists() for stamp in stamps.values()):
        return

    print(f"preparing {VENV} (once, about a minute)", file=sys.stderr)
    clear = [] if (BIN / "python").exists() and stamps["package"].exists() else ["--clear"]
    if subprocess.run([sys.executable, "-m", "venv", *clear, VENV], check=False).returncode:
        sys.exit("no virtual environment could be made; on Debian and Ubuntu: apt install python3-venv")

    wanted = tables["build-system"]["requires"] + [line for group in groups for line in tables["dependency-groups"][group]]
    pip("install", "--constraint", str(CONSTRAINTS), *wanted)
    pip("install", "--constraint", str(CONSTRAINTS), "--no-build-isolation", "--editable", str(ROOT))
    for stamp in stamps.values():
        stamp.touch()


def main(words: list[str]) -> None:
    """Prepare, then become the program that the first word stands for."""
    if not words or words[0] not in GROUPS:
        sys.exit(__doc__)

    word, *rest = words
    prepare(GROUPS[word])
    os.chdir(ROOT)
    if word == "lint":
        failed = [
            " ".join(linter) for linter in LINTERS if subprocess.run([BIN / linter[0], *linter[1:]], check=False).returncode
        ]
        sys.exit(f"not clean: {'; '.join(failed)}" if failed else 0)

    os.execv(BIN / "python", [str(BIN / "python"), *PROGRAMS[word].split(), *rest])


if __name__ == "__main__":
    main(sys.argv[1:])
