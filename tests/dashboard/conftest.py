"""A workspace with an empty register, and pages drawn in process on hand-made facts."""

import pytest
from streamlit.testing.v1 import AppTest

from metrics.register import migrate
from metrics.workspace import Workspace


@pytest.fixture
def workspace(tmp_path, monkeypatch):
    (tmp_path / "vigie.toml").write_text('company = "Groupe Rivage"\n', "utf-8")
    monkeypatch.setenv("VIGIE_WORKSPACE", str(tmp_path))
    opened = Workspace.open(tmp_path)
    migrate(opened.register)
    return opened


def _stage(home: str) -> None:
    from tests.dashboard import stage

    stage.play(home)


@pytest.fixture
def play(workspace, monkeypatch):
    """Draws one page: `play("review", lang="fr")`; keyword arguments are the address's."""

    def draw(home: str = "review", facts: str = "full", **address: str) -> AppTest:
        monkeypatch.setenv("STAGE_FACTS", facts)
        app = AppTest.from_function(_stage, args=(home,), default_timeout=30)
        for name, value in address.items():
            app.query_params[name] = value
        return app.run()

    return draw
