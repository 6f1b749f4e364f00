"""The WSGI application; the only module that imports bottle. It runs in the hub's thread.

Bottle keeps the current request in a `threading.local`, which all greenlets of a thread share:
answers would go to other requests. While it is imported, greenlets get their own.
"""

import sys
import threading
from collections.abc import Callable, Iterable
from typing import Any, TypeAlias
from urllib.parse import parse_qsl, unquote

import gevent.local

from config.secret import Secret
from web.api_key import is_allowed
from web.error_answer import error_answer
from web.http_call import HttpAnswer, HttpCall, Route

if "bottle" in sys.modules:
    raise ImportError("bottle was imported before web.bottle_app, it would mix up requests")
_thread_local = threading.local
threading.local = gevent.local.local
try:
    import bottle
finally:
    threading.local = _thread_local

WsgiApplication: TypeAlias = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]


def bottle_app(routes: Iterable[Route], api_key: Secret) -> WsgiApplication:
    """Build the application: `PATH_INFO` has to be percent-encoded still."""
    app = bottle.Bottle()
    app.default_error_handler = _refusal
    app.router.add_filter("segment", lambda _: (r"[^/]+", _segment, None))

    @app.hook("before_request")  # type: ignore[untyped-decorator]
    def check_api_key() -> None:
        environ = bottle.request.environ
        if not is_allowed(environ["PATH_INFO"], environ.get("HTTP_API_KEY"), api_key):
            raise _response(HttpAnswer(status=401))

    for route in routes:
        app.route(route.path, route.method, _callback(route))
    return app  # type: ignore[no-any-return]


def _segment(encoded: str) -> str:
    return unquote(encoded, errors="strict")


def _callback(route: Route) -> Callable[..., Any]:
    def answer(**path: str) -> Any:
        query = dict(parse_qsl(bottle.request.query_string, keep_blank_values=True))
        try:
            return _response(route.endpoint(HttpCall(path=path, query=query)))
        except Exception as error:  # noqa: BLE001 - answered and logged there
            return _response(error_answer(error))

    return answer


def _response(answer: HttpAnswer) -> Any:
    headers = dict(answer.headers)
    headers["Content-Type"] = answer.content_type
    return bottle.HTTPResponse(answer.body, answer.status, headers)


def _refusal(error: Any) -> bytes:
    """Answer what no endpoint has taken with an empty body instead of a page."""
    bottle.response.content_type = "text/plain; charset=utf-8"
    allow = error.get_header("Allow")
    if allow and "GET" in allow.split(","):
        bottle.response.set_header("Allow", "GET,HEAD" + allow.removeprefix("GET"))
    return b""
