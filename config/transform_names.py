"""The transforms that there are, in one place: their tables are made in `connectors`."""

TRANSFORMS = frozenset(
    {
        "add_fields",
        "avro_convert",
        "delete_fields",
        "filter_fields",
        "flat_buffer_convert",
        "proto_convert",
        "python",
        "unwrap_envelope",
        "update_fields",
    }
)
