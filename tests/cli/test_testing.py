"""Test messages through the running service."""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from rigs.program import Program
from rigs.sinks import http_sink


@pytest.fixture
def base(tmp_path: Path) -> Path:
    """A place for a program."""
    return tmp_path


@pytest.fixture
def program(base: Path) -> Iterator[Program]:
    """The service on a home that does not exist, one channel that works and one that refuses."""
    with http_sink() as sink:
        config = f'homes = ["{base}/home"]\n[delivery]\ntimeout = "5s"\n'
        config += (
            f'[[channels]]\nname = "good"\nurl = "{sink.url}"\n[[channels]]\nname = "bad"\nurl = "json://127.0.0.1:1/s3cr3t"\n'
        )
        with closing(Program(base, config)) as program:
            program.start()
            yield program


def test_the_service_sends(program: Program) -> None:
    """The message goes through the service's outbox, which is said; a refusal is told with its reason while it is retried."""
    good = program.cli("notify", "test", "--channel", "good")
    assert (good.code, good.out, good.err) == (0, "✓  good  sent\n", "Sent by the running service.\n")
    both = program.json("notify", "test")
    assert both["sent_by"] == "service"
    states = {one["channel"]: one["state"] for one in both["channels"]}
    assert states == {"good": "sent", "bad": "queued"}
    error = next(one["error"] for one in both["channels"] if one["channel"] == "bad")
    assert error
    assert "s3cr3t" not in error
    unknown = program.cli("notify", "test", "--channel", "nope")
    assert unknown.code == 2
    assert "there are: bad, good" in unknown.err


def test_a_file_under_edit_does_not_matter(program: Program) -> None:
    """What runs is tested, whatever stands in the file now."""
    program.write("naem = 1\n")
    assert program.cli("notify", "test", "--channel", "good").code == 0
