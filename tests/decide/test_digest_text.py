"""A digest as it is read on a phone."""

from dataclasses import replace

import pytest

from coven_watchdog.decide.digest import digest_of
from coven_watchdog.decide.digest_text import ENDINGS
from coven_watchdog.model.digests import Chronicle, Digest, Gap
from coven_watchdog.model.time import DAY, HOUR, MINUTE
from coven_watchdog.model.words import Priority, Severity, Tone
from decide.mornings import CRASH, ENDS, EVERYTHING, NOW, ONE_HOME, OPEN, OTHER, QUIET, RESTART, SETTINGS, ended, past, written
from store.builders import HOME


def test_the_morning_after() -> None:
    """What waits for you, what broke, how sessions ended, what was not told, what did not arrive, when nobody watched."""
    message = written(digest_of(EVERYTHING, ONE_HOME))
    assert message.title == "✖ devbox digest: 2 broken, 3 recovered, 3 lost"
    assert message.lines == (
        "Since May 28 20:26 (1 d). 1 waits for you.",
        "✖ Coven crashed, since 18:26: gone without a clean stop · 1 session hit · acknowledged by ada",
        "! Channel phone does not deliver, since 00:26: 5 tries failed: connection refused",
        "! Coven crashed 11:26–11:29: killed by signal 9 · 3 sessions lost",
        "✔ Coven hangs 2 times (6 min), last 14:26: its process lives and does not answer",
        "i Coven was restarted 15:26: version 0.4.5 became 0.4.6",
        "How to go on: coven-watchdog incidents show r2dd (only reads)",
        "! 3 sessions lost with Coven: codex in shop ×2 · codex in api",
        "! 2 sessions failed: claude in api · codex in shop",
        "! 1 session orphaned: claude in api",
        "i 12 sessions finished: codex in p0 ×3 · codex in p1 ×3 · codex in p2 ×2 · + 4 more",
        "Not told: 2 silenced by ada: deploy · 1 acknowledged by ada · 1 in quiet hours",
        "Not delivered: 1 on phone",
        "Not watched: 7 h (the machine slept), 12 min (the watchdog did not run)",
        "digest 20260529-0830.1",
    )
    assert (message.tone, message.priority, message.token) == (Tone.WARNING, Priority.LOW, "20260529-0830.1")


def test_a_good_morning() -> None:
    """Sessions that finished and nothing broken is said so, and is no warning."""
    message = written(digest_of(replace(QUIET, incidents=ENDS[3:]), ONE_HOME))
    assert message.title == "i devbox digest: 12 finished"
    assert message.lines[0] == "Since May 28 20:26 (1 d). Nothing is broken now."
    assert message.tone is Tone.INFO


def test_that_all_is_well_is_not_claimed_blindly() -> None:
    """Whoever cannot look does not say that nothing is broken."""
    message = written(Digest(NOW - DAY, NOW, gaps=(Gap("no permission", (HOME,), 3 * HOUR, 2, lasts=True),)))
    assert message.title == "i devbox digest: blind 3 h"
    assert message.lines[:2] == ("Since May 28 20:26 (1 d).", "Not watched: 3 h (no permission, 2 times, still)")


def test_hundreds_of_everything() -> None:
    """Whatever happens, a title has 50 characters and a message 25 lines; what found no room is counted, and where to read it."""
    many = [replace(OPEN, id=f"i{n}", ack=None) for n in range(60)]
    many += [past(f"p{n}", 3, subject=f"harness:{n}", facts=CRASH.facts) for n in range(70)]
    many += [ended(f"e{n}", kind, project=f"p{n}") for kind in ENDINGS if kind for n in range(300)]
    chronicle = Chronicle(NOW - 7 * DAY, NOW, tuple(many), EVERYTHING.untold, EVERYTHING.silences, EVERYTHING.blind)
    message = written(digest_of(chronicle, ONE_HOME), host="a-machine-with-a-very-long-name-indeed")
    assert len(message.title) <= 50
    assert len(message.lines) <= 25
    assert max(map(len, message.lines)) <= 240
    assert message.lines[-2] == "+ 121 more: coven-watchdog digest --since 168h (only reads)"
    assert "+ 297 more" in message.body


def test_which_home() -> None:
    """Where there are several, it is said which one: by its name, else its path."""
    there = replace(CRASH, id="b2dd", home=OTHER)
    message = written(digest_of(replace(QUIET, incidents=(OPEN, there)), SETTINGS), SETTINGS)
    assert "✖ ~/.coven: Coven crashed, since" in message.body
    assert "! build: Coven crashed 11:26–11:29" in message.body


def test_how_often() -> None:
    """What comes and goes says so, while it is so and after; a restart has no length."""
    flapping = replace(OPEN, ack=None, reopenings=(NOW - 3 * HOUR, NOW - 2 * HOUR))
    again = replace(RESTART, id="x3dd", occurrence="2")
    message = written(digest_of(replace(QUIET, incidents=(flapping, RESTART, again)), ONE_HOME))
    assert "1 session hit · 2 times" in message.body
    assert "i Coven was restarted 2 times, last 15:26:" in message.body
    assert message.title == "✖ devbox digest: 1 broken, 2 restarted"


@pytest.mark.parametrize(("waiting", "words"), [(1, "1 waits for you."), (2, "2 wait for you.")])
def test_what_waits(waiting: int, words: str) -> None:
    """How many nobody has in hand."""
    incidents = tuple(replace(OPEN, id=f"i{n}", ack=None) for n in range(waiting))
    assert written(digest_of(replace(QUIET, incidents=incidents), ONE_HOME)).lines[0].endswith(words)


def test_what_is_over_is_not_as_bad() -> None:
    """A critical that is over makes a warning of the whole, not an alarm."""
    message = written(digest_of(replace(QUIET, incidents=(past("r2", 3),)), ONE_HOME))
    assert (message.title, message.tone) == ("! devbox digest: 1 recovered", Tone.WARNING)
    assert Severity.CRITICAL is past("r2", 3).severity


def test_one_that_could_not_go_out() -> None:
    """A digest that waited for its channel says how late it comes."""
    message = written(digest_of(EVERYTHING, ONE_HOME), at=NOW + 20 * MINUTE)
    assert message.lines[-2:] == ("Told 20 min late.", "digest 20260529-0830.1")
