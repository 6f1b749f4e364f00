"""TOML files and the lines of what stands in them."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config import ConfigError
from config.document import Document
from config.key_path import KeyPath

TEXT = '''# a comment
key = 1
"quoted.key" = """
key = 2
[table]
"""
array = [
  1,
  2,
]
[table.inner]
inline = {first = 1, dotted.second = 2}
[[streams]]
stream = "a"
[streams.extra]
key = 1
[[streams]]
stream = "b"
[[streams.deep]]
key = 1
[[streams.deep]]
key = 2
[table]
late = 1  # [streams]
'''


@pytest.mark.parametrize(
    ("path", "line"),
    [
        (("key",), 2),
        (("quoted.key",), 3),
        (("array",), 7),
        (("array", 1), 7),
        (("table", "inner", "inline", "dotted", "second"), 12),
        (("streams", 0), 13),
        (("streams", 0, "stream"), 14),
        (("streams", 0, "extra", "key"), 16),
        (("streams", 1, "stream"), 18),
        (("streams", 1, "deep", 0, "key"), 20),
        (("streams", 1, "deep", 1, "key"), 22),
        (("table", "late"), 24),
        (("nowhere",), None),
    ],
)
def test_a_key_is_found_on_the_line_that_sets_it(path: KeyPath, line: int | None) -> None:
    assert Document("x", TEXT).line_of(path) == line


def test_windows_line_ends_and_a_byte_order_mark_are_taken(tmp_path: Path) -> None:
    path = tmp_path / "x.toml"
    path.write_bytes(b"\xef\xbb\xbf[a]\r\nb = 1\r\nc = 2\r\n")

    document = Document.read(path)

    assert document.table == {"a": {"b": 1, "c": 2}}
    assert document.line_of(("a", "c")) == 3


def test_a_line_is_not_guessed_after_a_very_long_statement() -> None:
    text = "before = 1\nlong = [\n" + "1,\n" * 300 + "]\nafter = 1\n"

    document = Document("x", text)

    assert document.line_of(("before",)) == 1
    assert document.line_of(("after",)) is None


@pytest.mark.parametrize(
    ("text", "line", "problem"),
    [
        ("a = 1\nb = \n", 2, "Invalid value (column 5)"),
        ("a = 1\na = 2\n", 2, "Cannot overwrite a value"),
        ("[a]\n[a]\n", 2, "Cannot declare"),
        ("a = " + "[" * 5000, None, "nested"),
        (".".join("a" * 2000) + " = 1", None, "parts"),
        ("a = " + "1" * 5000, None, "digits"),
    ],
)
def test_what_is_not_toml_is_one_finding(text: str, line: int | None, problem: str) -> None:
    with pytest.raises(ConfigError) as raised:
        Document("x.toml", text)

    (finding,) = raised.value.findings
    assert (finding.source, finding.line) == ("x.toml", line)
    assert problem in finding.problem


@given(st.text(st.sampled_from("ab=[]{}\"'#.,\\\n 1-:T"), max_size=60))
def test_any_text_is_a_document_or_a_config_error(text: str) -> None:
    try:
        document = Document("x", text)
    except ConfigError:
        return
    for key in document.table:
        line = document.line_of((key,))
        assert line is not None
        assert 1 <= line <= text.count("\n") + 1
