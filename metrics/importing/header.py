"""Header texts made comparable: tools differ in case, spaces, apostrophes and marks."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

#: What Jira puts around the name of a field that the company itself has added, by language.
_CUSTOM = re.compile(
    r"(custom fields?|champs? personnalisés?|benutzerdefinierte[sn]? feld(er)?"
    r"|campos? personalizados?|camp[oi] personalizzat[oi]|aangepaste? veld(en)?"
    r"|pol[ea] (niestandardowe|własne)|anpassa(t|de) fält|カスタム ?フィールド) ?[(（](.+)[)）]"
)

#: Marks of a web page around the words, as survey tools leave them.
_MARKUP = re.compile(r"</?(b|strong|i|em|u|p|span|div|font|h\d|br)( [^<>]*)?/?>", re.IGNORECASE)


@lru_cache(maxsize=20_000)
def comparable(text: str) -> str:
    """The header without byte order mark, case, runs of space or typographic apostrophes, nor the
    apostrophe that keeps a spreadsheet from running it; a company's own field of a tracker in
    English, 'custom field (…)'."""
    plain = unicodedata.normalize("NFC", text.replace("\ufeff", "").replace("\u2019", "'"))
    plain = re.sub(r"^\s*'(?=[=+\-@])", "", plain)
    plain = _MARKUP.sub("", plain) if "<" in plain else plain
    plain = re.sub(r"[\s\u00a0\u202f]+", " ", plain).strip().casefold()
    own = _CUSTOM.fullmatch(plain)
    return f"custom field ({own[own.re.groups]})" if own else plain
