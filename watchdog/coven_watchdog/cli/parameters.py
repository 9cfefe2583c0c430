"""Parameter types of our own."""

import click

from coven_watchdog.settings import Duration


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
