"""Quick ways to find where a slower look is worth while."""

import re

from coven_watchdog.redact.scan import any_of, back, occurrences, runs, small


def test_small_letters_stay_in_their_places() -> None:
    """A letter that would become two stays one."""
    assert small("ABC ÄÖ") == "abc äö"
    assert small("İA") == "İa"


def test_words_in_their_order() -> None:
    """Each where it begins, without overlapping itself."""
    assert list(occurrences("aaaa b aa", "aa")) == [0, 2, 7]
    assert any_of("key token key", ["token", "key"]) == [0, 4, 10]


def test_runs_are_long() -> None:
    """Fifteen characters of keys in a row, to the end of the text or to a blank; other letters are no part of one."""
    assert list(runs("short " + "a" * 15 + " é" + "b-_./:+=" * 3)) == [(6, 21), (23, 47)]
    assert list(runs("a" * 14)) == []


def test_reading_back() -> None:
    """From an end to where a run of characters begins, so far and no further."""
    letters = re.compile(r"[a-z]{1,4}")
    assert back("1 abc@", 5, letters, 64) == 2
    assert back("abcdefgh@", 8, letters, 64) == 4
    assert back("1@", 1, letters, 64) == 1
