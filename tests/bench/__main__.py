"""The figures of coven-watchdog on this machine, beside controls taken in the same run: `python3 .ci/go.py bench [--quick] [NAME…]`.

Prints a table as it grows. Names: killed paused live_locked failed quiet printing large probes walks starts commands; none means all
(about 25 minutes; `--quick` about 8). Figures of a busy or shared machine drift: compare within one table.
"""

import argparse
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent))

from bench import alerts, costs, idle
from bench.setting import Row

Benchmark = Callable[[int], Iterator[Row]]

# name → what, its samples or seconds, and those of a quick run
BENCHMARKS: dict[str, tuple[Benchmark, int, int]] = {
    "killed": (alerts.killed, 20, 6),
    "paused": (alerts.paused, 10, 3),
    "live_locked": (alerts.live_locked, 6, 3),
    "failed": (alerts.failed, 20, 5),
    "quiet": (idle.quiet, 180, 60),
    "printing": (idle.printing, 120, 45),
    "large": (idle.large, 120, 45),
    "probes": (costs.probes, 200, 50),
    "walks": (costs.walks, 5, 2),
    "starts": (costs.starts, 10, 4),
    "commands": (costs.commands, 10, 4),
}


def _print(*cells: str) -> None:
    sys.stdout.write(f"| {' | '.join(cells)} |\n")
    sys.stdout.flush()


def main() -> None:
    """Run what was asked for."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="fewer samples, shorter windows")
    parser.add_argument("names", nargs="*", metavar="NAME", choices=[*BENCHMARKS, []])
    asked = parser.parse_args()
    _print("#", "what", "p50 / max", "budget", "controls (p50 / max)")
    _print(*["---"] * 5)
    for name in asked.names or BENCHMARKS:
        benchmark, full, quick = BENCHMARKS[name]
        for row in benchmark(quick if asked.quick else full):
            _print(row.number, row.what, row.got, row.budget, row.controls)


if __name__ == "__main__":
    main()
