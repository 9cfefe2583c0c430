"""The simulated Coven for tests that are not asynchronous: each of its coroutines as a plain call."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from shutil import rmtree
from typing import Any

from anyio.from_thread import BlockingPortal, start_blocking_portal

from coven_watchdog.simulated.control import Answered, SimulatedCoven


@contextmanager
def short_home() -> Iterator[Path]:
    """A path for a COVEN_HOME, short enough for a socket in it; it and what was made beside it are removed."""
    base = Path(tempfile.mkdtemp(prefix="cw.", dir="/tmp"))
    yield base / "h"
    rmtree(base)


class Simulation:
    """A running simulated Coven. `control` is the asynchronous one, for use through `portal`."""

    def __init__(self, control: SimulatedCoven, portal: BlockingPortal) -> None:
        self.control = control
        self.portal = portal
        self.home = control.home

    @property
    def pid(self) -> int:
        """The daemon's pid, of its last life when it is down."""
        return self.control.pid

    def start(self) -> None:
        """Start the daemon again."""
        self.portal.call(self.control.start)

    def stop(self) -> None:
        """Stop it cleanly."""
        self.portal.call(self.control.stop)

    def kill(self) -> None:
        """Kill it; returns once it is reaped."""
        self.portal.call(self.control.kill)

    def ask(self, method: str, target: str, body: dict[str, Any] | None = None) -> Answered:
        """One request."""
        answered: Answered = self.portal.call(self.control.ask, method, target, body)
        return answered

    def command(self, do: str, **arguments: Any) -> Any:  # noqa: ANN401 - any JSON
        """Any command of `commands.py`; its result."""

        async def obey() -> Any:  # noqa: ANN401 - the same
            return await self.control.command(do, **arguments)

        return self.portal.call(obey)

    def launch(self, prompt: str, **more: Any) -> str:  # noqa: ANN401 - any key of the request
        """Start a session; its id."""

        async def launch() -> str:
            return await self.control.launch(prompt, **more)

        return self.portal.call(launch)


@contextmanager
def simulation() -> Iterator[Simulation]:
    """A simulated Coven on a short-lived home."""
    with short_home() as home, start_blocking_portal() as portal:
        control = SimulatedCoven(home)
        with portal.wrap_async_context_manager(control):
            yield Simulation(control, portal)
