"""Prints what was measured, each figure beside its aim."""

import statistics
from collections.abc import Sequence


class Ratio:
    """How fast a pipeline is, and how fast the SDK alone was just before, turn by turn."""

    def __init__(self) -> None:
        self._pairs: list[tuple[float, float]] = []

    def add(self, pipeline: float, sdk: float) -> None:
        """Take note of one turn, in messages per second."""
        self._pairs.append((pipeline, sdk))

    @property
    def median(self) -> float:
        """The median of the turns' ratios."""
        return statistics.median(pipeline / sdk for pipeline, sdk in self._pairs)

    def show(self, label: str, aim: str) -> None:
        """Print the medians."""
        pipeline, sdk = (statistics.median(rates) for rates in zip(*self._pairs, strict=True))
        print(
            f"{label}: {pipeline / 1e6:5.2f} M msg/s, SDK alone {sdk / 1e6:5.2f} M msg/s, "
            f"ratio {self.median:.2f} ({aim})",
            flush=True,
        )


def show(label: str, figure: str, aim: str) -> None:
    """Print one figure."""
    print(f"{label}: {figure} ({aim})", flush=True)


def megabytes(size_bytes: float) -> str:
    """Write a size."""
    return f"{size_bytes / 1e6:.0f} MB"


def milliseconds(seconds: float) -> str:
    """Write a time."""
    return f"{seconds * 1000:.0f} ms"


def percentile(values: Sequence[float], share: float) -> float:
    """Return the smallest of `values` that at least `share` of them do not exceed."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]
