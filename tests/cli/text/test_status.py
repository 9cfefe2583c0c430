"""The screen of `status`."""

from pathlib import Path

from msgspec.structs import replace

from cli.text.pictures import HERE, picture, text
from coven_watchdog.cli.text.status import status_lines
from coven_watchdog.model.words import ChannelState, DaemonState, Severity
from coven_watchdog.report.status import Status


def test_a_bad_day(tmp_path: Path) -> None:
    """The whole screen: the worst first, then the homes, the channels, blind windows and the service."""
    assert text(status_lines(picture(tmp_path, running=True), HERE)).splitlines() == [
        "✖ 1 critical, 1 warning · why, and what to do: coven-watchdog incidents show k7fq",
        "    !  c4nn  4 min  Channel phone does not deliver: 5 tries failed: connection refused",
        "",
        "✖ devbox  ~/.coven",
        "    ✖  k7fq  5 min  Coven crashed: killed by signal 9 · 2 sessions hit",
        "    daemon    crashed · pid 4711 · Coven 0.4.6",
        "    sessions  1 live when last listed of 120 (100 completed, 18 failed, 2 running)",
        "    ledger    ok · 12 MiB · 80 GiB free",
        "    events    pressured · 2 dropped",
        "    before    18 failed: from before watching began, so never told",
        "    note      exits are noticed by polling: pidfd is refused",
        "    seen      3 s ago",
        "",
        "Channels · told in 250 ms, 95 % within 250 ms",
        "  ✓  desk   desktop://    last sent 5 min ago",
        "  ✖  phone  ntfys://****  1 waiting · fails: connection refused",
        "",
        "Not watched, last 24 h",
        "  17:26:40 UTC for 1 h  ~/.coven  asleep",
        "",
        "coven-watchdog 0.1.0 · pid 4242 since 19:26:40 UTC · /etc/c.toml",
    ]


def _well(status: Status) -> Status:
    home = replace(status.homes[0], incidents=(), baseline={}, notes=())
    daemon = replace(home.daemon, state=DaemonState.RUNNING, uptime_seconds=3600, latency_ms=26.0)
    return replace(status, homes=(replace(home, daemon=daemon),), watchdog=replace(status.watchdog, incidents=()))


def test_a_good_day(tmp_path: Path) -> None:
    """With nothing open the first line says so, with the numbers that matter."""
    lines = text(status_lines(_well(picture(tmp_path, running=True)), HERE)).splitlines()
    assert lines[0] == "✓ All is well · 1 home, 1 live session"
    assert "✓ devbox  ~/.coven" in lines
    assert "    daemon    running · pid 4711 · up 1 h · Coven 0.4.6 · answered in 26 ms" in lines


def test_what_is_not_known_is_not_well(tmp_path: Path) -> None:
    """A home that nobody has seen yet is no good news."""
    status = _well(picture(tmp_path, running=True))
    home = replace(status.homes[0], daemon=replace(status.homes[0].daemon, state=DaemonState.UNKNOWN), seen_at=None)
    lines = text(status_lines(replace(status, homes=(home,)), HERE)).splitlines()
    assert lines[0] == "? Not known yet: devbox"
    assert "    seen      never" in lines


def test_nobody_watching_is_said_first(tmp_path: Path) -> None:
    """Without a service nothing on the screen can be trusted as present; the first line says so and how to start it."""
    lines = text(status_lines(picture(tmp_path, running=False), HERE)).splitlines()
    assert lines[0] == (
        "✖ Nobody is watching: the service does not run; what follows is from 20:31:39 UTC. Start it: coven-watchdog service start"
    )
    assert lines[-1] == "coven-watchdog 0.1.0 · ~/c.toml"
    empty = text(status_lines(picture(tmp_path / "x", running=False, empty=True), HERE)).splitlines()
    assert empty[0] == "✖ Nobody is watching: the service does not run. Start it: coven-watchdog service start"
    assert "  ○  desk  desktop://  nothing sent yet" in empty


def test_a_success_that_proves_little(tmp_path: Path) -> None:
    """A channel that succeeds whatever happens is shown with why, beside its last success."""
    status = _well(picture(tmp_path, running=True))
    desk = replace(status.channels[0], state=ChannelState.UNPROVEN, doubt="irc:// lies")
    lines = text(status_lines(replace(status, channels=(desk,)), HERE)).splitlines()
    assert "  ○  desk  desktop://  last sent 5 min ago, but irc:// lies" in lines


def test_no_channel_is_trouble(tmp_path: Path) -> None:
    """Where nobody would be told, the screen says so."""
    status = replace(_well(picture(tmp_path, running=True)), channels=(), blind_windows=())
    assert "! No channel: nobody would be told" in text(status_lines(status, HERE))


def test_the_watchdog_s_own_troubles(tmp_path: Path) -> None:
    """A faulty edit, notes, another version: each on a line."""
    status = _well(picture(tmp_path, running=True))
    own = replace(
        status.watchdog, config_error="c.toml:3: naem: unknown key", notes=("not recorded: disk full",), version="0.0.9"
    )
    shown = text(status_lines(replace(status, watchdog=own), HERE))
    assert "    !  an edited configuration was not taken: c.toml:3: naem: unknown key" in shown
    assert "    !  not recorded: disk full" in shown
    assert f"! {own.installed_version} is installed, 0.0.9 runs: restart it" in shown


def test_only_good_news_and_notes_open(tmp_path: Path) -> None:
    """An open incident that is only information is counted as that; an acknowledged one says so; one that is off is quiet."""
    status = picture(tmp_path, running=True)
    mild = replace(status.homes[0].incidents[0], severity=Severity.INFO, acknowledged=True)
    home = replace(_well(status).homes[0], incidents=(mild,), seen_at=status.homes[0].seen_at)
    lines = text(status_lines(replace(_well(status), homes=(home,)), HERE)).splitlines()
    assert lines[0].startswith("i 1 info")
    assert "(acknowledged)" in text(status_lines(replace(_well(status), homes=(home,)), HERE))
    quiet = replace(home, incidents=(replace(mild, severity=Severity.OFF),))
    assert text(status_lines(replace(_well(status), homes=(quiet,)), HERE)).startswith("✓ All is well")


def test_a_home_of_which_little_is_known(tmp_path: Path) -> None:
    """No sessions, no ledger, no name: the rows are left out, and the path is the name."""
    status = _well(picture(tmp_path, running=True))
    home = status.homes[0]
    bare = replace(
        home,
        name=home.home,
        sessions=replace(home.sessions, total=None, live=None, by_status=None),
        store=replace(home.store, status=None, free_disk_bytes=None, database_bytes=None),
        event_writer=replace(home.event_writer, state="healthy"),
    )
    shown = text(status_lines(replace(status, homes=(bare,)), HERE))
    assert "✓ ~/.coven" in shown
    assert "sessions" not in shown.partition("Channels")[0].partition("\n")[2]
    assert "ledger" not in shown
    counted = replace(
        bare, sessions=replace(bare.sessions, total=7), store=replace(bare.store, free_disk_bytes=5, last_error="locked")
    )
    shown = text(status_lines(replace(status, homes=(counted,)), HERE))
    assert "live ones not known of 7" in shown
    assert "5 B free · locked" in shown
