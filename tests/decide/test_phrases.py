"""What there is to say about one incident, part by part."""

from dataclasses import replace

import pytest

from coven_watchdog.catalogue import CATALOGUE
from coven_watchdog.decide import phrases
from coven_watchdog.decide.changes import changed, created, resolved
from coven_watchdog.model.facts import ExitStatus
from coven_watchdog.model.incidents import Facts, Incident, SessionBrief, Witness
from coven_watchdog.model.time import HOUR, MINUTE, Instant
from coven_watchdog.model.words import Basis, Comeback, Form, IncidentState, Kind
from decide.pages import PLACE, THREE
from decide.verdicts import CRASHED, HOME, HUNG, START, WALL, WELL, bad, brief

LATER = Instant(WALL + HOUR, START.awake + HOUR)


def incident(kind: Kind = Kind.DAEMON_CRASHED, subject: str = "", saw: str = "", **facts: object) -> Incident:
    """An open incident of that kind."""
    verdict = replace(bad(kind, subject=subject), facts=replace(Facts(home=HOME), **facts))  # type: ignore[arg-type]
    made = created(verdict, "k7fq", IncidentState.OPEN, START)
    return replace(made, witnesses=(Witness("health", Basis.CONTRACT, WALL, saw),) if saw else ())


def test_headlines() -> None:
    """A session's names harness and project, a channel's the channel; the others are the catalogue's."""
    assert phrases.headline(incident()) == "Coven crashed"
    assert phrases.headline(incident(Kind.SESSION_FAILED, sessions=(brief(),))) == "codex in shop failed"
    assert phrases.headline(incident(Kind.SESSION_FAILED)) == "A session failed"
    assert phrases.headline(incident(Kind.WATCHDOG_CHANNEL_FAILING, "channel:phone")) == "Channel phone does not deliver"
    long = brief(harness="h" * 50, project="p" * 50)
    assert phrases.headline(incident(Kind.SESSION_FAILED, sessions=(long,)), 10) == f"{'h' * 9}… in {'p' * 9}… failed"


def test_every_kind_has_its_words() -> None:
    """Headline, cause and summary of each kind are printable lines, with and without facts."""
    for kind in CATALOGUE:
        for one in (incident(kind), incident(kind, sessions=(brief(),), lost=THREE, detail="x")):
            words = (phrases.headline(one), phrases.cause(one), phrases.summary(one))
            assert all(word and word.isprintable() for word in words)
            assert not phrases.cause(one).endswith(".")


def test_recoveries() -> None:
    """A daemon that was out of service is back; what is milder is well again; a channel and a harness are named."""
    assert phrases.recovered(incident(Kind.HARNESS_MISSING, "harness:codex")) == "Coven finds codex again"
    assert phrases.recovered(incident()) == "Coven is back"
    assert phrases.recovered(incident(Kind.DAEMON_RECORD_INVALID)) == "Coven's daemon.json is right again"
    crash = created(CRASHED, "a", IncidentState.OPEN, START)
    step = changed(crash, bad(Kind.DAEMON_RECORD_INVALID), LATER)
    assert step is not None
    assert phrases.recovered(resolved(step.incident, WELL, LATER).incident) == "Coven is back"
    assert phrases.recovered(incident(Kind.WATCHDOG_CHANNEL_FAILING, "channel:phone")) == "Channel phone delivers again"
    assert phrases.recovered(replace(incident(), chapters=())) == "Coven is back"


def test_costs() -> None:
    """Sessions that a daemon's trouble hit; sessions lost with a restart; else nothing."""
    assert phrases.cost(incident(sessions=THREE)) == "3 sessions hit"
    assert phrases.cost(incident(Kind.DAEMON_INCOMPATIBLE, sessions=THREE)) == ""
    assert phrases.cost(incident(Kind.DAEMON_RESTARTED, lost=THREE[:1])) == "1 session lost"
    assert phrases.cost(incident()) == phrases.cost(incident(Kind.SESSION_FAILED, sessions=(brief(),))) == ""


@pytest.mark.parametrize(
    ("kind", "facts", "words"),
    [
        (Kind.DAEMON_CRASHED, {}, "gone without a clean stop"),
        (Kind.DAEMON_CRASHED, {"exit": ExitStatus(signal=9)}, "killed by signal 9"),
        (Kind.DAEMON_CRASHED, {"exit": ExitStatus(code=101)}, "exit code 101"),
        (Kind.DAEMON_CRASHED, {"exit": ExitStatus(code=0), "detail": "a panic"}, "a clean stop; a panic"),
        (Kind.DAEMON_CRASHED, {"exit": ExitStatus(signal=9), "detail": "OOM\nline"}, "killed by signal 9; OOM line"),
        (Kind.DAEMON_STOPPED, {}, "a clean stop, and nobody started it again"),
        (Kind.DAEMON_STOPPED, {"detail": "not started since the reboot"}, "not started since the reboot"),
        (Kind.DAEMON_UNRESPONSIVE, {}, "its process lives and does not answer"),
        (Kind.DAEMON_UNRESPONSIVE, {"detail": "stopped"}, "a signal stopped its process"),
        (
            Kind.DAEMON_UNRESPONSIVE,
            {"count": 66},
            "66 clients hold it that do not finish their requests; it goes on when they hang up, or after a minute",
        ),
        (Kind.DAEMON_RESTARTED, {}, "a new daemon took over"),
        (Kind.DAEMON_RESTARTED, {"version": "2", "old_version": "2"}, "a new daemon took over"),
        (Kind.DAEMON_RESTARTED, {"version": "2", "old_version": "1\x1b[m"}, "version 1 became 2"),
        (Kind.DAEMON_RESTARTED, {"comeback": Comeback.MANUAL}, "it was stopped cleanly and started again"),
        (Kind.DAEMON_RESTARTED, {"comeback": Comeback.UNKNOWN}, "a new daemon took over; why is not known"),
        (Kind.DAEMON_RESTARTED, {"comeback": Comeback.UPGRADE}, "an upgrade: its program was replaced"),
        (
            Kind.DAEMON_RESTARTED,
            {"comeback": Comeback.UPGRADE, "version": "2", "old_version": "1"},
            "an upgrade: version 1 became 2",
        ),
        (Kind.DAEMON_RESTARTED, {"comeback": Comeback.CRASH}, "the one before crashed; a new daemon took over"),
        (
            Kind.DAEMON_RESTARTED,
            {"comeback": Comeback.CRASH, "exit": ExitStatus(signal=9), "version": "2", "old_version": "1"},
            "the one before crashed (killed by signal 9); a new daemon took over; version 1 became 2",
        ),
        (Kind.DAEMON_RESTARTED, {"comeback": Comeback.REBOOT}, "the machine was started anew, and a new daemon with it"),
        (Kind.DAEMON_RESTART_LOOP, {"count": 4}, "4 restarts within 10 minutes"),
        (
            Kind.DAEMON_RESTART_LOOP,
            {"count": 3, "exit": ExitStatus(signal=9)},
            "3 restarts within 10 minutes; the last end: killed by signal 9",
        ),
        (Kind.DAEMON_SOCKET_LOST, {"detail": "stopped"}, "no socket, though the daemon lives"),
        (Kind.SESSION_FAILED, {"exit": ExitStatus(code=3)}, "exit code 3"),
        (Kind.SESSION_FAILED, {"exit": ExitStatus(code=1), "detail": "doubtful"}, "exit code 1; doubtful"),
        (Kind.SESSION_CRASHED, {}, "ended by a signal, or without an exit code"),
        (Kind.SESSION_FINISHED, {"exit": ExitStatus(code=0)}, "exit code 0"),
        (Kind.SESSION_FINISHED, {"exit": ExitStatus(code=0), "detail": "its turn is over"}, "its turn is over"),
        (Kind.HOME_INSECURE, {"detail": "mode 0777"}, "mode 0777"),
        (Kind.HOME_INSECURE, {}, "type, owner or mode of the home is wrong"),
        (Kind.STORE_BROKEN, {"detail": "token=abcdef123456"}, "token=[redacted]"),
    ],
)
def test_causes(kind: Kind, facts: dict[str, object], words: str) -> None:
    """How it came about."""
    assert phrases.cause(incident(kind, **facts)) == words  # type: ignore[arg-type]


def test_what_a_witness_saw_is_the_cause_where_nothing_else_is_known() -> None:
    """An answer that breaks the contract is told as it was seen."""
    assert phrases.cause(incident(Kind.DAEMON_UNHEALTHY, saw="HTTP 500 internal_error")) == "HTTP 500 internal_error"
    assert phrases.why(incident(Kind.DAEMON_INCOMPATIBLE, saw="apiVersion v9")) == "apiVersion v9"
    assert phrases.why(incident(Kind.DAEMON_UNHEALTHY)) == ""


@pytest.mark.parametrize(
    ("kind", "facts", "words"),
    [
        (Kind.DAEMON_CRASHED, {}, ""),
        (Kind.DAEMON_CRASHED, {"exit": ExitStatus(signal=9), "detail": "OOM"}, "killed by signal 9; OOM"),
        (Kind.DAEMON_STOPPED, {}, ""),
        (Kind.DAEMON_UNRESPONSIVE, {}, ""),
        (Kind.DAEMON_UNRESPONSIVE, {"detail": "stopped"}, "a signal had stopped its process"),
        (Kind.DAEMON_UNRESPONSIVE, {"count": 66}, "66 clients that did not finish their requests held it"),
        (Kind.DAEMON_RESTART_LOOP, {"count": 4}, "4 restarts within 10 minutes"),
        (Kind.DAEMON_DUPLICATE, {"detail": "process 1 answers"}, ""),
        (Kind.HOME_INSECURE, {"detail": "mode 0777"}, "mode 0777"),
    ],
)
def test_causes_of_what_is_over(kind: Kind, facts: dict[str, object], words: str) -> None:
    """Nothing is said in the present about the past."""
    assert phrases.why(incident(kind, **facts)) == words  # type: ignore[arg-type]


def test_sessions() -> None:
    """The first three, and how many more; titles only where asked; namesakes with their ids; hostile names on one short line."""
    assert phrases.sessions((), titles=True) == ""
    assert phrases.sessions(THREE, titles=False) == "codex in shop 41 min · claude in api 2 h 5 min · codex in docs 6 min"
    four = phrases.sessions((*THREE, brief(), brief()), titles=True, label="Lost: ")
    assert four.startswith("Lost: codex in shop 41 min “add a cart” (3f0c9a12) · ")
    assert four.endswith(" · + 2 more")
    twins = phrases.sessions((brief(), brief(id="b1b2b3b4-c")), titles=False)
    assert twins == "codex in shop 41 min (3f0c9a12) · codex in shop 41 min (b1b2b3b4)"
    odd = SessionBrief("\x1b[1mab\ncdefghij", "", "\x00", "/", "t", MINUTE)
    assert phrases.session(odd) == "? in ? 1 min"
    assert phrases.session(brief(id="\x1b[1mabcdefghij"), identified=True) == "codex in shop 41 min (abcd)"


def test_when() -> None:
    """A moment, or between two when nobody watched."""
    assert phrases.when(incident(), WALL, PLACE) == "11:06"
    assert phrases.when(incident(between=(WALL - HOUR, WALL)), WALL, PLACE) == "between 10:06 and 11:06"


def test_how_long() -> None:
    """From when to when; or as far as that is known."""
    over = resolved(incident(), WELL, LATER).incident
    assert phrases.lasted(over, LATER.wall, PLACE) == "11:06–12:06 (1 h)"
    assert phrases.lasted(incident(), LATER.wall, PLACE) == "11:06–12:06 (1 h)"
    began = resolved(incident(between=(WALL - HOUR, WALL - 1)), WELL, LATER).incident
    assert phrases.lasted(began, LATER.wall, PLACE) == "since some time between 10:06 and 11:06, until 12:06"
    ended = replace(over, facts=Facts(between=(WALL + MINUTE, WALL + HOUR)))
    assert phrases.lasted(ended, LATER.wall, PLACE) == "from 11:06 until some time between 11:07 and 12:06"
    assert phrases.ended_unseen(ended)
    assert not phrases.ended_unseen(replace(ended, resolved_at=None))
    assert not phrases.ended_unseen(over)


def test_next_steps() -> None:
    """The command with what it is for and what it does; nothing where there is none."""
    assert phrases.next_step(incident(), PLACE) == "Start it again: coven daemon start (starts it, ends nothing)"
    assert phrases.next_step(incident(Kind.HOME_INSECURE), PLACE) == ""


def test_going_on() -> None:
    """A line for each of the first few that were lost and can be named safely."""
    lost = (brief(id="-x"), *THREE)
    assert phrases.go_on(incident(lost=lost), PLACE) == (
        "Go on in shop: coven run codex --continue 3f0c9a12-77aa (starts it, ends nothing)",
        "Go on in api: coven run claude --continue 77b1c0de-91aa (starts it, ends nothing)",
    )


def test_summaries() -> None:
    """One line for lists: what, why, cost."""
    assert phrases.summary(incident(sessions=THREE)) == "Coven crashed: gone without a clean stop · 3 sessions hit"
    assert (
        phrases.summary(created(HUNG, "a", IncidentState.OPEN, START)) == "Coven hangs: its process lives and does not answer"
    )
    assert incident(Kind.SESSION_FAILED).form is Form.EVENT
