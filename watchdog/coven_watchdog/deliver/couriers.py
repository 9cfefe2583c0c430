"""Parcels in, receipts out: the pool of courier processes, one for each busy channel, so that no channel waits for another.

A courier is started when a message is on its way to the outbox (`prepare`), kept for a minute after its last parcel, and
killed when a parcel's time is over. Its command and environment hold no secret.
"""

import sys
from collections.abc import Callable, Mapping, Sequence
from contextlib import AsyncExitStack, suppress
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Self

import anyio
import anyio.to_thread
from anyio.abc import TaskGroup

from coven_watchdog import __version__
from coven_watchdog.decide.text import one_line
from coven_watchdog.deliver.installation import Stamps, installation, stamps
from coven_watchdog.deliver.mask import without_secrets
from coven_watchdog.deliver.parcel import ASK_DESKTOP, Parcel, Receipt, ask_url, checked, late
from coven_watchdog.deliver.process import CourierDiedError, CourierProcess, CourierUnfitError
from coven_watchdog.errors import DeliveryError, ReplacedError
from coven_watchdog.model.words import AttemptOutcome

# -P: a json.py in the working directory is not ours to import.
COMMAND = (sys.executable, "-P", "-m", "coven_watchdog.deliver.courier")
_KEPT = frozenset(
    """
    HOME PATH LANG LANGUAGE TZ TMPDIR USER LOGNAME PYTHONPATH PYTHONHOME DBUS_SESSION_BUS_ADDRESS WAYLAND_DISPLAY DISPLAY
    SSL_CERT_FILE SSL_CERT_DIR REQUESTS_CA_BUNDLE CURL_CA_BUNDLE
    HTTP_PROXY HTTPS_PROXY ALL_PROXY NO_PROXY http_proxy https_proxy all_proxy no_proxy
    """.split()  # noqa: SIM905 - a paragraph of names reads better than thirty quoted ones
)
_KEPT_BEGINNINGS = ("LC_", "XDG_")
_IDLE = 60.0
_START_LIMIT = 20.0
_QUESTION_LIMIT = 10.0
_ERROR_LIMIT = 300


def environment(environ: Mapping[str, str]) -> dict[str, str]:
    """What of our environment a courier gets: where things are, the desktop, proxies and certificates; nothing else."""
    return {name: value for name, value in environ.items() if name in _KEPT or name.startswith(_KEPT_BEGINNINGS)}


@dataclass
class _Seat:
    """One channel's courier."""

    local: bool
    process: CourierProcess | None = None
    uses: int = 0
    lock: anyio.Lock = field(default_factory=anyio.Lock)


class CourierPool:
    """The couriers of all channels; an async context manager that leaves no process behind.

    Args:
        environ: their environment, from `environment`.
        preload: whether they are kept for ever.
        command: what is started.
        version: what it must say it is.
        files: what `installation` says.
        idle: seconds for which one is kept after its last parcel.
    """

    def __init__(
        self,
        environ: Mapping[str, str],
        *,
        preload: Callable[[], bool] = lambda: False,
        command: Sequence[str] = COMMAND,
        version: str = __version__,
        files: tuple[Path, ...] = (),
        idle: float = _IDLE,
    ) -> None:
        self._environ = dict(environ)
        self._preload = preload
        self._command = tuple(command)
        self._version = version
        self.files = files or installation()
        """What `installed` looks at."""
        self.ours: Stamps = ()
        self._idle = idle
        self._seats: dict[str, _Seat] = {}
        self._stack = AsyncExitStack()
        self._tasks: TaskGroup
        self._open = False

    async def __aenter__(self) -> Self:
        self.ours = await self.installed()
        self._tasks = await self._stack.enter_async_context(anyio.create_task_group())
        self._stack.push_async_callback(self._end)
        self._open = True
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> bool | None:
        return await self._stack.__aexit__(kind, error, trace)

    def prepare(self, channel: str, *, local: bool) -> None:
        """Start the channel's courier, if it has none: a message will follow. Returns at once; what fails shows at `send`.

        Args:
            channel: its name.
            local: it shows on the desktop, for which Apprise is not loaded.
        """
        seat = self._seat(channel, local=local)
        self._keep(seat)
        if seat.process is None or not seat.process.fit:
            self._tasks.start_soon(self._warm, seat, name=f"courier of {channel} starts")

    async def send(self, channel: str, parcel: Parcel) -> Receipt:
        """Have the parcel delivered within its time-out, after which the courier is killed.

        Raises:
            ReplacedError: the installed package is not ours any more; the parcel was not sent.
        """
        seat = self._seat(channel, local=parcel.local)
        try:
            answer = await self._asked(seat, parcel.line(), parcel.timeout)
            receipt = late(parcel) if answer is None else checked(Receipt.of(answer), parcel)
        except (CourierDiedError, KeyError, TypeError, ValueError) as error:
            _discard(seat)
            words = one_line(without_secrets(str(error), parcel.url), _ERROR_LIMIT)
            return Receipt(parcel.id, AttemptOutcome.TEMPORARY, words)
        finally:
            self._keep(seat)

        if receipt.outcome is AttemptOutcome.TIMED_OUT:
            # A plugin's thread still hangs in there.
            _discard(seat)

        return receipt

    async def desktop_missing(self) -> str:
        """Why nothing can be shown on this machine's desktop now, or ""; asked of a courier, which has what it takes.

        Raises:
            ReplacedError: the installed package is not ours any more.
        """
        seat = _Seat(local=True)
        try:
            answer = await self._asked(seat, ASK_DESKTOP, _QUESTION_LIMIT)
        except CourierDiedError as error:
            return f"the desktop cannot be asked: {error}"
        finally:
            await _dismiss(seat)

        return "the desktop cannot be asked: no answer" if answer is None else str(answer.get("desktop"))

    async def refusals(self, urls: Sequence[str]) -> tuple[str, ...]:
        """Why Apprise does not take each of these URLs, "" where it does. Nothing is sent. Raises what `answers` raises."""
        answers = await self.answers([ask_url(url) for url in urls])
        return tuple("no answer from Apprise" if answer is None else str(answer.get("refused")) for answer in answers)

    async def answers(self, questions: Sequence[bytes], seconds: float = _QUESTION_LIMIT) -> list[dict[str, object] | None]:
        """What a courier with Apprise says to each of these lines, None where it says nothing in so many seconds.

        Raises:
            DeliveryError: Apprise cannot be asked.
            ReplacedError: the installed package is not ours any more.
        """
        seat = _Seat(local=False)
        try:
            return [await self._asked(seat, question, seconds) for question in questions]
        except CourierDiedError as error:
            message = f"Apprise cannot be asked: {error}"
            raise DeliveryError(message) from error
        finally:
            await _dismiss(seat)

    async def installed(self) -> Stamps:
        """What the files of the installed package are now. They are `ours` while nobody installed anything."""
        return await anyio.to_thread.run_sync(stamps, self.files)

    async def examine(self) -> None:
        """Ask a new courier which version it is. When it is ours, the files as they are now are ours, too.

        Raises:
            ReplacedError: it is of another version.
            CourierDiedError: none can be started, as from half an installation.
        """
        seen, process = await self.installed(), await CourierProcess.start(self._command, self._environ)
        try:
            with anyio.fail_after(_START_LIMIT):
                await process.ready(self._version)
        except CourierUnfitError as error:
            if error.other_version:
                raise _replaced(error) from error

            raise
        except TimeoutError as error:
            message = "a courier does not get ready"
            raise CourierDiedError(message) from error
        finally:
            await process.close()

        self.ours = seen

    def retire(self, keep: frozenset[str]) -> None:
        """Let go of the couriers of all channels but these, once what they carry is delivered."""
        for name in [name for name in self._seats if name not in keep]:
            self._tasks.start_soon(_dismiss, self._seats.pop(name), name=f"courier of {name} ends")

    def _seat(self, channel: str, *, local: bool) -> _Seat:
        return self._seats.setdefault(channel, _Seat(local))

    async def _asked(self, seat: _Seat, line: bytes, seconds: float) -> dict[str, object] | None:
        """Its answer; None, and it is killed, when there is none in time. An exchange that is cut short leaves no courier."""
        answer = None
        try:
            with anyio.move_on_after(seconds):
                async with seat.lock:
                    answer = await (await self._fit(seat)).exchange(line)
        finally:
            if answer is None:
                _discard(seat)

        return answer

    async def _fit(self, seat: _Seat) -> CourierProcess:
        """The seat's courier, started anew if need be. The seat's lock is held."""
        if seat.process is not None and seat.process.fit:
            return seat.process

        await _let_go(seat)
        try:
            seat.process = await CourierProcess.start(self._command_of(seat), self._environ)
            await seat.process.ready(self._version)
        except CourierUnfitError as error:
            if error.other_version or self.ours != await self.installed():
                raise _replaced(error) from error

            raise

        return seat.process

    def _command_of(self, seat: _Seat) -> tuple[str, ...]:
        return self._command if seat.local else (*self._command, "apprise")

    async def _warm(self, seat: _Seat) -> None:
        """Start ahead of the parcel. What goes wrong here goes wrong there again, and is told there."""
        with suppress(CourierDiedError, ReplacedError), anyio.move_on_after(_START_LIMIT):
            async with seat.lock:
                await self._fit(seat)

    def _keep(self, seat: _Seat) -> None:
        """Keep it for another while."""
        seat.uses += 1
        if self._open:
            self._tasks.start_soon(self._expire, seat, seat.uses, name="idle courier")

    async def _expire(self, seat: _Seat, uses: int) -> None:
        await anyio.sleep(self._idle)
        if seat.uses == uses and not self._preload():
            await _dismiss(seat)

    async def _end(self) -> None:
        """End all of them, together, within about a second: an idle one by the end of its stdin, a busy one is killed."""
        self._open = False
        self._tasks.cancel_scope.cancel()
        with anyio.CancelScope(shield=True):
            async with anyio.create_task_group() as ending:
                for seat in self._seats.values():
                    if seat.lock.locked():
                        _discard(seat)

                    ending.start_soon(_let_go, seat, name="courier ends")


def _discard(seat: _Seat) -> None:
    """End the seat's courier at once; it is let go of before the next one starts."""
    if seat.process is not None:
        seat.process.kill()


async def _dismiss(seat: _Seat) -> None:
    """End the seat's courier once it is idle."""
    async with seat.lock:
        await _let_go(seat)


async def _let_go(seat: _Seat) -> None:
    process, seat.process = seat.process, None
    if process is not None:
        await process.close()


def _replaced(error: CourierUnfitError) -> ReplacedError:
    return ReplacedError(f"the installed package was replaced: {error}")
