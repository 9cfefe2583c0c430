"""The last lines that sessions printed, read when asked. Simulated Coven."""

import msgspec
import pytest

from coven_watchdog.model.incidents import LookRequest
from coven_watchdog.model.processes import TailSeen
from coven_watchdog.model.words import Look
from coven_watchdog.observe.tails import TailsSource
from coven_watchdog.settings import Privacy
from coven_watchdog.simulated.control import SimulatedCoven
from observe.bench import SLOW, Seen, ground, running
from observe.test_sessions import targets, wait_for_status

WANTED = msgspec.structs.replace(SLOW, privacy=Privacy(output_lines=2, patterns=("line 1",)))


@pytest.mark.anyio
async def test_a_session_that_printed(coven: SimulatedCoven, seen: Seen) -> None:
    """Its last lines, however many there were; of one that Coven does not have, that nothing is known; each is asked for once."""
    session = await coven.launch("spew=3")
    await wait_for_status(coven, session, "completed")
    async with ground(coven.home, WANTED) as shared:
        source = TailsSource(shared)
        for name in (session, "nobody", session):
            source.ask(LookRequest(shared.home, Look.TAIL, name))

        async with running(source, emit=seen.emit):
            await seen.wait(TailSeen, count=2)

    known, unknown = seen.of(TailSeen)
    assert (known.session, len(known.lines), known.known, known.dropped) == (session, 2, True, 0)
    assert "line 1" not in " ".join(known.lines)
    assert (unknown.session, unknown.lines, unknown.known) == ("nobody", (), False)


@pytest.mark.anyio
async def test_where_nobody_wants_output(coven: SimulatedCoven, seen: Seen) -> None:
    """Coven is not asked for any."""
    session = await coven.launch("spew=3")
    async with ground(coven.home) as shared, running(source := TailsSource(shared), emit=seen.emit):
        source.ask(LookRequest(shared.home, Look.TAIL, session))
        told = await seen.wait(TailSeen)
        assert (told.lines, told.known) == ((), False)

    assert not [target for target in await targets(coven) if "events" in target]
