"""Makes the transforms of a connector out of its configuration."""

import logging
from collections.abc import Sequence

from config.errors import ConfigError
from config.model import TransformConfig
from config.suggestion import closest
from config.transform_names import TRANSFORMS
from connectors.codecs.extra import load_extra
from connectors.options import load_options, warn_of_unknown_keys
from connectors.transforms.add_fields import AddFieldsTable
from connectors.transforms.chain import Transform, TransformChain
from connectors.transforms.delete_fields import DeleteFieldsTable
from connectors.transforms.filter_fields import FilterFieldsTable
from connectors.transforms.python import PythonTable
from connectors.transforms.table import TransformTable
from connectors.transforms.unwrap_envelope import UnwrapEnvelopeTable
from connectors.transforms.update_fields import UpdateFieldsTable

_TABLES: dict[str, type[TransformTable]] = {
    "add_fields": AddFieldsTable,
    "delete_fields": DeleteFieldsTable,
    "filter_fields": FilterFieldsTable,
    "python": PythonTable,
    "unwrap_envelope": UnwrapEnvelopeTable,
    "update_fields": UpdateFieldsTable,
}
_TABLES_OF_EXTRAS = {
    "avro_convert": ("avro", "AvroConvertTable"),
    "flat_buffer_convert": ("flatbuffers", "FlatBufferConvertTable"),
    "proto_convert": ("proto", "ProtoConvertTable"),
}

_LOG = logging.getLogger(__name__)


def build_chain(
    transforms: Sequence[TransformConfig], *, log: logging.Logger = _LOG
) -> TransformChain:
    """Build the transforms that are enabled, in their order; unknown keys are warned of in `log`.

    The name of `log` stands for the connector: each has modules of its own of users' files.
    Raises ConfigError that names every wrong key of the first wrong transform.
    """
    return TransformChain([_build(transform, log) for transform in transforms if transform.enabled])


def _build(transform: TransformConfig, log: logging.Logger) -> Transform:
    table = _table(transform.type)()
    table.owner = log.name
    path = ("transforms", transform.type)
    options = dict(transform.options)
    warn_of_unknown_keys(table, options, path, log)
    built: Transform = load_options(
        table, options, path, what=f"transform {transform.type}", values_are_secret=False
    )
    return built


def _table(name: str) -> type[TransformTable]:
    if name in _TABLES_OF_EXTRAS:
        extra, table_name = _TABLES_OF_EXTRAS[name]
        module = load_extra(f"connectors.transforms.{name}", extra, f"transform {name}")
        table: type[TransformTable] = getattr(module, table_name)
        return table
    if name not in _TABLES:
        raise ConfigError(_no_such(name))
    return _TABLES[name]


def _no_such(name: str) -> str:
    near = closest(name, TRANSFORMS)
    hint = f"; did you mean {near}?" if near else ""
    return f"there is no transform {name!r}, only {', '.join(sorted(TRANSFORMS))}{hint}"
