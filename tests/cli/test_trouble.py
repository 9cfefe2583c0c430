"""Exceptions as what is told."""

import click
import pytest

from coven_watchdog.cli.terms import Terms
from coven_watchdog.cli.trouble import exit_code, tell, trouble_of
from coven_watchdog.config import Fault, FaultyConfigError
from coven_watchdog.errors import AlreadyRunningError, ConfigError, ReplacedError, WatchdogError

SECRET = "sk-" + "a1B2" * 8


@pytest.mark.parametrize(
    ("error", "code", "exit_status"),
    [
        (WatchdogError("x"), "failed", 1),
        (ConfigError("x"), "config", 2),
        (AlreadyRunningError("x"), "already_running", 1),
        (ReplacedError("x"), "replaced", 75),
        (click.UsageError("X."), "usage", 2),
        (click.BadParameter("X"), "usage", 2),
        (OSError(28, "No space left on device"), "output", 1),
        (OSError(28, "No space left on device", "/some/file"), "internal", 1),
        (RuntimeError("x"), "internal", 1),
    ],
)
def test_every_error_has_a_code(error: Exception, code: str, exit_status: int) -> None:
    """Our errors have their own, click's are usage, what nobody foresaw is a fault of ours; for `check` all are UNKNOWN."""
    trouble = trouble_of(error)
    assert (trouble.code, trouble.exit_code) == (code, exit_status)
    assert exit_code(error, Terms(env={})) == exit_status
    assert exit_code(error, Terms(env={}, command="check")) == 3


def test_every_fault_of_a_configuration_is_told() -> None:
    """The first is the error, the others follow."""
    trouble = trouble_of(FaultyConfigError((Fault("a", "first"), Fault("b", "second"))))
    assert (trouble.where, trouble.message, trouble.more) == ("a", "first", (("b", "second"),))


def test_errors_hold_no_secret() -> None:
    """Whatever raised them, what is told is redacted."""
    for error in (WatchdogError(SECRET), RuntimeError(SECRET), click.UsageError(SECRET)):
        assert SECRET not in trouble_of(error).message


def test_a_fault_of_a_task_is_named_as_what_it_was() -> None:
    """Not as the group of tasks that fell over it."""
    group = ExceptionGroup("tasks", [ExceptionGroup("tasks", [KeyError("x")])])
    assert "KeyError: 'x'" in trouble_of(group).message


def test_the_traceback_is_for_debug(capsys: pytest.CaptureFixture[str]) -> None:
    """No traceback without --debug."""
    tell(RuntimeError("x"), Terms(env={}))
    assert "\nRuntimeError" not in capsys.readouterr().err
    tell(RuntimeError("y"), Terms(env={}, debug=True))
    assert "RuntimeError: y" in capsys.readouterr().err


def test_a_traceback_can_be_pasted_into_a_report(capsys: pytest.CaptureFixture[str]) -> None:
    """--debug shows neither a secret nor an escape that an error quotes."""
    tell(RuntimeError(f"{SECRET} \x1b]0;title\x07"), Terms(env={}, debug=True))
    shown = capsys.readouterr().err
    assert SECRET not in shown
    assert "\x1b" not in shown
