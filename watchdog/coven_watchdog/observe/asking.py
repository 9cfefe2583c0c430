"""Answers and errors of the client come in; `Asked` goes out."""

from typing import TypeVar

from coven_watchdog.coven.client import Answer
from coven_watchdog.decide.text import said
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
from coven_watchdog.model.facts import Asked, Health
from coven_watchdog.model.words import Outcome, Route
from coven_watchdog.observe.shared import Shared

T = TypeVar("T")
_DETAIL = 200
_OUTCOMES: dict[type[CovenError], Outcome] = {
    NoSocketError: Outcome.NO_SOCKET,
    RefusedError: Outcome.REFUSED,
    TimedOutError: Outcome.TIMED_OUT,
    ResetError: Outcome.RESET,
    ForbiddenError: Outcome.FORBIDDEN,
    UntrustedError: Outcome.UNTRUSTED,
    NotContractError: Outcome.NOT_CONTRACT,
    HttpError: Outcome.HTTP_ERROR,
}


def answered(shared: Shared, route: Route, answer: Answer[T], *, health: Health | None = None, session: str = "") -> Asked:
    """A request that got its answer."""
    return Asked(
        shared.home,
        shared.now(),
        route,
        Outcome.OK,
        latency=answer.latency,
        peer=answer.peer,
        peer_uid=answer.peer_uid,
        health=health,
        session=session,
    )


def failed(shared: Shared, route: Route, error: CovenError, *, session: str = "") -> Asked:
    """A request that got none; what the error says is made fit to be shown."""
    return Asked(
        shared.home,
        shared.now(),
        route,
        _OUTCOMES.get(type(error), Outcome.RESET),
        latency=error.latency,
        detail=said(error.message, _DETAIL),
        status=error.status if isinstance(error, HttpError) else None,
        error_code=said(error.error_code, _DETAIL) if isinstance(error, HttpError) else "",
        peer=error.peer,
        peer_uid=error.peer_uid,
        session=session,
    )
