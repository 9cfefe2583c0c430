"""Tests of `coven.processes.names`."""

import pytest

from coven_watchdog.coven.processes.names import says_run


@pytest.mark.parametrize(
    ("words", "run"),
    [
        (["run", "codex", "do it"], True),
        (["--color", "never", "run", "codex"], True),
        (["--color=never", "--theme", "dark", "run"], True),
        (["daemon", "serve"], False),
        (["daemon", "run"], False),
        (["--color", "run"], False),
        (["--color"], False),
        (["fix", "what", "run", "broke"], False),
        ([""], False),
        ([], False),
    ],
)
def test_run_is_the_first_word_that_is_no_option(words: list[str], run: bool) -> None:  # noqa: FBT001
    """A prompt that speaks of `run` is not looked at."""
    assert says_run(words) is run


def test_nothing_after_the_first_word_is_read() -> None:
    """The rest holds the prompt."""
    words = iter(["--theme", "dark", "sessions", "secret prompt"])
    assert not says_run(words)
    assert list(words) == ["secret prompt"]
