"""Has the schemas of a user's file find each other by name, and nobody else find them.

marshmallow looks names up among the schemas of the whole process. A file is run for each start of
each connector, so that its names would stand for classes of former starts, or for several.
"""

import copy
from collections.abc import Iterator
from typing import Any

from marshmallow import Schema, class_registry, fields

_AROUND = {"parent", "root"}


def bind_schema_names(module: str) -> None:
    """Put classes for names in the `Nested` fields of the schemas that `module` defines.

    A name that is none of its own schemas is left for marshmallow to look up.
    """
    for schema in _subclasses(Schema):
        if schema.__module__ == module:
            schema._declared_fields = _bound(schema._declared_fields, module)  # noqa: SLF001


def forget_schema_names(module: str) -> None:
    """Take the schemas that `module` defines from those that marshmallow finds by name."""
    registry = class_registry._registry  # noqa: SLF001 - there is no public way
    for name, classes in list(registry.items()):
        for one in [one for one in classes if one.__module__ == module]:
            classes.remove(one)
        if not classes:
            registry.pop(name, None)  # which a connector that starts now may have done


def _subclasses(schema: type[Schema]) -> Iterator[type[Schema]]:
    for subclass in schema.__subclasses__():
        yield subclass
        yield from _subclasses(subclass)


def _bound(value: Any, module: str) -> Any:
    """Return a copy: a field that a schema inherits is that of another module, too."""
    match value:
        case list() | tuple() if type(value) in (list, tuple):
            return type(value)([_bound(one, module) for one in value])
        case dict() if type(value) is dict:
            return {key: _bound(one, module) for key, one in value.items()}
        case Schema():
            bound = copy.copy(value)
            bound.declared_fields = _bound(value.declared_fields, module)
            return bound
        case fields.Field():
            return _bound_field(value, module)
    return value


def _bound_field(field: fields.Field[Any], module: str) -> fields.Field[Any]:
    bound = copy.copy(field)
    for attribute in vars(field).keys() - _AROUND:
        vars(bound)[attribute] = _bound(vars(field)[attribute], module)
    if isinstance(bound, fields.Nested) and isinstance(bound.nested, str):
        bound.nested = _own_schema(bound.nested, module) or bound.nested
    return bound


def _own_schema(name: str, module: str) -> type[Schema] | None:
    """Return the schema of the name or the full name, of several in `module` the last."""
    full_name = name if name.startswith(f"{module}.") else f"{module}.{name}"
    found = class_registry._registry.get(full_name)  # noqa: SLF001 - get_class raises
    return found[0] if found else None
