"""The supervisor: owns the task group and everything in it; makes no decision.

Store, engine, outbox and the watches over the homes are started in this order, each with a name, and ended in reverse.
"""

from coven_watchdog.daemon.options import RunOptions
from coven_watchdog.daemon.supervisor import run

__all__ = ["RunOptions", "run"]
