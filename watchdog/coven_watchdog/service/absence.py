"""Why no service manager answers, in words, with what to do instead."""

from collections.abc import Mapping
from pathlib import Path

from coven_watchdog.errors import NoManagerError

_BOOTED = Path("/run/systemd/system")
"""There while systemd runs the machine (sd_booted)."""
_BY_HAND = "start `coven-watchdog run` by what starts programs here; docs/install.md shows how"


def no_systemd(env: Mapping[str, str], said: str, *, missing: bool, booted: bool | None = None) -> NoManagerError:
    """The error to raise.

    Args:
        env: the environment that systemctl was called with.
        said: its complaint.
        missing: there is no systemctl at all.
        booted: whether systemd runs this machine; None: find out.
    """
    if missing or not (_BOOTED.is_dir() if booted is None else booted):
        what = "there is no systemctl" if missing else "systemd does not run this machine"
        return NoManagerError(f"no service manager answers: {what} (a container, WSL without systemd?)", next_step=_BY_HAND)

    if not env.get("XDG_RUNTIME_DIR"):
        message = "no service manager answers: this is no login session (su, cron, a bare ssh), and none of yours runs on this machine"
        return NoManagerError(
            message, next_step="log in, or as root: loginctl enable-linger USER, which starts one without a login"
        )

    said = said.removeprefix("Failed to connect to bus: ")
    message = f"no service manager answers for this user: {said or 'systemctl says nothing'}"
    return NoManagerError(message, next_step="log in anew; as root: systemctl start user@$(id -u USER)")
