"""The errors of the program. Each says what, where, and what to do next; foreign exceptions become one of these at the edge."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    # Making its classes takes 20 ms, which a courier, with an alert in hand, does not have.
    from coven_watchdog.model.facts import Identity


class WatchdogError(Exception):
    """Something failed in a way that a person can understand.

    Args:
        message: what happened, one sentence without a full stop.
        where: the file, key or route, or "".
        next_step: what to do now, or "".
    """

    code = "failed"
    exit_code = 1

    def __init__(self, message: str, *, where: str = "", next_step: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.where = where
        self.next_step = next_step


class UsageError(WatchdogError):
    """The command line asks for something that cannot be."""

    code = "usage"
    exit_code = 2


class ConfigError(WatchdogError):
    """The configuration cannot be used; `where` is `file:line: key`."""

    code = "config"
    exit_code = 2


class AlreadyRunningError(WatchdogError):
    """Another `run` holds the state directory."""

    code = "already_running"


class StoreError(WatchdogError):
    """The watchdog's own database cannot be read or written."""

    code = "store"


class StoreDamagedError(StoreError):
    """The database file is not one, or its pages do not fit together."""

    code = "store_damaged"


class StoreUnwritableError(StoreError):
    """The database cannot be written now: a read-only, full or failing disk, or another program holds it."""

    code = "store_unwritable"


class StoreBusyError(StoreUnwritableError):
    """Another program holds the database for longer than we wait."""


class NoManagerError(WatchdogError):
    """No service manager answers: a container, a session without one, or another user's."""

    code = "no_manager"


class ReplacedError(WatchdogError):
    """The installed package was replaced under the running program: restart it."""

    code = "replaced"
    exit_code = 75


class NotCollectedError(WatchdogError):
    """A part of a diagnostics bundle cannot be had; the message says why."""

    code = "not_collected"


class SecretFoundError(WatchdogError):
    """What was about to leave holds what looks like a secret: nothing was written."""

    code = "secret_found"


class StoodStillError(WatchdogError):
    """A loop of the running service does not move any more: only a new process helps."""

    code = "stood_still"


class DeliveryError(WatchdogError):
    """A message was not accepted.

    Args:
        message: what the service or the courier said, without secrets.
        permanent: trying again cannot help.
    """

    code = "delivery"

    def __init__(self, message: str, *, permanent: bool = False) -> None:
        super().__init__(message)
        self.permanent = permanent


class CovenError(WatchdogError):
    """One request to Coven did not give a usable answer.

    `peer` (the process at the other end), `peer_uid` and `latency` (µs) are set as far as the exchange came.
    """

    code = "coven"
    peer: "Identity | None" = None
    peer_uid: int | None = None
    latency: int = 0


class NoSocketError(CovenError):
    """There is no socket file (ENOENT)."""


class RefusedError(CovenError):
    """The socket file is there and nobody listens (ECONNREFUSED)."""


class TimedOutError(CovenError):
    """No complete answer within the deadline of the exchange."""


class ResetError(CovenError):
    """The connection broke before the answer was complete."""


class ForbiddenError(CovenError):
    """The system does not let us connect (EACCES, EPERM)."""


class UntrustedError(CovenError):
    """The home, the socket or the peer behind it is not what it must be; no byte was sent."""


class NotContractError(CovenError):
    """The answer is not the contract: not HTTP, not JSON, too large, or of the wrong shape."""


class HttpError(CovenError):
    """Coven answered with an error status.

    Args:
        status: the HTTP status.
        error_code: Coven's own word (`store_unavailable`, …) or "".
    """

    def __init__(self, message: str, *, status: int, error_code: str = "") -> None:
        super().__init__(message)
        self.status = status
        self.error_code = error_code
