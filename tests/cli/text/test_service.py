"""How the service stands, as lines."""

from datetime import UTC, datetime
from typing import Any

import msgspec
import pytest

from coven_watchdog.cli.page import plain
from coven_watchdog.cli.text.service import brief_lines, change_line, kept_lines, status_lines
from coven_watchdog.cli.text.words import Here
from coven_watchdog.model.words import Change, ManagerName, ServiceCondition
from coven_watchdog.report.service import ServiceStatus

HERE = Here(datetime(2026, 3, 1, 12, 0, tzinfo=UTC), UTC, home="/home/ada")
RUNNING = ServiceStatus(
    manager=ManagerName.SYSTEMD,
    path="/home/ada/x.service",
    installed=True,
    ours=True,
    edited=False,
    current=True,
    condition=ServiceCondition.RUNNING,
    enabled=True,
    lingering=True,
    pid=7,
    since=datetime(2026, 3, 1, 8, 30, tzinfo=UTC),
    says="watching 1 home",
    restarts=0,
    trouble=None,
    drop_ins=("/home/ada/x.service.d/o.conf",),
)


def _lines(**changes: Any) -> list[str]:  # noqa: ANN401 - any field
    return [plain(line) for line in status_lines(msgspec.structs.replace(RUNNING, **changes), HERE)]


def test_a_good_one() -> None:
    """The verdict first, then its own words, its files and when it starts."""
    assert _lines() == [
        "✓ running since 08:30:00 UTC · pid 7 · systemd",
        "  it says  watching 1 home",
        "  file     ~/x.service",
        "  and      ~/x.service.d/o.conf",
        "  starts   with the machine",
    ]


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"lingering": False}, "when you log in; it ends with your last session; loginctl enable-linger"),
        ({"lingering": None}, "of lingering nothing is known"),
        ({"enabled": False}, "only by hand"),
        ({"manager": ManagerName.LAUNCHD}, "when you log in at the screen"),
        ({"restarts": 2}, "brought back  2 times"),
        ({"trouble": "watchdog"}, "ended last by  watchdog"),
        ({"edited": True}, "(changed by hand)"),
        ({"ours": False}, "(not written by `service install`)"),
        ({"current": False}, "(not what this version would write: coven-watchdog service install)"),
        ({"installed": False}, "(is not there)"),
        ({"condition": ServiceCondition.FAILED}, "✖ failed; it is not started again by itself · pid 7"),
    ],
)
def test_what_is_odd(changes: dict[str, Any], words: str) -> None:
    """Each oddity has its words."""
    assert words in "\n".join(_lines(**changes))


@pytest.mark.parametrize("condition", ServiceCondition)
def test_every_condition_has_words(condition: ServiceCondition) -> None:
    """None is left out; what does not run has no beginning."""
    head = _lines(condition=condition)[0]
    assert ("since" in head) is (condition is ServiceCondition.RUNNING)


def test_what_a_start_shows() -> None:
    """The verdict, and what it watches where it says so: launchd passes nothing on."""
    said = msgspec.structs.replace(RUNNING, says="watching ~/.coven: running")
    assert [plain(line) for line in brief_lines(said, HERE)][1:] == ["  it says  watching ~/.coven: running"]
    assert len(brief_lines(msgspec.structs.replace(RUNNING, says=""), HERE)) == 1


@pytest.mark.parametrize("change", Change)
def test_every_change_has_words(change: Change) -> None:
    """What became of the file, and where it is."""
    assert plain(change_line(change, "/home/ada/x", HERE)).endswith(": ~/x")


def test_what_stays() -> None:
    """A line each."""
    assert [plain(line) for line in kept_lines(["/home/ada/a", "/b"], HERE)] == ["  kept: ~/a", "  kept: /b"]
