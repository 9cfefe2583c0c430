"""Parcels, courier commands and other small things that deliver's tests share."""

import sys
from pathlib import Path

from coven_watchdog.deliver.parcel import Parcel
from coven_watchdog.model.words import Priority, Tone

ALERT = Parcel(
    id="k7fq.1",
    url="desktop://",
    title="Coven crashed",
    body="It is <b>gone</b> & silent.\ndaemon.crashed k7fq.1",
    tone=Tone.FAILURE,
    priority=Priority.URGENT,
    timeout=20.0,
)


def script(body: str) -> tuple[str, ...]:
    """A command that runs this Python in place of a courier; `say` writes one JSON line, `hear` reads one, `pid` is its own."""
    prelude = (
        "import json, os, signal, sys, time\n"
        "pid = os.getpid()\n"
        "def say(**what): print(json.dumps(what), flush=True)\n"
        "def hear(): return json.loads(sys.stdin.readline())\n"
        "def accept(): say(id=hear()['id'], outcome='accepted', receipt=str(pid))\n"
    )
    return (sys.executable, "-c", prelude + body)


def runs(pid: int) -> bool:
    """Whether this process is there and no zombie."""
    try:
        return Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False
