"""What a collector gives, and how much of it."""

import json
from pathlib import Path

from coven_watchdog.diagnose.bundle.piece import always, bounded, document, fitting, json_line, named
from coven_watchdog.model.words import Basis, Route
from diagnose.bundle.bench import piece, stopped


def test_documents_are_json() -> None:
    """Sorted keys, one value a line, words as words, half characters that are no UTF-8 do no harm."""
    made = document({"b": Route.HEALTH, "a": {"x": "é", "y": (1, None)}}, "here", Basis.CONTRACT)
    assert json.loads("\n".join(made.lines)) == {"a": {"x": "é", "y": [1, None]}, "b": "health"}
    assert made.lines[1].startswith(' "a"')
    assert json_line({"b": 1, "a": "é"}) == '{"a":"é","b":1}'
    assert json_line({"b": Route.HEALTH, "a": "half \ud800"}) == '{"a":"half \\ud800","b":"health"}'


def test_the_newest_is_kept() -> None:
    """At the end of a log, at the beginning of a list; what was left out is said."""
    log, listing = piece("1\n2\n3\n4"), piece("4\n3\n2\n1", newest_first=True, cut="7 older rows")
    assert (list(log.within(4).lines), log.within(4).cut) == (["3", "4"], "2 older lines")
    assert (list(listing.within(4).lines), listing.within(4).cut) == (["4", "3"], "7 older rows, 2 older lines")
    assert log.within(100) is log
    assert fitting(["é" * 10, "a"], 4) == ([], 2)


def test_the_largest_is_cut_until_all_fit() -> None:
    """The others stay whole."""
    found = bounded({"a": piece("x\n" * 100), "b": piece("small")}, 50)
    assert sum(one.size for one in found.values()) <= 50
    assert list(found["b"].lines) == ["small"]
    assert found["a"].cut == "78 older lines"


def test_what_is_not_known_is_left_out() -> None:
    """Zero is known."""
    assert named({"a": None, "b": 0}) == {"b": 0}


def test_most_files_are_always_wanted(tmp_path: Path) -> None:
    """Whatever the bundle is about."""
    assert always(stopped(tmp_path))
