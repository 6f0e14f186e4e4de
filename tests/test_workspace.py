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
        ("time_zone = 'Paris'", "'time_zone' cannot be \"Paris\". It is the name of a time zone"),
        ("currency = 'euro'", "It is three capital letters, such as EUR."),
        ("curency = 'EUR'", "Did you mean currency? Mend the key in"),
        ("currencies = 3\nx = 1", "no setting named"),
        ("company = ", "vigie.toml"),
        ("small_group = 3", "'small_group' cannot be 3. It is a number of people, at least 5."),
        ("first_weekday = '1'", "It is a number from 1, Monday, to 7, Sunday."),
        ("review_kpis = 'mrr'", "It is a list of names"),
        ("review_kpis = ['mrr', 3]", "'review_kpis' cannot be 3. It is a list of names"),
    ],
)
def test_a_bad_setting_is_named_with_its_file(tmp_path, text, message):
    (tmp_path / "vigie.toml").write_text(text, "utf-8")
    with pytest.raises(VigieError) as refusal:
        Workspace.open(tmp_path)
    assert message in str(refusal.value)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("register_url = 'nothing'", "'register_url': That is no address of a database."),
        ("register_url = 'foo://h/b'", "'register_url': No database is known by that name"),
    ],
)
def test_a_register_that_cannot_be_is_refused(tmp_path, text, message):
    (tmp_path / "vigie.toml").write_text(text, "utf-8")
    with pytest.raises(VigieError) as refusal:
        _ = Workspace.open(tmp_path).register
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
