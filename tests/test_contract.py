"""What the simulated Coven claims about Coven holds for the real 0.4.6: the same assertions run on both."""

import fcntl
import json
import os
import re
import signal
import socket
import stat
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from rigs import install_coven
from rigs.absent import absent
from rigs.coven import RealCoven
from rigs.family import alive, fields
from rigs.simulated import simulation
from waiting import until

ROW_KEYS = [
    *("id", "project_root", "harness", "title", "status", "exit_code", "archived_at", "created_at", "updated_at"),
    *("conversation_id", "familiar_id", "execution_binding", "labels", "visibility", "external", "transcript_path"),
]
STAMP = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{9}Z")


@dataclass(frozen=True)
class Coven:
    """What the assertions need of either."""

    home: Path
    project: Path
    pid: Callable[[], int]
    start: Callable[[], object]
    stop: Callable[[], object]
    kill: Callable[[], object]
    harness: Callable[[str, str], int]
    """The pid behind a session, by its id or by its prompt."""

    def raw(self, request: bytes) -> bytes:
        """Bytes in, everything that comes back until the end."""
        with socket.socket(socket.AF_UNIX) as connection:
            connection.settimeout(30)
            connection.connect(str(self.home / "coven.sock"))
            connection.sendall(request)
            answer = b""
            while chunk := connection.recv(65536):
                answer += chunk

        return answer

    def ask(self, method: str, target: str, body: object = None) -> tuple[int, Any]:
        """Status and decoded body of one request."""
        content = b"" if body is None else json.dumps(body).encode()
        head, _, answer = self.raw(
            f"{method} {target} HTTP/1.1\r\nHost: x\r\nContent-Length: {len(content)}\r\n\r\n".encode() + content
        ).partition(b"\r\n\r\n")
        return int(head.split()[1]), json.loads(answer)

    def post(self, prompt: str, /, **more: object) -> tuple[int, Any]:
        """POST /sessions, with further or other keys."""
        body = {
            "harness": "codex",
            "projectRoot": str(self.project),
            "cwd": str(self.project),
            "prompt": prompt,
            "title": "job",
        }
        return self.ask("POST", "/api/v1/sessions", body | more)

    def launch(self, prompt: str, /, **more: object) -> str:
        """A new session's id."""
        status, row = self.post(prompt, **more)
        assert status == 201, row
        return str(row["id"])

    def row(self, session: str) -> dict[str, Any]:
        """Its record."""
        status, row = self.ask("GET", f"/sessions/{session}")
        assert status == 200, row
        return dict(row)

    def ended(self, session: str) -> tuple[str, int | None]:
        """Its status and exit code once it runs no more."""
        row = until(lambda: row if (row := self.row(session))["status"] != "running" else None)
        return row["status"], row["exit_code"]

    def events(self, session: str) -> list[dict[str, Any]]:
        """All its events."""
        return list(self.ask("GET", f"/events?sessionId={session}&limit=1000")[1]["events"])

    def log(self) -> str:
        """The recovery log."""
        return (self.home / "daemon-recovery.log").read_text(encoding="utf-8")


@contextmanager
def _simulated() -> Iterator[Coven]:
    with simulation() as coven:
        yield Coven(
            home=coven.home,
            project=coven.control.project("shop"),
            pid=lambda: coven.pid,
            start=coven.start,
            stop=coven.stop,
            kill=coven.kill,
            harness=lambda session, _prompt: int(coven.command("pids")[session]),
        )


@contextmanager
def _real() -> Iterator[Coven]:
    try:
        program = install_coven.install()
    except install_coven.CannotInstallError as problem:
        absent(f"the real Coven cannot be had: {problem}", install_coven.INSTALL)

    coven = RealCoven(program)
    try:
        coven.start()
        yield Coven(
            home=coven.home,
            project=coven.project,
            pid=lambda: coven.pid,
            start=coven.start,
            stop=coven.stop,
            kill=coven.kill,
            harness=lambda _session, prompt: coven.harness(prompt),
        )
    finally:
        coven.close()


@pytest.fixture(params=[pytest.param(_simulated, id="simulated"), pytest.param(_real, id="real", marks=pytest.mark.system)])
def coven(request: pytest.FixtureRequest) -> Iterator[Coven]:
    """A running Coven of either kind."""
    with request.param() as running:
        yield running


def _locked(path: Path, operation: int) -> bool:
    """Whether somebody's lock keeps us from taking ours. Only a test may do that to these files."""
    with path.open("rb") as file:
        try:
            fcntl.flock(file, operation | fcntl.LOCK_NB)
        except BlockingIOError:
            return True

    return False


def _shape(value: object) -> object:
    """Keys and types of a JSON value, without what it says."""
    if isinstance(value, dict):
        return {key: _shape(part) for key, part in value.items()}

    return [_shape(part) for part in value] if isinstance(value, list) else type(value).__name__


def test_files_of_a_living_daemon(coven: Coven) -> None:
    """A running daemon leaves these files with these modes, and no temporary name of its socket."""
    until((coven.home / "automations-scheduler.lock").exists)
    found = {path.name: stat.filemode(path.lstat().st_mode) for path in coven.home.iterdir()}
    private = "-rw-------"
    assert found.pop("coven.sock") == "srw-------"
    assert stat.filemode(coven.home.lstat().st_mode) == "drwx------"
    for name in ("daemon.json", "daemon.lock", "daemon-serve.lock", "automations-scheduler.lock", "state.lock"):
        assert found.pop(name) == private, name

    assert sorted(found) == ["coven.sqlite3", "coven.sqlite3-shm", "coven.sqlite3-wal", "daemon-recovery.log"]


def test_record(coven: Coven) -> None:
    """`daemon.json` is three pretty-printed keys and a newline, naming the socket and the process behind it."""
    text = (coven.home / "daemon.json").read_text(encoding="utf-8")
    record = json.loads(text)
    assert text == json.dumps(record, indent=2) + "\n"
    assert list(record) == ["pid", "startedAt", "socket"]
    assert record["socket"] == str(coven.home / "coven.sock")
    assert STAMP.fullmatch(record["startedAt"])
    with socket.socket(socket.AF_UNIX) as connection:
        connection.connect(record["socket"])
        credentials = connection.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, 12)

    assert int.from_bytes(credentials[:4], "little") == record["pid"]


def test_locks(coven: Coven) -> None:
    """Two locks are held alone, one is shared, the lifecycle lock is free; a death frees all of them."""
    until((coven.home / "automations-scheduler.lock").exists)
    alone = ["daemon-serve.lock", "automations-scheduler.lock"]
    until(lambda: all(_locked(coven.home / name, fcntl.LOCK_SH) for name in alone))
    assert not _locked(coven.home / "state.lock", fcntl.LOCK_SH)
    assert _locked(coven.home / "state.lock", fcntl.LOCK_EX)
    assert not _locked(coven.home / "daemon.lock", fcntl.LOCK_EX)
    inode = (coven.home / "daemon-serve.lock").stat().st_ino
    owner = re.search(rf"FLOCK +ADVISORY +WRITE (\d+) \S+:{inode} 0 EOF", Path("/proc/locks").read_text(encoding="ascii"))
    assert owner is not None
    assert int(owner[1]) == coven.pid()
    coven.kill()
    assert not any(_locked(coven.home / name, fcntl.LOCK_EX) for name in [*alone, "state.lock"])


def test_transport(coven: Coven) -> None:
    """One answer per connection, with these four lines before it, whatever was asked for."""
    for request in (b"GET /api-version HTTP/1.1\r\nConnection: keep-alive\r\n\r\n", b"GET /api/v1/api-version\r\n\r\n"):
        body = b'{"apiVersion":"v1","supportedApiVersions":["v1"]}'
        assert coven.raw(request) == (
            b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 49\r\nConnection: close\r\n\r\n" + body
        )


@pytest.mark.parametrize(("line", "word"), [(b"garbage\r\n\r\n", "path"), (b"\r\n\r\n", "method")])
def test_malformed_request(coven: Coven, line: bytes, word: str) -> None:
    """A request line without its parts gets an empty answer and a line in the log."""
    assert coven.raw(line) == b""
    until(lambda: f"unix connection error: missing HTTP {word}\n" in coven.log())


@pytest.mark.parametrize(
    ("method", "target"),
    [("GET", "/nope"), ("GET", "/health/"), ("HEAD", "/health"), ("DELETE", "/health"), ("PUT", "/sessions")],
)
def test_unknown_routes(coven: Coven, method: str, target: str) -> None:
    """What is no route is 404, also a trailing slash and HEAD."""
    assert coven.ask(method, target) == (404, {"error": {"code": "not_found", "message": "Route not found."}})


def test_other_api_version(coven: Coven) -> None:
    """Another version of the API is refused with the supported ones."""
    status, body = coven.ask("GET", "/api/v2/health")
    assert (status, body["error"]["code"]) == (404, "invalid_request")
    assert body["error"]["details"] == {"apiVersion": "v2", "supportedApiVersions": ["v1"]}


def test_health(coven: Coven) -> None:
    """The health answer has exactly these keys and kinds of values, in this order, and names the process."""
    status, body = coven.ask("GET", "/health")
    assert (status, body["ok"], body["apiVersion"]) == (200, True, "coven.daemon.v1")
    assert body["daemon"] == json.loads((coven.home / "daemon.json").read_text(encoding="utf-8"))
    assert (body["eventWriter"]["state"], body["storage"]["status"]) == ("healthy", "ok")
    expected = Path(__file__).with_name("health-0.4.6.json").read_text(encoding="utf-8")
    assert json.dumps(_shape(body), indent=2) + "\n" == expected


def test_capabilities(coven: Coven) -> None:
    """What the adapters offer: ids and a word for whether it is there."""
    status, body = coven.ask("GET", "/capabilities")
    assert (status, list(body)) == (200, ["capabilities"])
    offered = [one["id"] for one in body["capabilities"] if one["status"] == "available"]
    assert offered == ["coven.sessions", "coven.travel", "coven.scheduler", "coven.control.actions", "coven.automations"]


def test_counts_of_the_event_writer(coven: Coven) -> None:
    """`committedEvents` counts what was recorded."""
    session = coven.launch("hello")
    assert coven.ended(session) == ("completed", 0)
    until(lambda: coven.ask("GET", "/health")[1]["eventWriter"]["committedEvents"] == len(coven.events(session)))


def test_row(coven: Coven) -> None:
    """A launch answers 201 with the record that both lists and the single route show: 16 keys in this order."""
    status, row = coven.post("sleep=60")
    assert (status, list(row)) == (201, ROW_KEYS)
    assert (row["status"], row["exit_code"], row["title"], row["labels"], row["external"]) == (
        "running",
        None,
        "job",
        [],
        False,
    )
    assert STAMP.fullmatch(row["created_at"])
    assert row["created_at"] == row["updated_at"]
    assert coven.row(row["id"]) == row
    assert coven.ask("GET", "/sessions") == (200, [row])
    assert coven.ask("GET", "/sessions?limit=5") == (200, {"sessions": [row], "next_cursor": None})


def test_untitled(coven: Coven) -> None:
    """A session without a title is called by its whole prompt."""
    assert coven.row(coven.launch("hello\nthere, key=abc", title=None))["title"] == "hello\nthere, key=abc"


def test_paging(coven: Coven) -> None:
    """Pages are newest first, chained by an opaque cursor that ends as null."""
    launched = [coven.launch("hello") for _ in range(3)]
    first = coven.ask("GET", "/sessions?limit=2")[1]
    second = coven.ask("GET", f"/sessions?limit=2&cursor={first['next_cursor']}")[1]
    assert [row["id"] for row in first["sessions"] + second["sessions"]] == launched[::-1]
    assert second["next_cursor"] is None
    assert isinstance(coven.ask("GET", "/sessions?includeArchived=true")[1], dict)
    assert isinstance(coven.ask("GET", "/sessions?status=running")[1], list)


@pytest.mark.parametrize("limit", ["0", "1001", "-1", "abc", ""])
def test_bad_limit(coven: Coven, limit: str) -> None:
    """A limit outside 1 to 1000 is refused."""
    message = "Query parameter `limit` must be an integer between 1 and 1000."
    error = {"code": "invalid_request", "details": {"limit": limit}, "message": message}
    assert coven.ask("GET", f"/sessions?limit={limit}") == (400, {"error": error})


@pytest.mark.parametrize("cursor", ["zzz", "e30", "!"])
def test_bad_cursor(coven: Coven, cursor: str) -> None:
    """A cursor that is none of Coven's is refused."""
    status, body = coven.ask("GET", f"/sessions?cursor={cursor}")
    assert (status, body["error"]["code"]) == (400, "invalid_request")
    assert body["error"]["message"] == "Query parameter `cursor` is invalid."


def test_unknown_session(coven: Coven) -> None:
    """What Coven does not have is 404 `session_not_found` on every route."""
    error = {"code": "session_not_found", "details": {"sessionId": "nope"}, "message": "Session was not found."}
    for target in ("/sessions/nope", "/sessions/nope/events", "/events?sessionId=nope"):
        assert coven.ask("GET", target) == (404, {"error": error})

    assert coven.ask("POST", "/sessions/nope/kill") == (404, {"error": error})


@pytest.mark.parametrize(
    ("prompt", "more", "status", "exit_code"),
    [
        ("hello", {}, "completed", 0),
        ("hello", {"conversationId": "c1"}, "idle", 0),
        ("fail=7", {}, "failed", 7),
        ("crash=KILL", {}, "failed", 1),
        ("crash=TERM", {}, "failed", 1),
    ],
)
def test_ends(coven: Coven, prompt: str, more: dict[str, str], status: str, exit_code: int) -> None:
    """Exit 0 is completed, or idle in a conversation; other codes stay; a signal on a terminal becomes 1; an event tells it."""
    session = coven.launch(prompt, **more)
    assert coven.ended(session) == (status, exit_code)
    output, end = until(lambda: events if len(events := coven.events(session)) == 2 else None)
    assert output["kind"] == "output"
    word = "completed" if exit_code == 0 else "failed"
    assert (end["kind"], json.loads(end["payload_json"])) == ("exit", {"exitCode": exit_code, "status": word})


def test_missing_harness(coven: Coven) -> None:
    """A harness that is not on the daemon's PATH leaves a failed row without exit code and without events."""
    status, body = coven.post("hello", harness="copilot")
    session = body["error"]["details"]["sessionId"]
    error = {"code": "launch_failed", "details": {"sessionId": session}, "message": "failed to spawn harness `copilot`"}
    assert (status, body) == (500, {"error": error})
    assert coven.ended(session) == ("failed", None)
    assert coven.events(session) == []


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"harness": "nosuch"}, "unsupported harness `nosuch`. Configured harnesses: codex, claude, coven-code, copilot."),
        ({"harness": None}, "request body requires string field `harness`"),
        ({"prompt": None}, "request body requires string field `prompt`"),
        ({"projectRoot": None}, "request body requires string field `projectRoot`"),
        ({"projectRoot": "/no/such/place"}, "failed to resolve projectRoot"),
        ({"cwd": "/"}, "cwd is outside the Coven project root"),
        ({"launchMode": "odd"}, "launchMode must be `interactive`, `nonInteractive`, or `stream`, got `odd`"),
    ],
)
def test_refused_launches(coven: Coven, change: dict[str, str | None], message: str) -> None:
    """What cannot be launched is refused with 400 and leaves no row."""
    status, body = coven.post("hello", **change)
    assert (status, body["error"]["code"]) == (400, "invalid_request")
    assert body["error"]["message"].startswith(message)
    assert coven.ask("GET", "/sessions") == (200, [])


@pytest.mark.parametrize("body", [b"{bad", b"", b"[]"])
def test_launch_without_an_object(coven: Coven, body: bytes) -> None:
    """A body that is no JSON object is refused."""
    answer = coven.raw(b"POST /sessions HTTP/1.1\r\nContent-Length: %d\r\n\r\n%b" % (len(body), body))
    assert answer.startswith(b"HTTP/1.1 400 Bad Request\r\n")


def test_events(coven: Coven) -> None:
    """Events are paged by `afterSeq`; past the end there is nothing; limits are clamped; the exit has its row's time."""
    session = coven.launch("fail=3")
    coven.ended(session)
    until(lambda: len(coven.events(session)) == 2)
    base = f"/events?sessionId={session}"
    first = coven.ask("GET", f"{base}&limit=0")[1]
    assert list(first) == ["events", "nextCursor", "hasMore"]
    assert list(first["events"][0]) == ["seq", "id", "session_id", "kind", "payload_json", "created_at"]
    assert (len(first["events"]), first["hasMore"]) == (1, True)
    after = first["nextCursor"]["afterSeq"]
    second = coven.ask("GET", f"/sessions/{session}/events?afterSeq={after}")[1]
    assert ([event["kind"] for event in second["events"]], second["hasMore"]) == (["exit"], False)
    assert second["events"][0]["created_at"] == coven.row(session)["updated_at"]
    end = coven.ask("GET", f"{base}&afterSeq={second['nextCursor']['afterSeq']}")[1]
    assert end == {"events": [], "nextCursor": None, "hasMore": False}
    assert coven.ask("GET", f"{base}&afterSeq=x")[1]["error"]["message"] == "afterSeq must be an integer."
    assert coven.ask("GET", "/events")[1]["error"]["message"] == "sessionId query parameter is required."


def test_kill(coven: Coven) -> None:
    """A kill is recorded at once and survives the exit event that follows; a session that is over cannot be killed."""
    session = coven.launch("sleep=60")
    until(lambda: coven.events(session))
    assert coven.ask("POST", f"/sessions/{session}/kill") == (202, {"accepted": True, "ok": True})
    kinds = until(lambda: kinds if "exit" in (kinds := [event["kind"] for event in coven.events(session)]) else None)
    assert kinds == ["output", "kill", "exit"]
    assert coven.ended(session) == ("killed", None)
    status, body = coven.ask("POST", f"/sessions/{session}/kill")
    assert (status, body["error"]["code"]) == (409, "session_not_live")


def test_the_process_behind_a_session(coven: Coven) -> None:
    """A harness is a child of the daemon in a session of its own, in the project, and its environment names its session."""
    session = coven.launch("sleep=60")
    pid = coven.harness(session, "sleep=60")
    _, parent, group, leader, *_ = fields(pid)
    assert (int(parent), int(group), int(leader)) == (coven.pid(), pid, pid)
    assert Path(f"/proc/{pid}/cwd").readlink() == coven.project
    environment = Path(f"/proc/{pid}/environ").read_bytes().split(b"\0")
    participant = next(line.partition(b"=")[2] for line in environment if line.startswith(b"COVEN_MAINTENANCE_PARTICIPANT="))
    assert json.loads(participant)["id"] == f"daemon-session-{session}"


def test_a_grandchild_keeps_a_session_running(coven: Coven) -> None:
    """A session runs as long as somebody holds its terminal, also after its harness has ended."""
    session = coven.launch("fork=1")
    pid = coven.harness(session, "fork=1")
    until(lambda: not alive(pid))
    assert coven.row(session)["status"] == "running"
    assert coven.ended(session) == ("completed", 0)


def test_kill_of_the_daemon(coven: Coven) -> None:
    """A killed daemon leaves its files, a socket that refuses and running rows; its harness dies; the next one orphans them."""
    session = coven.launch("sleep=60")
    pid = coven.harness(session, "sleep=60")
    until(lambda: coven.events(session))
    before = (coven.home / "coven.sock").stat().st_ino, coven.pid()
    coven.kill()
    assert (coven.home / "daemon.json").exists()
    with pytest.raises(ConnectionRefusedError):
        coven.ask("GET", "/health")

    until(lambda: not alive(pid))
    coven.start()
    assert ((coven.home / "coven.sock").stat().st_ino, coven.pid()) != before
    row = coven.row(session)
    assert (row["status"], row["exit_code"], row["updated_at"] > row["created_at"]) == ("orphaned", None, True)
    assert [event["kind"] for event in coven.events(session)] == ["output"]


def test_clean_stop(coven: Coven) -> None:
    """A stopped daemon takes its socket and record with it and leaves the ledger's side files; its harnesses are dead."""
    session = coven.launch("sleep=60")
    pid = coven.harness(session, "sleep=60")
    log = coven.log()
    coven.stop()
    assert not (coven.home / "coven.sock").exists()
    assert not (coven.home / "daemon.json").exists()
    assert (coven.home / "coven.sqlite3-wal").exists()
    until(lambda: not alive(pid))
    assert coven.log() == log


def test_a_paused_daemon(coven: Coven) -> None:
    """A stopped process still takes connections and its locks stay held, but nobody answers until it goes on."""
    os.kill(coven.pid(), signal.SIGSTOP)
    with socket.socket(socket.AF_UNIX) as connection:
        connection.connect(str(coven.home / "coven.sock"))
        connection.sendall(b"GET /api-version HTTP/1.1\r\n\r\n")
        connection.settimeout(0.2)
        with pytest.raises(TimeoutError):
            connection.recv(1)

        assert _locked(coven.home / "daemon-serve.lock", fcntl.LOCK_SH)
        os.kill(coven.pid(), signal.SIGCONT)
        connection.settimeout(30)
        assert connection.recv(15) == b"HTTP/1.1 200 OK"


def test_a_garbage_ledger(coven: Coven) -> None:
    """Over a garbage database health stays well, and every reading route is 500 `internal_error` and a line in the log."""
    session = coven.launch("hello")
    coven.ended(session)
    (coven.home / "coven.sqlite3").write_bytes(b"garbage " * 4096)
    assert coven.ask("GET", "/health")[1]["ok"] is True
    targets = ("/sessions?limit=1", f"/sessions/{session}", f"/events?sessionId={session}")
    for target in targets:
        status, body = coven.ask("GET", target)
        assert (status, body["ok"], body["error"]["code"]) == (500, False, "internal_error")
        assert "file is not a database" in body["error"]["message"]

    until(lambda: all(f"API handler error for GET {target}: " in coven.log() for target in targets))


def test_stamps_of_the_ledger(coven: Coven) -> None:
    """The end of a session moves the WAL's stamp or size; health and a listing leave both as they are."""
    session = coven.launch("hello")
    coven.ended(session)
    wal = coven.home / "coven.sqlite3-wal"

    def look() -> tuple[int, int]:
        return wal.stat().st_mtime_ns, wal.stat().st_size

    before = look()
    coven.ask("GET", "/health")
    coven.ask("GET", "/sessions?limit=100")
    assert look() == before
    coven.ended(coven.launch("hello"))
    assert look() != before


def test_log_of_a_start(coven: Coven) -> None:
    """A start is logged from the store's beginning over its end to the socket, each line stamped.

    The starter's own line is there too; it may come after the first ones of the daemon that it starts (seen on 0.4.6).
    """
    lines = coven.log().splitlines()
    assert all(re.fullmatch(rf"\[{STAMP.pattern}\] .+", line) for line in lines)
    text = coven.log()
    assert "startup_budget phase=before-spawn" in text
    marks = [
        "phase=daemon-store-begin",
        "phase=store-connection-opened",
        "phase=daemon-store-end",
        "phase=status-publication-begin",
        "phase=status-publication-end",
        f"daemon starting pid={coven.pid()} socket={coven.home}/coven.sock",
    ]
    assert sorted(marks, key=text.index) == marks
