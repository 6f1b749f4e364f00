"""What connector files say about where a plugin runs, and how much memory it may have."""

import pytest

from config.policies import Isolation
from config.size import parse_size
from tests.config.connector_folder import SINK, SOURCE, ConnectorFolder

HEAD = "\n[[streams]]"


def test_nothing_is_said_by_default(folder: ConnectorFolder) -> None:
    folder.write("a.toml", SINK)

    assert (folder.sink().isolation, folder.sink().memory_limit_bytes) == (None, None)


def test_a_file_chooses(folder: ConnectorFolder) -> None:
    keys = '\nisolation = "process"\nmemory_limit = "512MB"\n'
    folder.write("a.toml", SOURCE, (HEAD, keys + HEAD))

    source = folder.source()

    assert (source.isolation, source.memory_limit_bytes) == (Isolation.PROCESS, 512_000_000)


@pytest.mark.parametrize(
    ("keys", "problem"),
    [
        ('isolation = "container"', "is not known (allowed: process, thread)"),
        ('memory_limit = "much"', "is not a size: 'much' cannot be read"),
        ('memory_limit = "0MB"', "must be larger than 0"),
        ('isolation = "thread"\nmemory_limit = "1GB"', "cannot be kept by a thread"),
    ],
)
def test_what_cannot_be_is_refused(folder: ConnectorFolder, keys: str, problem: str) -> None:
    folder.write("a.toml", SINK, (HEAD, f"\n{keys}\n{HEAD}"))

    assert problem in folder.broken().error


@pytest.mark.parametrize(
    ("text", "size_bytes"),
    [
        ("1B", 1),
        ("2 kb", 2000),
        ("1.5GiB", 1610612736),
        ("512MB", 512_000_000),
        ("3TB", 3 * 10**12),
    ],
)
def test_sizes_have_units(text: str, size_bytes: int) -> None:
    assert parse_size(text) == size_bytes


@pytest.mark.parametrize("text", ["", "5", "MB", "-1MB", "1e3MB", "1XB", "1.MB"])
def test_what_is_no_size_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"allowed|units are"):
        parse_size(text)
