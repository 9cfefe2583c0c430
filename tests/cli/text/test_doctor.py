"""The lines of `doctor`."""

from cli.text.pictures import HERE, text
from coven_watchdog.cli.text.doctor import doctor_lines
from coven_watchdog.model.words import Answer, Basis, CheckStatus, Effect, Kind, Topic
from coven_watchdog.report.doctor import Doctor, DoctorHome, DoctorLine, Question, SymptomView
from coven_watchdog.report.times import moment
from coven_watchdog.report.views import NextView, WitnessView
from store.builders import HOME, START

NEXT = NextView(run="coven daemon start", effect=Effect.STARTS, why="Start it again")
SEEN = WitnessView(source="lock", basis=Basis.INTERNAL, at=moment(START), saw="nobody holds daemon-serve.lock")
CRASH = DoctorLine(
    topic=Topic.DAEMON,
    status=CheckStatus.CRITICAL,
    says="Coven crashed: gone without a clean stop",
    kind=Kind.DAEMON_CRASHED,
    incident="k7fq",
    witnesses=(SEEN,),
    cause="The daemon's process is gone without a clean stop. Its sessions ended with it.",
    next=(NEXT,),
)
MORE = DoctorLine(topic=Topic.DAEMON, status=CheckStatus.OK, says="more")
GAPS = DoctorLine(topic=Topic.SIGHT, status=CheckStatus.UNKNOWN, says="nobody watches now")
QUESTIONS = (
    Question(question="Did it bind?", answer=Answer.YES, why="it says so", lines=("line one",)),
    Question(question="Did it open?", answer=Answer.UNKNOWN, why="nobody knows", lines=("line one", "line two")),
)
SYMPTOM = SymptomView(symptom="connection refused", now=Answer.YES, topic=Topic.API, first="Nobody listens.", next=(NEXT,))


def doctor(*lines: DoctorLine, name: str = HOME, limits: tuple[str, ...] = ()) -> Doctor:
    """A document with one home."""
    statuses = [line.status for line in lines]
    worst = CheckStatus.CRITICAL if CheckStatus.CRITICAL in statuses else statuses[0]
    home = DoctorHome(home=HOME, name=name, status=worst, lines=lines, questions=QUESTIONS, symptoms=(SYMPTOM,))
    return Doctor(status=worst, homes=(home,), watchdog=(GAPS,), limits=limits)


def test_the_whole() -> None:
    """Headline, home, questions, symptoms, the watchdog, limits; a line of the log stands once, a topic's name, too."""
    assert text(doctor_lines(doctor(CRASH, MORE, limits=("not here",)), HERE, None)).splitlines() == [
        "✖ Something is wrong · 3 things examined: 1 critical, 1 not known",
        "",
        "~/.coven",
        "  ✖ daemon         Coven crashed: gone without a clean stop (k7fq)",
        "                   lock: nobody holds daemon-serve.lock (internal)",
        "                   The daemon's process is gone without a clean stop. Its sessions ended with it.",
        "                   Start it again (starts it, ends nothing):",
        "                     coven daemon start",
        "  ✔                more",
        "",
        "What its log should tell",
        "  Did it bind? yes",
        "    it says so",
        "      line one",
        "  Did it open?",
        "    cannot be known from outside: nobody knows",
        "      line two",
        "",
        "If somebody says",
        "  “connection refused”: so now; look at API first",
        "    Nobody listens.",
        "    Start it again (starts it, ends nothing):",
        "      coven daemon start",
        "",
        "The watchdog itself",
        "  ? gaps           nobody watches now",
        "",
        "Cannot be known on this machine",
        "  not here",
    ]


def test_a_narrow_terminal() -> None:
    """What is folded fits, and stays in its column."""
    lines = text(doctor_lines(doctor(CRASH), HERE, 50)).splitlines()
    assert max(len(line) for line in lines if line.startswith(" " * 4)) <= 50
    start = next(at for at, line in enumerate(lines) if "The daemon's" in line)
    assert lines[start : start + 3] == [
        "                   The daemon's process is gone",
        "                   without a clean stop. Its",
        "                   sessions ended with it.",
    ]


def test_headlines() -> None:
    """Nothing wrong is ✔ also where something is not known; what is only wrong is !."""
    wrong = DoctorLine(topic=Topic.LOG, status=CheckStatus.WARNING, says="x")
    assert text(doctor_lines(doctor(MORE), HERE, None)).startswith("✔ Nothing wrong found · 2 things examined: 1 not known\n")
    assert text(doctor_lines(doctor(wrong), HERE, None)).startswith(
        "! Something is wrong · 2 things examined: 1 wrong, 1 not known\n"
    )


def test_a_home_with_a_name() -> None:
    """It stands before the path."""
    assert "\ndevbox  ~/.coven\n" in text(doctor_lines(doctor(MORE, name="devbox"), HERE, None))
