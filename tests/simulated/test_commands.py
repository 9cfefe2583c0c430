"""Commands and their replies."""

import pytest

from coven_watchdog.simulated.control import SimulatedCoven, SimulationError


@pytest.mark.anyio
async def test_what_was_seen(coven: SimulatedCoven) -> None:
    """Every request that was understood is remembered with its sender."""
    await coven.ask("GET", "/api/v1/sessions?limit=7")
    assert await coven.command("seen") == [{"method": "GET", "target": "/api/v1/sessions?limit=7", "agent": ""}]


@pytest.mark.anyio
async def test_seeded_rows_and_events(coven: SimulatedCoven) -> None:
    """Rows and events of any kind can be put into the ledger."""
    await coven.command("seed", rows=[{"id": "a", "status": "hibernating", "external": True}])
    await coven.command("event", session="a", kind="odd", payload={"x": 1})
    assert (await coven.ask("GET", "/sessions/a")).body["status"] == "hibernating"
    assert (await coven.ask("GET", "/events?sessionId=a")).body["events"][0]["payload_json"] == '{"x":1}'


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("do", "arguments", "reason"),
    [
        ("nothing", {}, "KeyError: 'nothing'"),
        ("misbehave", {"name": "sulk"}, "ValueError: 'sulk' is none of hang, close"),
        ("misbehave", {"name": "hang", "whom": "me"}, "TypeError: "),
        ("seed", {"rows": [{"id": "a", "nonsense": 1, "status": None}]}, "IntegrityError: "),
    ],
)
async def test_refused_commands(coven: SimulatedCoven, do: str, arguments: dict[str, object], reason: str) -> None:
    """What cannot be obeyed is refused with the reason, and the next command is obeyed."""
    with pytest.raises(SimulationError, match=reason):
        await coven.command(do, **arguments)

    assert await coven.command("pids") == {}


@pytest.mark.anyio
async def test_the_end_of_commands_ends_the_daemon(coven: SimulatedCoven) -> None:
    """A daemon whose commander is gone stops cleanly: a killed test leaves nothing running."""
    process = coven._process
    assert process is not None
    assert process.stdin is not None
    await process.stdin.aclose()
    assert await process.wait() == 0
    assert not coven.socket.exists()
