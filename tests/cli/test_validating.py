"""Every fault of a configuration, as data."""

from pathlib import Path

from coven_watchdog.cli.terms import Terms
from coven_watchdog.cli.validating import validated


def test_the_desktop_is_not_asked_of_apprise(tmp_path: Path) -> None:
    """A configuration with desktop channels only is judged without a courier; credentials of the service are left out."""
    path = tmp_path / "c.toml"
    path.write_text('[[channels]]\nname = "a"\nurl = "desktop://"\n', encoding="utf-8")
    path.chmod(0o600)
    result = validated(Terms(env={"HOME": str(tmp_path)}, config=path))
    assert (result.valid, result.exists, result.faults, result.unchecked) == (True, True, (), ())


def test_a_file_that_cannot_be_read(tmp_path: Path) -> None:
    """It is one fault, of the file itself."""
    result = validated(Terms(env={"HOME": str(tmp_path)}, config=tmp_path / "none.toml"))
    assert (result.valid, result.exists) == (False, False)
    assert result.faults[0].where == str(tmp_path / "none.toml")
