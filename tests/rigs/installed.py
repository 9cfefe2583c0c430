"""The program as a user installs it: its wheel, built from this tree, in an environment of his own; and another version of it."""

import atexit
import shutil
import subprocess
import sys
import tempfile
from functools import cache
from pathlib import Path

import coven_watchdog
from rigs.absent import absent
from rigs.coven import Done
from rigs.somebody import Somebody

ROOT = Path(__file__).parents[2]
_VERSION = Path("watchdog/coven_watchdog/__init__.py")
_LEFT_OUT = shutil.ignore_patterns(".*", "__pycache__", "tests", "pictures")
_PYTHONS = (str(Path(sys.executable).resolve()), "/usr/bin/python3", "/usr/local/bin/python3")
_PROBE = "import sys; raise SystemExit(sys.version_info < (3, 11))"


class Installed:
    """One environment of one user. `command` is the program in it."""

    def __init__(self, user: Somebody) -> None:
        self.user = user
        self.place = user.home / "apps" / "coven-watchdog"
        self.command = self.place / "bin" / "coven-watchdog"
        self._venv(_python(user))
        self._pip("--constraint", str(ROOT / "constraints.txt"), str(wheel()))

    def __call__(self, *arguments: str, text: str = "", **env: str) -> Done:
        """Run a command of the program as the user does."""
        return self.user(self.command, *arguments, text=text, env={"NO_COLOR": "1", **env})

    def replace(self, version: str) -> None:
        """Install that version over what is there, as an upgrade does."""
        self._pip("--no-deps", "--force-reinstall", str(wheel(version)))

    def file(self, name: str) -> Path:
        """A file in the folder of its packages, or where it would be."""
        return next(self.place.glob("lib/python3*/site-packages")) / name

    def _venv(self, python: str) -> None:
        done = self.user(python, "-m", "venv", "--without-pip", self.place)
        assert done.code == 0, done

    def _pip(self, *arguments: str) -> None:
        """Our pip works in his environment: his has none, and ours need not be his to read."""
        quiet = ("-qq", "--disable-pip-version-check", "--no-input", "--root-user-action=ignore")
        command = (sys.executable, "-m", "pip", "--python", str(self.place / "bin" / "python"), "install", *quiet, *arguments)
        subprocess.run(command, check=True)
        self.user.give(self.place)


@cache
def wheel(version: str = coven_watchdog.__version__) -> Path:
    """The wheel of this tree, or of a copy that calls itself another version."""
    folder = Path(tempfile.mkdtemp(prefix="cw-wheel."))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    tree = shutil.copytree(ROOT, folder / "tree", ignore=_LEFT_OUT)
    text = (tree / _VERSION).read_text(encoding="utf-8")
    (tree / _VERSION).write_text(text.replace(coven_watchdog.__version__, version), encoding="utf-8")
    build = (sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", folder)
    subprocess.run(build, cwd=tree, check=True, capture_output=True)
    shutil.rmtree(tree)
    return next(folder.glob("*.whl"))


def _python(user: Somebody) -> str:
    """An interpreter that he can run: root's own may lie where nobody else may look."""
    works = (python for python in _PYTHONS if user("/bin/sh", "-c", f'"{python}" -c "{_PROBE}"').code == 0)
    return next(works, None) or absent(
        "no Python 3.11 or newer that every user can run", "apt-get install python3 python3-venv"
    )
