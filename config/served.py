"""What of the reference runtime's connector settings works here, in one place.

A new codec or transform is switched on by its name in these tables.
"""

from config.model import Schema

SERVED_SCHEMAS = frozenset({Schema.JSON, Schema.RAW, Schema.TEXT})

SERVED_TRANSFORMS = frozenset({"add_fields", "delete_fields", "filter_fields", "update_fields"})

KNOWN_TRANSFORMS = SERVED_TRANSFORMS | {
    "avro_convert",
    "flat_buffer_convert",
    "proto_convert",
    "unwrap_envelope",
}
