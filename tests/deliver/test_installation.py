"""Whether the installed package is still the same."""

import sys
from pathlib import Path

from coven_watchdog.deliver.installation import installation, stamps


def test_the_files_that_tell() -> None:
    """The interpreter, and the beginnings of what a courier loads; all of them are there."""
    files = installation()
    assert files[0] == Path(sys.executable)
    assert all(stamps(files))


def test_a_file_that_is_replaced_is_another(tmp_path: Path) -> None:
    """As an installer does it; one that is gone is told, too."""
    file = tmp_path / "a.py"
    file.write_text("1")
    before = stamps((file,))
    assert stamps((file,)) == before
    new = tmp_path / "new"
    new.write_text("1")
    new.rename(file)
    assert stamps((file,)) != before
    file.unlink()
    assert stamps((file,)) == (None,)
