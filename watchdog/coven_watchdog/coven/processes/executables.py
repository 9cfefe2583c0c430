"""The file that a process runs, as Linux' `/proc` shows it."""

from coven_watchdog.coven.processes.linux import link_proc


def executable(pid: int) -> str:
    """Its path, with ` (deleted)` behind it when the file was replaced; "" when the process is gone or not for us."""
    return link_proc(f"{pid}/exe") or ""
