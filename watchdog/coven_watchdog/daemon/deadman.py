"""A sign of life from the event loop now and then comes in; when none comes any more, the process's own end goes out.

The event loop cannot see that it hangs itself: a thread does. It counts laps that it has itself waited, and reads no clock: after
a suspend, a pause of the virtual machine or a SIGSTOP, the loop has most of those laps before it to give its sign. What holds
the interpreter itself hangs this thread too: that is left to the service manager's own timer.
"""

import os
import threading
from collections.abc import Callable

WITHIN = 60.0
"""Seconds: an event loop that stands still for half of this to all of this is dead. A busy machine keeps a loop waiting for tenths."""
_SHORT_LAPS = 5
_LAST_WORDS = 5.0
_CODE = 1


class Deadman:
    """Ends the process when it is not told in time that the event loop runs.

    Args:
        within: seconds, as `WITHIN`.
        last_words: what is done before, in a thread of its own: standard error may be what hangs.
        patience: seconds for that.
    """

    def __init__(self, within: float, last_words: Callable[[], None], *, patience: float = _LAST_WORDS) -> None:
        self._within = within
        self._last_words = last_words
        self._patience = patience
        self._signs = 0
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._watch, name="deadman", daemon=True)

    def start(self) -> None:
        """From now on signs are wanted."""
        self._thread.start()

    def alive(self) -> None:
        """The event loop runs."""
        self._signs += 1

    def stop(self) -> None:
        """No more signs are wanted."""
        self._over.set()

    def _watch(self) -> None:
        """A long lap, in which nothing is expected of anybody, then short ones; a sign in any of these begins anew."""
        while not self._over.wait(self._within / 2):
            if self._silent():
                self._end()

    def _silent(self) -> bool:
        before, lap = self._signs, self._within / 2 / _SHORT_LAPS
        return all(not self._over.wait(lap) and self._signs == before for _ in range(_SHORT_LAPS))

    def _end(self) -> None:
        words = threading.Thread(target=self._last_words, name="last words", daemon=True)
        words.start()
        words.join(self._patience)
        os._exit(_CODE)
