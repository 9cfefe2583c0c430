"""The digest on a terminal."""

from datetime import UTC

from msgspec.structs import replace as changed

from cli.text.pictures import text
from coven_watchdog.cli.text.digest import digest_lines, nothing
from coven_watchdog.cli.text.words import Here
from coven_watchdog.decide.digest import digest_of
from coven_watchdog.model.digests import Chronicle
from coven_watchdog.model.looks import BlindWindow
from coven_watchdog.model.time import HOUR
from coven_watchdog.model.words import Kind
from coven_watchdog.report.digest import digest_view
from coven_watchdog.report.times import moment
from decide.mornings import EVERYTHING, NOW, ONE_HOME, QUIET, ended
from store.builders import HOME

HERE = Here(moment(NOW), UTC, "/home/ada")


EVERYTHING_SHOWN = """\
Since May 28 20:26:40 UTC, 1 d

Still so: waits for you
  ✖  k7fq  Coven crashed: gone without a clean stop                            since 18:26:40 UTC · 1 session hit · acknowledged by ada (bash, pid 41)
  !  c4nn  Channel phone does not deliver: 5 tries failed: connection refused  since 00:26:40 UTC

Broke, and is over
  !  r2dd  Coven crashed: killed by signal 9                   11:26:40 UTC · for 3 min · 3 sessions lost
  ✓  s3dd  Coven hangs: its process lives and does not answer  14:26:40 UTC · for 6 min · 2 times
  i  x2dd  Coven was restarted: version 0.4.5 became 0.4.6     15:26:40 UTC

Sessions that ended
  !  2  lost with Coven  codex in shop
  !  1  lost with Coven  codex in api
  !  1  failed           claude in api
  !  1  failed           codex in shop
  !  1  orphaned         claude in api
  i  3  finished         codex in p0
  i  3  finished         codex in p1
  i  2  finished         codex in p2
  i  2  finished         codex in p3
  i  2  finished         codex in p4

Not told
  2  silenced by ada (bash, pid 41): deploy
  1  acknowledged by ada (bash, pid 41)
  1  in quiet hours

Not delivered
  phone  1 message

Not watched
  7 h     the machine slept         ~/.coven
  12 min  the watchdog did not run  ~/.coven
"""


def shown(chronicle: Chronicle) -> str:
    """As it is printed."""
    return text(digest_lines(digest_view(digest_of(chronicle, ONE_HOME)), HERE))


def test_everything() -> None:
    """Part by part, with ids to ask about."""
    assert f"{shown(EVERYTHING)}\n" == EVERYTHING_SHOWN


def test_nothing() -> None:
    """One friendly sentence."""
    view = digest_view(digest_of(QUIET, ONE_HOME))
    sentence = "Nothing to tell since May 28 20:26:40 UTC: nothing broke, nothing ended, nothing waits for you."
    assert shown(QUIET) == text([nothing(view, HERE)]) == sentence


def test_what_lasts_and_what_found_no_room() -> None:
    """A gap that is still open says so, and what is missing says where it is."""
    window = BlindWindow(HOME, NOW - HOUR, None, "no permission")
    many = tuple(ended(f"e{n}", Kind.SESSION_FAILED, project=f"p{n}", at=NOW) for n in range(30))
    view = digest_view(digest_of(Chronicle(NOW - HOUR, NOW, many, blind=(window,)), ONE_HOME))
    lines = text(digest_lines(changed(view, more=7), HERE)).splitlines()
    assert "  !  10  failed  others" in lines
    assert lines[-5:] == [
        "Not watched",
        "  1 h  no permission  still so · ~/.coven",
        "",
        "Without room here",
        "  7 more: coven-watchdog incidents --all",
    ]
