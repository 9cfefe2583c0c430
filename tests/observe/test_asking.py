"""What becomes of answers and errors."""

from pathlib import Path

import pytest

from coven_watchdog.coven.client import Answer
from coven_watchdog.errors import (
    CovenError,
    ForbiddenError,
    HttpError,
    NoSocketError,
    NotContractError,
    RefusedError,
    ResetError,
    TimedOutError,
    UntrustedError,
)
from coven_watchdog.model.facts import Identity
from coven_watchdog.model.words import Outcome, Route
from coven_watchdog.observe.asking import answered, failed
from observe.bench import ground


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("error", "outcome"),
    [
        (NoSocketError("m"), Outcome.NO_SOCKET),
        (RefusedError("m"), Outcome.REFUSED),
        (TimedOutError("m"), Outcome.TIMED_OUT),
        (ResetError("m"), Outcome.RESET),
        (ForbiddenError("m"), Outcome.FORBIDDEN),
        (UntrustedError("m"), Outcome.UNTRUSTED),
        (NotContractError("m"), Outcome.NOT_CONTRACT),
        (HttpError("m", status=500), Outcome.HTTP_ERROR),
        (CovenError("m"), Outcome.RESET),
    ],
)
async def test_every_error_has_its_outcome(path: Path, error: CovenError, outcome: Outcome) -> None:
    """No error of the client is without a word for the core."""
    async with ground(path) as shared:
        assert failed(shared, Route.HEALTH, error).outcome is outcome


@pytest.mark.anyio
async def test_what_an_error_knows(path: Path) -> None:
    """Status, Coven's word, peer and latency are kept; what it says is one redacted line."""
    error = HttpError("a\nb password=hunter2hunter2", status=500, error_code="store\x1b[31m")
    error.peer, error.peer_uid, error.latency = Identity(1, 2), 3, 4
    async with ground(path) as shared:
        asked = failed(shared, Route.SESSION, error, session="s")
        assert (asked.status, asked.error_code, asked.session) == (500, "store", "s")
        assert (asked.peer, asked.peer_uid, asked.latency) == (Identity(1, 2), 3, 4)
        assert asked.detail.startswith("a b")
        assert "hunter2" not in asked.detail


@pytest.mark.anyio
async def test_an_answer(path: Path) -> None:
    """A good answer says who gave it and how long that took."""
    async with ground(path) as shared:
        asked = answered(shared, Route.HEALTH, Answer("x", 5, Identity(1, 2), 0))
        assert (asked.outcome, asked.latency, asked.peer, asked.peer_uid) == (Outcome.OK, 5, Identity(1, 2), 0)
