"""Ordinary life on the real Coven: what people do with it all day is told where it has to be, once, and nothing else is told."""

from itertools import pairwise

import pytest

from rigs.beside import being_read, busy_disk
from rigs.coven import RealCoven
from rigs.inbox import Inbox
from rigs.life import Life, own_copy
from rigs.program import Program, Watch
from rigs.told import Told
from waiting import until

_PATIENCES = 6
"""Seconds: longer than the patience of what is not told at once and does not take minutes."""

_NO_PAUSES = '[alerts]\ngroup_interval = "1s"\n'

pytestmark = pytest.mark.timeout(600)


def _nothing_else(life: Life, program: Program, inbox: Inbox) -> None:
    """All that is due was told, once each; after a while in which all else would have been told, one more failure is the next thing."""
    life.settles(_PATIENCES)
    life.fails()
    until(lambda: not life.told.compare().missing, 90)
    assert not life.told.compare().alarms
    assert not life.told.unaccounted()
    assert not program.incidents("--open")
    assert all(before.at <= after.at for before, after in pairwise(inbox.letters))


def test_sessions_of_all_modes(coven: RealCoven, watching: Watch, inbox: Inbox) -> None:
    """Whatever becomes of sessions, only those that failed are told; beside every reading command, and on a busy disk."""
    coven.start()
    program = watching(coven, _NO_PAUSES)
    life = Life(coven, Told(program, inbox))
    with being_read(coven, life.sessions):
        life.completes()
        life.completes(launchMode="nonInteractive")
        life.completes(title=None)
        life.completes(project=coven.make_project("plain", git=False))
        life.takes_a_turn()
        life.is_answered()
        life.is_refused()
        life.fails()
        life.fails(launchMode="nonInteractive")
        life.crashes()
        life.is_killed()
        life.is_killed_by_command()
        life.external()
        life.detached()
        life.archived()
        life.sacrificed()
        with busy_disk(coven):
            life.burst()
            life.works(3, launchMode="nonInteractive")
            life.fails()

        _nothing_else(life, program, inbox)


def test_terminals_of_ones_own(coven: RealCoven, watching: Watch, inbox: Inbox) -> None:
    """In somebody's own terminals nothing that happens is news; a prompt that waits is none for now; sleep is none ever."""
    coven.start()
    program = watching(coven, _NO_PAUSES)
    life = Life(coven, Told(program, inbox))
    life.asks()
    life.waits_in_a_terminal()
    life.run_completes()
    life.run_fails()
    life.run_fails_at_once()
    life.run_is_interrupted()
    life.run_is_closed()
    life.nap(program.pid)
    _nothing_else(life, program, inbox)


def test_restarts(coven: RealCoven, watching: Watch, inbox: Inbox) -> None:
    """A restart is told once, with nothing running and under sessions of all modes, beside every reading command."""
    coven.start()
    program = watching(coven, _NO_PAUSES)
    life = Life(coven, Told(program, inbox))
    with being_read(coven, life.sessions):
        life.restarts()
        life.works()
        life.works(launchMode="nonInteractive")
        life.works(project=coven.make_project("plain", git=False))
        life.asks()
        life.waits_in_a_terminal()
        life.run_is_closed()
        life.burst(5)
        until(lambda: program.json("status")["homes"][0]["sessions"]["live"] == 6)
        life.restarts()
        _nothing_else(life, program, inbox)


def test_an_upgrade_and_a_stop(coven: RealCoven, watching: Watch, inbox: Inbox) -> None:
    """The program is replaced and the daemon restarted for that; later it is stopped and started: two restarts are told."""
    own_copy(coven)
    coven.start()
    program = watching(coven, _NO_PAUSES)
    life = Life(coven, Told(program, inbox))
    life.upgrades()
    until(lambda: [one for one in program.incidents() if one["kind"] == "daemon.outdated"])
    life.completes()
    life.restarts()
    life.leaves_something_behind()
    with busy_disk(coven):
        life.stops_and_starts()

    life.is_answered()
    _nothing_else(life, program, inbox)
