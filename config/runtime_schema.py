"""What may stand in the runtime's configuration file: the reference runtime's tables, and ours.

Every required key has its default in `defaults.toml`. What is not served yet is known by name, so
that a file of the reference runtime loads, and refused where it is switched on.
"""

from enum import StrEnum

from config.fields import U32_MAX, AddressField, Choice, Duration, Flag, Whole, longer_than_0
from config.model import LogFormat, TopicDurability
from config.problem import NOT_SERVED, Problem
from config.strict_field import TableSchema, table
from config.text_fields import SecretText, Text, TextArray, TextTable


class ProviderType(StrEnum):
    """Where connector configurations come from."""

    LOCAL = "local"
    HTTP = "http"


class Transport(StrEnum):
    """How telemetry travels."""

    GRPC = "grpc"
    HTTP = "http"


def _off(enabled: bool) -> None:
    if enabled:
        raise Problem(NOT_SERVED, allowed="false").error()


def _local(provider: ProviderType) -> None:
    if provider is not ProviderType.LOCAL:
        raise Problem(NOT_SERVED, allowed="local").error()


class CorsTable(TableSchema):
    """`[http.cors]`."""

    enabled = Flag(validate=_off)
    allowed_methods = TextArray()
    allowed_origins = TextArray()
    allowed_headers = TextArray()
    exposed_headers = TextArray()
    allow_credentials = Flag()
    allow_private_network = Flag()


class MetricsTable(TableSchema):
    """`[http.metrics]`."""

    enabled = Flag(validate=_off)
    endpoint = Text()


class HttpTlsTable(TableSchema):
    """`[http.tls]`."""

    enabled = Flag(validate=_off)
    cert_file = Text()
    key_file = Text()


class HttpTable(TableSchema):
    """`[http]`."""

    enabled = Flag()
    address = AddressField(lowest_port=0)
    api_key = SecretText()
    cors = table(CorsTable)
    metrics = table(MetricsTable)
    tls = table(HttpTlsTable)


class IggyTlsTable(TableSchema):
    """`[iggy.tls]`."""

    enabled = Flag()
    ca_file = Text()
    domain = Text()


class IggyTable(TableSchema):
    """`[iggy]`."""

    address = AddressField(lowest_port=1)
    username = Text()
    password = SecretText()
    token = SecretText()
    tls = table(IggyTlsTable)
    topic_durability = Choice(TopicDurability)
    repair_groups = Flag()


class StateTable(TableSchema):
    """`[state]`."""

    path = Text(filled=True)


class ResponseTable(TableSchema):
    """`[connectors.response]`."""

    data_path = Text(required=False)
    error_path = Text(required=False)


class RetryTable(TableSchema):
    """`[connectors.retry]`."""

    enabled = Flag()
    max_attempts = Whole(maximum=U32_MAX)
    initial_backoff = Duration()
    max_backoff = Duration()
    backoff_multiplier = Whole(maximum=U32_MAX)


class ConnectorsTable(TableSchema):
    """`[connectors]`."""

    config_type = Choice(ProviderType, validate=_local)
    config_dir = Text()
    base_url = Text(required=False)
    timeout = Duration()
    request_headers = TextTable(required=False, from_environment=False)
    url_templates = TextTable(required=False, from_environment=False)
    response = table(ResponseTable)
    retry = table(RetryTable)


class ExporterTable(TableSchema):
    """`[telemetry.logs]` and `[telemetry.traces]`."""

    transport = Choice(Transport)
    endpoint = Text()


class TelemetryTable(TableSchema):
    """`[telemetry]`."""

    enabled = Flag(validate=_off)
    service_name = Text()
    logs = table(ExporterTable)
    traces = table(ExporterTable)


class LoggingTable(TableSchema):
    """`[logging]`."""

    format = Choice(LogFormat)


class ShutdownTable(TableSchema):
    """`[shutdown]`."""

    timeout = Duration(validate=longer_than_0)


class RuntimeSchema(TableSchema):
    """The whole file."""

    http = table(HttpTable)
    iggy = table(IggyTable)
    state = table(StateTable)
    connectors = table(ConnectorsTable)
    telemetry = table(TelemetryTable)
    logging = table(LoggingTable)
    shutdown = table(ShutdownTable)
