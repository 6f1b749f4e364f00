import pytest

from tests.web.http_client import Address, raw_connection, request, until_closed


@pytest.mark.parametrize(
    "path",
    [
        "/unknown",
        "/sinks/",
        "/sinks/stdout/",
        "/sinks/stdout/nothing",
        "//sinks",
        "/sink%73",
        "/sinks//transforms",
    ],
)
def test_an_unknown_path_is_an_empty_404(api: Address, path: str) -> None:
    answer = request(api, path)
    assert (answer.status, answer.body) == (404, b"")


@pytest.mark.parametrize("path", ["/", "/health", "/sinks", "/sources/random", "/sinks/x/config"])
@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH", "OPTIONS", "ANY", "PROXY"])
def test_a_wrong_method_is_told_the_right_ones(api: Address, path: str, method: str) -> None:
    answer = request(api, path, method=method)
    assert (answer.status, answer.body) == (405, b"")
    assert answer.headers["Allow"] == "GET,HEAD"


@pytest.mark.parametrize("path", ["/", "/health", "/sinks", "/sinks/stdout", "/sinks/nobody"])
def test_head_is_get_without_the_body(api: Address, path: str) -> None:
    got = request(api, path)
    headed = request(api, path, method="HEAD")
    assert headed.body == b""
    assert headed.status == got.status
    assert headed.headers["Content-Length"] == got.headers["Content-Length"]
    assert headed.headers["Content-Type"] == got.headers["Content-Type"]


def test_a_proxy_may_send_the_whole_url(api: Address) -> None:
    with raw_connection(api) as connection:
        connection.sendall(
            b"GET http://elsewhere/sinks/stdout?x=1 HTTP/1.1\r\nConnection: close\r\n\r\n"
        )
        answer = until_closed(connection)
    assert answer.startswith(b"HTTP/1.1 200 ")
    assert b'"key":"stdout"' in answer
