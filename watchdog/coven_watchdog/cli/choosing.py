"""What was typed or given, and what is configured, in; the channels and the quiet hours to add out. Nothing is written here."""

import sys
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from coven_watchdog.cli import asking
from coven_watchdog.cli.asked_apprise import desktop_missing, refusals
from coven_watchdog.cli.setting import loaded
from coven_watchdog.cli.terms import Terms
from coven_watchdog.config import config_place, masked, needs_service, resolve, warning
from coven_watchdog.config.editing import Entry
from coven_watchdog.config.reading import read_private
from coven_watchdog.config.services import is_phone, leaves, name_for, on_desktop
from coven_watchdog.config.urls import fault
from coven_watchdog.errors import ConfigError, UsageError
from coven_watchdog.settings import BUILT_IN_CHANNEL, Channel, QuietHours, Secret, Settings

DESKTOP = Entry(BUILT_IN_CHANNEL.name, Secret("desktop://"), BUILT_IN_CHANNEL.also)
_SERVICES = "see https://appriseit.com/services/ for the URL of each service"
_NIGHT = "22:00-07:00"


@dataclass(frozen=True, slots=True)
class Wish:
    """What the command line asks for. `urls`: addresses as given; `channel` False: none is wanted; `ask`: questions may be asked."""

    urls: tuple[str, ...]
    quiet_hours: QuietHours
    service: bool
    channel: bool
    ask: bool


@dataclass(frozen=True, slots=True)
class Present:
    """The configuration as it is. `listed`: it has channels of its own, so the built-in desktop is not in force."""

    path: Path
    text: str | None
    settings: Settings
    listed: bool
    addresses: Mapping[str, str]
    """Of each channel in that list, "" where it cannot be known here."""


@dataclass(frozen=True, slots=True)
class Choice:
    """What is to be added, and why the desktop cannot be used ("": it can)."""

    entries: tuple[Entry, ...]
    quiet_hours: str
    no_desktop: str


def present(terms: Terms) -> Present:
    """Read what is configured.

    Raises:
        ConfigError: it is faulty, and must be mended first.
        UsageError: $COVEN_WATCHDOG_CONFIG is a relative path.
    """
    place = config_place(terms.config, terms.env)
    if not place.exists:
        return Present(place.path, None, Settings(), listed=False, addresses={})

    settings = loaded(terms).settings
    text = read_private(place.path, str(place.path)).text
    listed = "channels" in tomllib.loads(text)
    addresses = {channel.name: _address(channel, terms.env) for channel in settings.channels} if listed else {}
    return Present(place.path, text, settings, listed, addresses)


def _address(channel: Channel, env: Mapping[str, str]) -> str:
    """A channel's address, where it can be had here."""
    if needs_service(channel, env):
        return ""

    try:
        found = resolve(channel, env, "").url
    except ConfigError:
        return ""

    return found.reveal() if found is not None else ""


def chosen(wish: Wish, now: Present, env: Mapping[str, str]) -> Choice:
    """Check what was given, or ask.

    Raises:
        UsageError: an address cannot be one, or nobody would be told.
        DeliveryError: Apprise cannot be asked.
        click.Abort: whoever was asked does not want to go on.
    """
    no_desktop = desktop_missing(env)
    if wish.ask:
        _greet(now, no_desktop)

    new = _given(wish.urls, now, env) if wish.urls or not (wish.ask and wish.channel) else _asked(now, env)
    entries = (*_desktop(now, new, no_desktop), *new)
    if wish.channel and not _reaches(entries, now, no_desktop):
        message = f"nobody would be told: no channel leaves this machine{f' ({no_desktop})' if no_desktop else ''}; nothing was changed"
        next_step = (
            "coven-watchdog setup --channel - (the address on standard input); to insist: coven-watchdog setup --no-channel"
        )
        raise UsageError(message, next_step=next_step)

    return Choice(entries, _quiet(wish, now, new), no_desktop)


def _greet(now: Present, no_desktop: str) -> None:
    """What is there already, before anything is asked."""
    asking.say("Watches Coven on this machine, and tells you when it or a session of it breaks.")
    if no_desktop:
        asking.say(f"{no_desktop[:1].upper()}{no_desktop[1:]}.", sign="○", colour="yellow")
    elif not now.listed:
        asking.say("Messages appear on this desktop.", sign="✓", colour="green")

    for name, address in now.addresses.items():
        asking.say(
            f"{name} is told already: {masked(address) if address else 'an address kept elsewhere'}", sign="✓", colour="green"
        )


def _asked(now: Present, env: Mapping[str, str]) -> tuple[Entry, ...]:
    """The channels that are typed, one by one, until nothing is."""
    asking.say("")
    asking.say("On your phone, in a chat, by mail? One address for each, such as ntfys://ntfy.sh/a-topic-nobody-guesses")
    asking.say("All services and how their addresses are written: https://appriseit.com/services/")
    found: list[Entry] = []
    while url := asking.ask("Another address" if found else "Address", "Enter: no more" if found else "Enter: none"):
        wrong = fault(url) or _known(url, now, found) or refusals([url], env)[0]
        if wrong:
            asking.say(f"that {wrong}" if not wrong.startswith("Apprise") else wrong, sign="✖", colour="red")
            continue

        found.append(_entry(url, now, found))
        asking.say(f"{found[-1].name}  {masked(url)}", sign="✓", colour="green")
        if warning(url):
            asking.say(warning(url), sign="!", colour="yellow")

    return tuple(found)


def _known(url: str, now: Present, found: Sequence[Entry]) -> str:
    """That it is told already, or ""."""
    names = [name for name, address in now.addresses.items() if address == url]
    names += [entry.name for entry in found if entry.url.reveal() == url]
    return f"is told already: {names[0]}" if names else ""


def _given(urls: Sequence[str], now: Present, env: Mapping[str, str]) -> tuple[Entry, ...]:
    """The channels of the command line that are not configured yet.

    Raises:
        UsageError: one cannot be a channel; which, counted from 1, and why.
    """
    found: list[Entry] = []
    for number, url in enumerate(urls, 1):
        wrong = fault(url)
        if wrong:
            raise _refused(number, len(urls), f"the value {wrong}")

        if not _known(url, now, found):
            found.append(_entry(url, now, found))

    new = [entry.url.reveal() for entry in found if leaves(entry.url.reveal())]
    for url, why in zip(new, refusals(new, env), strict=True):
        if why:
            raise _refused(urls.index(url) + 1, len(urls), why)

    return tuple(found)


def _refused(number: int, of: int, why: str) -> UsageError:
    which = f" ({number} of {of})" if of > 1 else ""
    return UsageError(f"{why}; nothing was changed", where=f"--channel{which}", next_step=_SERVICES)


def _entry(url: str, now: Present, found: Sequence[Entry]) -> Entry:
    if url == DESKTOP.url.reveal():
        return DESKTOP

    taken = {DESKTOP.name, *now.addresses, *(entry.name for entry in found)}
    return Entry(name_for(url, taken), Secret(url))


def _desktop(now: Present, new: Sequence[Entry], no_desktop: str) -> tuple[Entry, ...]:
    """The built-in desktop channel, which a list of channels would put out of force."""
    wanted = now.text is None or bool(new)
    return (DESKTOP,) if wanted and not now.listed and not no_desktop and DESKTOP not in new else ()


def _reaches(entries: Sequence[Entry], now: Present, no_desktop: str) -> bool:
    """Whether anybody hears of anything."""
    built_in = () if now.listed or entries else (DESKTOP,)
    addresses = (*now.addresses.values(), *(entry.url.reveal() for entry in (*entries, *built_in)))
    return any(not address or leaves(address) or (on_desktop(address) and not no_desktop) for address in addresses)


def _quiet(wish: Wish, now: Present, new: Sequence[Entry]) -> str:
    """The quiet hours to set, or ""."""
    if wish.quiet_hours:
        return "" if wish.quiet_hours == now.settings.alerts.quiet_hours else str(wish.quiet_hours)

    rings = any(is_phone(entry.url.reveal()) for entry in new)
    return _asked_quiet() if wish.ask and rings and not now.settings.alerts.quiet_hours else ""


def _asked_quiet() -> str:
    while typed := asking.ask("Quiet hours, in which only what is critical is told", f"such as {_NIGHT}; Enter: none"):
        try:
            return str(QuietHours.parse(typed))
        except ValueError as error:
            asking.say(str(error), sign="✖", colour="red")

    return ""


def given(values: Sequence[str]) -> Iterator[str]:
    """The addresses of `--channel`: each as it is, and for `-` the lines of standard input without empty ones and comments."""
    for value in values:
        if value != "-":
            yield value
            continue

        if sys.stdin.isatty():
            asking.say("Addresses, one a line; Ctrl-D behind the last.")

        lines = sys.stdin.buffer.read().decode(errors="surrogateescape").splitlines()
        yield from (line.strip() for line in lines if line.strip() and not line.lstrip().startswith("#"))
