"""The list of incidents, and the whole why of one."""

from dataclasses import replace
from pathlib import Path

import msgspec

from coven_watchdog.decide.words import Place
from coven_watchdog.model.incidents import Ack, Facts
from coven_watchdog.model.time import HOUR
from coven_watchdog.model.words import AttemptOutcome, NotificationState, Suppression, Transition
from coven_watchdog.report.incidents import IncidentDetail, incident_shown, listed
from coven_watchdog.report.times import moment
from coven_watchdog.report.views import Hush
from coven_watchdog.store import StoreReader
from report.filled import CRASH, HANG, NOW, fill
from store.builders import HOME, START, brief, silence

PLACE = Place("devbox", None, HOME, "/home/ada")


def _detail(path: Path, name: str) -> IncidentDetail:
    with StoreReader(path) as rows:
        return incident_shown(rows, rows.incident(name), PLACE, Hush((), NOW)).incident


def test_the_list(tmp_path: Path) -> None:
    """Every incident with its end and the number of its messages, in the order of the store."""
    with StoreReader(fill(tmp_path)) as rows:
        found = listed(rows.incidents(), Hush((), NOW)).incidents

    assert {one.id: (one.resolved_at, one.messages) for one in found} == {
        "k7fq": (None, 2),
        "r2dd": (moment(START - HOUR), 1),
        "b3xm": (None, 1),
        "c4nn": (None, 1),
    }


def test_the_story_is_one_line_of_time(tmp_path: Path) -> None:
    """Transitions and messages stand in one history, by time; a message has its reason or its suppression."""
    events = _detail(fill(tmp_path), "k7fq").history
    assert [(event.transition, event.channel, event.state) for event in events] == [
        (Transition.OPENED, None, None),
        (None, "desk", NotificationState.SENT),
        (None, "phone", NotificationState.QUEUED),
    ]
    assert events[1].sent_at == moment(START + 250_000)
    withheld = _detail(tmp_path / "watchdog.sqlite3", "b3xm").history[-1]
    assert (withheld.channel, withheld.suppression) == ("phone", Suppression.BELOW_SEVERITY)


def test_evidence_scene_and_receipts(tmp_path: Path) -> None:
    """Who saw what, what lay around, and every try to deliver."""
    one = _detail(fill(tmp_path), "k7fq")
    assert [(witness.source, witness.saw) for witness in one.witnesses] == [("kernel", "killed by signal 9")]
    assert one.exit is not None
    assert (one.exit.signal, one.exit.source) == (9, "kernel")
    assert one.scene is not None
    assert (one.scene.lock, one.scene.panic, len(one.scene.log_tail)) == ("free", True, 12)
    assert [(receipt.channel, receipt.outcome, receipt.error) for receipt in one.receipts] == [
        ("desk", AttemptOutcome.ACCEPTED, None),
        ("phone", AttemptOutcome.TEMPORARY, "connection refused"),
        ("phone", AttemptOutcome.TIMED_OUT, "no answer within 20 s"),
    ]
    assert any(step.run == "coven daemon start" for step in one.next)


def test_titles_never_stand_in_it(tmp_path: Path) -> None:
    """An untitled session's title is its whole prompt: no title is shown, whatever the store still has."""
    one = _detail(fill(tmp_path), "k7fq")
    assert "add a cart" not in msgspec.json.encode(one).decode()
    assert [session.harness for session in one.sessions] == ["codex", "claude"]


def test_what_is_over_suggests_how_to_go_on(tmp_path: Path) -> None:
    """After the end the trouble's command is gone, and each lost session can be continued."""
    one = _detail(fill(tmp_path), "r2dd")
    assert one.resolved_at == moment(START - HOUR)
    assert [session.id for session in one.lost] == ["3f0c"]
    assert [session.lives_on for session in one.survivors] == [True]
    assert [step.run for step in one.next] == ["coven run codex --continue 3f0c"]


def test_what_cannot_be_printed_safely_is_not_suggested(tmp_path: Path) -> None:
    """A session id that could be more than an id gives no command; a moment nobody watched is two moments."""
    path = fill(tmp_path)
    odd = replace(HANG, facts=Facts(lost=(brief(id="x; rm -rf /"),), between=(START, NOW)), scene=None)
    with StoreReader(path) as rows:
        one = incident_shown(rows, odd, PLACE, Hush((), NOW)).incident

    assert one.next == ()
    assert one.between == (moment(START), moment(NOW))
    assert one.scene is None
    assert one.exit is None


def test_who_hides_it(tmp_path: Path) -> None:
    """The acknowledgement that holds, and the silences that mean it; neither when they are over, or it is."""
    path, ack = fill(tmp_path), Ack(START, "ada", "on it", NOW)
    hush = Hush((silence(), silence("s-x", kind="session.*")), NOW - 1)
    with StoreReader(path) as rows:
        held, ran_out, over = (
            incident_shown(rows, one, PLACE, quiet).incident
            for one, quiet in (
                (replace(CRASH, ack=ack), hush),
                (replace(CRASH, ack=ack), Hush((), NOW)),
                (replace(HANG, ack=ack), hush),
            )
        )

    assert held.acknowledgement is not None
    assert (held.acknowledgement.by, held.acknowledgement.reason, held.acknowledgement.until) == ("ada", "on it", moment(NOW))
    assert [one.id for one in held.silences] == ["s-k7f"]
    assert (held.acknowledged, held.silenced) == (True, True)
    assert (ran_out.acknowledgement, ran_out.silences, ran_out.acknowledged, ran_out.silenced) == (None, (), False, False)
    assert (over.silences, over.silenced) == ((), False)
