"""The service files that stand in the repository, as text: from the installed package, or from beside it in a clone."""

from importlib.resources import files
from pathlib import Path

UNIT = "systemd/coven-watchdog.service"
AGENT = "launchd/local.coven-watchdog.plist"


def template(name: str) -> str:
    """The text of `UNIT` or `AGENT`.

    Raises:
        FileNotFoundError: neither the package nor a clone has it: it was not installed whole.
    """
    shipped = files("coven_watchdog.service") / "shipped" / name
    if shipped.is_file():
        return shipped.read_text(encoding="utf-8")

    return (Path(__file__).parents[3] / name).read_text(encoding="utf-8")
