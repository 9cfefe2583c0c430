"""`bundle` on the real Coven: nothing secret comes out wherever it went in, nothing is touched, and what it says is what happened."""

import io
import json
import os
import sqlite3
import tarfile

import pytest

from canaries import CANARIES
from rigs.coven import RealCoven
from rigs.inbox import Inbox
from rigs.program import Program, Watch
from rigs.untouched import changes, settled, stamps

SHORT = {name: secret for name, secret in CANARIES.items() if "\n" not in secret}
"""What fits into one line of a log, an argument and a variable."""


def survivors(text: str) -> list[str]:
    """The canaries that can be read in a text."""
    return sorted(name for name, secret in CANARIES.items() if secret in text or json.dumps(secret)[1:-1] in text)


def unpacked(archive: bytes) -> dict[str, str]:
    """The files of a bundle."""
    with tarfile.open(fileobj=io.BytesIO(archive)) as tar:
        found = {entry.name: tar.extractfile(entry) for entry in tar.getmembers()}
        return {name.partition("/")[2]: content.read().decode() for name, content in found.items() if content is not None}


def bundle(program: Program, *arguments: str) -> dict[str, str]:
    """Make one; its files."""
    path = program.base / "bundle.tar.gz"
    path.unlink(missing_ok=True)
    done = program.cli("bundle", *arguments, "-o", str(path))
    assert done.code == 0, done
    return unpacked(path.read_bytes())


def plant(coven: RealCoven, session: str) -> None:
    """Every canary into every place that a file of Coven's can hold: titles, labels, events nested three deep, the log, a path."""
    everything = "\n".join(CANARIES.values())
    nested = json.dumps({"data": json.dumps({"a": json.dumps({"b": everything})})})
    with sqlite3.connect(coven.home / "coven.sqlite3") as ledger:
        ledger.execute(
            "UPDATE sessions SET title = ?, labels = ? WHERE id = ?", (everything, json.dumps([everything]), session)
        )
        rows = [
            (f"c{kind}{number}", session, kind, nested, "2026-11-22T07:00:00Z")
            for kind in ("output", "input", "tool_call")
            for number in (1, 2)
        ]
        ledger.executemany("INSERT INTO events (id, session_id, kind, payload_json, created_at) VALUES (?, ?, ?, ?, ?)", rows)
        ledger.executemany(
            "INSERT INTO events (id, session_id, kind, payload_json, created_at) VALUES (?, ?, 'output', ?, '2026-11-22T07:00:01Z')",
            [
                (
                    f"p{number}",
                    session,
                    json.dumps({"data": f"one {secret} two\n"}),
                )
                for number, secret in enumerate(CANARIES.values())
            ],
        )

    ledger.close()
    with (coven.home / "daemon-recovery.log").open("a", encoding="utf-8") as log:
        for secret in CANARIES.values():
            log.write(
                f"[2026-11-22T23:00:00.000000000Z] API handler error for POST /api/v1/sessions: refused {secret} for it\n"
            )

    for number, secret in enumerate(SHORT.values()):
        if "/" not in secret and len(secret) < 200:
            (coven.home / f"f{number} {secret}").touch()


def test_canaries(coven: RealCoven, watching: Watch, inbox: Inbox) -> None:
    """Secrets of every shape in every place, on a daemon that crashed: none survives in bundle, preview, JSON, database, log or message."""
    first, *_ = SHORT.values()
    everything = " ".join(SHORT.values())
    coven.start(CANARY=first, CANARIES=everything)
    session = coven.launch(f"fail=3 {everything}", title=None)
    coven.wait_row(session)
    coven.launch(f"sleep=300 {first}", title=everything)
    plant(coven, session)
    secret_url = "tk_" + "9f8e7d6c5b4a39281706abcdef012"
    config = f'[privacy]\ntitles = "all"\n\n[[channels]]\nname = "off"\nurl = "ntfys://user:{secret_url}@127.0.0.1:9/topic"\nmin_severity = "critical"\n'
    program = watching(coven, config, PATH=f"{coven.program.parent}:{coven.env['PATH']}", CANARY=first)
    coven.kill()
    inbox.until(lambda letters: any(letter.kind == "daemon.crashed" for letter in letters))
    (incident,) = [one["id"] for one in program.incidents() if one["kind"] == "daemon.crashed"]
    before = settled(coven.home)
    whole = bundle(program, session, "--include-titles", "--include-output")
    shown = {
        "bundle": "\n".join(bundle(program, incident).values()),
        "with all": "\n".join(whole.values()),
        "preview": program.cli("bundle", session, "--preview", "--include-titles", "--include-output").out,
        "json": program.cli("bundle", session, "--preview", "--include-titles", "--include-output", "--json").out,
        "messages": "\n".join(letter.text for letter in inbox.letters),
        "log": program.said,
        "scenes": json.dumps(program.rows("SELECT doc FROM incident")),
        "incidents": program.cli("incidents", "show", incident, "--json").out,
    }
    assert changes(before, stamps(coven.home)) == {}
    assert {place: found for place, text in shown.items() if (found := survivors(text))} == {}
    assert not any(secret_url in text for text in shown.values())
    assert not any(str(program.base) in shown[place] for place in ("bundle", "with all", "preview"))
    assert str(coven.project) not in shown["bundle"]
    taken = {one["file"]: sum(one["redactions"].values()) for one in json.loads(whole["manifest.json"])["files"]}
    assert min(taken[name] for name in ("session-output.txt", "daemon-recovery.log")) >= 60, taken
    assert all("[redacted]" in whole[name] for name in ("sessions.jsonl", "home.txt"))
    documents = [text for name, text in whole.items() if name.endswith(".json")]
    documents += [line for name, text in whole.items() if name.endswith(".jsonl") for line in text.splitlines()]
    assert [text for text in documents if not isinstance(json.loads(text), dict)] == []


def hung(coven: RealCoven) -> None:
    """Stopped by a signal."""
    coven.pause()


def gone(coven: RealCoven) -> None:
    """Stopped cleanly."""
    coven.stop()


def damaged(coven: RealCoven) -> None:
    """The ledger was overwritten; links, a FIFO, a socket and a directory stand where files should."""
    for name in ("coven.sqlite3-wal", "coven.sqlite3-shm"):
        (coven.home / name).unlink(missing_ok=True)

    (coven.home / "coven.sqlite3").write_bytes(b"garbage" * 4096)
    (coven.home / "daemon-recovery.log").unlink()
    os.mkfifo(coven.home / "daemon-recovery.log")
    (coven.home / "daemon-recovery.log.1").symlink_to("/dev/zero")
    (coven.home / "endless").symlink_to(coven.home)


@pytest.mark.parametrize(
    ("injure", "says"),
    [
        (hung, ("`daemon.unresponsive`", "Its process: T (stopped)", "health.json: GET /health: no complete answer")),
        (gone, ("**Nothing wrong was found**", "No daemon runs, and nothing is left behind", "1 failed")),
        (damaged, ("file is not a database", "Last start: the log tells of none", "The daemon did not end: pid")),
    ],
    ids=lambda value: value.__name__ if callable(value) else "",
)
def test_whatever_state_it_is_in(coven: RealCoven, injure: object, says: tuple[str, ...]) -> None:
    """Without a service and a database; nothing changes in the home, not a timestamp."""
    coven.start()
    coven.wait_row(coven.launch("fail=3"))
    assert callable(injure)
    injure(coven)
    program = Program(coven.base, "", {"COVEN_HOME": str(coven.home), "PATH": f"{coven.program.parent}:{coven.env['PATH']}"})
    (coven.base / "config.toml").unlink()
    try:
        before = settled(coven.home)
        report = program.cli("bundle", "--report", COVEN_WATCHDOG_CONFIG="")
        assert changes(before, stamps(coven.home)) == {}
        assert report.code == 0, report
        assert [part for part in says if part not in report.out] == []
        assert not (coven.base / "state").exists()
    finally:
        if injure is hung:
            coven.resume()
