"""Hostile text is shown, never obeyed."""

import unicodedata
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bounded import PROFILE
from coven_watchdog.decide.text import harmless, one_line, said, said_lines, sentence
from coven_watchdog.model.words import Dialect

assert PROFILE

HOSTILE = st.one_of(
    st.text(max_size=200),
    st.text(alphabet="\x1b[];\x07\\mKH0123 \u202e\u2066\u200b\ufeff\n\r\t\x00\x85\u2028a@<>`*_~|#!:/.w", max_size=200),
)
JOINER = "\u2060"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain", "plain"),
        ("  two\n\tlines \r\n here ", "two lines here"),
        ("next\x85line\u2028and\u2029more\x1cend", "next line and more end"),
        ("\x1b[31mred\x1b[0m", "red"),
        ("\x1b]0;title\x07after", "after"),
        ("\x1b]8;;http://evil\x1b\\link\x1b]8;;\x1b\\", "link"),
        ("\x1b]0;no end", ""),
        ("\x1bMup", "up"),
        ("\x9b31mred\x9b0m \x9d0;title\x9cafter", "red after"),
        ("bell\x07 back\x08 del\x7f nul\x00", "bell back del nul"),
        ("abc\u202egnp.exe", "abcgnp.exe"),
        ("zero\u200bwidth\ufeff", "zerowidth"),
        ("private\ue000 tag\U000e0041", "private tag"),
        ("été ✔ 漢字 👩", "été ✔ 漢字 👩"),
        ("", ""),
    ],
)
def test_one_visible_line(text: str, shown: str) -> None:
    """Control, ANSI and bidirectional characters are gone, white space is folded; what people write stays."""
    assert one_line(text, 100) == shown


@pytest.mark.parametrize(("words", "shown"), [("so", "so."), ("so.", "so."), ("so?", "so?"), ("so!", "so!"), ("so…", "so…")])
def test_a_sentence_ends_once(words: str, shown: str) -> None:
    """A full stop is put where there is no mark yet."""
    assert sentence(words) == shown


def test_a_long_line_is_cut() -> None:
    """At most so many characters, and it can be seen that something is missing."""
    assert one_line("x" * 60, 60) == "x" * 60
    assert one_line("x" * 61, 60) == "x" * 59 + "…"
    assert one_line("word " * 20, 11) == "word word…"


@given(HOSTILE, st.integers(1, 80))
def test_whatever_comes_is_one_short_line(text: str, limit: int) -> None:
    """Nothing that a terminal, a bidi algorithm or a line reader obeys comes through, and cleaning twice changes nothing."""
    shown = one_line(text, limit)
    assert len(shown) <= limit
    assert shown.isprintable()
    assert not {unicodedata.category(char) for char in shown} & {"Cc", "Cf", "Co", "Cs", "Cn", "Zl", "Zp"}
    assert shown == shown.strip()
    assert one_line(shown, limit) == shown


def test_a_megabyte_is_no_trouble() -> None:
    """Only what may be shown is looked at."""
    assert one_line("\x1b[" + "x" * 1_000_000, 20) == one_line("\x1b[" + "x" * 1000, 20)


@pytest.mark.parametrize(
    "disguise", ["{}", "\x1b[1m{}", "x\n{}", "pre {} post", "x\x00{}", "x\x9b1m{}\x9b0m", "x\u200b{}", "x\x1b]0;{}\x07y"]
)
def test_secrets_are_masked_before_the_line_is_cut(disguise: str) -> None:
    """Neither a cut nor invisible characters bring a part of a secret through."""
    secret = "ghp_" + "Ab12" * 9
    for at in range(60):
        shown = said("y" * at + " " + disguise.format(secret), 60)
        assert "ghp_Ab" not in shown
        assert "Ab12" not in shown

    split = "\u200b".join(secret)
    assert said(f"use {split} now", 60) == "use [redacted] now"


def test_lines_keep_their_indent() -> None:
    """A traceback stays one; a secret is masked on each of its lines."""
    key = "-----BEGIN PRIVATE KEY-----\nabcdefgh\n-----END PRIVATE KEY-----"
    assert (
        said_lines(f"Traceback:\n  File x\x1b[1m\n    raise {key}\nend", 50)
        == "Traceback:\n  File x\n    raise [redacted]\n[redacted]\n[redacted]\nend"
    )


@pytest.mark.parametrize(
    ("dialect", "text", "shown"),
    [
        (Dialect.PLAIN, "*a* <b> @here https://x", "*a* <b> @here https://x"),
        (Dialect.HTML, "<b>@here</b> http://x", f"<b>@{JOINER}here</b> http{JOINER}://x"),
        (Dialect.TELEGRAM, "@bot *a* www.evil.com", f"@{JOINER}bot *a* www{JOINER}.evil.com"),
        (Dialect.TELEGRAM, "tg://resolve?domain=x slack+a://y", f"tg{JOINER}://resolve?domain=x slack+a{JOINER}://y"),
        (
            Dialect.SLACK,
            "<!channel> & @here <https://x|y>",
            f"&lt;!channel&gt; &amp; @{JOINER}here &lt;https{JOINER}://x|y&gt;",
        ),
        (Dialect.MARKDOWN, "**b** `c` [x](https://y) # h", rf"\*\*b\*\* \`c\` \[x\]\(https{JOINER}://y\) \# h"),
        (Dialect.DISCORD, "@everyone <@123> <#1> ||s||", f"@{JOINER}everyone <{JOINER}@{JOINER}123\\> <\\#1\\> \\|\\|s\\|\\|"),
        (Dialect.DISCORD, "back\\slash ~~s~~ >q _i_", r"back\\slash \~\~s\~\~ \>q \_i\_"),
        (
            Dialect.MARKDOWN,
            "javascript:alert(1) data:x mailto:a file:b",
            rf"javascript{JOINER}:alert\(1\) data{JOINER}:x mailto{JOINER}:a file{JOINER}:b",
        ),
        (Dialect.HTML, "03:12 · 5 @ 6: a http: b", "03:12 · 5 @ 6: a http: b"),
    ],
)
def test_each_service_shows_text_as_it_is(dialect: Dialect, text: str, shown: str) -> None:
    """No mention calls anybody, no link is made, nothing is formatted; what is harmless is left alone."""
    assert harmless(text, dialect) == shown


@given(HOSTILE, st.sampled_from(list(Dialect)))
def test_no_mention_fires(text: str, dialect: Dialect) -> None:
    """But for plain text, no @name and no link of a scheme is left whole, and taking the breaks out gives the text back."""
    shown = harmless(one_line(text, 200), dialect)
    if dialect is not Dialect.PLAIN:
        assert not any(before == "@" and (after.isalnum() or after == "_") for before, after in pairwise(shown))
        assert "http:" + "//" not in shown.lower()

    if dialect in {Dialect.HTML, Dialect.TELEGRAM}:
        assert shown.replace(JOINER, "") == one_line(text, 200)
