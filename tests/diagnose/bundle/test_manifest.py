"""What is in a bundle and what is not."""

import hashlib
import json

from coven_watchdog.diagnose.bundle.manifest import listed, manifest
from coven_watchdog.diagnose.bundle.redacting import File
from coven_watchdog.model.words import Basis
from coven_watchdog.report.bundle import AbsentView
from coven_watchdog.report.times import moment

FILE = File("b.txt", b"two\n", "a test", Basis.CONTRACT, {"token": 1, "home": 2}, cut="3 older lines", missing=("half of it",))


def test_a_file() -> None:
    """Hash and size of what is in the archive, source, what was taken out, cut and missing."""
    one = listed(FILE)
    assert (one.sha256, one.size_bytes) == (hashlib.sha256(b"two\n").hexdigest(), 4)
    assert (list(one.redactions), one.cut, one.missing) == (["home", "token"], "3 older lines", ("half of it",))


def test_the_whole() -> None:
    """In the order of the names, whatever order they were made in; what is not there with why."""
    other = File("a.txt", b"", "a test", Basis.INTERNAL, {})
    absent = AbsentView(file="c.txt", why="nobody knows")
    texts = {manifest(files, [absent], moment(0)) for files in ([FILE, other], [other, FILE])}
    (text,) = texts
    told = json.loads(text)
    assert [one["file"] for one in told["files"]] == ["a.txt", "b.txt"]
    assert told["not_collected"] == [{"file": "c.txt", "why": "nobody knows"}]
    assert told["schema"] == "coven-watchdog.bundle.manifest.v1"
