"""The text of an Apprise configuration file in, the URLs of the services in it out. Runs in couriers only: it loads Apprise.

Apprise's own reader decides what the text means. Its words may quote secrets, so only the places in them are passed on.
"""

import logging
import re
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from coven_watchdog.deliver.parcel import Listed, Listing

if TYPE_CHECKING:
    import apprise

Service = Any
"""One of Apprise's plugins, which have no types."""
MOST = 32
"""So many services may become channels: each has a courier of its own."""
_URL = re.compile(r"""[A-Za-z0-9]{1,32}://\S*[^\s:"']$""")
"""One that ends its line, without YAML's own signs behind it."""
_COMMENT = ("#", ";")
_TAG = re.compile(r"[a-z0-9][a-z0-9_.-]{0,31}")
_INCLUDE = re.compile(r"""\s*(?:-\s*)?["']?include\b""", re.IGNORECASE)
_YAML_NAME = re.compile(r".*\.ya?ml", re.IGNORECASE)
_PLACE = re.compile(r'\bentry #(\d+)|\bline (\d+)[.;]?(?:$| use )|", line (\d+), column')
_WHY = {
    "Invalid Apprise YAML data": "it is no YAML",
    "Invalid Apprise YAML based": "it is no YAML with sections such as urls:",
    "Invalid Apprise YAML version": "it is not of version 1",
    "Looping structure": "its aliases form a loop",
    "Apprise YAML configuration expands": "its aliases expand to too much",
    "Apprise YAML configuration is nested": "it is nested too deeply",
    "YAML configuration requires": "the Python package PyYAML is missing",
    "Tag groups add more": "its groups of tags hold too much",
}
"""How Apprise 2.2's complaints about a whole file begin, and what we say."""
_LEFT_OUT = ("Invalid URL", "Unsupported", "An invalid Apprise schema", "You can not specify a retry count")
"""How its warnings begin that mean that an entry is left out; errors all do."""
_SHOWN = 5


def listed(listing: Listing) -> Listed:
    """The services that the tags choose, or what is wrong with the file. Raises whatever a value of the file makes the reader raise."""
    if not listing.text.strip():
        return Listed()

    from apprise.config.base import ConfigBase  # noqa: PLC0415 - loaded in couriers that need it

    untyped: Any = ConfigBase
    # One of its own: the file may change it.
    asset = _asset()
    before = dict(vars(asset))
    form = _form(listing)
    with _heard() as words:
        services, includes = untyped.config_parse(listing.text, asset=asset, config_format=form)

    tags = sorted({str(tag) for service in services for tag in service.tags})
    problem = _problem(words, listing.text, includes=bool(includes))
    found = Listed(tags=tuple(filter(_TAG.fullmatch, tags)), services=len(services), problem=problem)
    if problem:
        return found

    urls, problem = _urls([service for service in services if _wanted(service, listing.tags)], listing.text)
    notes = _ignored(words) + (("its asset section is not taken over",) if vars(asset) != before else ())
    return Listed(urls=urls, tags=found.tags, services=found.services, problem=problem, notes=notes)


def _form(listing: Listing) -> str:
    """`yaml` or `text`: by the file's name, as Apprise does it, else by what stands in it."""
    from apprise.config.base import ConfigBase  # noqa: PLC0415 - as above

    if _YAML_NAME.fullmatch(listing.name):
        return "yaml"

    detected = ConfigBase.detect_config_format(listing.text)
    return detected.value if detected else "text"


def _wanted(service: Service, tags: Sequence[str]) -> bool:
    """Whether the tags choose it, by Apprise's own rules: one text of several suffices, all words of a text, and `always` always."""
    from apprise.utils import logic  # noqa: PLC0415 - as above

    untyped: Any = logic
    return not tags or bool(untyped.is_exclusive_match(logic=list(tags), data=service.tags))


def _urls(services: Sequence[Service], text: str) -> tuple[tuple[str, ...], str]:
    """Their URLs, each once, and what stands in the way."""
    import apprise  # noqa: PLC0415 - as above

    if len(services) > MOST:
        return (), f"{len(services)} of its services are meant, and at most {MOST} become channels: choose by tags"

    if not all(isinstance(service, apprise.NotifyBase) for service in services):
        return (), "a service in it uses template variables, which nobody fills in here"

    written = _as_written(text) if services else {}
    urls: list[str] = []
    for service in services:
        whole = service.url(privacy=False)
        scheme = whole.partition("://")[0]
        if not service.enabled:
            return (), f"{scheme}:// is disabled on this system; a channel with the url desktop:// shows desktop messages"

        url = written.get(whole) or _shortest(whole)
        if not _means(url, service):
            return (), f"the options of its {scheme}:// service do not fit in one URL; give it a channel and a url of its own"

        urls.append(url)

    return tuple(dict.fromkeys(urls)), ""


def _as_written(text: str) -> dict[str, str]:
    """The URLs of the text's lines, by how Apprise would write them: it adds all defaults, which then look like somebody's wish."""
    written = {}
    for line in text.splitlines():
        found = None if line.lstrip().startswith(_COMMENT) else _URL.search(line.rstrip())
        service = _service(found[0]) if found else None
        if found and service is not None:
            written[service.url(privacy=False)] = found[0]

    return written


def _shortest(url: str) -> str:
    """The URL without every parameter that changes nothing."""
    service = _service(url)
    address, _, query = url.partition("?")
    kept = query.split("&") if query and service is not None else []
    for parameter in tuple(kept):
        rest = [other for other in kept if other is not parameter]
        candidate = _service(_joined(address, rest))
        if candidate is not None and service is not None and candidate.url(privacy=False) == service.url(privacy=False):
            kept = rest

    return _joined(address, kept) if service is not None else url


def _joined(address: str, parameters: Sequence[str]) -> str:
    return f"{address}?{'&'.join(parameters)}" if parameters else address


def _means(url: str, service: Service) -> bool:
    """Whether the URL leads to the same receivers. With some plugins, what YAML says gets lost on the way (seen on 2.2.0)."""
    again = _service(url)
    return again is not None and _receivers(again) == _receivers(service)


def _receivers(service: Service) -> list[str]:
    return sorted(map(str, getattr(service, "targets", None) or ()))


def _service(url: str) -> Service | None:
    import apprise  # noqa: PLC0415 - as above

    return apprise.Apprise.instantiate(url, asset=_asset())


def _asset() -> "apprise.AppriseAsset":
    """What holds when a message is sent (see `courier`), so that a URL that says otherwise keeps saying so."""
    import apprise  # noqa: PLC0415 - as above

    return apprise.AppriseAsset(http_redirects=False)


class _Words(logging.Handler):
    """Keeps what Apprise says, in order."""

    def __init__(self) -> None:
        super().__init__()
        self.said: list[tuple[int, str]] = []

    def emit(self, record: logging.LogRecord) -> None:
        """Keep one record."""
        self.said.append((record.levelno, record.getMessage()))

    def loud(self) -> Iterator[tuple[int, str, str]]:
        """(level, words, place): the place is in the complaint or in the whisper behind it."""
        for (level, text), (_, behind) in pairwise([*self.said, (0, "")]):
            if level >= logging.WARNING:
                yield level, text, _place(text) or _place(behind)


@contextmanager
def _heard() -> Iterator[_Words]:
    words, logger = _Words(), logging.getLogger("apprise")
    logger.setLevel(logging.DEBUG)
    logger.propagate = False
    logger.addHandler(words)
    try:
        yield words
    finally:
        logger.removeHandler(words)


def _problem(words: _Words, text: str, *, includes: bool) -> str:
    """Why the file cannot be taken, or "". An entry that Apprise leaves out is a destination that would be missing unnoticed."""
    if includes:
        lines = [f"line {number}" for number, line in enumerate(text.splitlines(), 1) if _INCLUDE.match(line)]
        return f"it includes other files ({_some(lines) or 'somewhere'}), which is not allowed here: name each in a channel of its own"

    left_out = [(said, place) for level, said, place in words.loud() if level >= logging.ERROR or said.startswith(_LEFT_OUT)]
    for said, place in left_out:
        why = next((why for beginning, why in _WHY.items() if said.startswith(beginning)), "")
        if why:
            return f"{why} ({place})" if place else why

    places = _some(place for _, place in left_out)
    return f"Apprise does not take {places or 'all of it'}" if left_out else ""


def _ignored(words: _Words) -> tuple[str, ...]:
    """What Apprise does without, although the entry is used."""
    places = _some(place for _, _, place in words.loud())
    return (f"Apprise ignores something in {places}",) if places else ()


def _place(text: str) -> str:
    """`entry 2`, `line 3`, or "": digits only, whatever the text quotes."""
    found = list(_PLACE.finditer(text))
    if not found:
        return ""

    entry, *lines = found[-1].groups()
    return f"entry {entry}" if entry else f"line {next(filter(None, lines))}"


def _some(places: Iterable[str]) -> str:
    """The first few, each once."""
    return ", ".join(list(dict.fromkeys(filter(None, places)))[:_SHOWN])
