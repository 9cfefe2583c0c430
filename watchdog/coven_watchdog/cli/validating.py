"""A configuration in, every fault of it out: ours, and what Apprise says of each URL. Nothing is sent."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import anyio
import msgspec

from coven_watchdog.cli.asked_apprise import refusals
from coven_watchdog.cli.setting import loaded
from coven_watchdog.cli.terms import Terms
from coven_watchdog.config import (
    Fault,
    FaultyConfigError,
    Loaded,
    config_place,
    needs_service,
    origin,
    replaced,
    resolve,
    stanzas,
    warning,
)
from coven_watchdog.deliver.expanding import Found, listed
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

    services = _listed(terms, found)
    checked = _resolved(found, terms.env)
    refused = _refused(checked.channels, found, terms.env)
    return _result(
        str(found.path),
        (*map(_fault, services.faults), *checked.faults, *refused),
        exists=found.exists,
        warnings=(*replaced(found, services.urls, services.notes).warnings, *checked.warnings),
        unchecked=tuple(checked.unchecked),
    )


def expanded_here(terms: Terms, found: Loaded) -> Loaded:
    """The configuration with a channel for each service of its Apprise files, as far as they can be read; why not is a warning."""
    services = _listed(terms, found)
    faults = [f"{fault.where}: {fault.message}" for fault in services.faults]
    return replaced(found, services.urls, (*services.notes, *faults))


def _listed(terms: Terms, found: Loaded) -> Found:
    """What is in the Apprise files that can be read outside the service."""
    wanted = [stanza for stanza in stanzas(found) if not needs_service(stanza.channel, terms.env)]
    return anyio.run(listed, wanted, terms.env) if wanted else Found()


def _result(
    path: str, faults: tuple[FaultView, ...], *, exists: bool, warnings: tuple[str, ...] = (), unchecked: tuple[str, ...] = ()
) -> Validated:
    return Validated(valid=not faults, path=path, exists=exists, faults=faults, warnings=warnings, unchecked=unchecked)


def _fault(error: ConfigError | Fault) -> FaultView:
    return FaultView(where=error.where, message=error.message, next=error.next_step or None)


@dataclass(slots=True)
class _Checked:
    """Channels with their URLs, what is wrong with references, what works less well, and what can only be followed by the service."""

    channels: list[Channel] = field(default_factory=list)
    faults: list[FaultView] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    unchecked: list[str] = field(default_factory=list)


def _resolved(found: Loaded, env: Mapping[str, str]) -> _Checked:
    """Follow every reference."""
    checked = _Checked()
    for index, channel in enumerate(found.settings.channels):
        if needs_service(channel, env):
            checked.unchecked.append(channel.name)
            continue

        where = _where(found, index, channel)
        try:
            checked.channels.append(resolve(channel, env, where))
        except ConfigError as error:
            checked.faults.append(_fault(error))
            continue

        url = checked.channels[-1].url
        if origin(channel) and url is not None and warning(url.reveal()):
            checked.warnings.append(f"{where}: {warning(url.reveal())}")

    return checked


def _where(found: Loaded, index: int, channel: Channel) -> str:
    """`file:line: key` of a channel's address."""
    key = f"channels[{index}].{'url_env' if channel.url_env else 'url_file' if channel.url_file else 'url'}"
    place = found.origins.get(key, str(found.path)) if not origin(channel) or key in found.origins else str(found.path)
    return f"{place}: {key}"


def _refused(channels: Sequence[Channel], found: Loaded, env: Mapping[str, str]) -> tuple[FaultView, ...]:
    """What Apprise does not take.

    Raises:
        DeliveryError: it cannot be asked.
        ReplacedError: the installed package was replaced just now.
    """
    asked = [(channel, channel.url.reveal()) for channel in channels if channel.url is not None and not channel.local]
    said = refusals([url for _, url in asked], env)
    names = [channel.name for channel in found.settings.channels]
    return tuple(
        FaultView(where=_where(found, names.index(channel.name), channel), message=why, next=_SERVICES)
        for (channel, _), why in zip(asked, said, strict=True)
        if why
    )
