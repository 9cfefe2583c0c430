"""Cases for the collectors of a bundle, made by hand: a home on the disk, a state directory, who asks."""

import os
import sys
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from coven_watchdog.config import Loaded
from coven_watchdog.coven.contents import Contents, contents
from coven_watchdog.coven.paths import HomePaths
from coven_watchdog.decide.words import Place
from coven_watchdog.diagnose.bundle.case import BundleCase, Wishes
from coven_watchdog.diagnose.bundle.piece import Piece
from coven_watchdog.diagnose.case import HomeCase
from coven_watchdog.diagnose.doctor import Asked, Examined
from coven_watchdog.diagnose.records import Records, read_records
from coven_watchdog.model.samples import RouteSample, Sample, Turn
from coven_watchdog.model.words import Basis, CheckStatus, Outcome, Route
from coven_watchdog.report.doctor import Doctor, DoctorHome, DoctorLine
from coven_watchdog.settings import Settings
from coven_watchdog.store import FILE_NAME
from diagnose.cases import HEALTH, NOW, well
from diagnose.cases import down as home_down

SECOND = 1_000_000


def case(base: Path, *, home_case: HomeCase | None = None, **changes: Any) -> BundleCase:  # noqa: ANN401 - any field
    """A bundle about a home below `base` in which nothing is wrong, and whose watchdog has its state below `base`, too."""
    root = base / "h"
    root.mkdir(exist_ok=True)
    about = replace(home_case or well(str(root)), paths=HomePaths(root))
    asked = asking(base, about.settings)
    home = DoctorHome(home=str(root), name="", status=CheckStatus.OK, lines=(), questions=(), symptoms=())
    records = changes.pop("records", None) or recorded(asked)
    doctor = Doctor(status=CheckStatus.OK, homes=(home,), watchdog=(), limits=())
    examined = Examined(doctor, {str(root): about}, records)
    made = BundleCase(asked, examined, home, about, Wishes(), NOW)
    return replace(made, **changes)


def asking(base: Path, settings: Settings) -> Asked:
    """Somebody at a shell, whose own home is `base`."""
    config = Loaded(settings, base / "config.toml", exists=False, origins={}, warnings=())
    return Asked(
        settings=settings,
        config=config,
        fault=None,
        config_path=base / "config.toml",
        database=base / "state" / FILE_NAME,
        place=Place("devbox", None, str(base / "h"), str(base)),
        uid=os.getuid(),
        platform=sys.platform,
        env={"PATH": os.environ["PATH"], "HOME": str(base), "USER": "adalovelace"},
    )


def recorded(asked: Asked) -> Records:
    """What the state directory holds."""
    return read_records(asked.database, asked.settings, "", "boot", NOW.wall)


def stopped(base: Path) -> BundleCase:
    """No daemon runs."""
    return case(base, home_case=home_down())


def read(made: BundleCase) -> Contents:
    """The ledger of its home."""
    found = contents(made.paths, 100)
    assert found is not None
    return found


def lines(made: BundleCase, *told: DoctorLine) -> BundleCase:
    """The case, with what `doctor` says of the home."""
    return replace(made, home=DoctorHome(**{**_fields(made.home), "lines": told}))


def _fields(home: DoctorHome) -> dict[str, Any]:
    return {name: getattr(home, name) for name in home.__struct_fields__}


def piece(text: str, **more: Any) -> Piece:  # noqa: ANN401 - any field
    """A piece of these lines."""
    return Piece(text.splitlines(), "a test", Basis.INTERNAL, **more)


def sample(home: str, second: int, *turns: tuple[int, Outcome], **more: Any) -> Sample:  # noqa: ANN401 - any field
    """A minute that ended so many seconds after now, with health answers at other seconds."""
    heard = tuple(Turn(NOW.wall + at * SECOND, outcome, 25_000, 7) for at, outcome in turns)
    routes = (RouteSample(Route.HEALTH, 6, 0, 25_000, 26_000),)
    parts: Mapping[str, Any] = {"event_writer": HEALTH.event_writer, "storage": HEALTH.storage, "version": "0.4.6"}
    return Sample(home, NOW.wall + second * SECOND, routes, heard, **{**parts, **more})
