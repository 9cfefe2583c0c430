"""The child process that delivers: parcels on stdin, receipts on stdout (see `parcel`), until stdin ends.

    python -P -m coven_watchdog.deliver.courier [apprise]

First it says its version: `{"ready": "1.2.3"}`; if a library is missing, `{"broken": "…"}`. With `apprise` it loads Apprise
before the first parcel. The only place that imports Apprise: it takes 300 ms and 16 MiB, runs plugins in threads that cannot
be stopped, and a hanging one keeps its process from ending; so all of it lives in a process that can be killed. It never
prints a URL: errors are masked here, and what plugins print goes nowhere.
"""

import json
import os
import re
import resource
import sys
from contextlib import suppress
from functools import cache
from typing import TYPE_CHECKING, BinaryIO

from coven_watchdog import __version__
from coven_watchdog.decide.text import one_line
from coven_watchdog.deliver import desktop
from coven_watchdog.deliver.ear import Ear, listening
from coven_watchdog.deliver.exchanges import attend
from coven_watchdog.deliver.mask import without_secrets
from coven_watchdog.deliver.parcel import ASK_DESKTOP, Listed, Listing, Parcel, Receipt, asked_url
from coven_watchdog.deliver.priority import tuned
from coven_watchdog.deliver.services import listed
from coven_watchdog.deliver.targets import Targets
from coven_watchdog.errors import DeliveryError
from coven_watchdog.model.words import AttemptOutcome

if TYPE_CHECKING:
    import apprise

EXIT_BROKEN = 75
_ERROR_LIMIT = 300
_NO_PORT = "json://127.0.0.1:99999"
_SHARE_OF_TIMEOUT = 0.9
"""Apprise gives up this much before the parent kills, so that its own words still arrive."""


_targets = Targets()


class _Refused(Exception):  # noqa: N818 - an answer, not an error of ours
    """Apprise does not take the URL."""


def main() -> None:
    """Deliver until stdin ends; then end at once, whatever thread still hangs."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    parcels, receipts = _own_streams()
    _say(receipts, {"ready": __version__})
    _silence()
    try:
        _asset() if "apprise" in sys.argv[1:] else desktop()
        for line in parcels:
            receipts.write(_answer(line))
            receipts.flush()
    except ImportError as error:
        _say(receipts, {"broken": one_line(str(error), _ERROR_LIMIT)})
        os._exit(EXIT_BROKEN)

    os._exit(0)


def _own_streams() -> tuple[BinaryIO, BinaryIO]:
    """Stdin and stdout under other numbers: plugins that print must not write into receipts, nor read parcels."""
    parcels, receipts = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    nowhere = os.open(os.devnull, os.O_RDWR)
    os.dup2(nowhere, 0)
    os.dup2(nowhere, 1)
    return parcels, receipts


def _silence() -> None:
    """From the first parcel on there are secrets here: a traceback or a plugin's complaint may quote them."""
    os.dup2(1, 2)


def _say(receipts: BinaryIO, what: dict[str, str]) -> None:
    receipts.write(json.dumps(what).encode() + b"\n")
    receipts.flush()


def _answer(line: bytes) -> bytes:
    if line == ASK_DESKTOP:
        return json.dumps({"desktop": desktop().available()}).encode() + b"\n"

    listing = Listing.read(line)
    if listing is not None:
        return _listed(listing).line()

    url = asked_url(line)
    return _delivered(Parcel.read(line)).line() if url is None else json.dumps({"refused": _refusal(url)}).encode() + b"\n"


def _refusal(url: str) -> str:
    """Why Apprise does not take a URL, or "". It is only parsed."""
    import apprise  # noqa: PLC0415 - as below

    with listening() as ear:
        taken = apprise.Apprise.instantiate(url, asset=_asset()) is not None

    return "" if taken else _not_taken(url, ear)


def _not_taken(url: str, ear: Ear) -> str:
    """That Apprise does not take the URL, why, and what is missing for it."""
    said = ": ".join(filter(None, ("Apprise does not take this URL", ear.words())))
    return one_line(without_secrets(said, url), _ERROR_LIMIT) + _lacking(url)


def _lacking(url: str) -> str:
    """Which library this scheme needs that is not installed: some services need one that Apprise does not bring along."""
    from apprise.manager_plugins import NotificationManager  # noqa: PLC0415 - as below

    services, scheme = NotificationManager(), url.partition("://")[0].lower()  # type: ignore[no-untyped-call]
    if scheme not in services or services[scheme].enabled:
        return ""

    needed = services[scheme].requirements.get("packages_required") or ""
    library = re.split(r"[^\w-]", str(needed))[0]
    return (
        f" It needs the Python library {library} beside coven-watchdog (pipx inject coven-watchdog {library})"
        if library
        else ""
    )


def _listed(listing: Listing) -> Listed:
    """The same fence around Apprise's reader, which lets through what PyYAML raises, such as ValueError for an odd date."""
    try:
        return listed(listing)
    except ImportError:
        raise
    except Exception as error:  # noqa: BLE001 - the fence
        return Listed(problem=f"Apprise cannot read it ({type(error).__name__})")


def _delivered(parcel: Parcel) -> Receipt:
    """The courier's fence: whatever a plugin raises is a receipt. Only a missing library of ours comes through."""
    try:
        return _by_desktop(parcel) if parcel.local else _by_apprise(parcel)
    except ImportError:
        raise
    except DeliveryError as error:
        outcome = AttemptOutcome.PERMANENT if error.permanent else AttemptOutcome.TEMPORARY
        return Receipt(parcel.id, outcome, _shown(error.message, parcel))
    except Exception as error:  # noqa: BLE001 - the fence
        return Receipt(parcel.id, AttemptOutcome.TEMPORARY, _shown(f"{type(error).__name__}: {error}", parcel))


def _by_desktop(parcel: Parcel) -> Receipt:
    return Receipt(parcel.id, AttemptOutcome.ACCEPTED, receipt=desktop().show(parcel))


def _by_apprise(parcel: Parcel) -> Receipt:
    with listening() as ear:
        try:
            result = _notified(parcel)
        except _Refused:
            return Receipt(parcel.id, AttemptOutcome.PERMANENT, _not_taken(parcel.url, ear), refused_url=True)

    return _receipt(parcel, result, ear)


def _receipt(parcel: Parcel, result: "apprise.AppriseResult", ear: Ear) -> Receipt:
    """Read Apprise's result. NOMATCH and PARTIAL are no success; a hit deadline leaves a thread behind."""
    if result:
        _targets.put_down()
        return Receipt(parcel.id, AttemptOutcome.ACCEPTED)

    if result.status.name == "TIMEOUT":
        error = f"no answer within {parcel.timeout * _SHARE_OF_TIMEOUT:.3g} s"
        return Receipt(parcel.id, AttemptOutcome.TIMED_OUT, error)

    outcome = AttemptOutcome.PERMANENT if ear.permanent() else AttemptOutcome.TEMPORARY
    error = _shown(ear.words() or "refused, without a reason given", parcel)
    return Receipt(parcel.id, outcome, error, retry_after=ear.retry_after(), unreachable=ear.unreachable())


def _notified(parcel: Parcel) -> "apprise.AppriseResult":
    """Hand it to Apprise, told that it is plain text: then it escapes for services that read markup (see `dialects`)."""
    import apprise  # noqa: PLC0415 - 120 ms and 16 MiB that desktop messages do without

    # One URL, one service: `add` would split a text with blanks into several.
    service = apprise.Apprise.instantiate(tuned(parcel.url, parcel.priority, parcel.incident), asset=_asset())
    if service is None:
        raise _Refused

    _targets.take_up(parcel.id, parcel.url)
    return _box(service).notify(
        body=parcel.body,
        title=parcel.title,
        notify_type=parcel.tone.value,
        body_format=apprise.NotifyFormat.TEXT,
        timeout=parcel.timeout * _SHARE_OF_TIMEOUT,
    )


def _box(service: "apprise.NotifyBase") -> "apprise.Apprise":
    import apprise  # noqa: PLC0415 - as above

    box = apprise.Apprise(asset=_asset())
    box.add(service)
    return box


@cache
def _asset() -> "apprise.AppriseAsset":
    """How we look: our name, no pictures fetched from a third party, no redirects that would carry a secret elsewhere.

    Loads Apprise and all its plugins, which is what takes long.
    """
    import apprise  # noqa: PLC0415 - as above

    asset = apprise.AppriseAsset(
        app_id="coven-watchdog",
        app_desc="coven-watchdog",
        app_url="",
        image_url_mask="",
        image_url_logo="",
        http_redirects=False,
    )
    _rehearse(asset)
    attend()
    return asset


def _rehearse(asset: "apprise.AppriseAsset") -> None:
    """Send to a port that cannot be: it fails before anything is looked up or connected.

    The first message of a process takes several ms longer than the next, for modules, threads and sessions.
    """
    import apprise  # noqa: PLC0415 - as above

    apprise.Apprise.instantiate(_NO_PORT, asset=asset)
    # Part of the fence: what fails here fails with a message as well, and is told there.
    with suppress(Exception):
        box = apprise.Apprise(asset=asset)
        box.add(_NO_PORT)
        box.notify(body="-")


def _shown(text: str, parcel: Parcel) -> str:
    return one_line(without_secrets(text, parcel.url), _ERROR_LIMIT)


if __name__ == "__main__":
    main()
