"""Places in a text, and the text without them."""

from coven_watchdog.model.words import Masked
from coven_watchdog.redact.spans import MARKS, Span, apart, applied, settled


def test_what_overlaps_is_one() -> None:
    """A secret wins over a name that it touches, and among names the longer one."""
    secret, user, home = Span(4, 9, Masked.TOKEN), Span(2, 5, Masked.USER, "<user>"), Span(1, 6, Masked.HOME, "<home>")
    assert apart("x" * 9, [secret, user]) == [Span(2, 9, Masked.TOKEN)]
    assert apart("x" * 9, [user, home]) == [Span(1, 6, Masked.HOME, "<home>")]
    assert apart("x" * 9, [Span(5, 6, Masked.USER), Span(1, 2, Masked.HOST)]) == [
        Span(1, 2, Masked.HOST),
        Span(5, 6, Masked.USER),
    ]


def test_what_is_masked_is_no_place() -> None:
    """Nor is a part of it; what reaches into it takes it in, and leaves one mark."""
    text = "a [redacted] b <home> c"
    assert apart(text, [Span(2, 12, Masked.PATTERN), Span(3, 6, Masked.PATTERN), Span(16, 17, Masked.USER)]) == []
    assert apart(text, [Span(0, 4, Masked.TOKEN), Span(17, 22, Masked.USER)]) == [
        Span(0, 12, Masked.TOKEN),
        Span(15, 22, Masked.USER),
    ]


def test_lines_stay_lines() -> None:
    """What went over several lines stands on each of them."""
    assert applied("ab\ncd\nef", [Span(1, 7, Masked.PRIVATE_KEY)]) == "a[redacted]\n[redacted]\n[redacted]f"
    assert applied("same", []) == "same"


def test_what_comes_to_light_goes_too() -> None:
    """What hid behind the first goes in a further pass, of which there are few, and each is counted."""
    counted: list[Span] = []

    def first_letter(text: str) -> list[Span]:
        return [Span(0, 1, Masked.PATTERN, "")] if text else []

    assert settled("abcdefgh", first_letter("abcdefgh"), first_letter, counted.append) == "efgh"
    assert len(counted) == 4


def test_marks_are_known() -> None:
    """Also those that Coven leaves itself."""
    text = "[redacted] [REDACTED] <home>/x <project-0a1b2c> <b-0a1b2c> <user-xyz>"
    assert MARKS.findall(text) == ["[redacted]", "[REDACTED]", "<home>", "<project-0a1b2c>"]
