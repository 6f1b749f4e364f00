"""Fixtures for all tests, and what holds for the whole session."""

import gc
import os
import time
from collections.abc import Iterator

import hypothesis
import pytest

# Machines are noisy, so no example has a time limit of its own. What the suite looks at is the
# same each time; HYPOTHESIS_PROFILE=search looks further.
hypothesis.settings.register_profile("suite", deadline=None, derandomize=True)
hypothesis.settings.register_profile("search", deadline=None)
hypothesis.settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "suite"))

pytest_plugins = [
    "tests.support.broker",
    "tests.support.killable_server",
    "tests.support.native_libraries",
    "tests.support.runtime",
]

# The SDK can crash an interpreter that shuts down right after a call.
_SDK_QUIET_S = 0.3


@pytest.fixture(scope="session", autouse=True)
def _let_the_sdk_come_to_rest() -> Iterator[None]:
    yield
    gc.collect()
    time.sleep(_SDK_QUIET_S)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Skip what only the development broker offers when a real server is tested."""
    if not os.environ.get("IGGY_TEST_ADDRESS"):
        return
    reason = "IGGY_TEST_ADDRESS is set: this needs what only the development broker offers"
    for item in items:
        if item.get_closest_marker("broker_only"):
            item.add_marker(pytest.mark.skip(reason=reason))
