"""`doctor` as lines: first the one thing to know, then each home, the questions of its log, the symptoms, and the watchdog itself."""

from collections.abc import Iterable, Iterator, Sequence

from coven_watchdog.catalogue import EFFECTS
from coven_watchdog.cli.page import BLANK, Line, Span, folded, line
from coven_watchdog.cli.text.words import BAD, UNKNOWN, WARN, Here
from coven_watchdog.decide.words import counted
from coven_watchdog.model.words import Answer, CheckStatus, Shade, Topic
from coven_watchdog.report.doctor import Doctor, DoctorHome, DoctorLine, Question, SymptomView
from coven_watchdog.report.views import NextView

_SIGNS = {
    CheckStatus.OK: Span("✔", Shade.GOOD),
    CheckStatus.WARNING: WARN,
    CheckStatus.CRITICAL: BAD,
    CheckStatus.UNKNOWN: UNKNOWN,
}
_ANSWERS = {
    Answer.YES: Span("yes", Shade.STRONG),
    Answer.NO: Span("no", Shade.STRONG),
    Answer.UNKNOWN: Span(""),
}
_NOW = {
    Answer.YES: Span("so now", Shade.BAD),
    Answer.NO: Span("not so now", Shade.GOOD),
    Answer.UNKNOWN: Span("not known from here", Shade.WARN),
}
_NAMES = {Topic.API: "API", Topic.EVENT_WRITER: "event writer", Topic.STORE: "ledger", Topic.SIGHT: "gaps"}
_WIDEST = max(len(_NAMES.get(topic, topic.value)) for topic in Topic)
_SAYS = 4 + _WIDEST + 2
_NARROW = 24
_HEARD = 100_000


def doctor_lines(doctor: Doctor, here: Here, room: int | None) -> list[Line]:
    """Everything. `room`: the columns of the terminal, None where there is no edge."""
    width = _HEARD if room is None else max(room, _SAYS + _NARROW)
    lines = [_headline(doctor)]
    for home in doctor.homes:
        lines += [BLANK, *_home(home, here, width)]

    lines += [BLANK, _title("The watchdog itself"), *_examined(doctor.watchdog, width)]
    if doctor.limits:
        lines += [BLANK, _title("Cannot be known on this machine")]
        lines += [one for limit in doctor.limits for one in _hanging("  ", Span(limit), width)]

    return lines


def _headline(doctor: Doctor) -> Line:
    """The one thing to know."""
    found = [one.status for one in (*(one for home in doctor.homes for one in home.lines), *doctor.watchdog)]
    counts = {
        "critical": found.count(CheckStatus.CRITICAL),
        "wrong": found.count(CheckStatus.WARNING),
        "not known": found.count(CheckStatus.UNKNOWN),
    }
    told = ", ".join(f"{number} {word}" for word, number in counts.items() if number)
    wrong = counts["critical"] + counts["wrong"]
    sign = _SIGNS[doctor.status if wrong else CheckStatus.OK]
    words = "Something is wrong" if wrong else "Nothing wrong found"
    shade = Shade.BAD if counts["critical"] else Shade.WARN if wrong else Shade.GOOD
    return line(sign, " ", Span(words, shade), f" · {counted(len(found), 'thing')} examined{f': {told}' if told else ''}")


def _title(text: str) -> Line:
    return line(Span(text, Shade.STRONG))


def _home(home: DoctorHome, here: Here, width: int) -> Iterator[Line]:
    """One home with its questions and symptoms."""
    path = here.path(home.home)
    yield _title(path if home.name in {home.home, path} else f"{home.name}  {path}")
    yield from _examined(home.lines, width)
    if home.questions:
        yield BLANK
        yield _title("What its log should tell")
        yield from _questions(home.questions, width)

    if home.symptoms:
        yield BLANK
        yield _title("If somebody says")
        yield from (one for symptom in home.symptoms for one in _symptom(symptom, width))


def _examined(lines: Sequence[DoctorLine], width: int) -> Iterator[Line]:
    """The lines; a topic's name stands once."""
    before: Topic | None = None
    for one in lines:
        yield from _line(one, width, named=one.topic is not before)
        before = one.topic


def _line(one: DoctorLine, width: int, *, named: bool) -> Iterator[Line]:
    """Sign, topic and what there is to say; below it the evidence, the likely cause and what to run next."""
    name = _NAMES.get(one.topic, one.topic.value) if named else ""
    shade = Shade.PLAIN if one.status in {CheckStatus.OK, CheckStatus.UNKNOWN} else Shade.STRONG
    says = Span(f"{one.says}{f' ({one.incident})' if one.incident else ''}", shade)
    yield from _hanging("", says, width, first=(Span("  "), _SIGNS[one.status], Span(f" {name:<{_WIDEST}}  ")))
    for witness in one.witnesses:
        told = f"{witness.source}: {witness.saw} ({witness.basis.value})"
        yield from _hanging(" " * _SAYS, Span(told, Shade.DIM), width)

    if one.cause:
        yield from _hanging(" " * _SAYS, Span(one.cause), width)

    yield from _next(one.next, _SAYS, width)


def _next(steps: Iterable[NextView], indent: int, width: int) -> Iterator[Line]:
    """Each command on a line of its own, so that copying it gives the command."""
    for step in steps:
        yield from _hanging(" " * indent, Span(f"{step.why} ({EFFECTS[step.effect]}):"), width)
        yield line(" " * (indent + 2), Span(step.run, Shade.COMMAND))


def _questions(questions: Sequence[Question], width: int) -> Iterator[Line]:
    """Each with its answer; a line of the log stands once."""
    shown: set[str] = set()
    for question in questions:
        yield line("  ", Span(question.question, Shade.STRONG), " ", _ANSWERS[question.answer])
        outside = "cannot be known from outside: " if question.answer is Answer.UNKNOWN else ""
        yield from _hanging(" " * 4, Span(f"{outside}{question.why}"), width)
        for one in question.lines:
            if one not in shown:
                yield from _hanging(" " * 6, Span(one, Shade.DIM), width)

        shown.update(question.lines)


def _symptom(symptom: SymptomView, width: int) -> Iterator[Line]:
    name = _NAMES.get(symptom.topic, symptom.topic.value)
    yield line(
        "  ", Span(f"“{symptom.symptom}”", Shade.STRONG), ": ", _NOW[symptom.now], Span(f"; look at {name} first", Shade.DIM)
    )
    yield from _hanging(" " * 4, Span(symptom.first), width)
    yield from _next(symptom.next, 4, width)


def _hanging(indent: str, text: Span, width: int, first: tuple[Span, ...] = ()) -> Iterator[Line]:
    """The text folded at the terminal's edge, all of it as far in as its beginning. `first` stands before it in place of the indent."""
    taken = sum(len(span.text) for span in first)
    # A label that differs in length from line to line is no column: what follows stands under the label.
    below = " " * (len(indent) if indent else taken)
    head, *rest = folded(text.text, width - max(taken, len(below)))
    yield (*(first or (Span(indent),)), Span(head, text.shade))
    for piece in rest:
        yield line(below, Span(piece, text.shade))
