import pytest

from tests.web.conftest import Serve
from tests.web.http_client import request

KEY = "test-api-key"


@pytest.mark.parametrize(
    ("method", "path", "given", "status"),
    [
        ("GET", "/", None, 200),
        ("GET", "/health", None, 200),
        ("GET", "/health", "wrong", 200),
        ("POST", "/health", None, 405),
        ("GET", "/health?x=1", None, 200),
        ("GET", "/health/", None, 401),
        ("GET", "//health", None, 401),
        ("GET", "/heal%74h", None, 401),
        ("GET", "/sinks", None, 401),
        ("GET", "/sinks", "wrong", 401),
        ("GET", "/sinks", "", 401),
        ("GET", "/sinks", KEY + "x", 401),
        ("GET", "/sinks", KEY.upper(), 401),
        ("GET", "/sinks", "schlüssel", 401),
        ("GET", "/sinks", KEY, 200),
        ("GET", "/stats", None, 401),
        ("GET", "/stats", KEY, 404),
        ("GET", "/unknown", None, 401),
        ("GET", "/unknown", KEY, 404),
        ("POST", "/sinks", None, 401),
        ("POST", "/sinks", KEY, 405),
        ("HEAD", "/sinks", None, 401),
        ("HEAD", "/sinks", KEY, 200),
        ("OPTIONS", "/sinks", None, 401),
    ],
)
def test_a_key_is_needed_except_for_the_root_and_health(
    serve: Serve, method: str, path: str, given: str | None, status: int
) -> None:
    headers = {} if given is None else {"api-key": given}
    answer = request(serve(api_key=KEY).address, path, method=method, headers=headers)
    assert answer.status == status
    if status == 401:
        assert answer.body == b""
        assert "WWW-Authenticate" not in answer.headers


def test_without_a_configured_key_any_key_will_do(serve: Serve) -> None:
    assert request(serve().address, "/sinks", headers={"api-key": "whatever"}).status == 200


def test_a_header_with_an_underscore_is_not_the_key(serve: Serve) -> None:
    address = serve(api_key=KEY).address
    assert request(address, "/sinks", headers={"api_key": KEY}).status == 401
