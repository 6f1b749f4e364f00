"""Secrets do not show themselves."""

import pytest

from config.secret import Secret


def test_a_secret_shows_a_mask_of_fixed_length() -> None:
    short, long = Secret("a"), Secret("a" * 50)

    assert repr(short) == str(long) == f"{long}" == "Secret('******')"


def test_an_empty_secret_is_false() -> None:
    assert not Secret("")
    assert Secret("x")


@pytest.mark.parametrize(("candidate", "same"), [("pässword", True), ("passwor", False)])
def test_a_secret_matches_only_itself(candidate: str, same: bool) -> None:
    assert Secret("pässword").matches(candidate) is same
