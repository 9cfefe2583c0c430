"""A configuration with Apprise files in it in, the same with a channel for each of their services out. Couriers read the files' texts.

The one place where that happens: `run` and the commands load their configuration here. Apprise is never loaded in this process.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import anyio
from anyio import to_thread

from coven_watchdog.config import Fault, FaultyConfigError, Loaded, Stanza, apprise_path, apprise_text, load, replaced, stanzas
from coven_watchdog.config.faults import CHECK, did_you_mean, quoted
from coven_watchdog.config.urls import fault
from coven_watchdog.deliver.couriers import CourierPool, environment
from coven_watchdog.deliver.parcel import Listed, Listing
from coven_watchdog.errors import ConfigError, DeliveryError, ReplacedError
from coven_watchdog.settings import Channel

Env = Mapping[str, str]

LIMIT = 30.0
"""Seconds that a courier may take for one file. It takes half of one, but a machine that is just starting may have other work."""
_SYNTAX = "mend the file; https://appriseit.com/config/ shows how it is written"
_TAGS_SHOWN = 20


@dataclass(slots=True)
class Found:
    """What came of reading Apprise files: URLs by the index of their channel, faults, and what has no effect."""

    urls: dict[int, tuple[str, ...]] = field(default_factory=dict, repr=False)
    faults: list[Fault] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def load_expanded(path: Path | None, env: Env, *, homes: Sequence[str] = ()) -> Loaded:
    """The configuration with every URL, as `config.load` gives it, and a channel for each service of its Apprise files. Blocking.

    Raises:
        ConfigError: it cannot be used; a FaultyConfigError holds every fault.
        ReplacedError: the installed package is not ours any more.
    """
    loaded = load(path, env, homes=homes)
    return anyio.run(expanded, loaded, env) if stanzas(loaded) else loaded


async def expanded(loaded: Loaded, env: Env) -> Loaded:
    """The configuration with a channel for each service of its Apprise files.

    Raises:
        FaultyConfigError: some files cannot be used; it holds every fault.
        ReplacedError: the installed package is not ours any more.
    """
    found = await listed(stanzas(loaded), env)
    if found.faults:
        raise FaultyConfigError(tuple(found.faults))

    return replaced(loaded, found.urls, found.notes)


async def listed(wanted: Sequence[Stanza], env: Env, *, pool: CourierPool | None = None, limit: float = LIMIT) -> Found:
    """The services that each of these channels stands for.

    Args:
        wanted: the channels.
        env: the environment.
        pool: whose couriers are asked, not entered yet; one of its own without.
        limit: seconds for one file, Apprise's start included.

    Raises:
        ReplacedError: the installed package is not ours any more.
    """
    found = Found()
    if not wanted:
        return found

    gone: ReplacedError | None = None
    async with pool or CourierPool(environment(env)) as couriers:
        try:
            for stanza in wanted:
                await _list(stanza, env, couriers, limit, found)
        except ReplacedError as error:
            # Raised in here it would come out as a group.
            gone = error

    if gone is not None:
        raise gone

    return found


async def _list(stanza: Stanza, env: Env, couriers: CourierPool, limit: float, found: Found) -> None:
    """Read one file, and note in `found` what came of it.

    Raises:
        ReplacedError: the installed package is not ours any more.
    """
    file = stanza.channel.apprise_config
    try:
        path = apprise_path(stanza.channel, env, stanza.where)
        text = await to_thread.run_sync(apprise_text, stanza.channel, env, stanza.where, abandon_on_cancel=True)
    except ConfigError as error:
        found.faults.append(Fault(error.where, error.message, error.next_step))
        return

    try:
        answer = await _asked(couriers, Listing(path.name, text, stanza.channel.tags), limit)
    except (DeliveryError, ValueError, KeyError, TypeError) as error:
        said = error.message if isinstance(error, DeliveryError) else "the courier's answer makes no sense"
        found.faults.append(Fault(stanza.where, f"{file} cannot be read: {said}", CHECK))
        return

    unmatched = _unmatched(stanza.channel, answer)
    wrong = answer.problem or _misfit(answer.urls) or ("" if answer.services else "there is no service in it")
    if wrong:
        found.faults.append(Fault(stanza.where, f"{file}: {wrong}", _SYNTAX))
    elif unmatched:
        found.faults.append(Fault(stanza.where_tags, f"{file}: {unmatched}", CHECK))
    else:
        found.urls[stanza.index] = answer.urls
        found.notes += [f"{stanza.where}: {file}: {note}" for note in answer.notes]


async def _asked(couriers: CourierPool, listing: Listing, limit: float) -> Listed:
    """The courier's answer; one that does not come is a problem of the file."""
    (answer,) = await couriers.answers([listing.line()], limit)
    return Listed(problem=f"Apprise did not read it within {limit:.3g} s") if answer is None else Listed.of(answer)


def _unmatched(channel: Channel, answer: Listed) -> str:
    """That the tags choose nothing, and what they could choose; "" if they do."""
    if answer.urls:
        return ""

    wanted = " or ".join(quoted(tag) for tag in channel.tags)
    known = f"; there are: {', '.join(answer.tags[:_TAGS_SHOWN])}" if answer.tags else ": its services have no tags"
    return f"no service in it has the tag {wanted}{known}{did_you_mean(channel.tags[0] if channel.tags else '', answer.tags)}"


def _misfit(urls: Iterable[str]) -> str:
    """What is wrong with a URL by our own rules, or ""."""
    found = ((number, fault(url)) for number, url in enumerate(urls, 1))
    return next((f"the URL of its service {number} {wrong}" for number, wrong in found if wrong), "")
