"""What can be seen of a text: what nobody sees hides nothing."""

import pytest

from canaries import CANARIES
from coven_watchdog.redact import MASK, cleared, redact
from coven_watchdog.redact.text import BREAK, seen, visible


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("a\x1b[31mb\x1b]0;t\x07c", "abc"),
        ("one\r\n two\u2028three\x00", "one two three"),
        ("s\u200bk-\u202eabc\ufeff", "sk-abc"),
        ("été 漢字", "été 漢字"),
    ],
)
def test_what_nobody_sees_hides_nothing(text: str, shown: str) -> None:
    """What is visible is one line; a secret with invisible characters in it is one again."""
    assert visible(text) == shown
    key = CANARIES["openai"]
    assert redact(visible("\u200b".join(key))) == MASK


def test_a_colour_may_part_a_secret_from_a_word_or_stand_within_it() -> None:
    """Both ways nothing of it comes through."""
    key = CANARIES["openai"]
    assert cleared(f"\x1b[1m{key}\x1b[0mnext") == f"{MASK}next"
    assert cleared(f"{key[:9]}\x1b[1m{key[9:]}") == MASK


def test_lines_stay_lines() -> None:
    """Of a text with lines only what nobody sees is gone, and what a terminal obeys leaves a break; an end that never comes is none."""
    assert seen("a\tb\r\nc\u200bd\x07\x1b[1me\ufeff") == f"a\tb\r\ncd{BREAK}e"
    assert seen("\x1b]0;title\nnext line") == f"{BREAK}\nnext line"
    assert seen("plain\n") == "plain\n"
