"""The six questions to the log, answered for daemons that live, died, and never came up."""

from dataclasses import replace

import pytest

from coven.test_logbook import DAY, line, start
from coven_watchdog.coven.decoding import wall_of
from coven_watchdog.coven.logbook import entries
from coven_watchdog.diagnose.case import HomeCase
from coven_watchdog.diagnose.questions import questions
from coven_watchdog.errors import NotContractError
from coven_watchdog.model.facts import Health, Identity
from coven_watchdog.model.incidents import Facts
from coven_watchdog.model.words import Kind
from diagnose.cases import HEALTH, WELL, down, having, well
from store.builders import brief, incident


def answers(case: HomeCase) -> list[str]:
    """All six in one word each."""
    return [one.answer.value for one in questions(case)]


def logging(case: HomeCase, *lines: str) -> HomeCase:
    """The case with that log."""
    return replace(case, log=entries(lines))


def test_a_daemon_that_is_well() -> None:
    """What can be known is yes; of three things nobody but the client that asked can know."""
    case = logging(well(), *start(1))
    assert answers(case) == ["yes", "yes", "yes", "unknown", "unknown", "unknown"]
    assert questions(case)[2].why.endswith("ok true, from the process that it names")
    assert questions(case)[0].lines[-1].endswith("socket=/h/coven.sock")


def test_nothing_to_go_by() -> None:
    """Without a log and a daemon nothing is made up."""
    assert answers(down()) == ["unknown"] * 6
    hidden = replace(down(), log_error="the log could not be read: x")
    assert questions(hidden)[0].why == "the log could not be read: x"
    assert "there is no socket" in questions(down())[2].why


@pytest.mark.parametrize(
    ("until", "bound", "opened", "words"),
    [
        (2, "no", "no", "its lock is taken, or its home refused"),
        (3, "no", "no", "it came no further than daemon-store-begin"),
        (4, "no", "yes", "the last start opened it"),
        (5, "yes", "yes", "the last start opened it"),
    ],
)
def test_a_start_that_died(until: int, bound: str, opened: str, words: str) -> None:
    """The last phase tells what it did not come to."""
    found = questions(logging(down(), *start(1, until=until)))
    assert ([one.answer.value for one in found[:2]], words in found[1].why) == ([bound, opened], True)


def test_why_it_did_not_bind() -> None:
    """A path that is too long is the usual reason; else the reason is not logged."""
    assert "the reason is not logged" in questions(logging(down(), *start(1, until=4)))[0].why
    long = well(f"/{'x' * 120}")
    case = logging(having(long, files=down().state.files, health=down().state.health, life=None), *start(1, until=4))
    assert "longer than 107 bytes" in questions(case)[0].why


def test_where_it_bound() -> None:
    """A start that bound another socket did not bind the expected one."""
    found = questions(logging(down(), *start(1)))[0]
    assert (found.answer.value, "another one: /h/coven.sock" in found.why) == ("no", True)
    right = line(1, "daemon starting pid=7 socket=/home/ada/.coven/coven.sock")
    assert questions(logging(down(), right))[0].answer.value == "yes"


def test_an_older_version() -> None:
    """It does not log how its store opens."""
    found = questions(logging(down(), line(1, "daemon starting pid=7 socket=/home/ada/.coven/coven.sock")))
    assert [one.answer.value for one in found[:2]] == ["yes", "unknown"]


def test_a_ledger_that_broke_later() -> None:
    """It opened at the start and cannot be read now; one that came up without saying that it opened is not accused."""
    error = NotContractError("cannot be read: file is not a database")
    assert questions(logging(replace(well(), ledger_error=error), *start(1)))[1].answer.value == "no"
    lines = start(1)
    assert questions(logging(well(), lines[0], *lines[4:]))[1].answer.value == "unknown"


def test_a_broken_contract() -> None:
    """Another version, a missing capability and another process are said."""
    other = having(well(), health=replace(WELL, health=Health(ok=True, api_version="v9")))
    found = questions(other)[2]
    assert (found.answer.value, "v9, ok true, without sessions and events" in found.why) == ("no", True)
    stranger = having(well(), health=replace(WELL, peer=Identity(99, 1)))
    assert f"from pid 99, though it names {HEALTH.pid}" in questions(stranger)[2].why


def test_a_harness_that_failed() -> None:
    """It is not logged, but the rows show it; the lines around its time are there."""
    at = wall_of(f"{DAY}:10.000Z") or 0
    failed = incident("9abc", kind=Kind.SESSION_LAUNCH_FAILED, fact_at=at, facts=Facts(sessions=(brief(id="3f0c"),)))
    step = line(10, "startup_checkpoint phase=store-close-begin elapsed_ms=1")
    case = replace(
        logging(well(), line(1, "far away"), step, line(11, "near token=abcdef123456")), recent=(failed,), watched=True
    )
    found = questions(case)[4]
    assert (found.answer.value, len(found.lines)) == ("yes", 1)
    assert "near" in found.lines[0]
    assert "abcdef" not in found.lines[0]
    assert "none was seen" in questions(replace(case, recent=()))[4].why
