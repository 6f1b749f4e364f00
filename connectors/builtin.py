"""The connectors that ship with the runtime, and those of the reference that do not yet."""

import re
from pathlib import PurePath
from typing import NamedTuple

from config.model import Kind


class ConnectorName(NamedTuple):
    """Sinks and sources have names of their own each."""

    kind: Kind
    name: str


BUILTINS: dict[ConnectorName, str] = {
    ConnectorName(Kind.SOURCE, "random"): "connectors.sources.random_source:RandomSource",
    ConnectorName(Kind.SINK, "stdout"): "connectors.sinks.stdout_sink:StdoutSink",
}

NOT_BUILT_YET = frozenset(
    {
        *(
            ConnectorName(Kind.SINK, name)
            for name in (
                "clickhouse",
                "delta",
                "doris",
                "elasticsearch",
                "http",
                "iceberg",
                "influxdb",
                "meilisearch",
                "mongodb",
                "postgres",
                "quickwit",
                "s3",
                "surrealdb",
            )
        ),
        *(ConnectorName(Kind.SOURCE, name) for name in ("elasticsearch", "influxdb", "postgres")),
    }
)

_LIBRARY = re.compile(r"(?:lib)?iggy_connector_(\w+)_(sink|source)(?:\.so|\.dylib|\.dll)?")


def by_name(name: str, kind: Kind) -> ConnectorName | None:
    """Return the connector of that name, of `kind` where there is one, else of the other kind."""
    for connector in (ConnectorName(kind, name), *(ConnectorName(other, name) for other in Kind)):
        if connector in BUILTINS or connector in NOT_BUILT_YET:
            return connector
    return None


def by_library(path: str) -> ConnectorName | None:
    """Return the connector whose library, in the reference, has the file name of `path`."""
    match = _LIBRARY.fullmatch(PurePath(path).name)
    return by_name(match[1], Kind(match[2])) if match else None
