"""Tokens that stand in files."""

from pathlib import Path

import pytest

from config import ConfigError, Finding, load_runtime


def token(text: str, cwd: Path, **environ: str) -> str:
    environ = {"IGGY_CONNECTORS_IGGY_TOKEN": text, **environ}
    return load_runtime(environ, cwd=cwd).value.iggy.token.reveal()


def refusal(text: str, cwd: Path) -> Finding:
    with pytest.raises(ConfigError) as raised:
        token(text, cwd)
    (finding,) = raised.value.findings
    return finding


def test_a_token_file_is_read_and_trimmed(tmp_path: Path) -> None:
    (tmp_path / "token").write_text("\n  the-token \n")

    assert token(f"file:{tmp_path}/token", Path("/")) == "the-token"
    assert token("file:token", tmp_path) == "the-token"


def test_a_tilde_means_the_home_directory(tmp_path: Path) -> None:
    (tmp_path / "token").write_text("at home")

    assert token("file:~/token", Path("/"), HOME=str(tmp_path)) == "at home"


def test_a_tilde_elsewhere_is_an_ordinary_character(tmp_path: Path) -> None:
    (tmp_path / "~other").write_text("not at home")
    (tmp_path / "a~").write_text("not at home")

    assert token("file:~other", tmp_path, HOME="/root") == "not at home"
    assert token("file:a~", tmp_path, HOME="/root") == "not at home"


@pytest.mark.parametrize("content", [b"", b" \n\t"])
def test_a_blank_token_file_is_refused(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "token").write_bytes(content)

    assert f"{tmp_path}/token is empty" in refusal("file:token", tmp_path).problem


def test_a_token_file_that_cannot_be_read_is_refused(tmp_path: Path) -> None:
    (tmp_path / "binary").write_bytes(b"\xff")
    (tmp_path / "folder").mkdir()

    assert "No such file" in refusal("file:gone", tmp_path).problem
    assert "not UTF-8" in refusal("file:binary", tmp_path).problem
    assert "cannot be read" in refusal("file:folder", tmp_path).problem
    assert "cannot be read" in refusal("file:", tmp_path).problem


def test_the_finding_names_the_setting_and_never_the_token(tmp_path: Path) -> None:
    (tmp_path / "token").write_bytes(b"hunter2\xff")

    finding = refusal("file:token", tmp_path)

    assert (finding.source, finding.key) == ("IGGY_CONNECTORS_IGGY_TOKEN", "iggy.token")
    assert finding.value is None
    assert "hunter2" not in str(finding)
