"""Header texts made comparable: tools differ in case, spaces, apostrophes and marks."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache


@lru_cache(maxsize=20_000)
def comparable(text: str) -> str:
    """The header without byte order mark, case, runs of space or typographic apostrophes, nor the
    apostrophe that keeps a spreadsheet from running it."""
    plain = unicodedata.normalize("NFC", text.replace("\ufeff", "").replace("\u2019", "'"))
    plain = re.sub(r"^\s*'(?=[=+\-@])", "", plain)
    return re.sub(r"[\s\u00a0\u202f]+", " ", plain).strip().casefold()
