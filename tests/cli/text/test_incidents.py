"""The list of incidents, the running log, and the page about one."""

from pathlib import Path

from msgspec.structs import replace

from cli.text.pictures import HERE, detail, text
from coven_watchdog.cli.text.incidents import detail_lines, follow_line, list_lines
from coven_watchdog.model.words import Transition
from coven_watchdog.report.incidents import ListedIncident, listed
from coven_watchdog.report.times import moment
from coven_watchdog.report.views import AckView, Hush, MatchersView, SilenceView
from coven_watchdog.store import StoreReader
from report.filled import NOW, fill
from store.builders import START


def _list(tmp_path: Path) -> tuple[ListedIncident, ...]:
    with StoreReader(fill(tmp_path)) as rows:
        return listed(rows.incidents(), Hush((), NOW)).incidents


def test_the_list(tmp_path: Path) -> None:
    """Sign, id, state, when and how long, what; nothing to list is said."""
    assert text(list_lines(_list(tmp_path), HERE, "")).splitlines() == [
        "!  b3xm  noted     20:26:40 UTC           codex in shop failed: exit code 3",
        "!  c4nn  open      20:27:40 UTC, 4 min    Channel phone does not deliver: 5 tries failed: connection refused",
        "✖  k7fq  open      20:26:40 UTC, 5 min    Coven crashed: killed by signal 9 · 2 sessions hit",
        "✓  r2dd  resolved  18:26:40 UTC, for 1 h  Coven hangs: its process lives and does not answer · 1 session lost",
    ]
    assert text(list_lines((), HERE, "Nothing is open.")) == "Nothing is open."


def test_the_running_log(tmp_path: Path) -> None:
    """A line begins with when it happened: the end, when it is over."""
    lines = [text([follow_line(one, HERE)]) for one in _list(tmp_path)]
    assert lines[2] == "20:26:40 UTC  ✖ k7fq open  Coven crashed: killed by signal 9 · 2 sessions hit"
    assert lines[3].startswith("19:26:40 UTC  ✓ r2dd resolved  Coven hangs")


def test_the_page_about_a_crash(tmp_path: Path) -> None:
    """What, since when, whom it hit, who saw it, who was told or not and why, what lay around, and what to do."""
    shown = text(detail_lines(detail(tmp_path, "k7fq"), HERE))
    for expected in (
        "✖ Coven crashed: killed by signal 9 · 2 sessions hit\n",
        "incident  k7fq · daemon.crashed · critical",
        "home      ~/.coven",
        "happened  20:26:40 UTC, for 5 min now",
        "ended by  killed by signal 9 (as the kernel says)",
        "Sessions hit\n  codex   shop  1 min  3f0c",
        "Evidence\n  20:26:40 UTC  kernel  killed by signal 9  (contract)",
        "  20:26:40 UTC  opened  daemon.crashed, critical",
        "  20:26:40 UTC  sent    first → desk              k7fq.1",
        "  20:26:40 UTC  queued  first → phone             k7fq.1",
        "  its log has a panic",
        "  the last 10 lines of its log of 12; all: --json\n    line 2\n",
        "Tries that failed\n  k7fq.1  phone  2 times, last 20:27:10 UTC  no answer within 20 s",
        "Next\n  coven daemon start  Start it again  (starts it, ends nothing)",
    ):
        assert expected in shown
    assert "Sessions lost" not in shown


def test_frames_without_names_are_left_out(tmp_path: Path) -> None:
    """What a panic says stands above twenty of them."""
    one = detail(tmp_path, "k7fq")
    assert one.scene is not None
    tail = ["daemon panic: panicked at a.rs:7:", "no memory", "backtrace:", *(f"  {number}: <unknown>" for number in range(20))]
    shown = text(detail_lines(replace(one, scene=replace(one.scene, log_tail=tail)), HERE))
    assert "the last 3 lines of its log of 23; all: --json\n    daemon panic: panicked at a.rs:7:\n    no memory\n" in shown
    assert "<unknown>" not in shown


def test_the_page_about_what_is_over(tmp_path: Path) -> None:
    """The end and how long it took; what was lost and what lives on; no scene, nothing failed."""
    one = detail(tmp_path, "r2dd")
    shown = text(detail_lines(one, HERE))
    assert "✓ Coven hangs" in shown
    assert "over      19:26:40 UTC, after 1 h" in shown
    assert "Live on\n  codex  shop  1 min  77cc" in shown
    assert "coven run codex --continue 3f0c" in shown
    assert "Scene" not in shown
    assert "Tries that failed" not in shown
    printed = text(detail_lines(replace(one, output=("no such file", "bye"), output_dropped=2), HERE))
    assert "Printed last\n  no such file\n  bye\n" in printed
    assert "output    recorded with gaps: 2 pieces dropped" in printed
    assert "no longer watched" in text(detail_lines(replace(one, withdrawn=True), HERE))


def test_the_page_about_a_session(tmp_path: Path) -> None:
    """An exit code and who recorded it; a message that was withheld, and why."""
    one = detail(tmp_path, "b3xm")
    shown = text(detail_lines(one, HERE))
    assert "ended by  exit code 3 (as the coven says)" in shown
    assert "20:27:40 UTC  withheld  first → phone: too mild for this channel (min_severity)" in shown
    between = replace(one, between=(moment(START), moment(START + 60_000_000)), home="", exit=None)
    shown = text(detail_lines(between, HERE))
    assert "between 20:26:40 UTC and 20:27:40 UTC, while nobody watched" in shown


def test_a_single_failure_is_told_once(tmp_path: Path) -> None:
    """One try that failed is told as that; a message that took long says how long; a short log is shown whole."""
    one = detail(tmp_path, "k7fq")
    assert one.scene is not None
    late = tuple(replace(event, sent_at=moment(START + 90_000_000)) if event.sent_at else event for event in one.history)
    scene = replace(one.scene, log_tail=("only line",), panic=False)
    shown = text(detail_lines(replace(one, receipts=one.receipts[:2], history=late, scene=scene), HERE))
    assert "k7fq.1  phone  once 20:26:40 UTC  connection refused" in shown
    assert "first → desk, sent after 1 min" in shown
    assert "the last 1 line of its log\n    only line" in shown
    assert "panic" not in shown
    bare = replace(scene, log_tail=())
    assert "of its log" not in text(detail_lines(replace(one, scene=bare), HERE))


def test_who_has_it_in_hand(tmp_path: Path) -> None:
    """The list marks what is acknowledged or silenced; the page says who wanted it so, why, and until when."""
    one = detail(tmp_path, "k7fq")
    later = moment(START + 3_600_000_000)
    ack = AckView(at=moment(START), by="ada (bash, pid 7)", reason="on it", until=later)
    anything = MatchersView(kind=None, session=None, home=None)
    silence = SilenceView(id="s-k7f", since=moment(START), until=later, matchers=anything, reason=None, by="bob (zsh, pid 9)")
    told = replace(one.history[0], transition=Transition.ACKNOWLEDGED, note="ada (bash, pid 7): on it")
    held = replace(one, acknowledged=True, silenced=True, acknowledgement=ack, silences=(silence,), history=(told,))
    shown = text(detail_lines(held, HERE))
    assert "acknowledged  by ada (bash, pid 7) at 20:26 UTC, until 21:26 UTC: on it" in shown
    assert "silenced      until 21:26 UTC by bob (zsh, pid 9) · s-k7f" in shown
    assert "20:26:40 UTC  acknowledged  ada (bash, pid 7): on it" in shown
    assert text(list_lines((held,), HERE, "")).endswith("2 sessions hit (acknowledged, silenced)")
