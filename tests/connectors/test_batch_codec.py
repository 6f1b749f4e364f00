from config.model import Schema
from connectors.batch import Batch
from tests.connectors.codec_of import sink_codec
from tests.connectors.messages import FIRST_OFFSET, Message, chain, messages, transform
from tests.connectors.schemas import USER_AVSC

ANN_AVRO = b"\x0e\x06Ann\x00\x01"
ANN_JSON = b'{"id":7,"name":"Ann","email":null,"active":true}'


def avro_batch(received: list[Message]) -> Batch:
    return Batch(
        received,
        stream="shop",
        topic="users",
        partition_id=0,
        current_offset=9,
        codec=sink_codec(Schema.AVRO, schema_path=USER_AVSC),
    )


def test_what_was_decoded_to_json_is_json_for_the_plugin() -> None:
    """The bytes too: never Avro bytes under the name of JSON, or the other way round."""
    wrapped = avro_batch(messages(ANN_AVRO))

    assert wrapped.schema is Schema.JSON
    assert wrapped.payloads == [ANN_JSON]
    assert [record.payload["name"] for record in wrapped] == ["Ann"]


def test_a_payload_that_does_not_decode_leaves_all_columns() -> None:
    wrapped = avro_batch(messages(b"", ANN_AVRO))
    assert wrapped.offsets == [FIRST_OFFSET, FIRST_OFFSET + 1]

    assert wrapped.payloads == [ANN_JSON]
    assert wrapped.offsets == [FIRST_OFFSET + 1]
    assert [one.offset for one in wrapped.outcome.rejections] == [FIRST_OFFSET]


def test_a_transform_that_converts_changes_the_schema() -> None:
    wrapped = avro_batch(messages(ANN_AVRO))
    back = transform(
        "avro_convert", target_format="avro", source_format="json", schema_path=USER_AVSC
    )
    wrapped.transform(chain(transform("delete_fields", fields=["email"]), back))

    assert wrapped.schema is Schema.AVRO
    assert wrapped.payloads == wrapped.values == [ANN_AVRO]


def test_a_transform_that_changes_nothing_leaves_the_schema() -> None:
    wrapped = avro_batch(messages(ANN_AVRO))
    wrapped.transform(chain(transform("delete_fields", fields=["other"])))

    assert (wrapped.schema, wrapped.payloads) == (Schema.JSON, [ANN_JSON])


def test_bytes_pass_undecoded_where_nothing_needs_records() -> None:
    received = messages(b"\x00", b"\x01")
    wrapped = Batch(
        received,
        stream="s",
        topic="t",
        partition_id=0,
        current_offset=1,
        codec=sink_codec(Schema.AVRO, extract_as_json=False),
    )

    assert wrapped.payloads == [b"\x00", b"\x01"]
    assert [message.copies for message in received] == [1, 1]
