import pytest

from actors.core import Ref
from tests.web.canned_supervisor import INNER_TEXT
from tests.web.http_client import Address, request


def test_sinks_are_listed_with_their_status(api: Address) -> None:
    answer = request(api, "/sinks")
    assert answer.status == 200
    assert answer.json() == [
        {
            "id": 3,
            "key": "stdout",
            "name": "Stdout sink",
            "path": "stdout",
            "enabled": True,
            "status": "running",
            "restarts": 0,
        },
        {
            "id": 4,
            "key": "team/broken",
            "name": "Broken",
            "path": "nowhere",
            "enabled": True,
            "status": "error",
            "last_error": {
                "message": "Plugin library not found",
                "timestamp": 1755770000000000,
            },
            "plugin_config_format": "yaml",
            "restarts": 2,
            "next_retry_at": 1755770001000000,
            "needs_attention": True,
        },
    ]


def test_sources_are_listed_apart_from_sinks(api: Address) -> None:
    assert [info["key"] for info in request(api, "/sources").json()] == ["random"]


def test_the_streams_of_a_sink_carry_all_fields(api: Address) -> None:
    details = request(api, "/sinks/stdout").json()
    assert details["key"] == "stdout"
    assert details["streams"] == [
        {
            "stream": "s",
            "topics": ["t", "u"],
            "schema": "json",
            "avro_schema_json": None,
            "avro_schema_path": None,
            "codec": {},
            "batch_length": None,
            "poll_interval": None,
            "consumer_group": None,
            "min_batch": None,
            "linger": None,
        }
    ]


def test_the_streams_of_a_source_carry_all_fields(api: Address) -> None:
    assert request(api, "/sources/random").json()["streams"] == [
        {
            "stream": "s",
            "topic": "t",
            "schema": "raw",
            "avro_schema_json": None,
            "avro_schema_path": None,
            "codec": {},
            "batch_length": 10,
            "linger_time": None,
        }
    ]


def test_a_topic_that_was_found_has_its_durability_where_iggy_tells_it(api: Address) -> None:
    assert request(api, "/sinks/stdout").json()["topics"] == [
        {"stream": "s", "topic": "t", "durability": "persisted"},
        {"stream": "s", "topic": "u", "durability": None},
    ]
    assert request(api, "/sources/random").json()["topics"] == []


def test_transforms_come_in_file_order_with_disabled_ones(api: Address) -> None:
    assert request(api, "/sinks/stdout/transforms").json() == [
        {"type": "add_fields", "config": {"enabled": True, "f": [1]}},
        {"type": "filter_fields", "config": {"enabled": False}},
    ]


def test_a_connector_without_transforms_has_an_empty_list(api: Address) -> None:
    assert request(api, "/sinks/bare/transforms").json() == []


def test_a_key_with_a_slash_works_percent_encoded(api: Address) -> None:
    assert request(api, "/sinks/team%2Fbroken").json()["key"] == "team/broken"
    assert request(api, "/sinks/team%2fbroken/transforms").json() == []
    assert request(api, "/sinks/team/broken").status == 404


@pytest.mark.parametrize("suffix", ["", "/transforms", "/config", "/configs/plugin"])
def test_an_unknown_key_is_named(api: Address, suffix: str) -> None:
    for kind in ("sink", "source"):
        answer = request(api, f"/{kind}s/n%C3%B6%20one{suffix}")
        assert answer.status == 404
        assert answer.json() == {
            "code": f"{kind}_not_found",
            "reason": f"{kind.capitalize()} not found with key: nö one",
        }


def test_a_key_that_is_not_utf_8_is_a_bad_request(api: Address) -> None:
    answer = request(api, "/sinks/%ff")
    assert (answer.status, answer.body) == (400, b"")


def test_the_text_of_a_fault_is_logged_and_not_shown(
    api: Address, caplog: pytest.LogCaptureFixture
) -> None:
    answer = request(api, "/sinks/faulty")
    assert answer.status == 500
    assert answer.json()["code"] == "error"
    assert INNER_TEXT not in answer.body.decode()
    assert INNER_TEXT in caplog.text


@pytest.mark.parametrize(
    ("key", "status", "code"),
    [("full", 503, "mailbox_full"), ("misconfigured", 400, "invalid_configuration")],
)
def test_errors_are_answered_by_their_code(api: Address, key: str, status: int, code: str) -> None:
    answer = request(api, f"/sinks/{key}")
    assert (answer.status, answer.json()["code"]) == (status, code)


def test_a_runtime_that_has_gone_is_unavailable_and_unhealthy(
    api: Address, supervisor: Ref
) -> None:
    supervisor.stop(timeout=5)
    answer = request(api, "/sinks")
    assert (answer.status, answer.json()["code"]) == (503, "actor_dead")
    answer = request(api, "/health")
    assert (answer.status, answer.json()["status"]) == (503, "unhealthy")


def test_health_tells_how_the_runtime_stands_with_iggy(api: Address) -> None:
    answer = request(api, "/health")
    assert answer.status == 200
    assert answer.json() == {"status": "healthy", "iggy": "connected"}


def test_the_root_says_who_answers(api: Address) -> None:
    answer = request(api, "/")
    assert (answer.status, answer.body) == (200, b"Connector Runtime API")
    assert answer.headers["Content-Type"] == "text/plain; charset=utf-8"
