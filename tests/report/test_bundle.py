"""The shape of `bundle --json`."""

import msgspec

from coven_watchdog.report.bundle import AbsentView, BundleMade, RedactionView


def test_it_is_one_document() -> None:
    """The schema first; that nothing was written is null."""
    made = BundleMade(
        path=None,
        size_bytes=1,
        sha256="ab",
        files=(),
        not_collected=(AbsentView(file="a", why="b"),),
        redactions=(RedactionView(file="a", line=1, context="c"),),
        report=None,
        issue_url="d",
        how_to_file=("e",),
    )
    text = msgspec.json.encode(made)
    assert text.startswith(b'{"schema":"coven-watchdog.bundle.v1","path":null')
    assert msgspec.json.decode(text, type=BundleMade) == made
