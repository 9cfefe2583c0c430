"""What people hide from themselves, with the commands, the running service and a real Coven: what arrives, and what does not."""

from typing import Any

from rigs.coven import RealCoven
from rigs.inbox import Inbox
from rigs.program import Program, Watch
from waiting import until


def _story(program: Program, name: str) -> list[tuple[str, str | None]]:
    """What happened to an incident: its transitions, and who wanted them."""
    history = program.json("incidents", "show", name)["incident"]["history"]
    return [(step["transition"], step["note"]) for step in history if step["transition"]]


def _withheld(program: Program) -> set[tuple[str, str]]:
    rows = program.json("notify", "log")["notifications"]
    return {(row["reason"], row["suppression"]) for row in rows if row["suppression"]}


def _open(program: Program) -> dict[str, Any]:
    (found,) = program.incidents("--open")
    return found


def test_a_silence_that_ends_inside_a_problem(coven: RealCoven, watching: Watch, inbox: Inbox) -> None:
    """While it holds, others hear once that a critical is hidden, and by whom; when it is removed, what is still open is told."""
    coven.start()
    coven.launch("sleep")
    program = watching(coven)
    made = program.json("silence", "1h", "--kind", "daemon.*", "--reason", "upgrading")["silence"]
    assert made["hides"] == []
    coven.kill()
    (hidden,) = inbox.wait(1)
    until(lambda: program.incidents("--open"))
    crash = _open(program)
    assert (crash["kind"], crash["silenced"], hidden.incident) == ("daemon.crashed", True, crash["id"])
    assert "upgrading" in hidden.text
    assert ("first", "silenced") in _withheld(program)
    note = f"{made['by']}: upgrading"
    until(lambda: ("silenced", note) in _story(program, crash["id"]))

    again = program.json("silence", "remove", made["id"])["told_again"]
    assert [one["id"] for one in again] == [crash["id"]]
    letters = inbox.wait(2)
    assert (letters[1].kind, letters[1].type) == ("daemon.crashed", "failure")
    coven.start()
    over = inbox.wait(3)[2]
    assert over.incident == crash["id"]
    assert not program.incidents("--open")


def test_a_silence_over_what_is_open(coven: RealCoven, watching: Watch, inbox: Inbox) -> None:
    """It hides what is told already from then on; that it is over is told all the same."""
    coven.start()
    coven.launch("sleep")
    program = watching(coven)
    coven.kill()
    (first,) = inbox.wait(1)
    made = program.cli("silence", "1h")
    assert first.incident in made.out
    assert f"{first.incident} is critical" in made.err
    assert "1 silence, until " in program.cli("status").out
    inbox.wait(2)
    coven.start()
    letters = inbox.wait(3)
    assert [letter.incident for letter in letters] == [first.incident] * 3
    assert letters[2].type == "warning"


def test_acknowledged_and_recovered(coven: RealCoven, watching: Watch, inbox: Inbox) -> None:
    """Others hear once who has it in hand; it stands in the story; the recovery is told, and ends it."""
    coven.start()
    coven.launch("sleep")
    program = watching(coven)
    coven.kill()
    (crash,) = inbox.wait(1)
    acknowledged = program.json("ack", "--reason", "on it")
    assert acknowledged["incident"]["id"] == crash.incident
    assert "on it" in inbox.wait(2)[1].text
    by = acknowledged["acknowledgement"]["by"]
    until(lambda: ("acknowledged", f"{by}: on it") in _story(program, crash.incident))
    coven.start()
    assert inbox.wait(3)[2].type == "warning"
    done = program.cli("ack", crash.incident)
    assert done.code == 1
    assert "was resolved at " in done.err


def test_acknowledged_and_worse(coven: RealCoven, watching: Watch, inbox: Inbox) -> None:
    """A hang that is acknowledged and then killed is told: that is another thing than was seen."""
    coven.start()
    coven.launch("sleep")
    program = watching(coven)
    coven.pause()
    inbox.wait(1)
    assert program.cli("ack").code == 0
    inbox.wait(2)
    coven.kill()
    letters = inbox.wait(3)
    assert letters[2].kind == "daemon.crashed"


def test_taken_back(coven: RealCoven, watching: Watch, inbox: Inbox) -> None:
    """Both stand in the story."""
    coven.start()
    program = watching(coven)
    coven.kill()
    (crash,) = inbox.wait(1)
    assert program.cli("ack", crash.token).code == 0
    until(lambda: "acknowledged" in [step for step, _ in _story(program, crash.incident)])
    assert program.cli("ack", "--undo").code == 0
    until(lambda: [step for step, _ in _story(program, crash.incident)][-2:] == ["acknowledged", "unacknowledged"])
    assert all(by for _, by in _story(program, crash.incident)[-2:])
    assert not _open(program)["acknowledged"]


def test_who_would_be_told(coven: RealCoven, watching: Watch, inbox: Inbox) -> None:
    """What a route says is what happens: told now, silenced then, with the id of the silence."""
    del inbox
    coven.start()
    program = watching(coven)

    def route() -> list[dict[str, Any]]:
        return list(program.json("notify", "route", "--kind", "daemon.crashed")["channels"])

    assert [one["told"] for one in route()] == [True]
    made = program.json("silence", "5m")["silence"]
    (no,) = route()
    assert (no["told"], no["because"].startswith(f"{made['id']} silences it until ")) == (False, True)
