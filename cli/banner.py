"""The first thing `run` says to a person: what runs, where, and what to try next."""

from importlib.metadata import version

from cli.arguments import PROGRAM
from cli.configuration import Configuration
from config.model import ConnectorCatalog, HttpConfig, Kind

_EVERY_ADDRESS = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104


def banner(configuration: Configuration) -> str:
    """Return a few plain lines, without secrets and without a line break at the end."""
    runtime = configuration.runtime
    http = runtime.http
    directory = runtime.connectors_dir or "no directory"
    lines = [
        f"{PROGRAM} {version(PROGRAM)}: connectors for Apache Iggy",
        f"  Iggy        {runtime.iggy.address}",
        f"  HTTP API    {_http_api(http)}",
        f"  state       {runtime.state_path}",
        f"  connectors  {directory}: {_counts(configuration.catalog)}",
    ]
    if http.enabled and http.port:
        header = "-H 'api-key: <your key>' " if http.api_key else ""
        lines.append(f"  try         curl {header}{_url(http)}/sinks")
    lines.append("  stop        Ctrl-C")
    return "\n".join(lines)


def _http_api(http: HttpConfig) -> str:
    if not http.enabled:
        return "off"
    if not http.port:
        return f"on {http.host}, at a free port that the log names"
    return _url(http)


def _url(http: HttpConfig) -> str:
    host = _EVERY_ADDRESS.get(http.host, http.host)
    return f"http://[{host}]:{http.port}" if ":" in host else f"http://{host}:{http.port}"


def _counts(catalog: ConnectorCatalog) -> str:
    enabled = [one for one in catalog.connectors if one.enabled]
    disabled = len(catalog.connectors) - len(enabled)
    sources = sum(one.kind is Kind.SOURCE for one in enabled)
    parts = [_count(sources, "source"), _count(len(enabled) - sources, "sink")]
    if disabled:
        parts.append(f"{disabled} disabled")
    if catalog.broken:
        parts.append(f"{len(catalog.broken)} broken")
    return ", ".join(parts)


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
