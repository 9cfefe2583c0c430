"""`incidents` as lines: a list, and everything about one."""

import re
from collections.abc import Iterator, Sequence

from coven_watchdog.catalogue import EFFECTS
from coven_watchdog.cli.page import BLANK, Line, Span, columns, line
from coven_watchdog.cli.text.silences import acknowledged_words, flags, silenced_words
from coven_watchdog.cli.text.words import WITHHELD, Here, sign
from coven_watchdog.decide.words import counted, span
from coven_watchdog.model.time import SECOND
from coven_watchdog.model.words import AttemptOutcome, IncidentState, Shade
from coven_watchdog.report.incidents import EventView, IncidentDetail, ListedIncident, ReceiptView, SceneView, SessionView
from coven_watchdog.report.views import NextView, WitnessView

_LOG_LINES = 10
_NAMELESS = re.compile(r"\s*\d+: <unknown>")
"""A frame below a panic in a program without symbols."""


def list_lines(incidents: Sequence[ListedIncident], here: Here, nothing: str) -> list[Line]:
    """The list; `nothing` is said when it is empty."""
    return columns([_row(one, here) for one in incidents], indent=0) if incidents else [line(nothing)]


def follow_line(incident: ListedIncident, here: Here) -> Line:
    """One incident in a running log."""
    at = incident.resolved_at or incident.opened_at
    cells = _row(incident, here)
    return line(Span(here.time(at), Shade.DIM), "  ", cells[0], " ", cells[1], " ", cells[2], "  ", cells[4])


def _row(one: ListedIncident, here: Here) -> tuple[Span, ...]:
    """Sign, id, state, time, what."""
    shade = Shade.STRONG if one.state is IncidentState.OPEN else Shade.PLAIN
    return (
        sign(one.severity, one.state),
        Span(one.id, Shade.STRONG),
        Span(one.state.value, shade),
        Span(_time(one, here), Shade.DIM),
        Span(f"{one.summary}{flags(one)}", shade),
    )


def _time(one: ListedIncident, here: Here) -> str:
    """When, and for how long."""
    began = here.time(one.opened_at)
    if one.state is IncidentState.NOTED:
        return began

    return f"{began}, {'for ' if one.resolved_at else ''}{here.lasted(one.opened_at, one.resolved_at)}"


def detail_lines(one: IncidentDetail, here: Here) -> list[Line]:
    """The whole why of one incident."""
    lines = [
        line(sign(one.severity, one.state), " ", Span(one.summary, Shade.STRONG)),
        line(Span(one.meaning, Shade.DIM)),
        BLANK,
        *columns(list(_facts(one, here)), indent=0),
    ]
    for title, part in _parts(one, here):
        if part:
            lines += [BLANK, line(Span(title, Shade.STRONG)), *part]

    return lines


def _facts(one: IncidentDetail, here: Here) -> Iterator[tuple[Span, str]]:
    """The short facts, row by row."""
    yield Span("incident", Shade.DIM), f"{one.id} · {one.kind} · {one.severity}"
    if one.home:
        yield Span("home", Shade.DIM), here.path(one.home)

    yield Span("happened", Shade.DIM), _happened(one, here)
    if one.resolved_at is not None:
        what = "no longer watched" if one.withdrawn else "over"
        yield Span(what, Shade.DIM), f"{here.time(one.resolved_at)}, after {here.lasted(one.fact_at, one.resolved_at)}"

    if one.exit is not None:
        how = f"exit code {one.exit.code}" if one.exit.signal is None else f"killed by signal {one.exit.signal}"
        yield Span("ended by", Shade.DIM), f"{how}{f' (as the {one.exit.source} says)' if one.exit.source else ''}"

    if one.output_dropped:
        yield Span("output", Shade.DIM), f"recorded with gaps: {counted(one.output_dropped, 'piece')} dropped"

    if one.acknowledgement is not None:
        yield Span("acknowledged", Shade.DIM), acknowledged_words(one.acknowledgement, here)

    for silence in one.silences:
        yield Span("silenced", Shade.DIM), f"{silenced_words(silence, here)} · {silence.id}"


def _happened(one: IncidentDetail, here: Here) -> str:
    """When; between two moments when nobody watched."""
    if one.between is not None:
        return f"between {here.time(one.between[0])} and {here.time(one.between[1])}, while nobody watched"

    lasts = f", for {here.lasted(one.fact_at)} now" if one.state is IncidentState.OPEN else ""
    return f"{here.time(one.fact_at)}{lasts}"


def _parts(one: IncidentDetail, here: Here) -> Iterator[tuple[str, list[Line]]]:
    """The sections, each with its title."""
    yield "Sessions hit", columns([_session(brief) for brief in one.sessions])
    yield "Sessions lost", columns([_session(brief) for brief in one.lost])
    yield "Live on", columns([_session(brief) for brief in one.survivors])
    yield "Evidence", columns([_witness(witness, here) for witness in one.witnesses])
    yield "Printed last", [line("  ", Span(text, Shade.DIM)) for text in one.output]
    yield "Story", columns([_event(event, here) for event in one.history])
    yield "Scene", list(_scene(one.scene, here)) if one.scene else []
    yield "Tries that failed", columns(list(_failures(one, here)))
    yield "Next", columns([_next(step) for step in one.next])


def _session(brief: SessionView) -> tuple[str | Span, ...]:
    ended = "" if brief.exit_code is None else f"exit code {brief.exit_code}"
    return (
        brief.harness,
        brief.project,
        span(brief.ran_for_seconds * SECOND),
        Span(brief.id, Shade.DIM),
        brief.status or "",
        ended,
    )


def _witness(witness: WitnessView, here: Here) -> tuple[Span, ...]:
    return (
        Span(here.time(witness.at), Shade.DIM),
        Span(witness.source),
        Span(witness.saw),
        Span(f"({witness.basis})", Shade.DIM),
    )


def _event(event: EventView, here: Here) -> tuple[Span, ...]:
    """A transition, or a message: sent, waiting, or withheld and why."""
    at = Span(here.time(event.at), Shade.DIM)
    if event.transition is not None:
        what = event.note or f"{event.kind}, {event.severity}"
        return at, Span(event.transition.value.replace("_", " "), Shade.STRONG), Span(what)

    reason = event.reason.value.replace("_", " ") if event.reason else ""
    what = f"{reason} → {event.channel}"
    if event.suppression is not None:
        return at, Span("withheld", Shade.WARN), Span(f"{what}: {WITHHELD[event.suppression]}")

    took = (
        f", sent after {here.lasted(event.at, event.sent_at)}" if event.sent_at and (event.sent_at - event.at).seconds else ""
    )
    state = event.state.value.replace("_", " ") if event.state else ""
    return (
        at,
        Span(state, Shade.GOOD if event.sent_at else Shade.WARN),
        Span(f"{what}{took}"),
        Span(event.message or "", Shade.DIM),
    )


def _scene(scene: SceneView, here: Here) -> Iterator[Line]:
    """What lay around; the log's tail last."""
    rows = [
        ("taken", here.time(scene.taken_at)),
        ("record", scene.record),
        ("socket", scene.socket),
        ("lock", scene.lock),
        ("kernel", scene.kernel),
    ]
    yield from columns([(Span(name, Shade.DIM), text) for name, text in rows if text])
    if scene.panic:
        yield line("  ", Span("its log has a panic", Shade.BAD))

    if scene.log_tail:
        shown = [text for text in scene.log_tail if not _NAMELESS.fullmatch(text)][-_LOG_LINES:]
        more = f" of {len(scene.log_tail)}; all: --json" if len(scene.log_tail) > len(shown) else ""
        yield line(Span(f"  the last {counted(len(shown), 'line')} of its log{more}", Shade.DIM))
        yield from (line("    ", Span(text, Shade.DIM)) for text in shown)


def _failures(one: IncidentDetail, here: Here) -> Iterator[tuple[Span, ...]]:
    """Deliveries that were not accepted, by message and channel: how many, and what the last one said."""
    failed: dict[tuple[str, str], list[ReceiptView]] = {}
    for receipt in one.receipts:
        if receipt.outcome is not AttemptOutcome.ACCEPTED:
            failed.setdefault((receipt.message, receipt.channel), []).append(receipt)

    for (message, channel), receipts in failed.items():
        last = receipts[-1]
        tries = "once" if len(receipts) == 1 else f"{len(receipts)} times, last"
        yield (
            Span(message),
            Span(channel),
            Span(f"{tries} {here.time(last.at)}", Shade.DIM),
            Span(last.error or last.outcome.value),
        )


def _next(step: NextView) -> tuple[Span, ...]:
    """A command, what it is for, and what it does to Coven."""
    return Span(step.run, Shade.COMMAND), Span(step.why), Span(f"({EFFECTS[step.effect]})", Shade.DIM)
