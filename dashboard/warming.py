"""Reads what the first pages show before anybody asks: when the server starts, and whenever what is
published or said has changed. A reader then finds the answers kept."""

from __future__ import annotations

import gc
import threading
from importlib import import_module

from dashboard import answers, session
from dashboard.palette import LIGHT
from dashboard.translation import LANGUAGES
from metrics.errors import VigieError
from metrics.register import RegisterError
from metrics.workspace import Workspace

EVERY_SECONDS = 5.0
#: What draws the pages; imported ahead of the first reader.
PAGES = "dashboard.app"


def keep_warm(
    workspace: Workspace, stop: threading.Event, every_seconds: float = EVERY_SECONDS
) -> None:
    """Warm up, and again whenever something has changed, until `stop` is set."""
    import_module(PAGES)
    gc.freeze()  # modules stay: no search for garbage has to look through them again
    seen: object = None
    while not stop.is_set():
        try:
            seen = warm(workspace, seen)
        except (RegisterError, VigieError):  # the pages say what is wrong
            seen = None
        stop.wait(every_seconds)


def warm(workspace: Workspace, seen: object = None) -> object:
    """Read the review of the latest week and what stands in it, unless nothing has changed since
    what was `seen`; returns what is seen now."""
    opened, *_ = [session.session_of(workspace, language, LIGHT) for language in LANGUAGES]
    now = (opened.publication.id, opened.definitions, opened.spoken, opened.today)
    if now != seen and not opened.is_empty:
        answers.review(opened, None, session.COMPANY)
        answers.slips(opened, None)
        answers.portfolio(opened, None)
    return now
