"""The scripted scenes of `coven-watchdog demo`: a simulated Coven breaks, and the real daemon of ours tells about it.

Options go in, a stream of events comes out, for `cli` to print as they come:

    async with play(DemoOptions(environment=os.environ, fast=fast, channel=secret_or_none)) as events:
        async for event in events:
            ...  # Narrated | Arrived | Troubled | NextSteps, see `script`

Leaving the `async with`, also by Ctrl-C, ends every process and removes every file of the demo.
"""

from coven_watchdog.demo.play import DemoOptions, play
from coven_watchdog.demo.script import Arrived, DemoEvent, Narrated, NextSteps, Troubled
from coven_watchdog.demo.watcher import DemoError

__all__ = ["Arrived", "DemoError", "DemoEvent", "DemoOptions", "Narrated", "NextSteps", "Troubled", "play"]
