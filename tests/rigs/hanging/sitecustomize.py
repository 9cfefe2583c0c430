"""On the `PYTHONPATH` of a service: SIGUSR1 makes its event loop hang, as a call that never returns does. The program knows nothing of it."""

import signal
import threading

signal.signal(signal.SIGUSR1, lambda _number, _frame: threading.Event().wait())
