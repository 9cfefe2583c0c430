"""The unit of the repository and what is this user's in; the unit for this user out."""

import re
from collections.abc import Mapping

from coven_watchdog.service.files import mark
from coven_watchdog.service.quoting import assignment, command

_GROWING_SINCE = 254
"""The first systemd that knows RestartSteps= and RestartMaxDelaySec=; to others an unknown key is a warning at each reload."""


def unit(template: str, words: tuple[str, ...], env: Mapping[str, str], version: int) -> str:
    """The unit's text.

    Args:
        template: as it stands in the repository.
        words: what it starts.
        env: the variables it starts it with.
        version: systemd's.

    Raises:
        WatchdogError: a path or a variable cannot be written in a unit.
    """
    _, _, rest = template.partition("\n\n")
    variables = "\n".join(f"Environment={assignment(name, value)}" for name, value in env.items())
    rest = _replaced("ExecStart", f"ExecStart={command(words)}", rest)
    rest = _replaced("Environment", variables, rest)
    if version >= _GROWING_SINCE:
        rest = re.sub(r"^#(Restart(?:Steps|MaxDelaySec)=)", r"\1", rest, flags=re.MULTILINE)

    return f"# {mark(rest)}. Changes belong into a drop-in: systemctl --user edit coven-watchdog\n{rest}"


def _replaced(key: str, line: str, text: str) -> str:
    """The text with the one line of that key replaced; `line` is taken as it is, backslashes too."""
    return re.sub(rf"^{key}=.*$", lambda _: line, text, count=1, flags=re.MULTILINE)
