"""The real Coven as another user runs it: a copy of the program where he can read it, on a home of his."""

import shutil
import stat
import subprocess
from pathlib import Path

from rigs import install_coven
from rigs.coven import RealCoven
from rigs.somebody import Somebody

_FAKE = Path(__file__).with_name("fake_codex.py")
_AS = """#!/bin/sh
exec setpriv --reuid={uid} --regid={gid} --clear-groups "{program}" "$@"
"""


class CovenOf(RealCoven):
    """A Coven that runs as that user.

    Args:
        user: who.
        program: as `install_coven.install` gives it.
        python: an interpreter that he can run, for the fake harness.
    """

    def __init__(self, user: Somebody, program: Path, python: str | Path) -> None:
        place = user.home / "coven"
        place.mkdir(mode=0o755)
        started = place / "as-user"
        started.write_text(_AS.format(uid=user.uid, gid=user.gid, program=_copy(program, place)), encoding="utf-8")
        started.chmod(0o755)
        super().__init__(started)
        fake = shutil.copy(_FAKE, self.base)
        harness = self.fakebin / "codex"
        harness.write_text(f'#!/bin/sh\nexec "{python}" -IS "{fake}" "$@"\n', encoding="utf-8")
        user.give(place, self.base)


def _copy(program: Path, place: Path) -> Path:
    """The program with the libraries that it was given, if it was."""
    copy = place / "coven"
    shutil.copyfile(program, copy)
    copy.chmod(copy.stat().st_mode | stat.S_IXUSR | stat.S_IXGRP | stat.S_IXOTH)
    if (libc := program.parent / "libc").exists():
        install_coven.point(copy, shutil.copytree(libc, place / "libc", symlinks=True), program.parent)

    subprocess.run((copy, "--version"), check=True, capture_output=True)
    return copy
