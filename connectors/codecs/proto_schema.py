"""Protocol Buffers messages of a schema that is known at run time only."""

import re
import sys
from collections.abc import Sequence
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path, PurePath

from google.protobuf import descriptor_pb2, descriptor_pool
from google.protobuf.descriptor import Descriptor
from google.protobuf.message import DecodeError

from config.errors import ConfigError
from config.suggestion import closest
from connectors.codecs.compiler import compile_schema, read_schema_file

_WELL_KNOWN = re.compile(r"google/protobuf/(\w+)\.proto")


def read_descriptor_set(schema_path: Path, include_paths: Sequence[str]) -> bytes:
    """Return a descriptor set: a compiled `.proto` file, or any other file as it is.

    Raises ConfigError.
    """
    if schema_path.suffix != ".proto":
        return read_schema_file(schema_path)
    read_schema_file(schema_path)
    if find_spec("grpc_tools") is None:
        raise ConfigError(
            "compiling a .proto file needs grpcio-tools: pip install 'iggy-connectors[proto]',"
            " or give the output of protoc --include_imports --descriptor_set_out"
        )
    folders = [*include_paths, str(schema_path.parent)]
    return compile_schema(
        schema_path,
        lambda directory: [
            *(sys.executable, "-P", "-m", "grpc_tools.protoc", "--include_imports"),
            f"--descriptor_set_out={directory / 'set'}",
            *(f"-I{folder}" for folder in folders),
            str(schema_path),
        ],
    )


def find_message(descriptor_set: bytes, message_type: str) -> Descriptor:
    """Return the message of that full name; raises ConfigError that names those there are."""
    try:
        files = descriptor_pb2.FileDescriptorSet.FromString(descriptor_set).file
    except DecodeError as error:
        raise ConfigError("the schema is no descriptor set of Protocol Buffers") from error
    pool = descriptor_pool.DescriptorPool()
    present = {file.name for file in files}
    try:
        for file in files:
            for name in file.dependency:
                if name not in present:
                    pool.AddSerializedFile(_well_known(name))
                    present.add(name)
            pool.AddSerializedFile(file.SerializeToString())
        return pool.FindMessageTypeByName(message_type.removeprefix("."))
    except TypeError as error:
        raise ConfigError(f"the schema cannot be used: {error}") from error
    except KeyError as error:
        names = sorted(name for file in files for name in _message_names(file))
        near = closest(message_type, names)
        hint = f"; did you mean {near}?" if near else ""
        listed = ", ".join(names[:20]) or "none"
        raise ConfigError(
            f"the schema has no message {message_type!r}, only {listed}{hint}"
        ) from error


def _well_known(name: str) -> bytes:
    """Return a file that the compiler knows by itself, for sets made without imports."""
    match = _WELL_KNOWN.fullmatch(name)
    try:
        module = import_module(f"google.protobuf.{match[1]}_pb2" if match else "")
    except (ImportError, ValueError) as error:
        raise ConfigError(
            f"the descriptor set lacks {PurePath(name)}: make it with --include_imports"
        ) from error
    content: bytes = module.DESCRIPTOR.serialized_pb
    return content


def _message_names(file: descriptor_pb2.FileDescriptorProto) -> list[str]:
    prefix = f"{file.package}." if file.package else ""
    return [prefix + message.name for message in file.message_type]
