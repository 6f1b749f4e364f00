"""How errors are answered: the one place where their codes meet HTTP."""

import logging

from pykka import ActorDeadError

from actors.queries import ConnectorNotFoundError
from config.errors import ConfigError, ConnectError
from web.errors import NotConvertibleError
from web.http_call import HttpAnswer, json_answer

_log = logging.getLogger(__name__)

_STATUS_BY_CODE = {
    "actor": 503,
    "actor_dead": 503,
    "ask_timeout": 503,
    "connector_not_found": 404,
    "invalid_configuration": 400,
    "mailbox_full": 503,
    "not_convertible": 400,
}


def error_answer(error: Exception) -> HttpAnswer:
    """Answer with `{"code", "reason"}`; what is not expected is logged, and its text not shown."""
    code = _code(error)
    status = _STATUS_BY_CODE.get(code)
    if status is None:
        _log.error("A request has failed", exc_info=error)
        return json_answer({"code": "error", "reason": "Internal error, see the log"}, 500)
    return json_answer({"code": _public_code(error, code), "reason": _reason(error)}, status)


def _code(error: Exception) -> str:
    if isinstance(error, ActorDeadError):
        return "actor_dead"
    return error.code if isinstance(error, ConnectError) else ""


def _public_code(error: Exception, code: str) -> str:
    match error:
        case ConnectorNotFoundError():
            return f"{error.kind}_not_found"
        case NotConvertibleError():
            return "error"
    return code


def _reason(error: Exception) -> str:
    match error:
        case ConfigError():
            return f"Invalid configuration: {error}"
        case ActorDeadError():
            return "the runtime is not there at the moment"
    return str(error)
