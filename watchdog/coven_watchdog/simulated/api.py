"""The routes of the contract, on both `/x` and `/api/v1/x`: a request in, Coven 0.4.6's reply out (bodies and errors as seen)."""

import base64
import binascii
import json
import sqlite3

from coven_watchdog.simulated.health import adapters, health
from coven_watchdog.simulated.home import HomeFiles
from coven_watchdog.simulated.launches import InvalidError, parse_launch
from coven_watchdog.simulated.ledger import Json, Ledger
from coven_watchdog.simulated.sessions import LaunchError, Sessions
from coven_watchdog.simulated.wire import Reply, Request, error, uncaught

_MOST_ROWS = 1000
_DEFAULT_ROWS = 100
_LIST_KEYS = {"limit", "cursor", "includeArchived"}
_FIXED: Json = {"api_version": {"apiVersion": "v1", "supportedApiVersions": ["v1"]}, "capabilities": adapters()}


def route_of(request: Request) -> str:
    """The name of the route that a request means; "" when there is none."""
    match (request.method, *request.path.strip("/").split("/")):
        case ("GET", ("health" | "api-version" | "capabilities" | "sessions") as name):
            return name.replace("-", "_")
        case ("GET", "events") | ("GET", "sessions", _, "events"):
            return "events"
        case ("GET", "sessions", _):
            return "session"
        case ("POST", "sessions"):
            return "launch"
        case ("POST", "sessions", _, "kill"):
            return "kill"
        case _:
            return ""


class Api:
    """Answers requests.

    Args:
        files: the home, for its paths and the log.
        ledger: the rows.
        sessions: the live ones.
        started_at: as `daemon.json` says.
    """

    def __init__(self, files: HomeFiles, ledger: Ledger, sessions: Sessions, started_at: str) -> None:
        self._files = files
        self._ledger = ledger
        self._sessions = sessions
        self._started_at = started_at

    def answer(self, request: Request) -> Reply:
        """The reply to one request; only errors that no handler caught are logged, as by Coven."""
        if request.path.startswith("/api/"):
            supported = {"apiVersion": request.path.split("/")[2], "supportedApiVersions": ["v1"]}
            return error(404, "invalid_request", "Unsupported API version.", **supported)

        try:
            return self._handle(request)
        except InvalidError as refusal:
            return refusal.reply
        except (sqlite3.Error, OSError) as failure:
            self._files.log(f"API handler error for {request.method} {request.target}: {failure}")
            return uncaught(str(failure))

    def _handle(self, request: Request) -> Reply:
        route = "" if request.path.endswith("/") else route_of(request)
        match route:
            case "health":
                return Reply(200, health(self._files, self._started_at, self._sessions.writer))
            case "api_version" | "capabilities":
                return Reply(200, _FIXED[route])
            case "sessions":
                return self._list(request)
            case "session":
                return self._session(request.path.split("/")[2])
            case "events":
                return self._events(request)
            case "launch":
                return self._launch(request.body)
            case "kill":
                return self._kill(request.path.split("/")[2])
            case _:
                return error(404, "not_found", "Route not found.")

    def _list(self, request: Request) -> Reply:
        """A bare array without any query of its own, else a page; the cursor is the last row's key."""
        if not _LIST_KEYS & request.query.keys():
            return Reply(200, self._ledger.rows())

        limit = _limit(request.query.get("limit", str(_DEFAULT_ROWS)))
        after = _after(request.query["cursor"]) if "cursor" in request.query else None
        found = self._ledger.rows(after=after, limit=limit + 1, archived=request.query.get("includeArchived") == "true")
        page = found[:limit]
        return Reply(200, {"sessions": page, "next_cursor": _cursor(page[-1]) if len(found) > limit else None})

    def _session(self, session: str) -> Reply:
        row = self._ledger.row(session)
        return _no_session(session) if row is None else Reply(200, row)

    def _events(self, request: Request) -> Reply:
        session = request.path.split("/")[2] if request.path.startswith("/sessions/") else request.query.get("sessionId", "")
        if not session:
            message = "sessionId query parameter is required."
            raise InvalidError(message)

        after = _integer(request.query.get("afterSeq", "0"), "afterSeq")
        limit = min(max(_integer(request.query.get("limit", str(_MOST_ROWS)), "limit"), 1), _MOST_ROWS)
        if self._ledger.row(session) is None:
            return _no_session(session)

        found = self._ledger.events(session, after, limit + 1)
        page = found[:limit]
        cursor = {"afterSeq": page[-1]["seq"]} if page else None
        return Reply(200, {"events": page, "nextCursor": cursor, "hasMore": len(found) > limit})

    def _launch(self, body: bytes) -> Reply:
        launch = parse_launch(body)
        try:
            self._sessions.launch(launch)
        except LaunchError as failure:
            return error(500, "launch_failed", str(failure), sessionId=launch.row["id"])

        return Reply(201, launch.row)

    def _kill(self, session: str) -> Reply:
        if self._ledger.row(session) is None:
            return _no_session(session)

        if not self._sessions.kill(session):
            return error(409, "session_not_live", "Session is not live.", sessionId=session)

        return Reply(202, {"accepted": True, "ok": True})


def _limit(text: str) -> int:
    if not text.isdecimal() or not 1 <= int(text) <= _MOST_ROWS:
        message = f"Query parameter `limit` must be an integer between 1 and {_MOST_ROWS}."
        raise InvalidError(message, limit=text)

    return int(text)


def _integer(text: str, name: str) -> int:
    try:
        return int(text)
    except ValueError as failure:
        message = f"{name} must be an integer."
        raise InvalidError(message, **{name: text}) from failure


def _cursor(row: Json) -> str:
    key = json.dumps({"created_at": row["created_at"], "id": row["id"]}, separators=(",", ":"))
    return base64.urlsafe_b64encode(key.encode()).decode().rstrip("=")


def _after(cursor: str) -> tuple[str, str]:
    try:
        key = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
        return key["created_at"], key["id"]
    except (binascii.Error, ValueError, TypeError, KeyError) as failure:
        message = "Query parameter `cursor` is invalid."
        raise InvalidError(message, cursor=cursor, detail="session cursor is not valid URL-safe base64") from failure


def _no_session(session: str) -> Reply:
    return error(404, "session_not_found", "Session was not found.", sessionId=session)
