"""`python -m broker`: the broker alone, set by environment."""

import os
import sys

from broker import BrokerError, BrokerSettings, InvalidSettingError, serve


def main() -> int:
    """Run until told to stop and return the exit code: 0, 1 cannot start, 2 bad setting."""
    try:
        serve(BrokerSettings.from_environ(os.environ))
    except BrokerError as error:
        sys.stderr.write(f"{error}\n")
        return 2 if isinstance(error, InvalidSettingError) else 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
