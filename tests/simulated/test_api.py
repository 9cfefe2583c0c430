"""Which request means which route; the answers are held to the real Coven in `test_contract`."""

import pytest

from coven_watchdog.simulated.api import route_of
from coven_watchdog.simulated.control import SimulatedCoven
from coven_watchdog.simulated.wire import Request


@pytest.mark.parametrize(
    ("method", "path", "route"),
    [
        ("GET", "/health", "health"),
        ("GET", "/api-version", "api_version"),
        ("GET", "/sessions", "sessions"),
        ("GET", "/sessions/x", "session"),
        ("GET", "/sessions/x/events", "events"),
        ("GET", "/events", "events"),
        ("POST", "/sessions", "launch"),
        ("POST", "/sessions/x/kill", "kill"),
        ("POST", "/health", ""),
        ("GET", "/", ""),
        ("GET", "/sessions/x/y/z", ""),
    ],
)
def test_routes(method: str, path: str, route: str) -> None:
    """A route is a method and a path."""
    assert route_of(Request(method, path, path)) == route


@pytest.mark.anyio
async def test_archived_rows(coven: SimulatedCoven) -> None:
    """An archived row leaves the lists and stays to be asked for; a sacrificed one is gone."""
    await coven.command("seed", rows=[{"id": "a", "status": "failed"}, {"id": "b", "status": "failed"}])
    await coven.command("archive", session="a")
    await coven.command("sacrifice", session="b")
    assert (await coven.ask("GET", "/sessions")).body == []
    assert [row["id"] for row in (await coven.ask("GET", "/sessions?includeArchived=true")).body["sessions"]] == ["a"]
    assert (await coven.ask("GET", "/sessions/a")).body["archived_at"] is not None
    assert (await coven.ask("GET", "/sessions/b")).status == 404


@pytest.mark.anyio
async def test_a_file_in_place_of_the_ledger_directory(coven: SimulatedCoven) -> None:
    """A ledger that is gone leaves health well and makes the reading routes 500."""
    for name in ("coven.sqlite3", "coven.sqlite3-wal", "coven.sqlite3-shm"):
        (coven.home / name).unlink()

    assert (await coven.ask("GET", "/health")).body["ok"] is True
    answered = await coven.ask("GET", "/sessions?limit=1")
    assert (answered.status, answered.body["error"]["code"]) == (500, "internal_error")
    assert "no such table: sessions" in answered.body["error"]["message"]
