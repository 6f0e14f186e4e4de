"""Why a whole file is not imported: an outcome that its report carries, never a traceback."""

from __future__ import annotations

from metrics.importing.report import Problem


class Refusal(Exception):  # noqa: N818 - an outcome, not a fault
    """The file cannot be imported. Becomes a report of status 'refused' with one problem."""

    def __init__(
        self,
        reason: str,
        *,
        column: str = "",
        line: int | None = None,
        example: str = "",
        details: dict[str, str] | None = None,
    ) -> None:
        self.problem = Problem("refused", reason, column, line, 0, example, details or {})
        super().__init__(reason)
