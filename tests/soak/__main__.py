"""An hour of ordinary life on the real Coven with the settings that users have, in an order of chance: `python3 .ci/go.py soak [--minutes N] [--seed N]`.

Each line says what is done; at the end stands what was told beyond what is due, and what was due and not told. Exit code 1 when there
is any. The same seed makes the same choices; what they meet depends on the machine.
"""

import argparse
import sys
import time
from collections import Counter
from contextlib import ExitStack, closing
from pathlib import Path
from random import Random

sys.path.insert(0, str(Path(__file__).parent.parent))

from bench.setting import rest
from rigs import install_coven
from rigs.beside import being_read
from rigs.coven import RealCoven
from rigs.inbox import Inbox
from rigs.life import Life, own_copy
from rigs.program import Program, watch
from rigs.told import Compared, Told
from soak.days import Days

_PAUSE = 4.0
_LAST_WORDS = 150


def _say(text: str) -> None:
    sys.stdout.write(f"{time.strftime('%H:%M:%S')} {text}\n")
    sys.stdout.flush()


def _live(days: Days, chance: Random, minutes: float) -> Counter[str]:
    """Do one thing after the other until the time is over; how often each was done."""
    done: Counter[str] = Counter()
    seen: set[str] = set()
    end = time.monotonic_ns() + int(minutes * 60e9)
    while time.monotonic_ns() < end:
        name, act = days.choose(chance)
        _say(name)
        done[name] += act()
        rest(chance.expovariate(1 / _PAUSE))
        for alarm in days.life.told.compare().alarms:
            if alarm not in seen:
                seen.add(alarm)
                _say(f"NOT DUE: {alarm}")

    return done


def _settle(told: Told) -> Compared:
    """What is late comes within the pauses between messages."""
    end = time.monotonic_ns() + int(_LAST_WORDS * 1e9)
    while told.compare().missing and time.monotonic_ns() < end:
        rest(1)

    return told.compare()


def _report(life: Life, done: Counter[str], compared: Compared, minutes: float) -> int:
    told, inbox = life.told, life.told.inbox
    _say(
        f"{minutes:.1f} minutes, {sum(done.values())} acts, {len(life.coven.api('GET', '/api/v1/sessions')[1])} rows left in the ledger"
    )
    for name, count in sorted(done.items()):
        _say(f"  {count:4} {name}")

    _say(f"{len(inbox.letters)} messages; incidents by kind: {dict(told.kinds())}")
    wrong = {"not due": compared.alarms, "due and not there": compared.missing, "not accounted for": told.unaccounted()}
    for words, found in wrong.items():
        _say(f"{len(found)} {words}")
        for one in found:
            _say(f"  {one}")

    for letter in inbox.letters:
        if any(alarm.split()[0] == letter.incident for alarm in compared.alarms):
            _say(letter.text)

    return int(any(wrong.values()))


def _soak(minutes: float, seed: int, config: str, keep: Path | None) -> int:
    with ExitStack() as stack:
        coven = stack.enter_context(closing(RealCoven(install_coven.install())))
        inbox = stack.enter_context(closing(Inbox()))
        own_copy(coven)
        coven.start()
        program = stack.enter_context(closing(watch(coven, inbox, config)))
        program.start()
        life = Life(coven, Told(program, inbox))
        with being_read(coven, life.sessions):
            done = _live(Days(life), Random(seed), minutes)

        compared = _settle(life.told)
        code = _report(life, done, compared, minutes)
        if keep is not None:
            _keep(program, keep)

        return code


def _keep(program: Program, folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "watchdog.log").write_text(program.said, encoding="utf-8")


def main() -> int:
    """Run it."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--minutes", type=float, default=60)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--config", default="", help="lines of TOML for config.toml; default: every setting as users have it")
    parser.add_argument("--keep", type=Path, help="a folder for the watchdog's log")
    asked = parser.parse_args()
    _say(f"seed {asked.seed}, {asked.minutes:g} minutes")
    return _soak(asked.minutes, asked.seed, asked.config, asked.keep)


if __name__ == "__main__":
    sys.exit(main())
