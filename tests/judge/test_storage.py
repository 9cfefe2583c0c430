"""What the daemon says of the ground that its ledger stands on."""

from dataclasses import replace
from typing import Any

import pytest

from coven_watchdog.judge.storage import MIB
from coven_watchdog.model.facts import EventWriter, Health, Storage
from coven_watchdog.model.incidents import Verdict
from coven_watchdog.model.time import MINUTE
from coven_watchdog.model.words import Look, Outcome, Severity
from tale import GOOD, Tale, row

FULL = Storage("critical", free_disk_bytes=0)
ROOMY = Storage("ok", free_disk_bytes=5000 * MIB)


def answer(storage: Storage | None = None, writer: EventWriter | None = None) -> Health:
    """A good answer that describes storage and writer."""
    return replace(GOOD, storage=storage, event_writer=writer)


def told(health: Health, at: float = 10) -> Tale:
    """A daemon that runs well, and then answers this."""
    return Tale().served(0, row()).health(at, health=health)


@pytest.mark.parametrize(
    ("free", "severity"),
    [(0, Severity.CRITICAL), (255, Severity.CRITICAL), (256, Severity.WARNING), (1023, Severity.WARNING)],
)
def test_little_room(free: int, severity: Severity) -> None:
    """Coven's own limits: a warning below 1 GiB, critical below 256 MiB."""
    verdict = told(answer(Storage("warning", free_disk_bytes=free * MIB))).verdict("store.low_disk")
    assert (verdict.severity, verdict.facts.detail) == (severity, f"{free} MiB free")


def test_room_again() -> None:
    """At 1 GiB Coven does not warn any more."""
    tale = told(answer(Storage("ok", free_disk_bytes=1024 * MIB)))
    assert (tale.presents, "store.low_disk" in tale.clears) == ((), True)


def test_room_is_not_known() -> None:
    """A daemon that does not describe its storage, and a system that does not say."""
    tale = told(answer())
    assert (tale.presents, "store.low_disk" in tale.clears) == ((), False)


def test_without_a_daemon_we_look_ourselves() -> None:
    """The disk is as full when the daemon is down, and nobody announces room: looked at again after a minute."""
    tale = Tale().files(0, free_bytes=10 * MIB)
    assert tale.verdict("store.low_disk").severity is Severity.CRITICAL
    assert Look.FILES not in tale.wait(59).looks
    assert Look.FILES in tale.wait(60).looks
    assert "store.low_disk" in tale.files(61, free_bytes=5000 * MIB).clears


def test_the_newer_word_counts() -> None:
    """The daemon's answer is newer than our look, and the other way round."""
    tale = told(answer(FULL)).files(11, free_bytes=5000 * MIB)
    assert "store.low_disk" in tale.clears
    assert tale.health(12, health=answer(FULL)).verdict("store.low_disk").witnesses[0].source == "health"


@pytest.mark.parametrize(
    ("storage", "saw"),
    [
        ({"last_error": "database is locked"}, "its maintenance fails: database is locked"),
        ({"maintenance_blocked": True}, "its maintenance is blocked"),
        ({"prune_age": 4 * MINUTE}, "its maintenance is overdue: the last was 4 min ago"),
        (
            {"wal_bytes": 64 * MIB},
            "its write-ahead log has grown to 64 MiB; most likely a program reads the ledger and does not finish",
        ),
        ({"status": "degraded"}, "the daemon cannot say how its ledger is"),
    ],
)
def test_a_ledger_without_care(storage: dict[str, Any], saw: str) -> None:
    """Each sign alone, said in words."""
    verdict = told(answer(replace(ROOMY, **storage))).verdict("store.degraded")
    assert (verdict.severity, verdict.facts.detail) == (Severity.WARNING, saw)


@pytest.mark.parametrize("storage", [{}, {"prune_age": 3 * MINUTE}, {"wal_bytes": 63 * MIB}, {"status": "warning"}])
def test_a_ledger_that_is_looked_after(storage: dict[str, Any]) -> None:
    """What is ordinary after a start, a burst of output, or with a warning of Coven that has another reason."""
    tale = told(answer(replace(ROOMY, **storage)))
    assert (tale.presents, "store.degraded" in tale.clears) == ((), True)


def failed_writer() -> Verdict:
    """A writer that failed beside a live session."""
    return told(answer(writer=EventWriter("failed", last_error="database or disk is full"))).verdict("event_writer.failed")


def test_a_writer_that_failed() -> None:
    """Critical, with Coven's own reason and the sessions whose rows may be stale."""
    verdict = failed_writer()
    assert (verdict.severity, verdict.subject) == (Severity.CRITICAL, "event_writer")
    assert verdict.facts.detail == "database or disk is full"
    assert [brief.id for brief in verdict.facts.sessions] == ["s1"]


def test_a_writer_that_failed_without_a_reason() -> None:
    """Older daemons give none."""
    verdict = told(answer(writer=EventWriter("failed"))).verdict("event_writer.failed")
    assert verdict.witnesses[0].saw == "the event writer failed"


@pytest.mark.parametrize("state", ["healthy", "pressured", "something new"])
def test_a_writer_that_writes(state: str) -> None:
    """Pressure and unknown words are no failure."""
    tale = told(answer(writer=EventWriter(state)))
    assert (tale.presents, "event_writer.failed" in tale.clears) == ((), True)


@pytest.mark.parametrize("outcome", [Outcome.TIMED_OUT, Outcome.REFUSED])
def test_nothing_is_known_of_a_daemon_that_gives_no_answer(outcome: Outcome) -> None:
    """What it said before may be over: neither present nor clear."""
    tale = told(answer(replace(FULL, maintenance_blocked=True), EventWriter("failed"))).health(20, outcome)
    kinds = {"store.low_disk", "store.degraded", "event_writer.failed"}
    assert kinds.isdisjoint({*tale.presents, *tale.clears})


def test_dropped_output_is_noted_as_it_doubles() -> None:
    """Three and then three more are two notes, four and seven are one; of another daemon it is another one."""
    notes = [
        told(answer(writer=EventWriter("pressured", dropped_events=dropped))).verdict("event_writer.pressured").occurrence
        for dropped in (3, 4, 6, 7, 8)
    ]
    assert notes == [f"100:7:{bits}" for bits in (2, 3, 3, 3, 4)]
    assert told(answer(writer=EventWriter("pressured"))).presents == ()
