"""The enums that order and count."""

from coven_watchdog.model.words import ENDED_STATUSES, LIVE_STATUSES, CheckStatus, SessionStatus, Severity


def test_severities_have_an_order() -> None:
    """From off to critical."""
    assert sorted(Severity, key=lambda severity: severity.rank) == ["off", "info", "warning", "critical"]
    assert Severity.CRITICAL.rank == 3


def test_check_speaks_the_language_of_monitoring_plugins() -> None:
    """0 OK, 1 WARNING, 2 CRITICAL, 3 UNKNOWN."""
    assert {status: status.exit_code for status in CheckStatus} == {"ok": 0, "warning": 1, "critical": 2, "unknown": 3}


def test_a_status_is_live_or_ended() -> None:
    """Every word of Coven's is one of the two."""
    assert set(SessionStatus) == LIVE_STATUSES | ENDED_STATUSES
    assert not LIVE_STATUSES & ENDED_STATUSES
