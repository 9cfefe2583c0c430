"""Patterns of users, which take no longer than the text is long."""

import subprocess
import sys

import pytest

from coven_watchdog.redact import redact
from coven_watchdog.redact.patterns import PatternError, check, find, masked


@pytest.mark.parametrize("pattern", ["ACME-[0-9]+", "(?i)project x", "(a+)+$", "^secret", r"\pL{3}", "ü+"])
def test_ordinary_patterns(pattern: str) -> None:
    """What RE2 and Rust's expressions can say, also what makes others run for ever."""
    check(pattern)


@pytest.mark.parametrize(
    ("pattern", "why"),
    [
        ("(", "is no regular expression of RE2: missing )"),
        ("(?=a)b", "invalid perl operator"),
        (r"(a)\1", "invalid escape sequence"),
        ("a*", "matches the empty text"),
        ("", "matches the empty text"),
        ("x" * 1001, "is longer than 1000 characters"),
        ("((a{100}){100}){100}", "is no regular expression of RE2"),
    ],
)
def test_what_is_refused(pattern: str, why: str) -> None:
    """With the reason."""
    with pytest.raises(PatternError, match=r".") as caught:
        check(pattern)

    assert why in str(caught.value)


def test_places_are_counted_in_characters() -> None:
    """Whatever stands before them, half characters included."""
    text = "é ACME-1 漢 \ud800 ACME-22 [redacted]"
    assert [text[span.start : span.end] for span in find(text, ["ACME-[0-9]+"])] == ["ACME-1", "ACME-22"]
    assert masked(text, ["ACME-[0-9]+", "redacted."]) == "é [redacted] 漢 \ud800 [redacted] [redacted]"
    assert masked("a\nb", ["z", r"\b"]) == "a\nb"


def test_they_hold_wherever_text_is_masked() -> None:
    """Beside the shapes that are known."""
    assert redact("ACME-1 token=hunter2x", ["ACME-[0-9]+"]) == "[redacted] token=[redacted]"


@pytest.mark.timeout(30)
def test_no_pattern_takes_long() -> None:
    """What takes other engines until the end of time."""
    text = "a" * 100_000
    assert masked(text, ["(a+)+$"]) == "[redacted]"
    assert masked(text, ["(a|aa)+b", "(.*)*x", "(a?){50}a{50}b"]) == text


def test_the_library_is_loaded_for_a_pattern_alone() -> None:
    """Half a megabyte that few need."""
    code = "import sys; from coven_watchdog.redact import redact; redact('a token=hunter2'); print('re2' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "False\n"
