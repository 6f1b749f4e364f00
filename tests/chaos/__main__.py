"""`python -m tests.chaos [--rounds N] [--seed S]`: the chaos run of the suite, but longer."""

import argparse
import random
import sys
import tempfile
import time
from pathlib import Path

from tests.chaos.chaos import Chaos

_LIMIT_PER_ROUND_S = 40.0


def main() -> int:
    """Run, print the report and return 0 if nothing is wrong."""
    parser = argparse.ArgumentParser(prog="python -m tests.chaos")
    parser.add_argument("--rounds", type=int, default=50)
    parser.add_argument("--seed", type=int, default=random.randrange(10**6))
    arguments = parser.parse_args()
    sys.stdout.write(f"seed {arguments.seed}\n")
    sys.stdout.flush()
    with tempfile.TemporaryDirectory(prefix="chaos-") as directory:
        report = Chaos(Path(directory), arguments.seed).run(
            arguments.rounds,
            least_held=arguments.rounds // 4,
            least_gaps=arguments.rounds // 20,
            ends_s=time.monotonic() + _LIMIT_PER_ROUND_S * arguments.rounds,
        )
    faults = report.faults()
    sys.stdout.write("\n".join((str(report), *faults, "")))
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
