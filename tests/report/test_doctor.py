"""The worst of several statuses."""

from coven_watchdog.model.words import CheckStatus
from coven_watchdog.report.doctor import worst


def test_precedence() -> None:
    """Critical, warning, unknown, ok; nothing examined is nothing wrong."""
    assert worst([]) is CheckStatus.OK
    assert worst([CheckStatus.OK, CheckStatus.UNKNOWN]) is CheckStatus.UNKNOWN
    assert worst([CheckStatus.UNKNOWN, CheckStatus.WARNING]) is CheckStatus.WARNING
    assert worst([CheckStatus.WARNING, CheckStatus.CRITICAL]) is CheckStatus.CRITICAL
