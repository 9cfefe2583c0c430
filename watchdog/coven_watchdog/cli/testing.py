"""Test messages: channel names in, what became of them out; through the running service, or by couriers of our own."""

import time
from collections.abc import Mapping, Sequence

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
from coven_watchdog.model.telling import Notification
from coven_watchdog.model.time import SECOND
from coven_watchdog.model.words import AttemptOutcome, NotificationState, Reason
from coven_watchdog.report.notifications import NotifyTest, TriedView
from coven_watchdog.settings import Channel, Delivery, Settings
from coven_watchdog.store import Claim, StoreReader, request_test

GRACE = 5.0
"""Seconds beyond the time-out of a delivery: the service notices the request, and starts a courier."""
_PAUSE = 0.1
_TEST = "test"


def by_service(terms: Terms, names: Sequence[str]) -> NotifyTest:
    """Ask the running service to send, and wait for its word.

    Raises:
        StoreError: its database cannot be written.
    """
    path = database(terms)
    wanted = dict(zip(request_test(path, names, clock.now().wall), names, strict=True))
    doubts = _doubts(terms)
    end = time.monotonic_ns() + round((_delivery(terms).timeout.seconds + GRACE) * SECOND * 1000)
    while True:
        with StoreReader(path) as rows:
            found = tuple(_sent(rows, name, notification, doubts) for notification, name in wanted.items())

        tried = all(one.state is not NotificationState.QUEUED for one in found)
        if tried or time.monotonic_ns() > end:
            return NotifyTest(sent_by="service", channels=found)

        time.sleep(_PAUSE)


def _delivery(terms: Terms) -> Delivery:
    """How long a delivery may take; a file that is being edited is no reason not to test what runs."""
    try:
        return loaded(terms).settings.delivery
    except ConfigError:
        return Delivery()


def _doubts(terms: Terms) -> Mapping[str, str]:
    """Why a success proves little, by channel. A URL that only the service can see is judged by its `status` alone."""
    try:
        channels = loaded(terms, resolve_urls=True).settings.channels
    except ConfigError:
        return {}

    return {channel.name: why for channel in channels if (why := _doubt(channel))}


def _doubt(channel: Channel) -> str | None:
    return (doubt(channel.url.reveal()) or None) if channel.url is not None else None


def _sent(rows: StoreReader, name: str, notification: str, doubts: Mapping[str, str]) -> TriedView:
    """What became of one message."""
    row = next((one for one in rows.notifications(channel=name) if one.id == notification), None)
    attempts = rows.attempts(notification, name)
    state = row.state if row else NotificationState.QUEUED
    error = attempts[-1].error if attempts and state is not NotificationState.SENT else ""
    return TriedView(channel=name, id=notification, state=state, error=error or None, doubt=doubts.get(name))


def from_shell(terms: Terms, names: Sequence[str]) -> NotifyTest:
    """Send by couriers of this command's own.

    Raises:
        ConfigError: a channel's URL cannot be had.
    """
    settings = loaded(terms, resolve_urls=True).settings
    channels = [channel for channel in settings.channels if channel.name in names]
    return NotifyTest(sent_by="shell", channels=anyio.run(_send_all, channels, settings, place(terms, settings), terms.env))


async def _send_all(
    channels: Sequence[Channel], settings: Settings, where: Place, env: Mapping[str, str]
) -> tuple[TriedView, ...]:
    """All at once: no channel waits for another."""
    found: dict[str, TriedView] = {}
    async with CourierPool(environment(env)) as pool:

        async def send(channel: Channel) -> None:
            found[channel.name] = await _send(pool, channel, settings, where)

        async with anyio.create_task_group() as tasks:
            for channel in channels:
                tasks.start_soon(send, channel, name=f"test of {channel.name}")

    return tuple(found[channel.name] for channel in channels)


async def _send(pool: CourierPool, channel: Channel, settings: Settings, where: Place) -> TriedView:
    """One message."""
    claim = Claim(_notification(channel), (), (), by=_TEST)
    message = render(Page(claim.notification, (), channel, settings, clock.now(), where))
    receipt = await pool.send(channel.name, parcel(claim, message, channel, settings.delivery))
    if receipt.outcome is AttemptOutcome.ACCEPTED:
        return TriedView(channel=channel.name, id=None, state=NotificationState.SENT, error=None, doubt=_doubt(channel))

    return TriedView(channel=channel.name, id=None, state=NotificationState.FAILED, error=receipt.error or "no reason given")


def _notification(channel: Channel) -> Notification:
    """The row that the service would have written."""
    now = clock.now().wall
    return Notification(
        id=_TEST,
        channel=channel.name,
        incident=_TEST,
        reason=Reason.TEST,
        state=NotificationState.QUEUED,
        fact_at=now,
        committed_at=now,
        due_at=now,
    )
