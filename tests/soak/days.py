"""What may happen next on a Coven, by chance: short acts of `rigs.life`, and long ones that go on while others happen."""

import time
import uuid
from collections.abc import Callable
from random import Random
from typing import Any

from rigs.beside import busy_disk
from rigs.life import Life
from rigs.told import Due
from waiting import until

Act = Callable[[], object]
Counted = Callable[[], bool]

_LOOP_WINDOW = 11 * 60.0
_RESTARTS = 2
"""In ten minutes: three are a restart loop."""
_MOST_LIVE = 12


class Days:
    """The choice of acts, and what goes on in the background.

    Args:
        life: on which Coven.
    """

    def __init__(self, life: Life) -> None:
        self.life = life
        self._restarts: list[float] = []
        self._waiting: list[str] = []
        self._acts: dict[str, tuple[int, Act]] = {
            "completes": (6, life.completes),
            "completes, piped": (6, lambda: life.completes(launchMode="nonInteractive")),
            "completes, untitled": (2, lambda: life.completes(title=None)),
            "takes a turn": (4, life.takes_a_turn),
            "is answered": (3, life.is_answered),
            "is refused": (1, life.is_refused),
            "fails": (4, life.fails),
            "fails, piped": (3, lambda: life.fails(launchMode="nonInteractive")),
            "crashes": (2, life.crashes),
            "is killed": (2, life.is_killed),
            "is killed by command": (2, life.is_killed_by_command),
            "external": (3, life.external),
            "detached": (1, life.detached),
            "archived": (3, life.archived),
            "sacrificed": (3, life.sacrificed),
            "run completes": (4, life.run_completes),
            "run fails": (3, life.run_fails),
            "run fails at once": (3, life.run_fails_at_once),
            "run is interrupted": (3, life.run_is_interrupted),
            "run is closed": (2, life.run_is_closed),
            "burst": (2, life.burst),
            "burst on a busy disk": (2, self._busy_burst),
            "nap": (2, lambda: life.nap(life.told.program.pid)),
            "long nap": (1, lambda: life.nap(life.told.program.pid, 70)),
            "begins long work": (4, self._long),
            "begins long piped work": (4, lambda: self._long(launchMode="nonInteractive")),
            "begins to print": (2, self._prints),
            "begins to wait at a prompt": (4, self._asks),
            "somebody comes back to a prompt": (3, self._answers),
            "begins to wait in a terminal": (2, self._asks_in_a_terminal),
            "leaves something behind that holds its terminal": (1, self._forks),
            "floods": (1, self._floods),
            "restarts": (2, lambda: self._restart(life.restarts)),
            "stops and starts": (2, lambda: self._restart(life.stops_and_starts)),
            "is upgraded": (1, lambda: self._restart(self._upgrade)),
            "is restarted on a busy disk": (1, lambda: self._restart(self._busy_restart)),
        }

    def choose(self, chance: Random) -> tuple[str, Counted]:
        """The next act, which tells whether there was something to do, and what it is called."""
        names = [*self._acts]
        (name,) = chance.choices(names, [self._acts[name][0] for name in names])
        return name, lambda: self._acts[name][1]() is not False

    def _may_be_silent(self, session: str) -> None:
        """A session that is alone with itself for minutes is said to wait, or to be stalled; again after each time it spoke."""
        for _ in range(3):
            self.life.told.due(Due.session(session, "session.waiting", "session.stalled", must=False))

    def _room(self) -> bool:
        rows: list[dict[str, Any]] = self.life.coven.api("GET", "/api/v1/sessions")[1]
        return len([row for row in rows if row["status"] == "running"]) < _MOST_LIVE

    def _long(self, **more: object) -> bool:
        if room := self._room():
            session = self.life.works(600, **more)
            self._may_be_silent(session)
            self._finishes(session)

        return room

    def _prints(self) -> bool:
        if room := self._room():
            self._finishes(self.life.launch(f"tick=300 {uuid.uuid4()}"))

        return room

    def _finishes(self, session: str) -> None:
        """A run of more than three minutes is told when it is done; one that a restart ended is not."""
        self.life.told.due(Due.session(session, "session.finished", must=False))

    def _asks(self) -> bool:
        if room := self._room():
            session = self.life.asks()
            self._may_be_silent(session)
            self._finishes(session)
            self._waiting.append(session)

        return room

    def _answers(self) -> bool:
        """The one that has waited longest, if a restart has not ended it."""
        while self._waiting:
            session = self._waiting.pop(0)
            if self.life.coven.row(session)["status"] == "running":
                self.life.answers(session)
                return True

        return False

    def _asks_in_a_terminal(self) -> bool:
        if room := self._room():
            self._may_be_silent(self.life.asks_in_a_terminal())

        return room

    def _forks(self) -> None:
        self._may_be_silent(self.life.leaves_something_behind())

    def _floods(self) -> None:
        for _ in range(20):
            self.life.told.due(Due("event_writer", frozenset({"event_writer.pressured"}), told=False, must=False))

        self.life.ended(self.life.launch("spew=100000"))

    def _busy_burst(self) -> None:
        with busy_disk(self.life.coven):
            self.life.burst()

    def _busy_restart(self) -> None:
        with busy_disk(self.life.coven):
            self.life.restarts()

    def _upgrade(self) -> None:
        told = self.life.told
        before = told.kinds()["daemon.outdated"]
        self.life.upgrades()
        until(lambda: told.kinds()["daemon.outdated"] > before, 60)
        self.life.restarts()

    def _restart(self, act: Act) -> bool:
        now = time.monotonic_ns() / 1e9
        self._restarts = [at for at in self._restarts if now - at < _LOOP_WINDOW]
        if calm := len(self._restarts) < _RESTARTS:
            self._restarts.append(now)
            act()

        return calm
