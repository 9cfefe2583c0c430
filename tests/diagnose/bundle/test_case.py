"""What a bundle is about when nobody says."""

from dataclasses import replace
from pathlib import Path

from coven_watchdog.diagnose.bundle.case import Wishes, about, begun, unseen
from coven_watchdog.model.facts import Identity
from coven_watchdog.model.incidents import Facts
from coven_watchdog.model.looks import DaemonLook, HomeLook
from coven_watchdog.model.words import CheckStatus, Kind, Severity
from diagnose.bundle.bench import case, stopped
from diagnose.cases import ME, NOW
from store.builders import event, incident


def test_the_worst_that_is_open(tmp_path: Path) -> None:
    """A daemon's trouble before others of the same weight; else what was told of late; else nothing."""
    made = case(tmp_path)
    store = incident("aaaa", kind=Kind.STORE_BROKEN, severity=Severity.CRITICAL)
    daemon = incident("bbbb", kind=Kind.DAEMON_CRASHED, severity=Severity.CRITICAL)
    told = event("cccc", tellings=1)
    for open_, recent, wanted in (((store, daemon), (), daemon), ((), (event("dddd", tellings=0), told), told), ((), (), None)):
        home = replace(made.case, incidents=open_, recent=recent)
        examined = replace(made.examined, cases={made.home.home: home})
        assert begun(made.asked, examined, made.home, Wishes()).incident is wanted


def test_a_home_that_nobody_could_look_at(tmp_path: Path) -> None:
    """All of it is unknown, and the bundle is made all the same."""
    made = case(tmp_path)
    blind = begun(made.asked, replace(made.examined, cases={made.home.home: None}), made.home, Wishes())
    assert blind.case.check.status is CheckStatus.UNKNOWN
    assert blind.paths.root == made.paths.root
    assert unseen(made.asked, made.home, NOW).state.life is None


def test_the_daemon_in_question(tmp_path: Path) -> None:
    """The one of the incident; else the one that runs; else the one that was seen last."""
    old = Identity(7, 1)
    made = case(tmp_path)
    assert about(made, incident("aaaa", facts=Facts(identity=old))).suspect == old
    assert made.suspect == ME
    gone = stopped(tmp_path)
    assert gone.suspect is None
    look = HomeLook("h", "", 1, "b", daemon=DaemonLook(identity=old))
    assert replace(gone, case=replace(gone.case, remembered=look)).suspect == old
    assert made.fault is None
