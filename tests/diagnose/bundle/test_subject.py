"""What an id means."""

from dataclasses import replace
from pathlib import Path

import pytest
from anyio import run

from coven_watchdog.diagnose.bundle.case import BundleCase, Wishes
from coven_watchdog.diagnose.bundle.subject import subject
from coven_watchdog.diagnose.doctor import Examined
from coven_watchdog.errors import WatchdogError
from coven_watchdog.model.incidents import Facts
from coven_watchdog.model.words import CheckStatus
from coven_watchdog.report.doctor import Doctor, DoctorHome
from diagnose.bundle.bench import case
from ledgers import ledger
from report.filled import fill
from store.builders import HOME, brief, event


def found(made: BundleCase, name: str | None) -> BundleCase:
    """What the id means there."""

    async def ask() -> BundleCase:
        return await subject(made.asked, made.examined, name, Wishes())

    return run(ask)


def homes(made: BundleCase, *more: DoctorHome) -> BundleCase:
    """The case with further homes."""
    doctor = Doctor(status=CheckStatus.OK, homes=(*more, made.home), watchdog=(), limits=())
    cases = {home.home: None for home in more} | dict(made.examined.cases)
    return replace(made, examined=Examined(doctor, cases, made.examined.records))


def other(path: str, status: CheckStatus = CheckStatus.OK) -> DoctorHome:
    """Another home."""
    return DoctorHome(home=path, name="", status=status, lines=(), questions=(), symptoms=())


def test_nothing_named(tmp_path: Path) -> None:
    """The home that is worst off."""
    made = case(tmp_path)
    assert found(homes(made, other("/a")), None).home.home == "/a"
    bad = other(str(tmp_path / "bad"), CheckStatus.CRITICAL)
    assert found(homes(made, other("/a"), bad), None).home is bad


def test_an_incident(tmp_path: Path) -> None:
    """By its first letters or a message's last line, in its own home; the watchdog's own stands beside the worst home."""
    fill(tmp_path / "state")
    made = homes(case(tmp_path), other(HOME))
    about = found(made, "k7fq.1")
    assert about.incident is not None
    assert (about.incident.id, about.home.home, about.named) == ("k7fq", HOME, True)
    assert found(made, "c4nn").home.home == HOME
    with pytest.raises(WatchdogError, match="of a home that is not watched any more"):
        found(case(tmp_path), "k7fq")


def test_a_session(tmp_path: Path) -> None:
    """By its first letters, four at least, with the last trouble it was in; the whole id wins over a longer one."""
    made = case(tmp_path)
    ledger(made.paths.root, {"id": "aa11"}, {"id": "aa112"}, {"id": "bb22x"})
    trouble = event("b3xm", facts=Facts(sessions=(brief(id="bb22x"),)))
    home = replace(made.case, recent=(trouble,))
    made = replace(made, examined=replace(made.examined, cases={made.home.home: home}))
    about = found(made, "bb22")
    assert about.session is not None
    assert (about.session.id, about.incident) == ("bb22x", trouble)
    exact = found(made, "aa11")
    assert exact.session is not None
    assert (exact.session.id, exact.incident) == ("aa11", None)
    with pytest.raises(WatchdogError, match="no incident and no session begins with 'bb2'"):
        found(made, "bb2")


def test_more_than_one(tmp_path: Path) -> None:
    """They are named, and nothing is guessed."""
    made = case(tmp_path)
    rows: list[dict[str, object]] = [{"id": f"aaaa{number}"} for number in range(5)]
    ledger(made.paths.root, *rows)
    with pytest.raises(WatchdogError, match="5 sessions begin with 'aaaa'") as caught:
        found(made, "aaaa")

    assert caught.value.message.endswith(", …")
    assert caught.value.next_step == "give more of the id"


def test_what_cannot_be_read(tmp_path: Path) -> None:
    """Neither records nor ledger: what is missing is said."""
    made = case(tmp_path)
    made.paths.ledger.write_bytes(b"garbage" * 100)
    with pytest.raises(WatchdogError, match="no session begins with 'zzzz'; the ledger cannot be read"):
        found(made, "zzzz")

    (tmp_path / "state").mkdir()
    (tmp_path / "state" / "watchdog.sqlite3").write_bytes(b"garbage" * 1000)
    with pytest.raises(WatchdogError, match="the records of incidents cannot be read"):
        found(made, "zzzz")

    assert found(made, None).ledger_error is not None
