"""Channels that stand for the services of an Apprise file in, one channel for each of these out.

What the file means is Apprise's to say, which only couriers load: `deliver.expanding` asks them and puts the answer in here.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import msgspec

from coven_watchdog.config.loading import Loaded
from coven_watchdog.config.secrets import origin
from coven_watchdog.config.urls import warning
from coven_watchdog.settings import Channel, Secret


@dataclass(frozen=True, slots=True)
class Stanza:
    """One `[[channels]]` with an `apprise_config`.

    Attributes:
        index: which of the channels.
        channel: as written.
        where: `file:line: key` of its file, for errors.
        where_tags: the same of its tags.
    """

    index: int
    channel: Channel
    where: str
    where_tags: str


def stanzas(loaded: Loaded) -> tuple[Stanza, ...]:
    """All of them."""
    return tuple(
        Stanza(index, channel, _where(loaded, index), _where(loaded, index, "tags"))
        for index, channel in enumerate(loaded.settings.channels)
        if channel.apprise_config
    )


def replaced(loaded: Loaded, urls: Mapping[int, Sequence[str]], notes: Sequence[str] = ()) -> Loaded:
    """The configuration with `name/1` … `name/n` in place of the channels in `urls`, which maps their indexes to what they stand for.

    They have all other keys, with their origins, of the channel that they replace. `notes` join the warnings.
    """
    pieces = [list(_pieces(channel, urls.get(index))) for index, channel in enumerate(loaded.settings.channels)]
    order = [index for index, channels in enumerate(pieces) for _ in channels]
    channels = tuple(channel for channels in pieces for channel in channels)
    settings = msgspec.structs.replace(loaded.settings, channels=channels)
    warnings = (*loaded.warnings, *notes, *_warnings(loaded, urls, pieces))
    return replace(loaded, settings=settings, origins=_origins(loaded, order, urls), warnings=warnings)


def _pieces(channel: Channel, urls: Sequence[str] | None) -> Iterator[Channel]:
    """What takes the place of a channel."""
    if urls is None:
        yield channel

    for number, url in enumerate(urls or (), 1):
        name = f"{channel.name}/{number}"
        yield msgspec.structs.replace(channel, name=name, url=Secret(url), apprise_config="", tags=())


def _warnings(loaded: Loaded, urls: Mapping[int, Sequence[str]], pieces: Sequence[Sequence[Channel]]) -> Iterator[str]:
    for index, found in urls.items():
        for channel, url in zip(pieces[index], found, strict=True):
            if warning(url):
                yield f"{_where(loaded, index)}: {channel.name}: {warning(url)}"


def _origins(loaded: Loaded, order: Sequence[int], urls: Mapping[int, Sequence[str]]) -> Mapping[str, str]:
    """The origins by the new indexes: `order` has the old one of each channel."""
    found = {key: told for key, told in loaded.origins.items() if not key.startswith("channels[")}
    for new, old in enumerate(order):
        before = f"channels[{old}]"
        mine = {key: told for key, told in loaded.origins.items() if key.startswith(before)}
        found |= {f"channels[{new}]{key.removeprefix(before)}": told for key, told in mine.items()}
        if old in urls:
            found[f"channels[{new}].url"] = origin(loaded.settings.channels[old])

    return found


def _where(loaded: Loaded, index: int, name: str = "apprise_config") -> str:
    key = f"channels[{index}].{name}"
    return f"{loaded.origins.get(key, loaded.path)}: {key}"
