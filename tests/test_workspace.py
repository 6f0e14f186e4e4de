from __future__ import annotations

import stat

import pytest

from metrics.errors import VigieError
from metrics.workspace import Workspace


def test_a_folder_without_settings_is_refused_with_the_next_step(tmp_path):
    with pytest.raises(VigieError, match=r"vigie init"):
        Workspace.open(tmp_path)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("time_zone = 'Paris'", "'Paris' is not a time zone"),
        ("currency = 'euro'", "'currency' is not valid"),
        ("curency = 'EUR'", "Valid choices: company"),
        ("company = ", "vigie.toml"),
        ("small_group = 3", "'small_group' is not valid"),
    ],
)
def test_a_bad_setting_is_named_with_its_file(tmp_path, text, message):
    (tmp_path / "vigie.toml").write_text(text, "utf-8")
    with pytest.raises(VigieError) as refusal:
        Workspace.open(tmp_path)
    assert message in str(refusal.value)


def test_the_hashing_key_is_made_once_and_is_its_owners_only(tmp_path):
    (tmp_path / "vigie.toml").touch()
    key = Workspace.open(tmp_path).secret
    assert Workspace.open(tmp_path).secret == key
    assert len(key) == 32
    assert stat.S_IMODE((tmp_path / ".secret").stat().st_mode) == 0o600


def test_half_a_key_is_refused_rather_than_used(tmp_path):
    (tmp_path / "vigie.toml").write_text("")
    key = Workspace.open(tmp_path).secret
    assert len(key) == 32
    assert Workspace.open(tmp_path).secret == key
    for half in ("", key.hex()[:10]):
        (tmp_path / ".secret").write_text(half)
        with pytest.raises(VigieError, match="does not hold this workspace's key"):
            _ = Workspace.open(tmp_path).secret
