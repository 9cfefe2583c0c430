"""Silences and acknowledgements as lines: what is hidden, until when, who wanted it so and why."""

from collections.abc import Sequence

from coven_watchdog.cli.page import Line, Span, columns, line
from coven_watchdog.cli.text.words import SIGNS, WARN, Here
from coven_watchdog.decide.words import counted
from coven_watchdog.model.words import Shade
from coven_watchdog.report.silences import AckShown, HiddenView, ListedSilence, Silenced, Silences, Unsilenced
from coven_watchdog.report.views import AckView, IncidentView, MatchersView, SilenceView

_ID = 8
_FEW = 10
_LIST = "coven-watchdog silence list"


def flags(one: IncidentView) -> str:
    """` (acknowledged, silenced)`, behind what an incident is."""
    words = [word for word, holds in (("acknowledged", one.acknowledged), ("silenced", one.silenced)) if holds]
    return f" ({', '.join(words)})" if words else ""


def silences_line(silences: Sequence[SilenceView], here: Here) -> list[Line]:
    """One line of a status: that something is hidden, until when, and by whom."""
    if not silences:
        return []

    people = ", ".join(dict.fromkeys(person(one.by) for one in silences))
    until = here.minute(max(one.until for one in silences))
    last = "the last " if len(silences) > 1 else ""
    told = f" {counted(len(silences), 'silence')}, {last}until {until} (by {people}): "
    return [line("    ", WARN, told, Span(_LIST, Shade.COMMAND))]


def person(by: str) -> str:
    """Who, without the program and its pid."""
    return by.partition(" (")[0] or "somebody"


def meant(matchers: MatchersView, here: Here) -> str:
    """What a silence means: `everything`, `daemon.* of session 3f0c2d1e in ~/.coven`."""
    parts = [matchers.kind or "everything"]
    if matchers.session:
        parts.append(f"of session {matchers.session[:_ID]}")

    if matchers.home:
        parts.append(f"in {here.path(matchers.home)}")

    return " ".join(parts)


def acknowledged_words(ack: AckView, here: Here) -> str:
    """Who, when, for how long and why."""
    until = f", until {here.minute(ack.until)}" if ack.until else ""
    return f"by {ack.by} at {here.minute(ack.at)}{until}{_because(ack.reason)}"


def silenced_words(silence: SilenceView, here: Here) -> str:
    """Until when, by whom and why."""
    return f"until {here.minute(silence.until)} by {silence.by}{_because(silence.reason)}"


def _because(reason: str | None) -> str:
    return f": {reason}" if reason else ""


def list_lines(found: Silences, here: Here) -> list[Line]:
    """Every silence, with what it hides now."""
    if not found.silences:
        return [line("Nothing is silenced.")]

    return columns([_row(one, here) for one in found.silences], indent=0)


def _row(one: ListedSilence, here: Here) -> tuple[Span, ...]:
    ids = ", ".join(hidden.id for hidden in one.hides[:_FEW]) + (", …" if len(one.hides) > _FEW else "")
    return (
        Span(one.id, Shade.STRONG),
        Span(meant(one.matchers, here)),
        Span(silenced_words(one, here), Shade.DIM),
        Span(f"hides {ids}" if ids else "hides nothing that is open", Shade.WARN if ids else Shade.DIM),
    )


def silenced_lines(made: Silenced, here: Here) -> list[Line]:
    """What is hidden from now on: what is open by name, what comes by kind, and who stays quiet."""
    silence = made.silence
    until = here.minute(silence.until)
    quiet = f"{counted(len(made.channels), 'channel')} {'stays' if len(made.channels) == 1 else 'stay'} quiet until {until}"
    end = Span(f"coven-watchdog silence remove {silence.id}", Shade.COMMAND)
    return [
        line(Span(silence.id, Shade.STRONG), f" hides {meant(silence.matchers, here)}, {_open(silence)}"),
        *_hidden(silence.hides),
        line(f"{quiet}; that something is over is told all the same. To end it sooner: ", end),
    ]


def _open(silence: ListedSilence) -> str:
    """What of it is open."""
    if not silence.hides:
        return "of which nothing is open now."

    return f"of which {len(silence.hides)} {'is' if len(silence.hides) == 1 else 'are'} open now:"


def _hidden(hides: Sequence[HiddenView]) -> list[Line]:
    """Open incidents, the worst first."""
    return columns(
        (SIGNS[one.severity], Span(one.id, Shade.STRONG), Span(one.kind), Span(one.severity), Span(one.summary))
        for one in hides
    )


def unsilenced_lines(removed: Unsilenced, here: Here) -> list[Line]:
    """What is told again."""
    silence, free = removed.silence, removed.told_again
    again = f"{counted(len(free), 'open incident')} {'is' if len(free) == 1 else 'are'} told again:" if free else ""
    said = again or "nothing that is open was hidden by it alone."
    return [line(Span(silence.id, Shade.STRONG), f" ({meant(silence.matchers, here)}) is removed: {said}"), *_hidden(free)]


def ack_lines(shown: AckShown, here: Here) -> list[Line]:
    """What became of it."""
    incident, ack, before = shown.incident, shown.acknowledgement, shown.before
    name = (SIGNS[incident.severity], " ", Span(incident.id, Shade.STRONG), f" {incident.kind} ")
    if ack is None:
        return [line(*name, "is no longer acknowledged: it is told again as before.")]

    until = f"until {here.minute(ack.until)}" if ack.until else "until it is over"
    what = "is acknowledged anew" if before else "is acknowledged"
    lines = [line(*name, f"{what}, {until}. A change for the worse, and its end, are told all the same.")]
    if before:
        lines.append(line("    ", Span(f"before: {acknowledged_words(before, here)}", Shade.DIM)))

    return lines
