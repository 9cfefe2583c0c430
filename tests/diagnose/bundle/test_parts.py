"""What the report says of Coven and of the machine."""

from dataclasses import replace
from pathlib import Path
from typing import Any

from coven_watchdog.coven.install import Binary, Installed
from coven_watchdog.coven.ledger import UnclearError
from coven_watchdog.coven.listing import listing
from coven_watchdog.diagnose.bundle.contact import Kernel
from coven_watchdog.diagnose.bundle.facts import Collected
from coven_watchdog.diagnose.bundle.parts import coven, machine
from coven_watchdog.diagnose.bundle.system import System
from coven_watchdog.model.facts import EventWriter, Record, Storage
from coven_watchdog.model.words import CheckStatus, Holder, Topic
from coven_watchdog.report.doctor import DoctorLine
from diagnose.bundle.bench import case, lines, piece, sample
from diagnose.cases import FILES, down, having, well

NPM = Binary("/x/node_modules/coven", 1, "ab12", "npm")
SYSTEM = System(
    os="Debian",
    kernel="6.1",
    machine="x86_64",
    libc="",
    python="3.11",
    container="docker",
    virtual="KVM",
    wsl=True,
    cpus=2,
    home_customised=False,
    home_on="nfs4",
    home_remote=True,
    free_bytes=None,
    free_inodes=7,
    limits_of="the daemon's process",
    limits={"Max open files": "1024 / 4096"},
    memory={"MemTotal": "1 kB"},
    pressure=("some avg10=1.00",),
    oom_kills="oom_kill 2",
    kernel_log="",
)


def told(base: Path, *, pieces: dict[str, object] | None = None, **changes: Any) -> str:  # noqa: ANN401 - any field
    """The section about Coven."""
    made = lines(
        case(base, **changes), DoctorLine(topic=Topic.HARNESSES, status=CheckStatus.OK, says="codex on the PATH of the daemon")
    )
    return "\n".join(coven(Collected(made, {name: piece("", data=data) for name, data in (pieces or {}).items()})))


def test_versions_and_binaries(tmp_path: Path) -> None:
    """Of daemon and CLI; each file with its hash; whether it was replaced."""
    there = Installed(NPM, "0.4.7", replace(NPM, sha256="cd", method="unknown"), replaced=True)
    says = told(tmp_path, pieces={"install.json": there})
    assert "Version: daemon 0.4.6, CLI 0.4.7, API coven.daemon.v1" in says
    assert "Binary on the PATH: /x/node_modules/coven (by npm), sha256 ab12" in says
    assert "how it was installed does not show" in says
    assert "underneath the running daemon: yes: it runs a file that is gone; same file as on the PATH: no" in says
    same = told(tmp_path, pieces={"install.json": Installed(NPM, "0.4.6", NPM, replaced=False)})
    assert "daemon: no; same file as on the PATH: yes" in same
    assert "not installed" in told(tmp_path, pieces={"install.json": Installed(None, "", None, replaced=False)})


def test_a_daemon_that_is_gone(tmp_path: Path) -> None:
    """What it last said of itself, with its time."""
    minute = (sample("h", -60, event_writer=EventWriter("failed", last_error="[SQLITE_FULL]"), storage=Storage("ok")),)
    says = told(tmp_path, home_case=down(), pieces={"requests.jsonl": minute})
    assert "daemon 0.4.6 (when last heard)" in says
    assert (
        "Event writer, says the daemon: failed ([SQLITE_FULL]), 0 committed, 0 dropped (in the minute that ended 2026" in says
    )
    assert "daemon.json: there is none; coven.sock: there is none" in says
    assert "held by: nobody" in says


def test_state_and_files(tmp_path: Path) -> None:
    """Who holds the lock, what the kernel shows, whom the record names."""
    shown = Kernel(
        state="T (stopped)",
        threads="5",
        resident="9 kB",
        waits_in="do_signal_stop",
        context_switches="",
        descriptors=3,
        cpu_ticks=1,
    )
    says = told(tmp_path, pieces={"daemon.json": shown})
    assert "Its process: T (stopped), 5 threads, 9 kB resident, waits in do_signal_stop" in says
    assert "(daemon); coven.sock: socket, mode 0600; home: directory, mode 0700" in says
    assert "Harnesses: codex on the PATH" in says
    files = replace(FILES, record=Record(), record_holder=Holder.NOBODY)
    unknown = having(well(), lock=None, files=files)
    assert "daemon-serve.lock held by: not knowable" in told(tmp_path, home_case=unknown)
    assert "daemon.json: garbage" in told(tmp_path, home_case=unknown)


def test_the_ledger(tmp_path: Path) -> None:
    """Its file with size and time, whether it can be read, what is in it."""
    made = case(tmp_path)
    made.paths.ledger.write_bytes(b"abc")
    assert "Ledger's file: can be read, 3 bytes, modified 20" in told(
        tmp_path, pieces={"home.txt": listing(made.paths.root)[0]}
    )
    assert "5 sessions in the ledger, 1 live (4 completed, 1 running)" in told(tmp_path)
    broken = replace(well(), ledger=None, ledger_error=UnclearError("cannot be read: x"))
    assert "Ledger's file: cannot be read: x" in told(tmp_path, home_case=broken)
    assert "Ledger's file: there is none" in told(tmp_path, home_case=replace(well(), ledger=None))


def test_the_machine(tmp_path: Path) -> None:
    """All that matters of it in four lines; without it, that it was not collected."""
    found = Collected(case(tmp_path), {"system.json": piece("", data=SYSTEM)})
    says = "\n".join(machine(found))
    assert "Debian, kernel 6.1, x86_64, libc not known, 2 CPUs; container docker, WSL, machine KVM" in says
    assert "~/.coven, the default; on nfs4 (remote), not known and 7 inodes free" in says
    assert "open files 1024 / 4096" in says
    assert "some avg10=1.00; oom_kill 2 in its control group" in says
    assert list(machine(Collected(case(tmp_path), {}))) == ["- not collected"]
