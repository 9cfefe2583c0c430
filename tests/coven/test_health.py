"""Tests of `coven.health`."""

import json

import pytest

from coven_answers import HEAD, SEEN
from coven_watchdog.coven.health import decode_health
from coven_watchdog.errors import NotContractError
from coven_watchdog.model.facts import EventWriter, Storage


def body(value: object) -> bytes:
    """As JSON."""
    return json.dumps(value).encode()


def test_the_health_of_the_real_coven_is_understood() -> None:
    """Every part that is used."""
    health = decode_health(body(SEEN))
    assert (health.ok, health.api_version, health.coven_version) == (True, "coven.daemon.v1", "0.4.6")
    assert (health.pid, health.started_at, health.socket) == tuple(
        SEEN["daemon"][key] for key in ("pid", "startedAt", "socket")
    )
    assert health.event_writer == EventWriter("healthy", 0, 7, "")
    assert health.storage is not None
    assert (health.storage.status, health.storage.wal_bytes) == ("ok", 12_392)
    assert health.capabilities["sessions"] is True
    assert health.capabilities["eventCursor"] == "sequence"
    assert health.capabilities["sessionPolicyContracts"] == ("coven.session-policy.v1",)


@pytest.mark.parametrize(
    "absent", [{}, dict.fromkeys(["daemon", "hub", "eventWriter", "storage", "capabilities", "covenVersion"])]
)
def test_parts_that_older_daemons_lack_are_none(absent: dict[str, None]) -> None:
    """Absent or null."""
    health = decode_health(body(HEAD | absent))
    assert (health.pid, health.event_writer, health.storage, health.coven_version) == (None, None, None, "")
    assert health.capabilities == {}


def test_trouble_in_the_health_is_read() -> None:
    """A failed writer with its error, a blocked maintenance with its own."""
    writer = {"state": "failed", "droppedOutputEvents": 3, "committedEvents": 9, "lastError": "disk full"}
    storage = {"status": "critical", "databaseBytes": 1, "walBytes": 2, "freeDiskBytes": 0, "maintenanceBlocked": True}
    health = decode_health(body(HEAD | {"ok": False, "eventWriter": writer, "storage": storage}))
    assert not health.ok
    assert health.event_writer == EventWriter("failed", 3, 9, "disk full")
    assert health.storage == Storage("critical", 1, 2, 0, maintenance_blocked=True)


def test_a_capability_of_an_unknown_shape_is_left_out() -> None:
    """It may be new; the others stay."""
    odd = {"sessions": True, "new": {"a": 1}, "mixed": ["a", 1], "number": 3, "none": None, "words": []}
    assert decode_health(body(HEAD | {"capabilities": odd})).capabilities == {"sessions": True, "words": ()}


def test_another_api_version_is_told_and_not_judged_by_this_ones_shape() -> None:
    """The health of tomorrow is incompatible, not broken."""
    health = decode_health(body({"ok": True, "apiVersion": "coven.daemon.v2", "covenVersion": "9", "daemon": "pid 7"}))
    assert (health.api_version, health.coven_version, health.pid) == ("coven.daemon.v2", "9", None)


@pytest.mark.parametrize(
    "value", [{}, {"ok": True}, {"apiVersion": "coven.daemon.v1"}, HEAD | {"ok": 1}, HEAD | {"apiVersion": 1}, []]
)
def test_a_health_without_its_head_is_not_the_contract(value: object) -> None:
    """Whether it is well, and of which contract, every answer must say."""
    with pytest.raises(NotContractError):
        decode_health(body(value))


@pytest.mark.parametrize(
    ("wrong", "part"),
    [
        ({"daemon": {"pid": "7"}}, "daemon"),
        ({"storage": []}, "storage"),
        ({"storage": {"walBytes": "many"}}, "storage"),
        ({"eventWriter": {"droppedOutputEvents": -1}}, "eventWriter"),
        ({"capabilities": ["sessions"]}, "capabilities"),
        ({"covenVersion": 5}, "covenVersion"),
    ],
)
def test_a_part_of_another_shape_is_left_out_and_named(wrong: dict[str, object], part: str) -> None:
    """The other parts are as they were: what rests on them is judged on."""
    health, good = decode_health(body(SEEN | wrong)), decode_health(body(SEEN))
    assert health.strange == (part,)
    assert good.strange == ()
    pairs = [(health.event_writer, good.event_writer), (health.storage, good.storage), (health.pid, good.pid)]
    assert sum(one == other for one, other in pairs) >= 2


def test_only_versions_that_were_tried_are_tested() -> None:
    """What is known of Coven's internals holds for these."""
    assert decode_health(body(SEEN)).tested
    assert not decode_health(body(SEEN | {"covenVersion": "0.4.7"})).tested
    assert not decode_health(body(HEAD)).tested
