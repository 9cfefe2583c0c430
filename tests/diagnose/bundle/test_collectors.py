"""Every file of a bundle."""

from coven_watchdog.diagnose.bundle.collectors import COLLECTORS


def test_one_collector_for_each_file() -> None:
    """No two write the same, and none may take longer than ten seconds."""
    files = [one.file for one in COLLECTORS]
    assert len(set(files)) == len(files)
    assert all(0 < one.deadline < 10 for one in COLLECTORS)
    assert "REPORT.md" not in files
