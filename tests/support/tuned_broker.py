"""A broker process with settings that have no environment variable, given as JSON."""

import dataclasses
import json
import os
import sys

from broker import BrokerSettings, serve

if __name__ == "__main__":
    settings = BrokerSettings.from_environ(os.environ)
    serve(dataclasses.replace(settings, **json.loads(sys.argv[1])))
