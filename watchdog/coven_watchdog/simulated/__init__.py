"""A small Coven daemon for tests and the demo: a process of its own that speaks the contract and misbehaves on command.

In come HTTP requests on a real Unix socket and commands on standard input; out go real answers, files, locks, ledger rows and
one child process per session. `control.SimulatedCoven` is its counterpart on the caller's side. It shares no code with the
client that it tests: what both know of Coven is proved against the real one by the contract tests.
"""
