"""`digest`: what happened, in short; printed, or sent to the channels."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

import click
import msgspec

from coven_watchdog import clock
from coven_watchdog.cli.frame import Command, json_option, terms_of
from coven_watchdog.cli.output import Output
from coven_watchdog.cli.parameters import DURATION
from coven_watchdog.cli.recorded import database, running_service
from coven_watchdog.cli.sending import awaited, sent_from_here
from coven_watchdog.cli.setting import here, loaded
from coven_watchdog.cli.terms import Terms
from coven_watchdog.cli.text.digest import digest_lines, nothing
from coven_watchdog.cli.text.notify import tried_lines
from coven_watchdog.decide.digest import SPAN, Draft, digest_of, drafts
from coven_watchdog.decide.words import local
from coven_watchdog.errors import ConfigError, UsageError
from coven_watchdog.model.digests import Chronicle, Digest
from coven_watchdog.model.looks import BlindWindow
from coven_watchdog.model.telling import Notification
from coven_watchdog.model.words import NotificationState
from coven_watchdog.report.digest import DigestView, digest_view
from coven_watchdog.report.notifications import NotifyTest, TriedView
from coven_watchdog.settings import Channel, Duration, Settings
from coven_watchdog.store import Claim, StoreReader, request_digest

_AWAY = "the watchdog does not run"
_SHELL = "shell"


@click.command(
    "digest",
    cls=Command,
    examples=[
        ("digest", "what happened within 24 hours"),
        ("digest --since 7d", "further back"),
        ("digest --send", "to every channel: what is new since its last digest"),
    ],
)
@click.option("--since", type=DURATION, help="What happened within this time (24h).")
@click.option("--send", is_flag=True, help="Send it to the channels; nothing to say, nothing sent.")
@json_option
@click.pass_context
def digest(ctx: click.Context, since: Duration | None, *, send: bool) -> int:
    """Shows what broke, ended, waits for you and was lost, what was not told and why, and when nobody watched.

    `[alerts] digest_at = "08:30"` sends it every day. By --send the running service sends it; when none runs, it is sent from here.
    Channels with `after` get none, and each channel gets only what its `kinds` and `homes` admit.
    """
    terms = terms_of(ctx)
    if since is not None and not since:
        message = "0s is no time to look back"
        raise UsageError(message, where="--since", next_step="coven-watchdog digest --since 12h")

    return _send(terms, since) if send else _show(terms, since)


def _show(terms: Terms, since: Duration | None) -> int:
    now = clock.now().wall
    with StoreReader(database(terms)) as rows:
        found = _chronicle(rows, now - (since or SPAN), now)

    view = digest_view(digest_of(found, _settings(terms)))
    output = Output(terms)
    if terms.as_json:
        output.document(view)
    else:
        output.page(digest_lines(view, here(terms)))

    return 0


def _settings(terms: Terms) -> Settings:
    """The settings, for the names of homes only: a faulty file is no reason not to show what happened."""
    try:
        return loaded(terms).settings
    except ConfigError:
        return Settings()


def _chronicle(rows: StoreReader, since: int, until: int) -> Chronicle:
    """What is recorded; and that nobody watches, when no service runs."""
    found = rows.chronicle(since, until)
    if running_service(rows) is not None:
        return found

    seen = {look.home: look.seen_at for look in rows.looks().values()} or {"": since}
    away = (BlindWindow(home, min(at, until), None, _AWAY) for home, at in seen.items())
    return replace(found, blind=(*found.blind, *away))


def _send(terms: Terms, since: Duration | None) -> int:
    """Send it the way that fits; 1 if a channel did not take it."""
    with StoreReader(database(terms)) as rows:
        service = running_service(rows) is not None
        names = [look.name for look in rows.channels()] if service else None

    view = _by_service(terms, since, names) if names is not None else _from_shell(terms, since)
    output = Output(terms)
    if terms.as_json:
        output.document(view)
    else:
        _say(output, view, terms)

    return 0 if all(one.state in {NotificationState.SENT, NotificationState.WITHHELD} for one in view.channels) else 1


def _say(output: Output, view: DigestView, terms: Terms) -> None:
    """Who sent it, and what became of it; a channel without anything to say is no failure."""
    told = [one for one in view.channels if one.state is not NotificationState.WITHHELD]
    if not told:
        output.page([nothing(view, here(terms))])
        output.talk("Nothing was sent.")
        return

    output.talk(f"Sent by {'this shell, because no service runs' if view.sent_by == _SHELL else 'the running service'}.")
    output.page(tried_lines(NotifyTest(sent_by=view.sent_by or "", channels=tuple(told))))
    for one in view.channels:
        if one.state is NotificationState.WITHHELD:
            output.talk(f"{one.channel}: nothing to say there.")


def _by_service(terms: Terms, since: Duration | None, names: Sequence[str]) -> DigestView:
    """Put it into the outbox of the running service, and wait for its word.

    Raises:
        StoreError: its database cannot be written.
        ConfigError: what its channels are there for cannot be read.
        UsageError: it has no channel that gets digests.
    """
    now = clock.now().wall
    known = loaded(terms).settings
    settings = msgspec.structs.replace(known, channels=_served(known, names))
    drafting = _Drafting(settings, since, now)
    rows = request_digest(database(terms), now - (since or SPAN), now, drafting.draft)
    _refuse_none(rows)
    channels = awaited(terms, [(row.channel, row.id) for row in rows])
    return digest_view(drafting.whole(), "service", channels)


def _served(settings: Settings, names: Sequence[str]) -> tuple[Channel, ...]:
    """The service's channels as the file describes them; one that an Apprise file made is like the one that names that file."""
    known = {channel.name: channel for channel in settings.channels}
    found = ((name, known.get(name) or known.get(name.partition("/")[0])) for name in names)
    return tuple(msgspec.structs.replace(channel, name=name) for name, channel in found if channel is not None)


def _from_shell(terms: Terms, since: Duration | None) -> DigestView:
    """Send it by couriers of this command's own.

    Raises:
        ConfigError: a channel's URL cannot be had.
        UsageError: there is no channel that gets digests.
    """
    now, settings = clock.now().wall, loaded(terms, resolve_urls=True).settings
    drafting = _Drafting(settings, since, now)
    with StoreReader(database(terms)) as rows:
        made = drafting.draft(
            f"{local(now, None):%Y%m%d-%H%M%S}", _chronicle(rows, now - (since or SPAN), now), rows.last_digests()
        )

    _refuse_none(made)
    by_name = {channel.name: channel for channel in settings.channels}
    claims = [
        (by_name[row.channel], Claim(row, (), (), by=_SHELL, digest=digest))
        for row, digest in made
        if row.state is NotificationState.QUEUED
    ]
    quiet = (_untold(row) for row, _ in made if row.state is not NotificationState.QUEUED)
    return digest_view(drafting.whole(), _SHELL, (*sent_from_here(terms, settings, claims), *quiet))


def _refuse_none(made: Sequence[object]) -> None:
    """A digest that nobody gets.

    Raises:
        UsageError: there is nobody.
    """
    if not made:
        message = "no channel gets digests: nobody would be told"
        raise UsageError(message, next_step="add a channel without `after` to the configuration: coven-watchdog config path")


def _untold(row: Notification) -> TriedView:
    return TriedView(channel=row.channel, id=None, state=row.state, error=None, doubt=None)


class _Drafting:
    """Makes the messages, and remembers what they were made from."""

    def __init__(self, settings: Settings, since: Duration | None, now: int) -> None:
        self._settings = settings
        self._since = since
        self._now = now
        self._chronicle = Chronicle(now, now)
        self._begin = now

    def draft(self, name: str, chronicle: Chronicle, last: Mapping[str, int]) -> tuple[Draft, ...]:
        """A message for each channel: since its last one, or since when it was said."""
        made = drafts(name, chronicle, {} if self._since else last, self._settings, self._now)
        self._chronicle, self._begin = chronicle, min((digest.since for _, digest in made), default=chronicle.since)
        return made

    def whole(self) -> Digest:
        """What all of them tell together."""
        return digest_of(self._chronicle, self._settings, since=self._begin)
