"""Messages that a command wants sent now: what became of those that the running service has, or couriers of this command's own."""

import time
from collections.abc import Collection, Mapping, Sequence

import anyio

from coven_watchdog import clock
from coven_watchdog.cli.recorded import database
from coven_watchdog.cli.setting import loaded, place
from coven_watchdog.cli.terms import Terms
from coven_watchdog.config import doubt
from coven_watchdog.decide.render import Page, render
from coven_watchdog.decide.words import Place
from coven_watchdog.deliver.couriers import CourierPool, environment
from coven_watchdog.deliver.delivery import parcel
from coven_watchdog.errors import ConfigError
from coven_watchdog.model.time import SECOND
from coven_watchdog.model.words import AttemptOutcome, NotificationState
from coven_watchdog.report.notifications import TriedView
from coven_watchdog.settings import Channel, Delivery, Settings
from coven_watchdog.store import Claim, StoreReader

GRACE = 5.0
"""Seconds beyond the time-out of a delivery: the service notices the request, and starts a courier."""
_PAUSE = 0.1


def awaited(terms: Terms, wanted: Collection[tuple[str, str]]) -> tuple[TriedView, ...]:
    """What became of these messages of the running service, as (channel, id), once it is known; at the latest when it should be."""
    path = database(terms)
    end = time.monotonic_ns() + round((_delivery(terms).timeout.seconds + GRACE) * SECOND * 1000)
    while True:
        with StoreReader(path) as rows:
            doubts = {look.name: look.doubt for look in rows.channels()}
            found = tuple(_sent(rows, name, notification, doubts) for name, notification in wanted)

        tried = all(one.state is not NotificationState.QUEUED for one in found)
        if tried or time.monotonic_ns() > end:
            return found

        time.sleep(_PAUSE)


def _delivery(terms: Terms) -> Delivery:
    """How long a delivery may take; a file that is being edited is no reason not to test what runs."""
    try:
        return loaded(terms).settings.delivery
    except ConfigError:
        return Delivery()


def _doubt(channel: Channel) -> str | None:
    return (doubt(channel.url.reveal()) or None) if channel.url is not None else None


def _sent(rows: StoreReader, name: str, notification: str, doubts: Mapping[str, str]) -> TriedView:
    """What became of one message."""
    row = next((one for one in rows.notifications(channel=name) if one.id == notification), None)
    attempts = rows.attempts(notification, name)
    state = row.state if row else NotificationState.QUEUED
    error = attempts[-1].error if attempts and state is not NotificationState.SENT else ""
    return TriedView(channel=name, id=notification, state=state, error=error or None, doubt=doubts.get(name) or None)


def sent_from_here(terms: Terms, settings: Settings, claims: Sequence[tuple[Channel, Claim]]) -> tuple[TriedView, ...]:
    """Send each of these on its channel, by couriers of this command's own. `settings` have the channels' URLs."""
    return anyio.run(_send_all, claims, settings, place(terms, settings), terms.env)


async def _send_all(
    claims: Sequence[tuple[Channel, Claim]], settings: Settings, where: Place, env: Mapping[str, str]
) -> tuple[TriedView, ...]:
    """All at once: no channel waits for another."""
    found: dict[str, TriedView] = {}
    async with CourierPool(environment(env)) as pool:

        async def send(channel: Channel, claim: Claim) -> None:
            found[channel.name] = await _send(pool, channel, claim, settings, where)

        async with anyio.create_task_group() as tasks:
            for channel, claim in claims:
                tasks.start_soon(send, channel, claim, name=f"{claim.notification.reason} on {channel.name}")

    return tuple(found[channel.name] for channel, _ in claims)


async def _send(pool: CourierPool, channel: Channel, claim: Claim, settings: Settings, where: Place) -> TriedView:
    """One message."""
    page = Page(claim.notification, claim.members, channel, settings, clock.now(), where, claim.digest)
    receipt = await pool.send(channel.name, parcel(claim, render(page), channel, settings.delivery))
    if receipt.outcome is AttemptOutcome.ACCEPTED:
        return TriedView(channel=channel.name, id=None, state=NotificationState.SENT, error=None, doubt=_doubt(channel))

    return TriedView(channel=channel.name, id=None, state=NotificationState.FAILED, error=receipt.error or "no reason given")
