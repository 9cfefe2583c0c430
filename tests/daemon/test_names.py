"""Incident ids."""

from itertools import count, islice

from coven_watchdog.daemon.names import ALPHABET, names


def test_no_look_alikes() -> None:
    """What is read aloud or off a phone must not be mistaken: no 0 and O, no 1, l and i."""
    assert not set("01ilo") & set(ALPHABET)
    assert len(set(ALPHABET)) == len(ALPHABET)


def test_short_and_new() -> None:
    """Four characters, none twice, and none that is taken."""
    rounds = count()
    taken = {"2222"}
    made = list(islice(names(taken, lambda characters: characters[next(rounds) // 4 % len(characters)]), 5))
    assert made == ["3333", "4444", "5555", "6666", "7777"]
    assert taken == {"2222", *made}


def test_longer_ones_when_the_short_ones_are_scarce() -> None:
    """After twenty that are taken, one character more; the next are as long."""
    asked: list[str] = []

    def unlucky(characters: str) -> str:
        asked.append(characters)
        return characters[0]

    made = names({"2222"}, unlucky)
    assert next(made) == "22222"
    assert len(asked) == 20 * 4 + 5
    assert next(made) == "222222"
