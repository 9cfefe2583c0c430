"""A Coven that means harm, and channels with secrets: whatever it says, nothing obeys it, and no secret comes out anywhere."""

import http.server
import json
import os
import re
import threading
import unicodedata
from collections.abc import Iterator
from contextlib import closing, suppress
from pathlib import Path
from typing import Any, ClassVar

import pytest

from canaries import CANARIES
from coven_watchdog import clock
from coven_watchdog.report.times import moment
from rigs.desktop import DesktopRig, desktop_rig
from rigs.hostile import HostileCoven
from rigs.inbox import Inbox
from rigs.program import Program, channel
from waiting import until

KEYS = {name: key for name, key in CANARIES.items() if "\n" not in key}
NASTY = (
    "\x1b[31mR\x1b[0m \x1b]8;;http://evil.example/x\x1b\\L\x1b]8;;\x1b\\ \x1b]52;c;cm0=\x07 \u202egnp\u2066 z\u200bw\ufeff "
    "\x9b31m \x00 n\nX\r\x0bY @everyone <@123> <!channel> **b** [x](http://evil.example) <b>h</b> `c` | $(id) ; "
)
STRANGE_IDS = ("$(touch pwned)", "-rf", "a;b", "x\x1b[2J\u202e", "`id`", "..", "9" * 300, "nul\x00", "a/../b", "a b")
UNSEEN = frozenset({"Cc", "Cf", "Co", "Cs", "Zl", "Zp"})
ENDS = (("failed", 3), ("failed", None), ("completed", 0), ("killed", None), ("orphaned", None))


@pytest.fixture
def hostile() -> Iterator[HostileCoven]:
    """Not started yet."""
    with closing(HostileCoven()) as rig:
        yield rig


@pytest.fixture
def desktop() -> Iterator[DesktopRig]:
    """A desktop with a notification daemon."""
    with desktop_rig() as rig:
        yield rig


def _now() -> str:
    return moment(clock.now().wall).isoformat()


def _row(name: str, **more: object) -> dict[str, Any]:
    base = {"id": name, "status": "running", "created_at": _now(), "updated_at": _now(), "harness": "codex", "exit_code": None}
    return base | {"project_root": "/srv/shop", "title": "t"} | more


def _rows() -> list[dict[str, Any]]:
    """Live rows: odd ids, a megabyte of everything, and in each place a key of every shape."""
    odd = [_row(name, title=NASTY, harness=f"codex {NASTY}", project_root=f"/srv/{NASTY}") for name in STRANGE_IDS]
    big = "A" * 1_000_000
    keys = [_row(f"s{n}", title=f"{NASTY} {key}", harness=key, project_root=f"/q/{key}") for n, key in enumerate(KEYS.values())]
    return [
        *odd,
        _row("big", title=big, harness=big, project_root=f"/{big}"),
        _row("odd", status=f"{NASTY} {KEYS['npm']}"),
        *keys,
    ]


def _health(**more: object) -> dict[str, Any]:
    words = f"1 {NASTY} {KEYS['openai']}"
    return {
        "ok": True,
        "apiVersion": "coven.daemon.v1",
        "covenVersion": words,
        "capabilities": {"sessions": True, "events": True, words: words},
        "daemon": {"pid": 1, "startedAt": words, "socket": words},
        "eventWriter": {"state": words, "droppedOutputEvents": 1, "committedEvents": 1, "lastError": words},
        "storage": {"status": words, "databaseBytes": 1, "walBytes": 1, "freeDiskBytes": 1, "lastMaintenanceError": words},
    } | more


def _program(hostile: HostileCoven, config: str, env: dict[str, str] | None = None) -> Program:
    base = hostile.base / "watchdog"
    base.mkdir(mode=0o700)
    alerts = '[alerts]\ngroup_wait = "100ms"\ngroup_interval = "1s"\n\n[sessions]\nfinished_after = "0s"\n\n[probe]\nhealth_interval = "4s"\nsession_interval = "4s"\n'
    return Program(base, f'homes = ["{hostile.home}"]\nname = "devbox"\n\n{alerts}{config}', env)


def _shown(program: Program) -> Iterator[tuple[str, str]]:
    """Everything that the commands print, by command; of each kind one incident is shown."""
    kinds = {incident["kind"]: incident["id"] for incident in program.incidents()}
    shows = [("incidents", "show", one) for one in kinds.values()]
    for command in (("status",), ("incidents", "--all"), ("notify", "log"), ("check",), *shows):
        for more in ((), ("--json",)):
            done = program.cli(*command, *more)
            yield " ".join((*command, *more)), done.out + done.err

    colored = program.cli("status", FORCE_COLOR="1", NO_COLOR="")
    yield "status in colours", re.sub(r"\x1b\[[0-9;]*m", "", colored.out)


def _harmless(where: str, text: str) -> None:
    unseen = {char for char in text.replace("\n", "") if unicodedata.category(char) in UNSEEN}
    assert not unseen, (where, [text[max(0, text.index(char) - 40) :][:60] for char in unseen])
    assert not [name for name, key in KEYS.items() if key in text], where


def _provoke(hostile: HostileCoven, program: Program, inbox: Inbox) -> None:
    """End its sessions in every way, crash, come back, fail with words of its own, and speak another version."""

    def told(words: str, times: int = 1) -> None:
        inbox.until(lambda letters: sum(words in letter.title for letter in letters) >= times, 40)

    ended = [row | {"status": ENDS[n % 5][0], "exit_code": ENDS[n % 5][1]} for n, row in enumerate(_rows())]
    hostile.say("sessions", {"sessions": ended})
    until(lambda: len(program.incidents()) > len(KEYS) // 2, 40)
    hostile.say("sessions", {"sessions": [_row(f"again-{n}", title=key) for n, key in enumerate(KEYS.values())]})
    until(lambda: program.try_status()["homes"][0]["sessions"]["live"] == len(KEYS), 40)
    hostile.kill()
    told("crashed on")
    hostile.start()
    told("is back")
    hostile.say("health", {"error": {"code": NASTY, "message": f"{NASTY} {' '.join(KEYS.values())}"}}, 500)
    told("unhealthy")
    hostile.say("health", _health())
    told("is back", times=2)
    hostile.say("health", _health(apiVersion=f"v9 {NASTY} {KEYS['vault']}"))
    told("another version")


@pytest.mark.timeout(240)
def test_nothing_that_it_says_is_obeyed_or_tells_a_secret(hostile: HostileCoven, desktop: DesktopRig, inbox: Inbox) -> None:
    """Messages, popups, the log, every command's output and the database hold no escape, no key, and no command of its making."""
    lines = [f"[{_now()}] {NASTY.replace(chr(10), ' ')} {key}" for key in KEYS.values()]
    (hostile.home / "daemon-recovery.log").write_text("\n".join(lines), encoding="utf-8")
    for route, body in (("health", _health()), ("sessions", {"sessions": _rows()}), ("events", {"events": []})):
        hostile.say(route, body)

    hostile.start()
    popups = '\n[[channels]]\nname = "desk"\nurl = "desktop://"\nmin_severity = "info"\n'
    program = _program(hostile, channel(inbox, min_severity="info", titles=True) + popups, desktop.environ)
    with closing(program):
        program.start("-v")
        _provoke(hostile, program, inbox)
        for where, text in _shown(program):
            _harmless(where, text)

        for popup in desktop.shown(2):
            _harmless("desktop", popup["summary"] + popup["body"])

        program.stop()
        _harmless("log", program.said)
        for letter in inbox.letters:
            _harmless("letter", letter.text)

    commands = re.findall(r"\bcoven (?:run|sessions|daemon)[^()]*", "\n".join(letter.text for letter in inbox.letters))
    assert commands
    assert all(re.fullmatch(r"coven [a-z ]+(?:[A-Za-z0-9._:-]+)?(?: --continue [A-Za-z0-9._:-]+)? ?", one) for one in commands)
    kept = b"".join(file.read_bytes() for file in program.state.iterdir()).decode("latin-1")
    assert not [name for name, key in KEYS.items() if key in kept]
    assert len(kept) < 4_000_000
    assert all(line.startswith("GET /api/v1/") for line in hostile.asked())
    assert not list(program.base.rglob("pwned"))


class _Refusing(http.server.BaseHTTPRequestHandler):
    """Quotes every secret back, or sends them elsewhere."""

    stolen: ClassVar[list[str]]
    elsewhere: ClassVar[str]

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers.get("Content-Length", "0")))
        if self.path.startswith("/stolen"):
            self.stolen.append(self.path)

        body = f"{self.path} {dict(self.headers)}".encode()
        self.send_response(302 if self.path.startswith("/away") else 403, self.path[:40])
        self.send_header("Location", self.elsewhere)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    do_GET = do_PUT = do_POST  # noqa: N815 - the base class wants these names

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class names it so
        """Say nothing."""


@pytest.fixture
def refusing() -> Iterator[type[_Refusing]]:
    """A service that takes no message; `stolen` shows who followed its redirect."""

    class Handler(_Refusing):
        stolen: ClassVar[list[str]] = []

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        Handler.elsewhere = f"http://127.0.0.1:{server.server_port}/stolen"
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        yield Handler
        server.shutdown()
        thread.join()


def _channels(program: Program, port: str) -> tuple[str, dict[str, str], list[str]]:
    """Channels with a secret in every place of a URL and each way to give one: configuration, environment, all secrets."""
    secrets = [f"Zq{number:02d}Canary{number:02d}" for number in range(14)]
    take = iter(secrets)
    urls = [
        f"json://{next(take)}:{next(take)}@{port}/quote/{next(take)}?+X-Token={next(take)}&:field={next(take)}",
        f"json://{next(take)}:{next(take)}@{port}/away/{next(take)}?+X-Token={next(take)}",
        f"form://{port}/quote/{next(take)}?-field={next(take)}",
        f"gotify://{port}/{next(take)}AAAA",
        f"mqtt://user:{next(take)}@127.0.0.1:1/topic?qos=1",
        f"tgram://{next(take)}/x",
    ]
    file = program.base / "file.url"
    file.touch(0o600)
    file.write_text(urls[1], encoding="ascii")
    where = [f'url = "{url}"' for url in urls]
    where[1], where[2] = f'url_file = "{file}"', 'url_env = "CHANNEL_URL"'
    tables = [f'[[channels]]\nname = "c{n}"\n{one}\nmin_severity = "info"\n' for n, one in enumerate(where)]
    return "\n".join(tables), {"CHANNEL_URL": urls[2]}, secrets


def _couriers(program: Program) -> str:
    """Command lines and environments of the couriers that run now. What was only forked yet still shows its parent's."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            with suppress(OSError):
                line = (entry / "cmdline").read_bytes()
                if b"courier" in line and (entry / "stat").read_text().rpartition(")")[2].split()[1] == str(program.pid):
                    found.append(line + (entry / "environ").read_bytes())

    return b"\n".join(found).decode(errors="replace")


@pytest.mark.timeout(120)
def test_secrets_of_channels_stay_where_they_are(hostile: HostileCoven, refusing: type[_Refusing]) -> None:
    """However a URL is given and however its service fails, no part of it is printed, logged, stored or inherited, or redirected."""
    hostile.say("health", _health())
    hostile.say("sessions", {"sessions": []})
    hostile.start()
    program = _program(hostile, "")
    config, env, secrets = _channels(program, refusing.elsewhere.removeprefix("http://").removesuffix("/stolen"))
    program.write(f'homes = ["{hostile.home}"]\n\n{config}')
    program.env |= env
    with closing(program):
        said = [program.cli(*command) for command in (("config", "validate"), ("config", "show", "--json"), ("notify", "test"))]
        program.start("-v")
        hostile.kill()
        seen: list[str] = []

        def failed() -> bool:
            seen.append(_couriers(program))
            return len(program.try_rows("SELECT DISTINCT channel FROM attempt")) == 6

        until(failed, 60)
        said += [program.cli("config", "validate"), program.cli("notify", "test", "--json")]
        texts = [text for _, text in _shown(program)] + [done.out + done.err for done in said] + seen
        program.stop()

    kept = [file.read_bytes().decode("latin-1") for file in program.state.iterdir()]
    out = "\n".join((*texts, *kept, program.said)).lower()
    assert "courier" in "".join(seen)
    assert "error=403" in out
    assert not [secret for secret in secrets if secret.lower() in out]
    assert refusing.stolen == []


@pytest.mark.parametrize("name", ["daemon.json", "daemon-recovery.log", "coven.sock", "daemon-serve.lock", "coven.sqlite3"])
@pytest.mark.parametrize("kind", ["fifo", "link"])
def test_what_lies_in_a_home_neither_holds_nor_leads_us(hostile: HostileCoven, name: str, kind: str) -> None:
    """A FIFO or a link in place of any file: the look ends as quickly as always, and nothing behind the link is shown."""
    secret = hostile.base / "elsewhere"
    secret.write_text(json.dumps({"pid": 1, "startedAt": KEYS["github"], "socket": "elsewhere"}), encoding="ascii")
    (hostile.home / "daemon.json").write_text(json.dumps({"pid": 2**22 + 1}), encoding="ascii")
    place = hostile.home / name
    place.unlink(missing_ok=True)
    os.mkfifo(place, 0o600) if kind == "fifo" else place.symlink_to(secret)
    done = _program(hostile, "").cli("check", "--json")
    assert json.loads(done.out)["homes"], done
    assert done.err == ""
    assert "elsewhere" not in done.out
