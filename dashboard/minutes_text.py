"""Minutes on standard output, as `vigie decision minutes` asks for them: WORKSPACE WEEK LANGUAGE.

A program of its own: the command knows no words of the dashboard, and starts this one.
"""

from __future__ import annotations

import sys
from pathlib import Path

from dashboard import minutes
from dashboard.session import voice_of
from metrics.access import LOCAL_CPO
from metrics.pages.meeting import agenda
from metrics.pages.review import weekly_review
from metrics.register.organisation import load_organisation
from metrics.workspace import Workspace


def written(workspace: Workspace, week: str, language: str) -> str:
    """The minutes of a week's review (Markdown), as the review page gives them."""
    latest = weekly_review(workspace, LOCAL_CPO)
    is_latest = week == latest.week.key
    facts = latest if is_latest else weekly_review(workspace, LOCAL_CPO, week=week)
    held = agenda(workspace, LOCAL_CPO, week=facts.week, latest=is_latest)
    with workspace.register.connect() as connection:
        organisation = load_organisation(connection)
    return minutes.markdown(voice_of(workspace, organisation, language), facts, held)


if __name__ == "__main__":
    folder, asked, spoken = sys.argv[1:]
    sys.stdout.reconfigure(encoding="utf-8")  # type: ignore[union-attr]
    sys.stdout.write(written(Workspace.open(Path(folder)), asked, spoken))
