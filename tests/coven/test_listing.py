"""What lies in a home, without opening or touching any of it."""

import os
from pathlib import Path

import pytest

from coven_watchdog.coven.listing import listing
from rigs.untouched import changes, stamps


def test_every_type(tmp_path: Path) -> None:
    """Files, directories, links, FIFOs and sockets, two levels deep; key material is not even named; no stamp changes."""
    (tmp_path / "daemon.json").write_text("{}", encoding="utf-8")
    (tmp_path / "adapters" / "deep").mkdir(parents=True)
    (tmp_path / "adapters" / "deep" / "deeper").touch()
    (tmp_path / "keys").mkdir()
    (tmp_path / "keys" / "id_ed25519").touch()
    os.mkfifo(tmp_path / "fifo")
    os.mknod(tmp_path / "sock", 0o140600)
    before = stamps(tmp_path)
    assert len(listing(tmp_path)[0]) == 7
    assert changes(before, stamps(tmp_path)) == {}
    (tmp_path / "link").symlink_to("/nowhere")
    found, left_out = listing(tmp_path)
    assert {one.name: one.type for one in found} == {
        ".": "d",
        "adapters": "d",
        "adapters/deep": "d",
        "daemon.json": "-",
        "fifo": "p",
        "keys": "d",
        "link": "l",
        "sock": "s",
    }
    assert left_out == "what is in keys"
    assert next(one for one in found if one.name == "daemon.json").size == 2


def test_hostile_names(tmp_path: Path) -> None:
    """They are shown, not obeyed."""
    (tmp_path / "a\nb\x1b[31m").touch()
    assert [one.name for one in listing(tmp_path)[0]] == [".", "a b"]


def test_too_many(tmp_path: Path) -> None:
    """Five hundred are enough."""
    for number in range(510):
        (tmp_path / f"{number}").touch()

    found, left_out = listing(tmp_path)
    assert (len(found), left_out) == (501, "more than 500 names")


def test_what_is_no_directory(tmp_path: Path) -> None:
    """A home that is a link is shown as one; none at all is said."""
    (tmp_path / "home").symlink_to(tmp_path)
    assert [(one.name, one.type) for one in listing(tmp_path / "home")[0]] == [(".", "l")]
    with pytest.raises(FileNotFoundError):
        listing(tmp_path / "missing")


@pytest.mark.skipif(os.geteuid() == 0, reason="root may list everything")
def test_a_directory_that_is_not_for_us(tmp_path: Path) -> None:
    """It is named with why nothing below it is."""
    (tmp_path / "shut").mkdir(mode=0)
    assert listing(tmp_path)[1] == "shut/: Permission denied"
