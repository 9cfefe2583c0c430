"""The shell's environment in; the service manager of this machine, for this user, out. The one switch between systems."""

import os
import sys
from collections.abc import Mapping
from math import inf
from pathlib import Path

from coven_watchdog.errors import NoManagerError, WatchdogError
from coven_watchdog.model.words import Change, ServiceCondition
from coven_watchdog.service.commands import System
from coven_watchdog.service.manager import Installation, Installed, Manager, ServiceState
from coven_watchdog.service.program import program
from coven_watchdog.service.surroundings import Surroundings

if sys.platform == "darwin":  # pragma: no cover - macOS
    from coven_watchdog.service.launchd import Launchd as Here
else:
    from coven_watchdog.service.systemd import Systemd as Here

__all__ = ["Installation", "Installed", "Manager", "ServiceState", "manager", "set_up"]


def manager(env: Mapping[str, str], config: Path | None = None, *, asked: bool = True, longest: float = inf) -> Manager:
    """The service manager.

    Args:
        env: the environment of the shell.
        config: `--config`.
        asked: make sure that it answers; `service print` needs none that does.
        longest: seconds that any of its commands may take.

    Raises:
        NoManagerError: none answers; says why and what to do instead.
        UsageError: HOME is not set.
        WatchdogError: HOME is another user's, or root calls by sudo.
    """
    seen = _in_session(env)
    surroundings = Surroundings(seen, config)
    _refuse_anothers(surroundings.home)
    made = Here(surroundings, lambda: program(seen), System(seen, longest))
    if asked:
        _refuse_sudo(env)
        made.reach()

    return made


def set_up(service: Manager, *, start: bool = True) -> Installation:
    """Install it, start it, and start it anew when its file changed.

    Raises:
        WatchdogError: as `install` and `start`.
    """
    done = service.install()
    if start:
        changed = done.change is Change.UPDATED and service.state().condition is ServiceCondition.RUNNING
        (service.restart if changed else service.start)()

    return done


def _in_session(env: Mapping[str, str]) -> Mapping[str, str]:
    """The environment with XDG_RUNTIME_DIR, which `su` and `cron` do not set though the manager runs."""
    runtime = Path(f"/run/user/{os.geteuid()}")
    return env if env.get("XDG_RUNTIME_DIR") or not runtime.is_dir() else {**env, "XDG_RUNTIME_DIR": str(runtime)}


def _refuse_sudo(env: Mapping[str, str]) -> None:
    """Root's service would watch root's Coven, and hardly anybody who writes `sudo` means that.

    Raises:
        NoManagerError: somebody became root to call this.
    """
    user = env.get("SUDO_USER", "root")
    if os.geteuid() == 0 and user != "root":
        message = f"called by sudo, this would be root's service, and watch root's Coven, not that of {user}"
        raise NoManagerError(message, next_step=f"call it as {user}, without sudo; if root's is meant: env -u SUDO_USER")


def _refuse_anothers(home: Path) -> None:
    """`sudo` keeps HOME on some machines: root's files would lie in the user's home.

    Raises:
        WatchdogError: the folder is another user's, or not there.
    """
    try:
        owner = home.stat().st_uid
    except OSError as error:
        message = f"this home folder cannot be used: {error.strerror}"
        raise WatchdogError(message, where=str(home)) from error

    if owner != os.geteuid():
        message = "this home folder belongs to another user than the one who calls"
        raise WatchdogError(message, where=str(home), next_step="call it as that user, without sudo")
