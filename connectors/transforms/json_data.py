"""Makes plain JSON data of a value in a configuration file."""

import orjson
from marshmallow import ValidationError


def json_data(value: object) -> object:
    """Return `value` as it looks after a way through JSON: NaN is null, a TOML date is a string.

    Raises ValidationError for what JSON cannot hold.
    """
    try:
        data: object = orjson.loads(orjson.dumps(value))
    except (TypeError, ValueError) as error:
        raise ValidationError(f"cannot be written as JSON: {error}") from error
    return data
