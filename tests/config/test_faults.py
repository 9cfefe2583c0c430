"""Faults, collected and told."""

from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from coven_watchdog.config import FaultyConfigError, load
from coven_watchdog.config.faults import Findings, did_you_mean, quoted

Write = Callable[..., Path]
Env = Mapping[str, str]


def test_all_faults_at_once(write: Write, env: Env) -> None:
    """A file with several faults names them all, in the order in which they were found."""
    path = write('naem = "x"\n[probe]\nhealth_interval = 5\nunresponsive_after = 0\n')
    with pytest.raises(FaultyConfigError) as caught:
        load(path, env)

    assert [fault.where.removeprefix(f"{path}:") for fault in caught.value.faults] == [
        "1: naem",
        "3: probe.health_interval",
        "4: probe.unresponsive_after",
    ]


def test_a_misplaced_address_is_not_quoted(write: Write, env: Env) -> None:
    """An error never repeats a URL, wherever its writer put it."""
    path = write('expect = "ntfys://s3cr3t-topic"')
    with pytest.raises(FaultyConfigError) as caught:
        load(path, env)

    assert "s3cr3t" not in caught.value.message + caught.value.where + caught.value.next_step


def test_the_nearest_known_line_is_told() -> None:
    """A key that the scan did not find has the line of what is around it; without any, the file alone is named."""
    findings = Findings("x.toml", {"channels[0]": 3})
    assert findings.where("channels[0].also") == "x.toml:3: channels[0].also"
    assert findings.where("probe.zzz") == "x.toml: probe.zzz"
    assert findings.where("") == "x.toml"


def test_values_are_quoted_harmlessly() -> None:
    """What is repeated from a file is short, on one line, and no secret."""
    assert quoted("x" * 100) == '"' + "x" * 59 + '…"'
    assert quoted("a\x1b[31m\nb") == '"a b"'
    assert "ghp_" not in quoted("ghp_" + "a1B2" * 9)
    assert quoted("ntfys://topic") == '"…"'


def test_only_close_words_are_suggested() -> None:
    """A suggestion is made when it is likely, and not otherwise."""
    assert did_you_mean("helth", ["health", "wealthy"]) == "; did you mean health?"
    assert did_you_mean("zzz", ["health"]) == ""
