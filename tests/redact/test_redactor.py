"""Everything together, as it is used for a bundle."""

import json
import random
import re
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bounded import PROFILE
from canaries import AROUND, CANARIES, NAMED
from coven_watchdog.redact import MASK, Names, Redacted, Redactor

assert PROFILE

ROOT = Path(__file__).parent.parent.parent
NAMES = Names("/home/ada", "ada", "box7.example", ("/srv/tea-shop",), b"salt")
URL = "ntfys://ada:" + "s3cret&word@ntfy.example.org/my-quiet-topic"


def made() -> Redactor:
    """One with everything."""
    return Redactor(NAMES, [r"ACME-\d+"], [URL])


def test_each_kind_is_counted() -> None:
    """For one text, and for all so far."""
    masks = made()
    text = f"ada in /srv/tea-shop on box7: ACME-1, {CANARIES['github']}, my-quiet-topic, a@b.example, 10.0.0.1, token=hunter2"
    first = masks.text(text)
    assert isinstance(first, Redacted)
    counts = {
        "user": 1,
        "project": 1,
        "host": 1,
        "pattern": 1,
        "token": 1,
        "configured": 1,
        "email": 1,
        "address": 1,
        "named_value": 1,
    }
    assert first.counts == counts
    assert masks.text("ada").counts == {"user": 1}
    assert masks.counts == counts | {"user": 2}
    assert masks.text("nothing").counts == {}


def test_a_secret_wins_over_a_name_in_it() -> None:
    """No part of it is left around the name."""
    masked = made().text("https://ada:hunter2@shop.example/x password=ada-tea-shop-7").text
    assert masked == f"https://{MASK}@shop.example/x password={MASK}"


def test_lines_go_as_they_come() -> None:
    """A stream of lines is a stream of as many lines, whatever lies across them, the last one with or without an end."""
    lines = ["one ada\n", *(line + "\n" for line in CANARIES["private key"].split("\n")), "\n", "last"]
    done = list(made().lines(lines))
    assert len(done) == len(lines)
    assert [line.endswith("\n") for line in done] == [line.endswith("\n") for line in lines]
    assert done[1:5] == [f"{MASK}\n"] * 4
    assert "".join(done) == made().text("".join(lines)).text
    assert list(made().lines(["a\n"])) == ["a\n"]
    assert list(made().lines([])) == []


@pytest.mark.parametrize("name", sorted(CANARIES))
def test_no_shape_comes_through(name: str) -> None:
    """With everything else that is looked for beside it."""
    secret = CANARIES[name]
    parts = [secret[at : at + 12] for at in range(len(secret) - 12) if secret[at : at + 5] != "-----"]
    for where, written in AROUND.items():
        masked = made().text(f"ada: {written(secret)} 10.0.0.1").text
        assert not [part for part in parts if part in masked], where


def test_what_nobody_sees_hides_nothing() -> None:
    """Neither letters without shape nor colours within a secret; a colour behind it is its end."""
    key = CANARIES["github"]
    split = "\u200b".join(key)
    text = f"{split} {key[:9]}\x1b[1m{key[9:]} \x1b[1m{key}\x1b[0mend a\tb\r\n"
    assert made().text(text).text == f"{MASK} {MASK} {MASK}end a\tb\r\n"


def ordinary() -> Iterator[str]:
    """What bundles are made of."""
    draw = random.Random(7)
    for number in range(500):
        row = {
            "id": str(uuid.UUID(int=draw.getrandbits(128))),
            "commit": f"{draw.getrandbits(160):040x}",
            "sha256": f"{draw.getrandbits(256):064x}",
            "harness": "codex",
            "status": "failed",
            "exit_code": draw.randrange(256),
            "created_at": f"2026-11-22T07:57:{number % 60:02}.309922038Z",
            "version": f"0.{draw.randrange(99)}.{draw.randrange(99)}",
            "error": {"code": "session_not_found", "message": "no such session"},
        }
        yield json.dumps(row)
        yield f"[2026-11-22T07:57:37.{draw.randrange(10**9):09}Z] startup_checkpoint phase=daemon-store-end elapsed_ms={number}"
        yield f"thread 'tokio-runtime-worker' ({number}) panicked at crates/coven-cli/src/daemon.rs:{number}:17:"
        yield f"  {number % 40}: core::ops::function::FnOnce::call_once at /rustc/{draw.getrandbits(160):040x}/library/core/src/ops.rs:250:5"
        yield f'  File "/usr/lib/python3.13/asyncio/runners.py", line {number}, in run'
        yield f"MIMICRED{draw.getrandbits(64):x} daemon starting pid={number} socket=~/.coven/coven.sock http://127.0.0.1:{number + 1000}/"

    for path in [*ROOT.glob("*.md"), *ROOT.glob("docs/*.md"), *ROOT.glob("watchdog/coven_watchdog/**/*.py")]:
        yield from path.read_text(encoding="utf-8").split("\n")


def test_ordinary_text_stays() -> None:
    """Of ids, hashes, times, tracebacks, our own texts and our own code, fewer than one line in a hundred loses a word."""
    lines = [re.sub(r"[^\x20-\x7e]", "", line) for line in ordinary()]
    masks = Redactor(NAMES)
    kept = masks.text("\n".join(lines)).text.split("\n")
    assert len(kept) == len(lines)
    lost = [line for line, after in zip(lines, kept, strict=True) if line != after]
    assert len(lost) < len(lines) / 100
    assert [line for line in lost if line in set(lines[:3000])] == []


WORDS = st.sampled_from(
    [
        *CANARIES.values(),
        *(form % "hunter2Hunter2" for form in NAMED.values()),
        *("ada", "/home/ada", "10.0.0.1", "a@b.example", "http://nas/x", ".local", "ACME-1", "fe80::1:2", "my-quiet-topic"),
        *("[redacted]", "<home>", "<user-29b823>", "[REDACTED]", "\x1b[1m", "\u200b", "\0", "\ud800", "İ", "\n", "\r\n"),
        *(
            " ",
            '"',
            "'",
            "`",
            "\\",
            "://",
            "@",
            "-",
            ":",
            "=",
            "token",
            "password",
            "key",
            "[",
            "]",
            "(",
            ",",
            "/",
            "%",
            "&",
            "|",
            "$A",
        ),
    ]
)


@given(st.lists(st.one_of(WORDS, st.text(max_size=6)), max_size=9), st.sampled_from(["", " "]))
def test_masking_twice_adds_nothing(words: list[str], between: str) -> None:
    """Whatever comes, it never fails, what was a line is one, and a second time finds nothing."""
    text = between.join(words)
    once = made().text(text).text
    assert once.count("\n") == text.count("\n")
    assert made().text(once) == (once, {})
