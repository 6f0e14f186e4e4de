"""The dashboard on the hand-made facts, without a workspace: for tests and for looking at it.

`streamlit run tests/dashboard/stage.py`, with STAGE_HOME and STAGE_FACTS in the environment.
"""

from __future__ import annotations

import os
from contextlib import ExitStack
from typing import Any
from unittest.mock import patch

from dashboard import app, session
from dashboard.palette import LIGHT, PALETTES
from metrics.access import LOCAL_CPO
from metrics.register.series import Publication
from metrics.result import Scope
from metrics.workspace import Workspace
from tests.dashboard import facts


def stand_in(language: str) -> session.Session:
    """A session on the facts, in the folder that the environment names."""
    import streamlit as st

    empty = os.environ.get("STAGE_FACTS") in ("empty", "unplaced", "organised")
    loaded = os.environ.get("STAGE_FACTS") != "empty"
    return session.Session(
        workspace=Workspace.open(session.Path(os.environ[session.WORKSPACE_VARIABLE])),
        viewer=LOCAL_CPO,
        publication=Publication(0 if empty else 7, 12 if loaded else 0, None),
        organisation=facts.ORGANISATION,
        voice=facts.voice(language),
        palette=PALETTES.get(st.context.theme.type or "light", LIGHT),
        only_organisation=os.environ.get("STAGE_FACTS") == "organised",
    )


def review(_session: Any, week: str | None, scope: Scope) -> Any:
    return facts.review(scope)


def product_page(_session: Any, product: str, week: str | None) -> Any:
    return facts.product_page(product)


def cap_side(_session: Any, product: str, week: str | None) -> Any:
    return facts.cap_side()


def cadence_side(_session: Any, product: str, week: str | None) -> Any:
    return facts.cadence_side()


def plans(_session: Any, week: str | None, quarter: str | None) -> Any:
    return facts.plans()


def bearings(_session: Any, week: str | None) -> Any:
    return facts.bearings()


def preparation(_session: Any) -> Any:
    return facts.preparation()


def owner_page(_session: Any, owner: str, week: str | None) -> Any:
    return facts.owner_page()


def squad_page(_session: Any, squad: str, week: str | None) -> Any:
    return facts.squad_page(squad)


def six_twelve(_session: Any, kpi: str, scope: Scope, week: str | None) -> Any:
    return facts.six_twelve(kpi, scope)


def play(home: str) -> None:
    """Draw the app with the stand-ins in place of the register."""
    from dashboard import cards
    from dashboard.views import bearings as bearings_view
    from dashboard.views import owner as owner_view
    from dashboard.views import preparing as preparing_view
    from dashboard.views import product as product_view
    from dashboard.views import review as review_view
    from dashboard.views import squad as squad_view

    stand_ins = (
        (app, "open_session", stand_in),
        (review_view, "review", review),
        (product_view, "product_page", product_page),
        (product_view, "cap_side", cap_side),
        (product_view, "plans", plans),
        (product_view, "cadence_side", cadence_side),
        (squad_view, "squad_page", squad_page),
        (bearings_view, "bearings", bearings),
        (preparing_view, "preparation", preparation),
        (preparing_view, "review", review),
        (owner_view, "owner_page", owner_page),
        (owner_view, "review", review),
        (squad_view, "review", review),
        (cards, "six_twelve", six_twelve),
    )
    with ExitStack() as stage:
        for module, name, made_up in stand_ins:
            stage.enter_context(patch.object(module, name, made_up))
        app.main(home)


if __name__ == "__main__":
    play(os.environ.get("STAGE_HOME", "review"))
