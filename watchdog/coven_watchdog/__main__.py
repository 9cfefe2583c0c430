"""`python -m coven_watchdog` is the command `coven-watchdog`."""

from coven_watchdog.cli import main

main()
