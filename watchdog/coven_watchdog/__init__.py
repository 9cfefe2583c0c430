"""coven-watchdog: watches a Coven daemon and its sessions, and tells the user when something breaks."""

__version__ = "0.1.0"
