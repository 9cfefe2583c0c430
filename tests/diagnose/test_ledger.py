"""Store, event writer and sessions: what is said of each."""

from dataclasses import replace

from coven_watchdog.coven.ledger import UnclearError
from coven_watchdog.diagnose import ledger
from coven_watchdog.errors import NotContractError
from coven_watchdog.model.facts import EventWriter, Storage
from coven_watchdog.model.time import MINUTE
from coven_watchdog.model.words import CheckStatus, Kind, Severity
from diagnose.cases import HOME, LEDGER, NOW, down, finding, having, said, well
from store.builders import look


def test_all_is_well() -> None:
    """The file was read, and the daemon describes it."""
    (line,) = ledger.store(well())
    assert said((line,)) == [("ok", "ok · 3.0 GiB, and can be read")]
    assert [one.source for one in line.witnesses] == ["ledger", "health", "files"]
    assert said(ledger.event_writer(well())) == [("ok", "healthy · 7 events recorded, 0 dropped since its start")]
    assert said(ledger.sessions(well())) == [("ok", "1 live of 5")]
    assert ledger.sessions(well())[0].witnesses[0].saw == "4 completed, 1 running"


def test_a_broken_ledger() -> None:
    """Health says ok whatever the file is like; then sessions are not known."""
    case = replace(well(), ledger=None, ledger_error=NotContractError("cannot be read: file is not a database"))
    (line,) = ledger.store(case)
    assert (line.status, line.kind) == (CheckStatus.CRITICAL, Kind.STORE_BROKEN)
    assert line.next[0].run == "tail -n 60 ~/.coven/daemon-recovery.log"
    remembered = look(HOME, listed_at=NOW.wall - MINUTE)
    words = "not known without the ledger; 1 live when last listed, 1 min ago"
    assert said(ledger.sessions(replace(case, remembered=remembered))) == [("unknown", words)]
    assert said(ledger.sessions(case)) == [("unknown", "not known without the ledger")]


def test_a_ledger_that_is_gone() -> None:
    """Under a living daemon that is a fault; without one there was none yet."""
    assert ledger.store(replace(well(), ledger=None))[0].kind is Kind.STORE_BROKEN
    assert said(ledger.store(replace(down(), ledger=None))) == [("unknown", "there is none yet")]


def test_a_ledger_that_is_not_understood() -> None:
    """It accuses nobody, and says how to ask instead."""
    case = replace(well(), ledger=None, ledger_error=UnclearError("is larger than 64 MiB"))
    (line,) = ledger.store(case)
    assert (line.status, line.says) == (CheckStatus.UNKNOWN, "not proved: its file is larger than 64 MiB")
    assert line.next[0].run == "coven-watchdog check"


def test_trouble_in_the_daemons_words() -> None:
    """A storage or a writer that the daemon does not call well is wrong, with its last error."""
    storage, writer = Storage("degraded", last_error="disk I/O error"), EventWriter("failed", 3, 4, "[SQLITE_FULL]")
    case = having(well(), {"storage": storage, "event_writer": writer})
    (line,) = ledger.store(case)
    assert (line.status, line.says, line.cause) == (
        CheckStatus.WARNING,
        "the daemon calls its storage degraded",
        "disk I/O error",
    )
    (line,) = ledger.event_writer(case)
    assert (line.status, line.cause) == (CheckStatus.WARNING, "[SQLITE_FULL]")


def test_no_daemon() -> None:
    """The file speaks for itself; what it calls live has no daemon any more."""
    assert said(ledger.store(down())) == [("ok", "3.0 GiB, and can be read")]
    assert ledger.event_writer(down())[0].status is CheckStatus.UNKNOWN
    (line,) = ledger.sessions(down())
    assert (line.says, line.cause is not None) == ("1 live of 5 when it was last written", True)
    quiet = replace(down(), ledger=replace(LEDGER, by_status={}))
    assert ledger.sessions(quiet)[0].witnesses[0].saw == "none"


def test_findings_stand_first() -> None:
    """Each under its topic; of sessions, how many there are stands below."""
    case = finding(finding(well(), Kind.STORE_LOW_DISK, "store"), Kind.EVENT_WRITER_FAILED, "event_writer")
    case = finding(case, Kind.SESSION_GHOST, "session:x", Severity.WARNING)
    assert [line.kind for line in ledger.store(case)] == [Kind.STORE_LOW_DISK]
    assert [line.kind for line in ledger.event_writer(case)] == [Kind.EVENT_WRITER_FAILED]
    assert [line.kind for line in ledger.sessions(case)] == [Kind.SESSION_GHOST, None]


def test_whose_output_was_dropped() -> None:
    """The latest few are named, by what Coven's commands take; that is no trouble."""
    gaps = tuple(f"{number}1a2b3c4d-5e" for number in range(5))
    (line,) = ledger.event_writer(replace(well(), ledger=replace(LEDGER, gaps=gaps)))
    assert line.status is CheckStatus.OK
    assert line.witnesses[-1].saw == "recorded with gaps: the output of 01a2b3c4, 11a2b3c4, 21a2b3c4 and 2 more"
    (line,) = ledger.event_writer(replace(well(), ledger=replace(LEDGER, gaps=gaps[:1])))
    assert line.witnesses[-1].saw.endswith("the output of 01a2b3c4")
