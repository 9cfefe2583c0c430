"""Facts about one home: sources watch files, processes and Coven's answers, and emit observations. What they mean is for `judge`.

One file per source; adding one is one file and one line in `SOURCES`. `home.HomeWatch` runs them all under the fence of `runner`.
"""

from coven_watchdog.observe.adapters import AdaptersSource
from coven_watchdog.observe.daemon import DaemonSource
from coven_watchdog.observe.files import FilesSource
from coven_watchdog.observe.harnesses import HarnessSource
from coven_watchdog.observe.health import HealthSource
from coven_watchdog.observe.log import LogSource
from coven_watchdog.observe.programs import ProgramsSource
from coven_watchdog.observe.scene import SceneSource
from coven_watchdog.observe.sessions import SessionsSource
from coven_watchdog.observe.sleep import SleepSource
from coven_watchdog.observe.source import Emit, Source
from coven_watchdog.observe.tails import TailsSource

__all__ = ["SOURCES", "Emit", "Source"]

SOURCES = (
    FilesSource,
    DaemonSource,
    HealthSource,
    SessionsSource,
    HarnessSource,
    SceneSource,
    LogSource,
    ProgramsSource,
    AdaptersSource,
    TailsSource,
    SleepSource,
)
"""Every source of a home, in the order in which they are started."""
