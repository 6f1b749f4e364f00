"""Loads code of users from `.py` files."""

import hashlib
import sys
from importlib.machinery import ModuleSpec, SourceFileLoader
from importlib.util import module_from_spec
from pathlib import Path
from types import CodeType, ModuleType

from connectors.file_schemas import bind_schema_names, forget_schema_names


class _Loader(SourceFileLoader):
    """Compiles the source that it was given: cached byte code can be older than a quick edit."""

    def __init__(self, name: str, file: Path, source: bytes) -> None:
        super().__init__(name, str(file))
        self._source = source

    def get_code(self, fullname: str) -> CodeType:  # noqa: ARG002 - the signature is importlib's
        return self.source_to_code(self._source, self.path)


def load_file(file: Path, owner: str) -> ModuleType:
    """Run `file` and return its module; raises what its code raises.

    Each call makes a module of its own. The last one of an `owner` (a connector) is kept under a
    name that stays the same, so that what was pickled can be read again. Modules beside the file
    can be imported by it, unless one that is installed or ours has the same name. Names in its
    `marshmallow.fields.Nested` stand for its own schemas.
    """
    source = file.read_bytes()
    digest = hashlib.sha256(f"{file}\0{owner}".encode(errors="surrogateescape")).hexdigest()
    name = f"iggy_connectors_plugin_{file.stem.replace('.', '_')}_{digest[:16]}"
    loader = _Loader(name, file, source)
    spec = ModuleSpec(name, loader, origin=str(file))
    spec.has_location = True
    module = module_from_spec(spec)
    _make_importable(file.parent)
    former = sys.modules.get(name)
    sys.modules[name] = module
    forget_schema_names(name)
    try:
        loader.exec_module(module)
        bind_schema_names(name)
    except BaseException:
        if former is None:
            sys.modules.pop(name, None)
        else:
            sys.modules[name] = former
        raise
    finally:
        forget_schema_names(name)
    return module


def _make_importable(folder: Path) -> None:
    """Search `folder` last: a `config.py` there must not take the place of our `config`."""
    if str(folder) not in sys.path:
        sys.path.append(str(folder))
