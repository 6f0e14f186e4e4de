"""Every message in the dashboard's code, as Babel finds them."""

from __future__ import annotations

from pathlib import Path

from babel.messages.extract import extract_from_dir

CODE = Path(__file__).parents[2] / "dashboard"
#: `say(message)`, `count(one, many, n)` and `mark(message)` hold messages.
KEYWORDS = {"say": None, "mark": None, "count": (1, 2)}


def messages() -> dict[str, tuple[str, ...]]:
    """Message (the singular one where there are two) → its forms, in order of first use."""
    found: dict[str, tuple[str, ...]] = {}
    for _file, _line, message, _comments, _context in extract_from_dir(
        str(CODE), method_map=[("**.py", "python")], keywords=KEYWORDS
    ):
        forms = message if isinstance(message, tuple) else (message,)
        found.setdefault(forms[0], tuple(forms))
    return found
