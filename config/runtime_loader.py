"""Loads the runtime's own configuration: embedded defaults, one file, the environment."""

from collections.abc import Mapping
from importlib.resources import files
from pathlib import Path
from typing import Any

from config.credentials import login_problems, resolve_token
from config.document import Document
from config.errors import ConfigError, Finding
from config.layers import Layers
from config.loaded import Loaded
from config.model import HttpConfig, IggyConfig, IggyTlsConfig, RuntimeConfig
from config.parent_search import find_file
from config.problem import Located, Problem
from config.runtime_environment import CONFIG_PATH, runtime_overrides, unknown_variables
from config.runtime_schema import RuntimeSchema
from config.secret import Secret
from config.strict_field import leaves
from config.unknown_keys import unknown_keys
from config.validation import validate

_USUAL_FILE = "core/connectors/runtime/config.toml"
_SCHEMA = RuntimeSchema()
_SECRETS = frozenset(path for path, field in leaves(_SCHEMA) if field.secret)


def load_runtime(environ: Mapping[str, str], *, cwd: Path) -> Loaded[RuntimeConfig]:
    """Return the configuration in force; relative paths in it are made absolute from `cwd`.

    Raises ConfigError with everything that is wrong, of all layers.
    """
    warnings = list(unknown_variables(environ))
    documents = [Document("the built-in defaults", _defaults())]
    path = _file(environ, cwd, warnings)
    if path is not None:
        documents.append(Document.read(path))
    layers = Layers(documents, runtime_overrides(environ), _SECRETS)
    for document in documents[1:]:
        warnings += layers.findings(unknown_keys(_SCHEMA, document.table))

    data, problems = validate(_SCHEMA, layers.table)
    iggy = data.get("iggy", {})
    problems += login_problems(iggy, cwd=cwd)
    token = iggy.get("token", Secret(""))
    try:
        token = resolve_token(token, cwd=cwd, home=environ.get("HOME"))
    except ValueError as error:
        problems.append(Located(("iggy", "token"), Problem(str(error))))
    if problems:
        raise ConfigError(
            "The runtime's configuration cannot be used:", (*layers.findings(problems), *warnings)
        )
    return Loaded(value=_built(data, token, cwd), warnings=tuple(warnings))


def _defaults() -> str:
    return (files("config") / "defaults.toml").read_text(encoding="utf-8")


def _file(environ: Mapping[str, str], cwd: Path, warnings: list[Finding]) -> Path | None:
    named = environ.get(CONFIG_PATH)
    path = find_file(named or _USUAL_FILE, cwd)
    if named and path is None:
        problem = "no such file, here or in a folder above; going on with the built-in defaults"
        warnings.append(Finding(source=CONFIG_PATH, key=named, problem=problem))
    return path


def _built(data: dict[str, Any], token: Secret, cwd: Path) -> RuntimeConfig:
    http, iggy, tls = data["http"], data["iggy"], data["iggy"]["tls"]
    directory = data["connectors"]["config_dir"]
    ca_file = str(cwd / tls["ca_file"]) if tls["enabled"] else tls["ca_file"]
    return RuntimeConfig(
        http=HttpConfig(
            enabled=http["enabled"],
            host=http["address"].host,
            port=http["address"].port,
            api_key=http["api_key"],
        ),
        iggy=IggyConfig(
            address=iggy["address"].text,
            username=iggy["username"],
            password=iggy["password"],
            token=token,
            tls=IggyTlsConfig(enabled=tls["enabled"], ca_file=ca_file, domain=tls["domain"]),
            topic_durability=iggy["topic_durability"],
            repair_groups=iggy["repair_groups"],
        ),
        state_path=cwd / data["state"]["path"],
        connectors_dir=cwd / directory if directory else None,
        log_format=data["logging"]["format"],
        stop_timeout_s=data["shutdown"]["timeout"],
    )
