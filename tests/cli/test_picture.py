"""The screen, the document and the line are of one picture."""

from pathlib import Path

from coven_watchdog.cli.picture import picture_of
from coven_watchdog.cli.terms import Terms
from report.filled import fill


def test_it_is_of_the_store(tmp_path: Path) -> None:
    """What the database has, by the configuration that this shell sees."""
    fill(tmp_path)
    picture = picture_of(Terms(env={"HOME": str(tmp_path), "COVEN_WATCHDOG_STATE_DIR": str(tmp_path)}))
    assert picture.watchdog.config == str(tmp_path / ".config" / "coven-watchdog" / "config.toml")
    assert [one.id for one in picture.watchdog.incidents] == ["c4nn"]
