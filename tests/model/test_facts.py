"""Facts that answer questions about themselves."""

from coven_watchdog.model.facts import Identity, Record


def test_a_record_without_a_pid_is_garbage() -> None:
    """It is there, but it is not the contract's object."""
    assert Record().garbage
    assert not Record(pid=1).garbage


def test_identities_can_be_sorted_and_counted() -> None:
    """One life of a process is pid and start time together."""
    assert sorted({Identity(2, 1), Identity(1, 2), Identity(1, 1), Identity(1, 1)}) == [
        *(Identity(1, 1), Identity(1, 2), Identity(2, 1))
    ]
