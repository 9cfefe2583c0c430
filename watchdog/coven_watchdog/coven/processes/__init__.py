"""Pids come in; what the kernel says of those processes goes out. The one switch between systems: `/proc` or psutil.

Whose processes are read: the daemon, its descendants and programs named `coven` of the same user. Of an environment only three
variables are copied; of a command line only whether it is `coven run`. Everything tolerates processes that vanish meanwhile.
A call costs tens of microseconds, except those marked blocking: call these in a thread.
"""

import sys

if sys.platform == "linux":
    from coven_watchdog.coven.processes.executables import executable
    from coven_watchdog.coven.processes.linux import (
        apart,
        binary_replaced,
        children,
        coven_processes,
        cwd,
        environ,
        holder,
        identity,
        is_coven,
        is_fork,
        is_run,
        parent,
        peer,
        program,
        started_wall,
        state,
        terminal,
    )
    from coven_watchdog.coven.processes.locks import lock_owners
    from coven_watchdog.coven.processes.sockets import sockets
    from coven_watchdog.coven.processes.terminals import terminal_number, terminals
    from coven_watchdog.coven.processes.tree import tree_cpu
else:  # pragma: no cover - macOS
    from coven_watchdog.coven.processes.darwin import (
        apart,
        binary_replaced,
        children,
        coven_processes,
        cwd,
        environ,
        executable,
        holder,
        identity,
        is_coven,
        is_fork,
        is_run,
        lock_owners,
        parent,
        peer,
        program,
        sockets,
        started_wall,
        state,
        terminal,
        terminal_number,
        terminals,
        tree_cpu,
    )

__all__ = [
    "apart",
    "binary_replaced",
    "children",
    "coven_processes",
    "cwd",
    "environ",
    "executable",
    "holder",
    "identity",
    "is_coven",
    "is_fork",
    "is_run",
    "lock_owners",
    "parent",
    "peer",
    "program",
    "sockets",
    "started_wall",
    "state",
    "terminal",
    "terminal_number",
    "terminals",
    "tree_cpu",
]
