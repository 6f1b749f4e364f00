"""Transforms: what happens to records between Iggy and a connector, set in configuration files."""

from connectors.transforms.build import build_chain
from connectors.transforms.chain import Transform, TransformChain

__all__ = ["Transform", "TransformChain", "build_chain"]
