"""`doctor` on the real Coven, in every state that it can be in: what it says, and that it touches nothing."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest

from rigs.coven import RealCoven
from rigs.untouched import changes, settled, stamps
from waiting import until

Document = dict[str, Any]


def doctor(coven: RealCoven, *, code: int, **env: str) -> Document:
    """Run it as somebody who has no service, database or configuration, and check that the home is untouched."""
    before = settled(coven.home)
    done = subprocess.run(
        [sys.executable, "-m", "coven_watchdog", "doctor", "--json"],
        env=coven.env | {"COVEN_WATCHDOG_STATE_DIR": str(coven.base / "state"), "TZ": "UTC"} | env,
        capture_output=True,
        check=False,
        timeout=30,
    )
    assert changes(before, stamps(coven.home)) == {}
    assert done.returncode == code, done
    document: Document = msgspec.json.decode(done.stdout)
    return document


def statuses(document: Document) -> dict[str, str]:
    """What is said of each topic of the home, by its worst line."""
    order = ("ok", "unknown", "warning", "critical")
    found: dict[str, str] = {}
    for line in document["homes"][0]["lines"]:
        found[line["topic"]] = max(found.get(line["topic"], "ok"), line["status"], key=order.index)

    return found


def kinds(document: Document) -> list[str]:
    """The kinds that the home's lines name."""
    return [line["kind"] for line in document["homes"][0]["lines"] if line["kind"]]


def answers(document: Document) -> list[str]:
    """The answers to the six questions."""
    return [question["answer"] for question in document["homes"][0]["questions"]]


def test_all_is_well(coven: RealCoven) -> None:
    """Every line is ✔ and has evidence; the log's questions are answered as far as they can be; nothing is touched."""
    coven.start()
    session = coven.launch("sleep=60")
    coven.harness("sleep=60")
    document = doctor(coven, code=0)
    assert set(statuses(document).values()) == {"ok"}
    assert all(line["witnesses"] for line in document["homes"][0]["lines"])
    assert answers(document) == ["yes", "yes", "yes", "unknown", "unknown", "unknown"]
    assert any(f"daemon starting pid={coven.pid}" in line for line in document["homes"][0]["questions"][0]["lines"])
    says = {line["topic"]: line["says"] for line in document["homes"][0]["lines"]}
    assert says["sessions"] == "1 live of 1"
    assert says["harnesses"] == "codex on the PATH of the daemon's process"
    assert coven.row(session)["status"] == "running"


def test_a_short_path(coven: RealCoven) -> None:
    """The PATH of the daemon's process counts, not the caller's: a harness that only the caller finds is named, with where it is."""
    coven.start(PATH="/usr/bin:/bin")
    status, _ = coven.try_launch("sleep=60")
    assert status == 500
    document = doctor(coven, code=1)
    line = next(line for line in document["homes"][0]["lines"] if line["topic"] == "harnesses")
    assert (line["status"], line["cause"] is not None) == ("warning", True)
    assert line["witnesses"][0]["saw"] == "codex (codex): not on the daemon's PATH, but in ~/bin; sessions use it"
    symptom = document["homes"][0]["symptoms"][2]
    assert (symptom["symptom"], symptom["now"]) == ("harness not found", "yes")


def stopped(coven: RealCoven) -> None:
    """A clean stop."""
    coven.stop()


def crashed(coven: RealCoven) -> None:
    """Killed, and reaped."""
    coven.kill()


def hung(coven: RealCoven) -> None:
    """Stopped by a signal."""
    coven.pause()


def without_socket(coven: RealCoven) -> None:
    """Somebody deleted the socket."""
    (coven.home / "coven.sock").unlink()


def with_an_open_socket(coven: RealCoven) -> None:
    """Others may write to the socket."""
    (coven.home / "coven.sock").chmod(0o666)


def with_garbage(coven: RealCoven) -> None:
    """The ledger was overwritten."""
    for name in ("coven.sqlite3-wal", "coven.sqlite3-shm"):
        (coven.home / name).unlink(missing_ok=True)

    (coven.home / "coven.sqlite3").write_bytes(b"garbage" * 4096)


@pytest.mark.parametrize(
    ("injure", "code", "kind", "topics"),
    [
        (stopped, 0, None, {"daemon": "ok", "socket": "ok", "health": "unknown", "sessions": "ok"}),
        (crashed, 1, "daemon.crashed", {"socket": "warning", "health": "unknown"}),
        (hung, 1, "daemon.unresponsive", {"health": "warning", "API": "unknown", "store": "ok"}),
        (without_socket, 1, "daemon.socket_lost", {"socket": "warning"}),
        (with_an_open_socket, 1, "socket.insecure", {"socket": "critical", "daemon": "unknown"}),
        (with_garbage, 1, "store.broken", {"store": "critical", "daemon": "ok", "health": "ok"}),
    ],
    ids=lambda value: value.__name__ if callable(value) else None,
)
def test_injuries(
    coven: RealCoven, injure: Callable[[RealCoven], None], code: int, kind: str | None, topics: dict[str, str]
) -> None:
    """Each injury is named with evidence, cause and next command, where it belongs; the home stays as it was found."""
    coven.start()
    injure(coven)
    try:
        document = doctor(coven, code=code)
        found = statuses(document)
        assert {topic.lower(): found[topic.lower()] for topic in topics} == {name.lower(): one for name, one in topics.items()}
        assert kinds(document)[:1] == ([kind] if kind else kinds(document)[:1])
        wrong = [line for line in document["homes"][0]["lines"] if line["kind"] == kind and kind]
        assert all(line["witnesses"] and line["cause"] and line["next"] for line in wrong)
        assert all(step["effect"] for line in wrong for step in line["next"])
    finally:
        if injure is hung:
            coven.resume()


def test_connection_refused(coven: RealCoven) -> None:
    """The symptom that a client reports leads to the daemon's line and to what helps."""
    coven.start()
    coven.kill()
    symptom = doctor(coven, code=1)["homes"][0]["symptoms"][0]
    assert (symptom["symptom"], symptom["now"], symptom["topic"]) == ("connection refused", "yes", "daemon")
    assert symptom["next"][0]["run"].endswith("coven daemon start")
    assert symptom["next"][0]["effect"] == "starts"


def test_another_contract(coven: RealCoven) -> None:
    """A daemon that speaks a later contract runs; the API is what does not fit, and which side to update is said."""
    original = coven.program.read_bytes()
    coven.program = coven.base / "coven"
    coven.program.write_bytes(original.replace(b"aemon.v1", b"aemon.v2"))
    coven.program.chmod(0o755)
    coven.start()
    document = doctor(coven, code=1)
    assert (statuses(document)["daemon"], statuses(document)["api"]) == ("ok", "warning")
    assert answers(document)[2] == "no"
    symptom = document["homes"][0]["symptoms"][1]
    assert (symptom["symptom"], symptom["now"], symptom["topic"]) == ("unsupported API version", "yes", "api")


def test_a_zombie(late_coven: RealCoven) -> None:
    """A dead daemon that nobody reaps: its record leads Coven's own commands into a dead end, and a start is only suggested for later."""
    late_coven.start()
    pid = late_coven.pid
    late_coven.kill()
    until(lambda: Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()[0] == "Z")
    document = doctor(late_coven, code=1)
    said = json.dumps(document["homes"][0]["lines"])
    assert "as soon as process" in said or "zombie" in said


def test_a_store_that_did_not_open(coven: RealCoven) -> None:
    """A start on a garbage ledger dies without a word; the phases of the log tell how far it came."""
    coven.start()
    coven.stop()
    with_garbage(coven)
    assert coven.cli("daemon", "start").code != 0
    document = doctor(coven, code=1)
    bound, opened = document["homes"][0]["questions"][:2]
    assert (bound["answer"], opened["answer"]) == ("no", "no")
    assert "it came no further than" in opened["why"] or "store-connection-opened" in opened["why"], opened
    assert opened["lines"]


def test_no_coven(coven: RealCoven) -> None:
    """Not installed, no home: nothing is wrong, and nothing is made."""
    document = doctor(coven, code=0)
    assert statuses(document)["daemon"] == "ok"
    assert not coven.home.exists()
    assert not os.path.lexists(coven.base / "state")


def test_another_user_pid(coven: RealCoven) -> None:
    """A record that names somebody else's process is said to mislead, and what to remove."""
    coven.start()
    coven.kill()
    record = coven.home / "daemon.json"
    text = json.loads(record.read_text(encoding="utf-8"))
    record.write_text(json.dumps(text | {"pid": os.getpid()}), encoding="utf-8")
    document = doctor(coven, code=1)
    steps = [step for line in document["homes"][0]["lines"] for step in line["next"]]
    assert any(step["run"].startswith("rm ") and step["effect"] == "destroys_evidence" for step in steps)
