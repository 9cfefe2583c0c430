"""`silence DURATION`: hide what matches for a while; `silence list` and `silence remove` beside it."""

from collections.abc import Mapping, Sequence

import click
from click.shell_completion import CompletionItem

from coven_watchdog import clock
from coven_watchdog.catalogue import matching
from coven_watchdog.cli.asker import asked_by, reason_of
from coven_watchdog.cli.frame import Group, json_option, terms_of
from coven_watchdog.cli.matchers import EVERY_KIND, home_key, kind_glob, known_homes, known_sessions, session_id
from coven_watchdog.cli.output import Output
from coven_watchdog.cli.parameters import bounded
from coven_watchdog.cli.recorded import database, hush, running_service, unserved
from coven_watchdog.cli.setting import here, loaded
from coven_watchdog.cli.terms import Terms
from coven_watchdog.cli.text.silences import list_lines, silenced_lines, unsilenced_lines
from coven_watchdog.config.faults import did_you_mean
from coven_watchdog.errors import ConfigError, UsageError, WatchdogError
from coven_watchdog.model.telling import Silence
from coven_watchdog.model.words import Severity
from coven_watchdog.report.silences import ListedSilence, Silenced, listed_silence, silences_of, unsilenced
from coven_watchdog.report.views import Hush
from coven_watchdog.settings import Duration, Settings
from coven_watchdog.store import StoreReader, add_silence, remove_silence


class DurationGroup(Group):
    """A group whose own first word is a duration, unless it is one of its commands."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Read a command's name as any group does; else all the words are this group's own."""
        _, words, _ = self.make_parser(ctx).parse_args(list(args))
        if words and words[0] in self.list_commands(ctx):
            return super().parse_args(ctx, args)

        ctx.allow_interspersed_args = ctx.allow_extra_args = True
        return click.Command.parse_args(self, ctx, args)

    def collect_usage_pieces(self, ctx: click.Context) -> list[str]:
        """Both ways to call it."""
        del ctx
        return ["DURATION [OPTIONS]", "|", "COMMAND"]


def _kinds(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """What --kind may begin with."""
    del ctx, param
    return [CompletionItem(kind) for kind in matching(f"{incomplete}*")]


def _silences(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """The silences in force."""
    del param
    try:
        with StoreReader(database(terms_of(ctx))) as rows:
            return [CompletionItem(one.id) for one in hush(rows).silences if one.id.startswith(incomplete)]
    except WatchdogError:
        return []


@click.group(
    "silence",
    cls=DurationGroup,
    invoke_without_command=True,
    examples=[
        ("silence 2h", "nothing is told for two hours; it is recorded all the same"),
        ("silence 30m --kind 'daemon.*' --reason upgrading", "only what the daemon does"),
        ("silence 1d --session 3f0c2d1e", "only one session"),
        ("silence list", "what is silenced, until when, by whom, and what it hides"),
        ("silence remove s-k7f", "end one before its time"),
    ],
)
@click.option(
    "--kind", metavar="GLOB", shell_complete=_kinds, help="Only kinds that match, such as session.* or daemon.crashed."
)
@click.option("--session", metavar="ID", help="Only this session; the first letters of its id are enough.")
@click.option("--home", metavar="NAME", help="Only this home: its name, its path, or a part of them.")
@click.option("--reason", metavar="TEXT", help="Why; it is shown wherever the silence is.")
@json_option
@click.pass_context
def silence(ctx: click.Context, kind: str | None, session: str | None, home: str | None, reason: str | None) -> int:
    """Hides what matches for a while, on every channel; without an option, everything.

    What is open is hidden, too. That something is over is told all the same, to those who heard of it; what is still open when the
    silence ends is told then. Hiding something critical is told once on the channels, and who did it is recorded.
    """
    terms = terms_of(ctx)
    options = {"--kind": kind, "--session": session, "--home": home, "--reason": reason}
    if ctx.invoked_subcommand is not None:
        _refuse(ctx.invoked_subcommand, options)
        return 0

    now = clock.now().wall
    with StoreReader(database(terms)) as rows:
        wanted = Silence(
            id="",
            until=now + _duration(ctx.args, list(silence.commands)),
            kind=EVERY_KIND if kind is None else kind_glob(kind),
            session="" if session is None else session_id(session, [*known_sessions(rows.looks().values(), rows.incidents())]),
            home="" if home is None else home_key(home, _homes(terms, rows), terms.env),
            reason=reason_of(reason),
            by=asked_by(terms.env),
            at=now,
        )

    written = add_silence(database(terms), wanted)
    with StoreReader(database(terms)) as rows:
        made = Silenced(
            silence=listed_silence(written, Hush((written,), now), rows.incidents(open_only=True)),
            channels=_channels(terms, rows),
        )
        unserved(terms, rows)

    output = Output(terms)
    if terms.as_json:
        output.document(made)
    else:
        output.page(silenced_lines(made, here(terms)))

    _warn(output, made.silence)
    return 0


def _refuse(command: str, options: Mapping[str, str | None]) -> None:
    """Options before `list` or `remove` would be passed over in silence.

    Raises:
        UsageError: there are some.
    """
    given = [name for name, value in options.items() if value is not None]
    if given:
        message = f"silence {command} takes no {given[0]}"
        raise UsageError(message, next_step=f"coven-watchdog silence {command} --help")


def _duration(words: Sequence[str], commands: Sequence[str]) -> Duration:
    """For how long.

    Raises:
        UsageError: it is not said, cannot be, or is no duration.
    """
    if not words:
        message = "say for how long"
        raise UsageError(message, next_step="coven-watchdog silence 2h; to see what is silenced: coven-watchdog silence list")

    if len(words) > 1:
        message = f"these words are too many: {' '.join(words[1:])}"
        raise UsageError(message, next_step="put a reason of several words in quotes: --reason 'new version'")

    guess = did_you_mean(words[0], commands) if words[0].isalpha() else ""
    return bounded(words[0], "a silence", "to end one: coven-watchdog silence remove ID", guess)


def _homes(terms: Terms, rows: StoreReader) -> Mapping[str, str]:
    """Every home that is known, with its name."""
    configured = {home.path: home.name for home in _settings(terms).watched}
    return known_homes(rows.looks().values(), rows.incidents(), configured)


def _settings(terms: Terms) -> Settings:
    """The settings, for names only: a file that is being edited is no reason not to silence what runs."""
    try:
        return loaded(terms).settings
    except ConfigError:
        return Settings()


def _channels(terms: Terms, rows: StoreReader) -> tuple[str, ...]:
    """The channels of the running service; without one, those of the configuration."""
    if running_service(rows) is not None:
        return tuple(look.name for look in rows.channels())

    return tuple(channel.name for channel in _settings(terms).channels)


def _warn(output: Output, made: ListedSilence) -> None:
    """What is critical is not hidden without a word."""
    critical = [hidden.id for hidden in made.hides if hidden.severity is Severity.CRITICAL]
    if critical:
        which = f"{', '.join(critical)} {'is' if len(critical) == 1 else 'are'} critical"
        output.talk(f"{which}: channels beyond this desktop are told once that it is hidden, by whom and until when.", bad=True)


@silence.command("list", examples=[("silence list", "the first to end first"), ("silence list --json", "for programs")])
@json_option
@click.pass_context
def list_command(ctx: click.Context) -> int:
    """Lists what is silenced, until when, by whom, and what it hides."""
    terms = terms_of(ctx)
    with StoreReader(database(terms)) as rows:
        found = silences_of(hush(rows), rows.incidents(open_only=True))

    output = Output(terms)
    if terms.as_json:
        output.document(found)
    else:
        output.page(list_lines(found, here(terms)))

    return 0


@silence.command(
    "remove",
    examples=[("silence remove s-k7f", "by its id"), ("silence remove k", "by its first letters, with s- or without")],
)
@click.argument("silence_id", metavar="ID", shell_complete=_silences)
@json_option
@click.pass_context
def remove(ctx: click.Context, silence_id: str) -> int:
    """Ends a silence before its time. What it hid and is still open is told then."""
    terms, now = terms_of(ctx), clock.now().wall
    removed = remove_silence(database(terms), silence_id, now, asked_by(terms.env))
    with StoreReader(database(terms)) as rows:
        shown = unsilenced(removed, hush(rows), rows.incidents(open_only=True))
        unserved(terms, rows)

    output = Output(terms)
    if terms.as_json:
        output.document(shown)
    else:
        output.page(unsilenced_lines(shown, here(terms)))

    return 0
