import json

import pytest
import tomli
import yaml

from tests.web.canned_supervisor import TABLE
from tests.web.http_client import Address, request


@pytest.mark.parametrize("path", ["/sinks/stdout/config", "/sinks/stdout/configs/plugin"])
@pytest.mark.parametrize("query", ["", "?format=toml", "?other=1", "?format=json&format=toml"])
def test_toml_is_what_is_given_without_another_wish(api: Address, path: str, query: str) -> None:
    answer = request(api, path + query)
    assert answer.status == 200
    assert answer.headers["Content-Type"] == "application/toml"
    assert tomli.loads(answer.body.decode()) == TABLE


def test_json_and_text_are_the_same_compact_json(api: Address) -> None:
    as_json = request(api, "/sinks/stdout/config?format=json")
    as_text = request(api, "/sinks/stdout/config?format=text")
    assert as_json.headers["Content-Type"] == "application/json"
    assert as_text.headers["Content-Type"] == "text/plain"
    assert as_json.body == as_text.body
    assert json.loads(as_json.body) == TABLE
    assert b" " not in as_json.body


def test_yaml_keeps_order_and_letters(api: Address) -> None:
    answer = request(api, "/sinks/stdout/config?format=yaml")
    assert answer.headers["Content-Type"] == "application/yaml"
    assert yaml.safe_load(answer.body) == TABLE
    assert answer.body.startswith("name: ü\n".encode())


def test_the_connector_names_the_format_that_is_given_without_a_wish(api: Address) -> None:
    assert request(api, "/sinks/team%2Fbroken/config").headers["Content-Type"] == "application/yaml"
    answer = request(api, "/sinks/team%2Fbroken/config?format=json")
    assert answer.headers["Content-Type"] == "application/json"


def test_no_plugin_configuration_is_an_empty_404(api: Address) -> None:
    answer = request(api, "/sinks/bare/config?format=json")
    assert (answer.status, answer.body) == (404, b"")


@pytest.mark.parametrize("key", ["with-null", "a-list"])
def test_what_toml_cannot_say_is_a_bad_request(api: Address, key: str) -> None:
    answer = request(api, f"/sinks/{key}/config?format=toml")
    assert (answer.status, answer.json()["code"]) == (400, "error")
    assert request(api, f"/sinks/{key}/config?format=json").status == 200


@pytest.mark.parametrize("value", ["xml", "", "TOML", "json%00"])
def test_an_unknown_format_is_refused_in_plain_text(api: Address, value: str) -> None:
    answer = request(api, f"/sinks/stdout/config?format={value}")
    assert answer.status == 400
    assert answer.headers["Content-Type"].startswith("text/plain")
    assert answer.body.startswith(b"Failed to deserialize query string: ")
