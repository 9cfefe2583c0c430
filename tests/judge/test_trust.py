"""Home, socket, record and peer: whether each is what it must be."""

from dataclasses import replace

import pytest

from coven_watchdog.model.facts import ExitStatus, FileFact, Identity, Problem, Record
from coven_watchdog.model.words import FileType, Holder, Look, Outcome, Severity
from tale import DAEMON, GOOD, HOME, NEXT, Tale

HOME_OPEN = Problem("home", "is open to other users", open_to_others=True, remedy="chmod 700 x")
SOCKET_READABLE = Problem("socket", "can be read by others", open_to_others=False, remedy="chmod 600 x")


def test_a_home_in_order_is_clear() -> None:
    """All kinds of the subject at once."""
    assert {"home.insecure", "socket.insecure", "home.missing"} <= Tale().files(0).clears


def test_the_worst_problem_is_told() -> None:
    """What others can write outweighs what they can read; the remedy goes with it."""
    tale = Tale().files(0, problems=(SOCKET_READABLE, HOME_OPEN))
    verdict = tale.verdict("home.insecure")

    assert (verdict.subject, verdict.severity, verdict.facts.remedy) == ("home", Severity.CRITICAL, "chmod 700 x")


def test_a_socket_that_only_can_be_read_is_a_warning() -> None:
    """Critical is kept for what can be written."""
    verdict = Tale().files(0, problems=(SOCKET_READABLE,)).verdict("socket.insecure")

    assert (verdict.subject, verdict.severity) == ("home", Severity.WARNING)


def test_a_home_that_never_was_is_not_missing() -> None:
    """Only one that was seen once."""
    assert Tale().files(0, directory=None).presents == ()
    assert Tale().files(0).files(1, directory=None).presents == ("home.missing",)


def test_an_unreadable_home_is_no_verdict() -> None:
    """Neither trusted nor distrusted."""
    assert "home.insecure" not in Tale().files(0, error="permission denied").clears


@pytest.mark.parametrize(("holder", "words"), [(Holder.ZOMBIE, "a zombie"), (Holder.STRANGER, "which is vim")])
def test_a_record_that_names_another(holder: Holder, words: str) -> None:
    """A zombie or somebody else's process; it is looked at again after a second."""
    tale = Tale().files(0, record_holder=holder, record_program="vim")
    verdict = tale.verdict("daemon.record_invalid")
    assert words in verdict.facts.detail
    assert Look.FILES not in tale.looks

    assert Look.FILES in tale.wait(1.1).looks


@pytest.mark.parametrize("holder", [Holder.DAEMON, Holder.NOBODY])
def test_a_record_that_is_right_or_dead_is_clear(holder: Holder) -> None:
    """A dead pid in it is the crash's own story."""
    assert "daemon.record_invalid" in Tale().files(0, record_holder=holder).clears


def garbage(type_: FileType, size: int = 5) -> Tale:
    """A daemon runs, and what should be its record is something else."""
    file = FileFact(type_, 1000, 0o600, 1, 3, 0, size)
    return Tale().served(0).files(1, record=Record(), record_holder=Holder.UNKNOWN, record_file=file)


@pytest.mark.parametrize(
    ("tale", "words", "remedy"),
    [
        (garbage(FileType.REGULAR), "names no process; Coven's next command writes it anew", "coven daemon status"),
        (garbage(FileType.REGULAR).ended(2, ExitStatus(code=0)), "Coven's next command removes it", ""),
        (garbage(FileType.REGULAR, 20_000), "start and status refuse", f"rm {HOME}/daemon.json"),
        (garbage(FileType.DIRECTORY), "start, stop, restart and status refuse", f"rmdir {HOME}/daemon.json"),
        (garbage(FileType.OTHER), "it is no file", f"rm {HOME}/daemon.json"),
    ],
)
def test_a_record_that_is_none(tale: Tale, words: str, remedy: str) -> None:
    """What Coven's commands make of it, and what mends it, depends on what lies there."""
    facts = tale.verdict("daemon.record_invalid").facts
    assert words in facts.detail
    assert facts.remedy == remedy


def test_a_record_behind_a_link_is_nothing_to_tell_of() -> None:
    """Coven follows it."""
    tale = garbage(FileType.SYMLINK)
    assert "daemon.record_invalid" not in {*tale.presents, *tale.clears}


def test_a_record_of_unknown_holder_is_unknown() -> None:
    """Hidden processes accuse nobody."""
    tale = Tale().files(0, record_holder=Holder.UNKNOWN)

    assert "daemon.record_invalid" not in {*tale.presents, *tale.clears}


def test_a_record_from_another_pid_namespace_is_unknown() -> None:
    """Whoever answers has no pid here: the recorded one is somebody's in another place."""
    tale = Tale().files(0, record_holder=Holder.STRANGER).health(0.1, peer_uid=1000)
    assert "daemon.record_invalid" not in {*tale.presents, *tale.clears}

    assert "daemon.record_invalid" in tale.health(0.2, peer=NEXT, peer_uid=1000).presents


def test_a_record_seen_before_this_daemon_is_looked_at_again() -> None:
    """A zombie that was just reaped and replaced must not make its successor's record misleading."""
    tale = Tale().files(0, record_holder=Holder.ZOMBIE).daemon(1)

    assert (tale.presents, Look.FILES in tale.looks) == ((), True)
    assert "daemon.record_invalid" in tale.files(1.1).clears


def test_the_peer_holds_the_lock() -> None:
    """Who answers is who serves."""
    assert "daemon.impostor" in Tale().served(0).health(1, peer=DAEMON).clears


def test_another_peer_than_the_owner_is_an_impostor() -> None:
    """With a fresh look at the lock; until then it is asked for."""
    tale = Tale().served(0).health(10, peer=NEXT)
    assert (tale.presents, tale.looks) == ((), (Look.DAEMON,))

    assert tale.lock(10.1, DAEMON).presents == ("daemon.impostor",)


def test_of_an_untried_version_the_lock_alone_accuses_nobody() -> None:
    """Its record must name the lock's owner, too: that is the contract's word."""
    strange = replace(GOOD, tested=False)
    tale = Tale().served(0).health(9, health=strange, peer=DAEMON).files(9.5, record=Record(77, "x", "y"))
    tale.health(10, health=strange, peer=NEXT).lock(10.1, DAEMON)
    assert "daemon.impostor" not in tale.presents
    assert "daemon.impostor" in tale.files(10.2).presents


def test_a_peer_that_the_record_names_is_unknown() -> None:
    """Two of three witnesses disagree with the lock: no accusation."""
    tale = Tale().served(0).lock(9, NEXT).health(10, peer=DAEMON)

    assert "daemon.impostor" not in {*tale.presents, *tale.clears}


def test_another_user_behind_the_socket_is_an_impostor() -> None:
    """The connection was vetoed, and the peer's user is the witness."""
    tale = Tale().served(0).health(10, Outcome.UNTRUSTED, peer=Identity(77, 1), peer_uid=1234)

    assert tale.verdict("daemon.impostor").facts.pid == 77


def test_an_answer_from_before_this_daemon_accuses_nobody() -> None:
    """After a restart the last answer is the old daemon's."""
    tale = Tale().served(0).health(1, peer=DAEMON).lock(10, NEXT).daemon(10.1, NEXT)

    assert "daemon.impostor" not in tale.presents


def test_a_peer_of_another_namespace_is_unknown() -> None:
    """No pid, no comparison."""
    tale = Tale().served(0).health(10)

    assert "daemon.impostor" not in {*tale.presents, *tale.clears}
    assert tale.state.home == HOME
