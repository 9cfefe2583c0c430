"""The shape of what `doctor` says. Its counterpart is `diagnose`, which fills it; text and JSON are two views of it."""

from coven_watchdog.model.words import Answer, CheckStatus, Kind, Topic
from coven_watchdog.report.views import NextView, View, WitnessView


class DoctorLine(View, frozen=True, kw_only=True):
    """One thing that was examined. `kind` None: no kind of the catalogue, `incident`: the one that is open about it."""

    topic: Topic
    status: CheckStatus
    says: str
    kind: Kind | None = None
    incident: str | None = None
    witnesses: tuple[WitnessView, ...] = ()
    cause: str | None = None
    next: tuple[NextView, ...] = ()


class Question(View, frozen=True, kw_only=True):
    """A question that the daemon's log should answer: the answer, why it is that, and the lines of the log in question."""

    question: str
    answer: Answer
    why: str
    lines: tuple[str, ...]


class SymptomView(View, frozen=True, kw_only=True):
    """What somebody may have run into, whether it is so now, and what to look at first."""

    symptom: str
    now: Answer
    topic: Topic
    first: str
    next: tuple[NextView, ...]


class DoctorHome(View, frozen=True, kw_only=True):
    """One home."""

    home: str
    name: str
    status: CheckStatus
    lines: tuple[DoctorLine, ...]
    questions: tuple[Question, ...]
    symptoms: tuple[SymptomView, ...]


class Doctor(View, frozen=True, kw_only=True):
    """Everything that `doctor` says. `watchdog`: it examines itself, too; `limits`: what cannot be known on this system."""

    schema: str = "coven-watchdog.doctor.v1"
    status: CheckStatus
    homes: tuple[DoctorHome, ...]
    watchdog: tuple[DoctorLine, ...]
    limits: tuple[str, ...]


WRONG = frozenset({CheckStatus.WARNING, CheckStatus.CRITICAL})
_PRECEDENCE = (CheckStatus.CRITICAL, CheckStatus.WARNING, CheckStatus.UNKNOWN, CheckStatus.OK)


def worst(statuses: list[CheckStatus]) -> CheckStatus:
    """Critical, warning, unknown, ok; without any: ok."""
    return min(statuses, key=_PRECEDENCE.index, default=CheckStatus.OK)
