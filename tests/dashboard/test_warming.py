"""What pages show is read before anybody asks, once for each change."""

from __future__ import annotations

import gc
from datetime import date

import pytest

from dashboard import answers, kept, session, warming
from metrics.access import LOCAL_CPO
from metrics.register import migrate, remarks
from metrics.register.tables import state
from metrics.workspace import Workspace
from tests.dashboard import published


@pytest.fixture(scope="module")
def workspace(tmp_path_factory):
    found = published.fill(tmp_path_factory.mktemp("warm"))
    yield found
    found.register.dispose()


def test_the_review_is_read_once_until_something_is_said(workspace, monkeypatch):
    read = []
    monkeypatch.setattr(answers, "review", lambda *asked: read.append(asked))
    seen = warming.warm(workspace)
    assert warming.warm(workspace, seen) == seen
    assert len(read) == 1
    with workspace.register.begin() as connection:
        remarks.annotate(
            connection, LOCAL_CPO, kpi="mrr", scope=session.COMPANY, day=date(2026, 11, 2),
            text="Campaign",
        )  # fmt: skip
    assert warming.warm(workspace, seen) != seen
    assert len(read) == 2


def test_a_reader_finds_the_answer_kept(workspace, monkeypatch):
    warming.warm(workspace)
    reader = session.session_of(workspace, "fr", warming.LIGHT)
    monkeypatch.setattr(answers.reviews, "weekly_review", None)
    assert answers.review(reader, None, session.COMPANY).scorecard


def test_the_search_for_garbage_rests_while_an_answer_is_read_and_no_longer():
    def read():
        assert not gc.isenabled()
        raise LookupError

    with pytest.raises(LookupError):
        kept.answer(("no such question",), read)
    assert gc.isenabled()


def test_facts_that_change_without_a_figure_are_read_again(workspace, monkeypatch):
    """A person erased, an import that says the same: the publication stays, the warehouse moves."""
    read = []
    monkeypatch.setattr(answers.preparing, "preparation", lambda *_, **asked: read.append(asked))
    answers.preparation(session.session_of(workspace, "fr", warming.LIGHT))
    answers.preparation(session.session_of(workspace, "fr", warming.LIGHT))
    assert len(read) == 1
    with workspace.register.begin() as connection:
        connection.execute(state.update().values(warehouse_version=state.c.warehouse_version + 1))
    answers.preparation(session.session_of(workspace, "fr", warming.LIGHT))
    assert len(read) == 2


def test_an_empty_workspace_has_nothing_to_read(workspace, monkeypatch, tmp_path):
    (tmp_path / "vigie.toml").write_text('company = "Groupe Rivage"\n', "utf-8")
    empty = Workspace.open(tmp_path)
    migrate(empty.register)
    monkeypatch.setattr(answers, "review", None)
    warming.warm(empty)
    empty.register.dispose()
