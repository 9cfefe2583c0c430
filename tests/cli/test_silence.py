"""`silence`, `silence list` and `silence remove`."""

import os
from dataclasses import replace

import pytest

from cli.conftest import Cli
from coven_watchdog import clock
from coven_watchdog.clock import boot_id
from coven_watchdog.coven import processes
from coven_watchdog.model.telling import Silence
from coven_watchdog.model.time import HOUR
from coven_watchdog.store import StoreReader, add_silence
from report.filled import fill
from store.builders import HOME, service, silence

NOBODY_RUNS = "No service runs: this counts as soon as one does. Start it: coven-watchdog service start\n"
TOLD = "k7fq is critical: channels beyond this desktop are told once that it is hidden, by whom and until when.\n"


def _stored(cli: Cli) -> list[Silence]:
    with StoreReader(cli.database) as rows:
        return list(rows.silences(clock.now().wall))


def _for_now(name: str = "s-k7f", **changes: object) -> Silence:
    return replace(silence(name, until=clock.now().wall + HOUR), **changes)  # type: ignore[arg-type]


def test_everything(cli: Cli) -> None:
    """Without an option it hides everything, and says what that is now, for how long and for whom; a critical has its own word."""
    fill(cli.database.parent)
    before = clock.now().wall
    done = cli("silence", "2h", "--reason", "new version")
    (one,) = _stored(cli)
    assert (done.code, done.err) == (0, NOBODY_RUNS + TOLD)
    assert done.out.startswith(f"{one.id} hides everything, of which 2 are open now:\n  ✖  k7fq  daemon.crashed ")
    assert "\n1 channel stays quiet until " in done.out
    assert (one.kind, one.session, one.home, one.reason) == ("*", "", "", "new version")
    assert before <= one.at <= clock.now().wall
    assert one.until == one.at + 2 * HOUR
    assert f"pid {os.getpid()})" in one.by


@pytest.mark.parametrize(
    ("arguments", "stored"),
    [
        (("--kind", "daemon.*"), ("daemon.*", "", "")),
        (("--home", "devbox"), ("*", "", HOME)),
        (("--session", "99"), ("*", "99aa", "")),
        (("--session=3f0c", "--kind=session.*", "--home=/home/ada/.coven"), ("session.*", "3f0c", HOME)),
    ],
)
def test_only_some(cli: Cli, arguments: tuple[str, ...], stored: tuple[str, str, str]) -> None:
    """A kind, a session, a home, or all of them; the options may stand before the duration."""
    fill(cli.database.parent)
    first, second = cli("silence", "1h", *arguments), cli("silence", *arguments, "1h", "--json")
    assert first.code == 0
    assert second.document["schema"] == "coven-watchdog.silence.v1"
    assert second.document["channels"] == ["desktop"]
    assert [(one.kind, one.session, one.home) for one in _stored(cli)] == [stored, stored]


def test_what_no_critical_is_hidden_by(cli: Cli) -> None:
    """Then nothing is said of criticals."""
    fill(cli.database.parent)
    assert cli("silence", "1h", "--kind", "watchdog.*").err == NOBODY_RUNS


def test_a_running_service_knows_its_channels(cli: Cli) -> None:
    """Its channels stay quiet, whatever the file says by now; and it needs no start."""
    own = processes.identity(os.getpid())
    assert own is not None
    fill(cli.database.parent, watchdog=service(pid=own.pid, started=own.started, boot=boot_id()))
    cli.configure("naem = 1\n")
    done = cli("silence", "1h", "--kind", "session.*")
    assert (done.code, done.err) == (0, "")
    assert "2 channels stay quiet" in done.out


def test_a_faulty_configuration_is_no_obstacle(cli: Cli) -> None:
    """What was seen and told has names enough; only the channels of that file are not known."""
    fill(cli.database.parent)
    cli.configure("naem = 1\n")
    done = cli("silence", "1h", "--home", "devbox")
    assert done.code == 0
    assert _stored(cli)[0].home == HOME


@pytest.mark.parametrize(
    ("arguments", "said", "next_step"),
    [
        ((), "say for how long", "silence 2h"),
        (("0",), "a silence of 0 is over at once", "silence remove ID"),
        (("0s",), "a silence of 0s is over at once", "silence remove ID"),
        (("400d",), "a silence lasts 366d at most, and 400d is longer", "off"),
        (("soon",), "'soon' is no duration; write it like 90s, 5m or 1h30m", ""),
        (("lst",), "'lst' is no duration; write it like 90s, 5m or 1h30m; did you mean list?", ""),
        (("2h", "new", "version"), "these words are too many: new version", "quotes"),
        (("2h", "--kind", "deamon.*"), "this pattern matches no kind: 'deamon.*'; did you mean daemon.*?", ", home.*, "),
        (("2h", "--kind", "daemon.crashd"), "this kind is unknown: 'daemon.crashd'; did you mean daemon.crashed?", "families"),
        (("2h", "--home", "nix"), "there is no home 'nix'", "there are: devbox"),
        (("2h", "--session", "zz"), "no session that is watched begins with 'zz'", "coven sessions"),
        (("2h", "--session", ""), "no session that is watched begins with ''", "coven sessions"),
        (("2h", "--knd", "x"), "no such option", "coven-watchdog silence --help"),
        (("--kind", "daemon.*", "list"), "silence list takes no --kind", "silence list --help"),
        (("--reason", "x", "remove", "s-k7f"), "silence remove takes no --reason", "silence remove --help"),
        (("remove",), "missing argument 'ID'", "silence remove --help"),
    ],
)
def test_what_cannot_be_silenced(cli: Cli, arguments: tuple[str, ...], said: str, next_step: str) -> None:
    """Each is a usage error that says what would do; nothing is hidden by it."""
    fill(cli.database.parent)
    done = cli("silence", *arguments)
    assert (done.code, said in done.err, next_step in done.err) == (2, True, True), done.err
    assert _stored(cli) == []


def test_without_a_database_there_is_nobody_to_ask(cli: Cli) -> None:
    """And nothing to list."""
    assert "no service has run here yet" in cli("silence", "2h").err
    assert cli("silence", "list").out == "Nothing is silenced.\n"


def test_the_list(cli: Cli) -> None:
    """In text and as a document: until when, what, why, by whom, and what it hides."""
    add_silence(fill(cli.database.parent), _for_now(kind="daemon.*", home=HOME))
    text, document = cli("silence", "list").out, cli("silence", "list", "--json").document
    assert document["schema"] == "coven-watchdog.silence.list.v1"
    (one,) = document["silences"]
    assert one["matchers"] == {"kind": "daemon.*", "session": None, "home": HOME}
    assert (one["id"], one["reason"], one["by"]) == ("s-k7f", "upgrading", "ada (bash, pid 77)")
    assert [hidden["id"] for hidden in one["hides"]] == ["k7fq"]
    assert "by ada (bash, pid 77): upgrading  hides k7fq" in text


def test_it_shows_everywhere(cli: Cli) -> None:
    """In the status, in the list of incidents, and on the page about one."""
    add_silence(fill(cli.database.parent), _for_now(kind="daemon.*"))
    status = cli("status").out
    assert "! 1 silence, until " in status
    assert "(by ada): coven-watchdog silence list" in status
    assert "2 sessions hit (silenced)" in status
    assert "2 sessions hit (silenced)" in cli("incidents", "--open").out
    assert "by ada (bash, pid 77): upgrading · s-k7f" in cli("incidents", "show", "k7fq").out
    assert [one["silenced"] for one in cli("incidents", "--open", "--json").document["incidents"]] == [False, True]


@pytest.mark.parametrize("name", ["s-k7f", "k7f", "s-"])
def test_removing(cli: Cli, name: str) -> None:
    """By id or beginning: what it hid and is still open is told again."""
    add_silence(fill(cli.database.parent), _for_now())
    done = cli("silence", "remove", name)
    assert (done.code, done.err) == (0, NOBODY_RUNS)
    assert done.out.startswith("s-k7f (everything) is removed: 2 open incidents are told again:\n  ✖  k7fq")
    assert _stored(cli) == []
    again = cli("silence", "remove", "s-k7f")
    assert again.code == 1
    assert "s-k7f was removed at " in again.err
    assert "; it hides nothing any more" in again.err


def test_removing_as_a_document(cli: Cli) -> None:
    """With what is told again."""
    path = fill(cli.database.parent)
    for one in (_for_now(), _for_now("s-m2p", kind="daemon.*")):
        add_silence(path, one)

    document = cli("silence", "remove", "s-k7f", "--json").document
    assert document["schema"] == "coven-watchdog.silence.remove.v1"
    assert [one["id"] for one in document["told_again"]] == ["c4nn"]


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("s-zzz", "error: there is no silence 's-zzz'\n next: see them: coven-watchdog silence list\n"),
        ("s-k", "error: 2 silences begin with 's-k': s-k7f, s-k8f\n next: give more letters of the one you mean\n"),
        ("s-old", "error: s-old expired at May 28 22:26; it hides nothing any more\n"),
    ],
)
def test_what_cannot_be_removed(cli: Cli, name: str, said: str) -> None:
    """Unknown, ambiguous, or over, with when."""
    path = fill(cli.database.parent)
    for one in (_for_now(), _for_now("s-k8f"), silence("s-old")):
        add_silence(path, one)

    done = cli("silence", "remove", name)
    assert done.code == 1
    assert done.err.startswith(said)
    assert len(_stored(cli)) == 2


def test_help_is_about_both_ways(cli: Cli) -> None:
    """Options and commands stand on one page, also when it is asked for behind a duration."""
    page = cli("silence", "--help").out
    assert page == cli("silence", "2h", "--help").out
    for said in ("Usage: coven-watchdog silence DURATION [OPTIONS] | COMMAND", "--kind GLOB", "  list ", "  remove "):
        assert said in page


def test_words_are_completed(cli: Cli) -> None:
    """Commands, options, kinds, and the ids of what is in force."""
    add_silence(fill(cli.database.parent), _for_now())

    def offered(words: str) -> list[str]:
        asked = {
            "COMP_WORDS": f"coven-watchdog {words}",
            "COMP_CWORD": str(len(words.split(" "))),
            "_COVEN_WATCHDOG_COMPLETE": "bash_complete",
        }
        return [line.partition(",")[2] for line in cli(env=asked).out.split()]

    assert offered("silence l") == ["list"]
    assert offered("silence 2h --k") == ["--kind"]
    assert offered("silence 2h --kind daemon.c") == ["daemon.crashed"]
    assert offered("silence remove s") == ["s-k7f"]
    cli.database.write_bytes(b"junk" * 2000)
    assert offered("silence remove s") == []
