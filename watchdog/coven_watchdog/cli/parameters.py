"""Parameter types of our own."""

import click

from coven_watchdog.config import written
from coven_watchdog.errors import UsageError
from coven_watchdog.model.time import DAY
from coven_watchdog.settings import Duration

LONGEST = 366 * DAY


class DurationType(click.ParamType[Duration]):
    """`90s`, `1h30m`, `7d`."""

    name = "duration"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> Duration:
        """Read it, or say what one looks like."""
        if isinstance(value, Duration):
            return value

        try:
            return Duration.parse(str(value))
        except ValueError as error:
            self.fail(str(error), param, ctx)


DURATION = DurationType()


def bounded(text: str, what: str, instead: str, guess: str = "", *, where: str = "") -> Duration:
    """A duration for which something is hidden: more than nothing, at most a year.

    Args:
        text: as typed.
        what: what is to last so long, for the complaint.
        instead: what to do instead of asking for no time at all.
        guess: what else may have been meant.
        where: the option.

    Raises:
        UsageError: it is none, or not within the bounds.
    """
    try:
        lasting = Duration.parse("0s" if text.strip() == "0" else text)
    except ValueError as error:
        message = f"{error}{guess}"
        raise UsageError(message, where=where) from error

    if lasting <= 0:
        message = f"{what} of {text} is over at once"
        raise UsageError(message, where=where, next_step=instead)

    if lasting > LONGEST:
        message = f"{what} lasts {written(LONGEST)} at most, and {text} is longer"
        raise UsageError(
            message, where=where, next_step='to never be told of a kind: severity.KIND = "off" in the configuration'
        )

    return lasting
