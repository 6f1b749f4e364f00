"""Codecs: how payload bytes become values and values become payload bytes, one per schema."""

from connectors.codecs.build import build_codec
from connectors.codecs.codec import Codec
from connectors.codecs.table import find_codec

__all__ = ["Codec", "build_codec", "find_codec"]
