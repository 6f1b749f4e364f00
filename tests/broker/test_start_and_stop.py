"""How the broker's process begins and ends."""

import asyncio
import signal
import sqlite3
import time
from pathlib import Path

import pytest
from apache_iggy import AutoLogin, SendMessage

from tests.support.broker import BrokerDidNotStartError, BrokerProcess, StartBroker
from tests.support.raw_iggy import BY_CODE, PING, RawClient
from tests.support.sdk import connect, run

pytestmark = pytest.mark.broker_only

DEADLINE_S = 10.0


def until_it_says(broker: BrokerProcess, text: str) -> None:
    deadline_s = time.monotonic() + DEADLINE_S
    while text not in broker.output():
        assert time.monotonic() < deadline_s, broker.output()
        time.sleep(0.01)


def make_a_topic(broker: BrokerProcess) -> None:
    async def main() -> None:
        client = await connect(broker.address)
        await client.create_stream("stream")
        await client.create_topic("stream", "topic", 1)
        for text in ("one", "two", "three"):
            await client.send_messages("stream", "topic", 0, [SendMessage(text)])

    run(main)


def test_it_says_what_it_is_and_where(broker: BrokerProcess) -> None:
    [line] = broker.output().splitlines()
    for text in (
        "Development broker",
        broker.address,
        str(broker.data_directory),
        "For production run the real Apache Iggy server",
    ):
        assert text in line


def test_the_root_user_is_who_the_environment_says(start_broker: StartBroker) -> None:
    broker = start_broker(IGGY_ROOT_USERNAME="admin", IGGY_ROOT_PASSWORD="7654321")

    async def main() -> None:
        await connect(broker.address, login=AutoLogin.username_password("admin", "7654321"))
        with pytest.raises(RuntimeError, match="Invalid credentials"):
            await connect(broker.address)

    run(main)
    assert "7654321" not in broker.output()


def test_an_address_in_use_is_one_clear_line(
    broker: BrokerProcess, start_broker: StartBroker
) -> None:
    with pytest.raises(BrokerDidNotStartError) as caught:
        start_broker(IGGY_TCP_ADDRESS=broker.address)
    [line] = str(caught.value).splitlines()
    assert line.startswith(f"cannot listen on {broker.address}: the address is in use")


def test_an_address_of_another_machine_is_one_clear_line(start_broker: StartBroker) -> None:
    with pytest.raises(BrokerDidNotStartError) as caught:
        start_broker(IGGY_TCP_ADDRESS="192.0.2.1:0")
    [line] = str(caught.value).splitlines()
    assert line.startswith("cannot listen on 192.0.2.1:0: ")


def test_a_data_directory_in_use_is_one_clear_line(
    broker: BrokerProcess, start_broker: StartBroker
) -> None:
    with pytest.raises(BrokerDidNotStartError) as caught:
        start_broker(broker.data_directory)
    [line] = str(caught.value).splitlines()
    assert line.startswith(f"data directory {broker.data_directory} is in use by another broker")


def test_a_killed_broker_leaves_no_lock(broker: BrokerProcess) -> None:
    broker.kill()
    broker.restart()
    assert broker.is_running


def test_a_directory_of_something_else_is_left_alone(
    start_broker: StartBroker, tmp_path: Path
) -> None:
    (tmp_path / "file").write_text("mine")
    with pytest.raises(BrokerDidNotStartError, match="was not made by this broker"):
        start_broker(tmp_path)
    assert [path.name for path in tmp_path.iterdir() if path.suffix != ".log"] == ["file"]


def test_a_path_that_cannot_be_a_directory_is_one_clear_line(
    start_broker: StartBroker, tmp_path: Path
) -> None:
    (tmp_path / "file").write_text("mine")
    with pytest.raises(BrokerDidNotStartError, match="IGGY_SYSTEM_PATH") as caught:
        start_broker(tmp_path / "file")
    assert len(str(caught.value).splitlines()) == 1


@pytest.mark.parametrize("damage", ["database", "missing database", "missing log", "message"])
def test_damaged_data_is_one_clear_line_and_left_as_it_is(
    broker: BrokerProcess, damage: str
) -> None:
    make_a_topic(broker)
    broker.terminate()
    database = broker.data_directory / "catalog.sqlite"
    [log] = (broker.data_directory / "logs").glob("*")
    [segment] = log.glob("*")
    if damage == "database":
        database.write_bytes(b"garbage" * 1000)
    elif damage == "missing database":
        database.unlink()
    elif damage == "missing log":
        segment.unlink()
        log.rmdir()
    else:
        content = bytearray(segment.read_bytes())
        content[100] = 1
        segment.write_bytes(content)
    before = {p: p.read_bytes() for p in broker.data_directory.rglob("*") if p.is_file()}
    with pytest.raises(BrokerDidNotStartError) as caught:
        broker.restart()
    [line] = str(caught.value).splitlines()
    assert str(broker.data_directory) in line
    assert "IGGY_SYSTEM_PATH" in line
    after = {p: p.read_bytes() for p in broker.data_directory.rglob("*") if p.is_file()}
    assert after == before


def test_data_of_another_format_is_refused(broker: BrokerProcess) -> None:
    broker.terminate()
    with sqlite3.connect(broker.data_directory / "catalog.sqlite") as connection:
        connection.execute("PRAGMA user_version = 99")
    connection.close()
    with pytest.raises(BrokerDidNotStartError, match="has format 99"):
        broker.restart()


def test_a_bad_setting_is_one_clear_line(start_broker: StartBroker) -> None:
    with pytest.raises(BrokerDidNotStartError) as caught:
        start_broker(IGGY_BROKER_HOLD_MS="often")
    assert len(str(caught.value).splitlines()) == 1


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_without_connections_it_stops_at_once(broker: BrokerProcess, number: int) -> None:
    started_s = time.monotonic()
    broker.signal(number)
    assert broker.wait() == 0
    assert time.monotonic() - started_s < 2
    assert "Stopped" in broker.output().splitlines()[-1]


def test_connections_are_served_until_they_close(broker: BrokerProcess) -> None:
    with RawClient(broker.address) as client:
        client.log_in()
        broker.signal(signal.SIGTERM)
        until_it_says(broker, "Stopping, 1 connection")
        with pytest.raises(ConnectionRefusedError):
            RawClient(broker.address)
        assert client.ask(BY_CODE, code=PING).status == 0
    assert broker.wait() == 0


def test_the_sdk_can_store_while_the_broker_stops(broker: BrokerProcess) -> None:
    async def main() -> None:
        client = await connect(broker.address)
        await client.create_stream("stream")
        broker.signal(signal.SIGTERM)
        await asyncio.to_thread(until_it_says, broker, "Stopping")
        await client.create_topic("stream", "made while stopping", 1)

    run(main)
    assert broker.wait() == 0
    broker.restart()

    async def look() -> None:
        client = await connect(broker.address)
        assert await client.get_topic("stream", "made while stopping") is not None

    run(look)


def test_who_stays_is_closed_after_a_while(start_broker: StartBroker) -> None:
    broker = start_broker(settings={"stop_after_s": 0.3})
    with RawClient(broker.address) as client:
        client.log_in()
        broker.signal(signal.SIGTERM)
        assert client.is_closed_by_peer()
    assert broker.wait() == 0


def test_a_second_signal_ends_the_waiting(broker: BrokerProcess) -> None:
    with RawClient(broker.address) as client:
        client.log_in()
        broker.signal(signal.SIGTERM)
        until_it_says(broker, "Stopping")
        started_s = time.monotonic()
        broker.signal(signal.SIGTERM)
        assert broker.wait() == 0
        assert time.monotonic() - started_s < 2
