"""Addresses in, what Apprise says to them out; and whether this desktop shows anything. Both from couriers, which load what it takes."""

from collections.abc import Mapping, Sequence

import anyio

from coven_watchdog.deliver.couriers import CourierPool, environment
from coven_watchdog.errors import WatchdogError


def refusals(urls: Sequence[str], env: Mapping[str, str]) -> tuple[str, ...]:
    """Why Apprise does not take each of these addresses, "" where it does. Nothing is sent.

    Raises:
        DeliveryError: it cannot be asked.
        ReplacedError: the installed package was replaced just now.
    """
    return anyio.run(_refusals, urls, env) if urls else ()


def desktop_missing(env: Mapping[str, str]) -> str:
    """Why nothing can be shown on this machine's desktop now, or "".

    Raises:
        ReplacedError: the installed package was replaced just now.
    """
    return anyio.run(_desktop_missing, env)


async def _refusals(urls: Sequence[str], env: Mapping[str, str]) -> tuple[str, ...]:
    failed: WatchdogError | None = None
    async with CourierPool(environment(env)) as pool:
        try:
            return await pool.refusals(urls)
        except WatchdogError as error:
            # Raised in here it would come out as a group.
            failed = error

    raise failed


async def _desktop_missing(env: Mapping[str, str]) -> str:
    failed: WatchdogError | None = None
    async with CourierPool(environment(env)) as pool:
        try:
            return await pool.desktop_missing()
        except WatchdogError as error:
            failed = error

    raise failed
