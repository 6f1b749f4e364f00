import sys
import time
from concurrent.futures import ThreadPoolExecutor

import gevent
import pytest

from config.secret import Secret
from tests.web.conftest import Serve
from tests.web.http_client import Address, raw_connection, request, until_closed
from web import limited_server, supervisor_bridge
from web.bottle_app import bottle_app
from web.http_call import HttpAnswer, HttpCall, Route, text_answer


def _key_that_is_answered(api: Address, number: int) -> str:
    answer = request(api, f"/sinks/numbered-{number}")
    assert answer.status == 200
    return str(answer.json()["key"])


def test_400_requests_at_once_get_their_own_answers(api: Address) -> None:
    with ThreadPoolExecutor(400) as threads:
        keys = list(threads.map(lambda number: _key_that_is_answered(api, number), range(400)))
    assert keys == [f"numbered-{number}" for number in range(400)]


def test_bottle_keeps_requests_apart_while_they_wait(serve: Serve) -> None:
    def path_after_a_pause(_call: HttpCall) -> HttpAnswer:
        gevent.sleep(0.1)
        return text_answer(sys.modules["bottle"].request.path)

    route = Route(method="GET", path="/<key:segment>", endpoint=path_after_a_pause)
    address = serve(build=lambda _hub: bottle_app([route], Secret(""))).address
    paths = [f"/{number}" for number in range(50)]
    with ThreadPoolExecutor(50) as threads:
        answers = threads.map(lambda path: request(address, path).body.decode(), paths)
        assert list(answers) == paths


def test_requests_wait_for_actors_without_holding_up_each_other(
    api: Address, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(supervisor_bridge, "ANSWER_S", 1.0)
    with ThreadPoolExecutor(20) as threads:
        stuck = [threads.submit(request, api, "/sinks/stuck") for _ in range(20)]
        started_s = time.monotonic()
        assert request(api, "/sinks/stdout").status == 200
        assert request(api, "/health").status == 200
        assert not any(future.done() for future in stuck)
        assert time.monotonic() - started_s < 1
        for future in stuck:
            answer = future.result(10)
            assert (answer.status, answer.json()["code"]) == (503, "ask_timeout")


def test_connections_beyond_the_limit_wait_for_their_turn(api: Address) -> None:
    with ThreadPoolExecutor(limited_server.MAX_CONNECTIONS) as threads:
        many = range(limited_server.MAX_CONNECTIONS * 2)
        answers = list(threads.map(lambda _: request(api, "/sinks"), many))
    assert {answer.status for answer in answers} == {200}


def test_requests_on_one_connection_are_answered_in_order(api: Address) -> None:
    with raw_connection(api) as connection:
        for number in range(3):
            connection.sendall(f"HEAD /sinks/{number} HTTP/1.1\r\n\r\n".encode())
        connection.sendall(b"GET /health HTTP/1.1\r\nConnection: close\r\n\r\n")
        answers = until_closed(connection)
    assert answers.count(b"HTTP/1.1 404 ") == 3
    assert answers.endswith(b'{"status":"healthy","iggy":"connected"}')


def test_a_connection_is_not_kept_while_others_wait_for_one(
    serve: Serve, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limited_server, "MAX_CONNECTIONS", 1)
    address = serve().address
    with raw_connection(address) as first, raw_connection(address) as second:
        for connection in (first, second):
            connection.sendall(b"GET / HTTP/1.1\r\n\r\n")
            assert b"\r\nConnection: close\r\n" in until_closed(connection)
