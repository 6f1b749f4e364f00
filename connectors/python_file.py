"""Loads code of users from `.py` files."""

import hashlib
import os
import sys
from importlib.machinery import ModuleSpec, SourceFileLoader
from importlib.util import module_from_spec
from pathlib import Path
from types import CodeType, ModuleType

_loaded: dict[str, ModuleType] = {}


class _Loader(SourceFileLoader):
    """Compiles the source that it was given: cached byte code can be older than a quick edit."""

    def __init__(self, name: str, file: Path, source: bytes) -> None:
        super().__init__(name, str(file))
        self._source = source

    def get_code(self, fullname: str) -> CodeType:  # noqa: ARG002 - the signature is importlib's
        return self.source_to_code(self._source, self.path)


def load_file(file: Path) -> ModuleType:
    """Return the module that `file` holds, anew when it was edited; raises what its code raises."""
    source = file.read_bytes()
    digest = hashlib.sha256(os.fsencode(file) + source).hexdigest()
    name = f"iggy_connectors_plugin_{file.stem}_{digest[:16]}"
    if name in _loaded:
        return _loaded[name]
    loader = _Loader(name, file, source)
    spec = ModuleSpec(name, loader, origin=str(file))
    spec.has_location = True
    module = sys.modules[name] = module_from_spec(spec)
    try:
        loader.exec_module(module)
    except BaseException:
        del sys.modules[name]
        raise
    return _loaded.setdefault(name, module)
