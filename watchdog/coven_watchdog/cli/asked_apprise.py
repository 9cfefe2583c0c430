"""Addresses in, what Apprise says to them out; and whether this desktop shows anything. Both from couriers, which load what it takes."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import TypeVar

import anyio

from coven_watchdog.deliver.couriers import CourierPool, environment
from coven_watchdog.errors import WatchdogError

T = TypeVar("T")


def refusals(urls: Sequence[str], env: Mapping[str, str]) -> tuple[str, ...]:
    """Why Apprise does not take each of these addresses, "" where it does. Nothing is sent.

    Raises:
        DeliveryError: it cannot be asked.
        ReplacedError: the installed package was replaced just now.
    """
    return _asked(env, lambda pool: pool.refusals(urls)) if urls else ()


def desktop_missing(env: Mapping[str, str]) -> str:
    """Why nothing can be shown on this machine's desktop now, or "".

    Raises:
        ReplacedError: the installed package was replaced just now.
    """
    return _asked(env, lambda pool: pool.desktop_missing())


def _asked(env: Mapping[str, str], question: Callable[[CourierPool], Awaitable[T]]) -> T:
    async def ask() -> T | WatchdogError:
        async with CourierPool(environment(env)) as pool:
            try:
                return await question(pool)
            except WatchdogError as error:
                # Raised in here it would come out as a group.
                return error

    answer = anyio.run(ask)
    if isinstance(answer, WatchdogError):
        raise answer

    return answer
