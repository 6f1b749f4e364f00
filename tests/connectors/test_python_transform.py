import logging
import textwrap
import threading
from pathlib import Path
from typing import Any

import pytest

from config.errors import ConfigError
from config.model import Schema, TransformConfig
from connectors import Produced, ProducedRecord, RecordError
from connectors.outgoing import encode_produced
from connectors.transforms import TransformRecord, build_chain
from connectors.transforms.python import MAX_RECORDS_OF_ONE
from tests.connectors import schemas
from tests.connectors.messages import FIRST_OFFSET, Message, batch, batch_of, chain, transform

ADD = transform("add_fields", fields=[{"key": "k", "value": {"static": 1}}])
HERE = "tests.connectors.test_python_transform"
TOKEN = threading.Lock()


def named(function: str, **options: Any) -> TransformConfig:
    return transform("python", path=f"{HERE}:{function}", **options)


def double(record: TransformRecord) -> TransformRecord:
    record.payload["a"] *= 2
    return record


def split(record: TransformRecord) -> list[TransformRecord]:
    return [record.with_payload({"line": line}) for line in record.payload["lines"]]


def odd_only(record: TransformRecord) -> TransformRecord | None:
    return record if record.payload % 2 else None


def describe(record: TransformRecord) -> TransformRecord:
    facts = [str(record.id), record.offset, record.timestamp, dict(record.headers)]
    return record.with_payload(facts)


def fail_secretly(record: TransformRecord) -> TransformRecord:
    return record.with_payload(int(record.payload["secret"]))


def reject(_: TransformRecord) -> None:
    raise RecordError("a reason of its own")


def leave(_: TransformRecord) -> None:
    raise SystemExit(5)


def return_payload(record: TransformRecord) -> Any:
    return record.payload


def return_mixture(record: TransformRecord) -> Any:
    return [record, 5]


def return_without_end(record: TransformRecord) -> Any:
    while True:
        yield record


def upper(record: TransformRecord) -> TransformRecord:
    return record.with_payload({"text": record.payload.decode().upper()})


def note_token(record: TransformRecord) -> TransformRecord:
    record.payload["held"] = TOKEN.locked()
    return record


async def wait(record: TransformRecord) -> TransformRecord:
    return record


def test_a_function_changes_records() -> None:
    wrapped = batch(b'{"a":1}', b'{"a":2}')
    wrapped.transform(chain(named("double"), ADD))

    assert wrapped.values == [{"a": 2, "k": 1}, {"a": 4, "k": 1}]
    assert wrapped.payloads == [b'{"a":2,"k":1}', b'{"a":4,"k":1}']


def test_one_record_can_become_several_or_none() -> None:
    wrapped = batch(b'{"lines":[1,2]}', b'{"lines":[]}', b'{"lines":[3]}')
    assert wrapped.offsets == [100, 101, 102]
    wrapped.transform(chain(named("split")))

    assert wrapped.values == [{"line": 1}, {"line": 2}, {"line": 3}]
    assert wrapped.offsets == [FIRST_OFFSET, FIRST_OFFSET, FIRST_OFFSET + 2]
    assert [record.offset for record in wrapped] == wrapped.offsets
    assert len(wrapped) == len(wrapped.payloads) == 3
    assert wrapped.outcome.filtered == 1


def test_records_that_are_left_out_are_counted_as_filtered() -> None:
    wrapped = batch(b"1", b"2", b"3")
    wrapped.transform(chain(named("odd_only")))

    assert wrapped.values == [1, 3]
    assert (wrapped.outcome.filtered, wrapped.outcome.rejections) == (1, ())


def test_a_message_is_filtered_when_nothing_of_it_is_left() -> None:
    wrapped = batch(b'{"lines":[1,2]}', b'{"lines":[2,4]}')
    unwrap = transform("unwrap_envelope", field="line")
    wrapped.transform(chain(named("split"), unwrap, named("odd_only")))

    assert (wrapped.values, wrapped.outcome.filtered) == ([1], 1)


def test_as_many_records_as_messages_need_not_be_one_of_each() -> None:
    wrapped = batch(b'{"lines":[1,2]}', b'{"lines":[]}')
    wrapped.transform(chain(named("split")))

    assert wrapped.offsets == [FIRST_OFFSET, FIRST_OFFSET]
    assert wrapped.outcome.filtered == 1


def test_a_message_is_rejected_with_all_that_came_of_it() -> None:
    wrapped = batch(b'{"lines":[1,"x"]}', b'{"lines":[3]}')
    unwrap = transform("unwrap_envelope", field="line")
    wrapped.transform(chain(named("split"), unwrap, named("odd_only")))

    assert wrapped.values == [3]
    (rejection,) = wrapped.outcome.rejections
    assert rejection.offset == FIRST_OFFSET
    assert wrapped.outcome.filtered == 0


def test_what_cannot_be_written_rejects_its_message_with_all_that_came_of_it() -> None:
    wrapped = batch(b'{"lines":[1, 2]}', b'{"lines":[3]}')
    wrapped.transform(chain(named("split")))
    wrapped.values[1]["line"] = object()

    assert wrapped.payloads == [b'{"line":3}']
    assert wrapped.offsets == [FIRST_OFFSET + 1]
    assert [one.offset for one in wrapped.outcome.rejections] == [FIRST_OFFSET]


def test_a_record_shows_the_message_that_it_came_with() -> None:
    wrapped = batch_of([Message(b"1", 7, {"a": "b"})])
    wrapped.transform(chain(named("describe")))

    assert wrapped.values == [[str(2**127 + 7), 7, 1_007, {"a": "b"}]]


def test_the_text_of_an_exception_is_not_shown_but_its_place_is() -> None:
    wrapped = batch(b'{"secret":"hunter2"}')
    wrapped.transform(chain(named("fail_secretly")))

    (rejection,) = wrapped.outcome.rejections
    assert str(rejection.error).startswith(
        "the Python transform failed: ValueError in test_python_transform.py, line "
    )


@pytest.mark.parametrize(
    ("function", "reason"),
    [
        ("reject", "a reason of its own"),
        ("leave", "the Python transform failed: SystemExit"),
        ("return_payload", "the Python transform returned dict: return the record, None, or a"),
        ("return_mixture", "the Python transform returned a int among its records"),
        ("return_without_end", f"makes more than {MAX_RECORDS_OF_ONE} of a record"),
    ],
)
def test_what_goes_wrong_rejects_the_record(function: str, reason: str) -> None:
    wrapped = batch(b'{"a":1}')
    wrapped.transform(chain(named(function)))

    (rejection,) = wrapped.outcome.rejections
    assert reason in str(rejection.error)


def test_the_payloads_can_become_another_format() -> None:
    wrapped = batch(b"abc", schema=Schema.RAW)
    wrapped.transform(chain(named("upper", target_format="json"), ADD))

    assert wrapped.schema is Schema.JSON
    assert wrapped.payloads == [b'{"text":"ABC","k":1}']


def test_the_cpu_token_is_held_for_our_work_only() -> None:
    wrapped = batch(b"{}")
    wrapped.transform(chain(ADD, named("note_token"), ADD), TOKEN)

    assert wrapped.values == [{"k": 1, "held": False}]
    assert not TOKEN.locked()

    produced = Produced([ProducedRecord({})])
    outgoing = encode_produced(
        produced, schema=Schema.JSON, chain=chain(ADD, named("note_token")), cpu_token=TOKEN
    )
    assert outgoing.payloads == ['{"k":1,"held":false}']
    assert not TOKEN.locked()


def test_produced_records_can_become_several() -> None:
    produced = Produced(
        [
            ProducedRecord({"lines": [1, 2, 3]}, id=5, headers={"a": 1}, key="k"),
            ProducedRecord({"lines": []}, id=6),
            ProducedRecord({"lines": [4, 5]}, partition=2),
        ]
    )
    first, again = (
        encode_produced(produced, schema=Schema.JSON, chain=chain(named("split"))) for _ in range(2)
    )

    assert first.payloads == [f'{{"line":{number}}}' for number in (1, 2, 3, 4, 5)]
    assert first.keys == ["k", "k", "k", None, None]
    assert first.headers == [{"a": 1}, {"a": 1}, {"a": 1}, None, None]
    assert first.partitions == [None, None, None, 2, 2]
    assert (first.ids[0], first.ids[3:]) == (5, [None, None])
    assert len(set(first.ids)) == 4
    assert first.ids == again.ids
    assert (first.filtered, first.rejections) == (1, ())


def test_a_produced_record_is_rejected_with_all_that_came_of_it() -> None:
    produced = Produced([ProducedRecord({"lines": [1, "x"]}), ProducedRecord({"lines": [3]})])
    unwrap = transform("unwrap_envelope", field="line")
    outgoing = encode_produced(
        produced, schema=Schema.JSON, chain=chain(named("split"), unwrap, named("odd_only"))
    )

    assert outgoing.payloads == ["3"]
    assert [rejection.index for rejection in outgoing.rejections] == [0]
    assert outgoing.filtered == 0


def test_a_produced_record_shows_what_the_source_gave() -> None:
    records = [ProducedRecord(1, id=5, headers={"a": 1}), ProducedRecord(2)]
    outgoing = encode_produced(
        Produced(records), schema=Schema.JSON, chain=chain(named("describe"))
    )

    assert outgoing.payloads == ['["5",null,null,{"a":1}]', '["None",null,null,{}]']


def test_a_file_is_loaded_anew_when_it_was_edited(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    for number in (1, 2):
        Path("mapping.py").write_text(
            textwrap.dedent(f"""
            def transform(record):
                return record.with_payload({number})

            def other(record):
                return record.with_payload("other")
            """)
        )
        for path, payload in (("mapping.py", b"%d" % number), ("mapping.py:other", b'"other"')):
            wrapped = batch(b"0")
            wrapped.transform(chain(transform("python", path=path)))
            assert wrapped.payloads == [payload]


def test_each_connector_of_a_file_can_pickle_its_own_classes(tmp_path: Path) -> None:
    file = tmp_path / "rows.py"
    file.write_text(
        textwrap.dedent("""
        import pickle

        class Row:
            pass

        def transform(record):
            row = pickle.loads(pickle.dumps(Row()))
            return record.with_payload(type(row) is Row)
        """)
    )
    config = transform("python", path=str(file))
    first, second = (
        build_chain([config], log=logging.getLogger(f"connector.sink.{key}"))
        for key in ("first", "second")
    )
    file.write_text("raise OSError")
    with pytest.raises(ConfigError, match="OSError"):
        build_chain([config], log=logging.getLogger("connector.sink.second"))

    for one in (first, second):
        wrapped = batch(b"0")
        wrapped.transform(one)
        assert wrapped.payloads == [b"true"]


@pytest.mark.parametrize(
    ("path", "reason"),
    [
        ("nonsense", "give module:function or the path of a .py file"),
        ("not_there.py", "FileNotFoundError"),
        ("not_there:function", "ModuleNotFoundError"),
        (f"{HERE}:doubl", "there is no function doubl in it; did you mean double"),
        (f"{HERE}:HERE", "HERE is no plain function"),
        (f"{HERE}:wait", "wait is no plain function"),
        (schemas.__file__, "there is no function transform in it"),
    ],
)
def test_a_function_that_cannot_be_had_is_told_at_the_start(path: str, reason: str) -> None:
    with pytest.raises(ConfigError, match=reason):
        chain(transform("python", path=path))
