"""Makes the transforms of a connector out of its configuration."""

import logging
from collections.abc import Sequence

from config.errors import ConfigError
from config.model import TransformConfig
from config.served import KNOWN_TRANSFORMS
from config.suggestion import closest
from connectors.options import load_options, warn_of_unknown_keys
from connectors.transforms.add_fields import AddFieldsTable
from connectors.transforms.chain import Transform, TransformChain
from connectors.transforms.delete_fields import DeleteFieldsTable
from connectors.transforms.filter_fields import FilterFieldsTable
from connectors.transforms.table import TransformTable
from connectors.transforms.update_fields import UpdateFieldsTable

_TABLES: dict[str, type[TransformTable]] = {
    "add_fields": AddFieldsTable,
    "delete_fields": DeleteFieldsTable,
    "filter_fields": FilterFieldsTable,
    "update_fields": UpdateFieldsTable,
}

_LOG = logging.getLogger(__name__)


def build_chain(
    transforms: Sequence[TransformConfig], *, log: logging.Logger = _LOG
) -> TransformChain:
    """Build the transforms that are enabled, in their order; unknown keys are warned of in `log`.

    Raises ConfigError that names every wrong key of the first wrong transform.
    """
    return TransformChain([_build(transform, log) for transform in transforms if transform.enabled])


def _build(transform: TransformConfig, log: logging.Logger) -> Transform:
    table = _TABLES.get(transform.type)
    if table is None:
        raise ConfigError(_no_such(transform.type))
    path = ("transforms", transform.type)
    options = dict(transform.options)
    warn_of_unknown_keys(table(), options, path, log)
    built: Transform = load_options(
        table(), options, path, what=f"transform {transform.type}", values_are_secret=False
    )
    return built


def _no_such(name: str) -> str:
    if name in KNOWN_TRANSFORMS:
        return f"transform {name} is not served yet: set enabled = false"
    near = closest(name, KNOWN_TRANSFORMS)
    hint = f"; did you mean {near}?" if near else ""
    return f"there is no transform {name!r}, only {', '.join(sorted(KNOWN_TRANSFORMS))}{hint}"
