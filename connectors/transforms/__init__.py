"""Transforms: what happens to records between Iggy and a connector, set in configuration files."""

from connectors.transforms.build import build_chain
from connectors.transforms.chain import CpuToken, Transform, TransformChain
from connectors.transforms.transform_record import TransformRecord

__all__ = ["CpuToken", "Transform", "TransformChain", "TransformRecord", "build_chain"]
