"""A configuration in, every fault of it out: ours, and what Apprise says of each URL. Nothing is sent."""

from collections.abc import Mapping, Sequence

import anyio
import msgspec

from coven_watchdog.cli.setting import loaded
from coven_watchdog.cli.terms import Terms
from coven_watchdog.config import Fault, FaultyConfigError, Loaded, config_place, needs_service, origin, resolve
from coven_watchdog.deliver.couriers import CourierPool, environment
from coven_watchdog.errors import ConfigError
from coven_watchdog.settings import Channel

_SERVICES = "see https://appriseit.com/services/ for the URL of each service"


class FaultView(msgspec.Struct, frozen=True, kw_only=True):
    """One fault: where (`file:line: key`), what, what next."""

    where: str
    message: str
    next: str | None


class Validated(msgspec.Struct, frozen=True, kw_only=True):
    """What `config validate` shows. `unchecked`: channels whose URL only the service can see."""

    schema: str = "coven-watchdog.config.validate.v1"
    valid: bool
    path: str
    exists: bool
    faults: tuple[FaultView, ...]
    warnings: tuple[str, ...]
    unchecked: tuple[str, ...]


def validated(terms: Terms) -> Validated:
    """Check everything that can be checked here."""
    place = config_place(terms.config, terms.env)
    try:
        found = loaded(terms)
    except FaultyConfigError as error:
        return _result(str(place.path), tuple(_fault(one) for one in error.faults), exists=True)
    except ConfigError as error:
        return _result(str(place.path), (_fault(error),), exists=place.exists)

    channels, faults, unchecked = _resolved(found, terms.env)
    refused = anyio.run(_refused, channels, found, terms.env)
    return _result(str(found.path), (*faults, *refused), exists=found.exists, warnings=found.warnings, unchecked=unchecked)


def _result(
    path: str, faults: tuple[FaultView, ...], *, exists: bool, warnings: tuple[str, ...] = (), unchecked: tuple[str, ...] = ()
) -> Validated:
    return Validated(valid=not faults, path=path, exists=exists, faults=faults, warnings=warnings, unchecked=unchecked)


def _fault(error: ConfigError | Fault) -> FaultView:
    return FaultView(where=error.where, message=error.message, next=error.next_step or None)


def _resolved(found: Loaded, env: Mapping[str, str]) -> tuple[list[Channel], list[FaultView], tuple[str, ...]]:
    """The channels with their URLs, what is wrong with references, and which can only be followed by the service."""
    channels: list[Channel] = []
    faults: list[FaultView] = []
    unchecked: list[str] = []
    for index, channel in enumerate(found.settings.channels):
        if needs_service(channel, env):
            unchecked.append(channel.name)
            continue

        try:
            channels.append(resolve(channel, env, _where(found, index, channel)))
        except ConfigError as error:
            faults.append(_fault(error))

    return channels, faults, tuple(unchecked)


def _where(found: Loaded, index: int, channel: Channel) -> str:
    """`file:line: key` of a channel's address."""
    key = f"channels[{index}].{'url_env' if channel.url_env else 'url_file' if channel.url_file else 'url'}"
    place = found.origins.get(key, str(found.path)) if not origin(channel) or key in found.origins else str(found.path)
    return f"{place}: {key}"


async def _refused(channels: Sequence[Channel], found: Loaded, env: Mapping[str, str]) -> tuple[FaultView, ...]:
    """What Apprise does not take."""
    asked = [(channel, channel.url.reveal()) for channel in channels if channel.url is not None and not channel.local]
    if not asked:
        return ()

    async with CourierPool(environment(env)) as pool:
        said = await pool.refusals([url for _, url in asked])

    names = [channel.name for channel in found.settings.channels]
    return tuple(
        FaultView(where=_where(found, names.index(channel.name), channel), message=why, next=_SERVICES)
        for (channel, _), why in zip(asked, said, strict=True)
        if why
    )
