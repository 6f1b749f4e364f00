"""`python -m tests.chaos_server [--rounds N] [--seed S]`: the crash chaos of the suite, longer."""

import argparse
import random
import sys
import tempfile
from pathlib import Path

from tests.chaos_server.chaos import CrashChaos
from tests.support.killable_server import new_killable_server


def main() -> int:
    """Run, print the report and return 0 if nothing is wrong."""
    parser = argparse.ArgumentParser(prog="python -m tests.chaos_server")
    parser.add_argument("--rounds", type=int, default=20)
    parser.add_argument("--seed", type=int, default=random.randrange(10**6))
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="chaos-server-") as directory:
        server = new_killable_server(Path(directory))
        try:
            report = CrashChaos(Path(directory), server, arguments.seed).run(arguments.rounds)
        finally:
            server.kill()
    faults = report.faults()
    sys.stdout.write("\n".join((str(report), *faults, "")))
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
