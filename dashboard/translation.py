"""What the interface says, in the reader's language: gettext catalogues read through Babel.

English is written in the code and is its own catalogue; the other languages are in `locales/`.
Nothing is installed globally: two readers can be served in two languages at once.
"""

from __future__ import annotations

from functools import lru_cache
from gettext import GNUTranslations, NullTranslations
from io import BytesIO
from pathlib import Path

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.numbers import format_decimal

LANGUAGES = ("fr", "en")
#: The locale by which each language writes its numbers.
WRITTEN_AS = {"fr": "fr_FR", "en": "en_GB"}
LOCALES = Path(__file__).with_name("locales")


def mark(message: str) -> str:
    """Names a message that is translated later, where it is shown."""
    return message


class Translation:
    """The messages of one language."""

    def __init__(self, language: str, messages: NullTranslations) -> None:
        self.language = language
        self._messages = messages

    def say(self, message: str, **values: object) -> str:
        """`message` in this language, its {names} replaced by `values`."""
        return self._messages.gettext(message).format(**values)

    def count(self, one: str, many: str, number: int, **values: object) -> str:
        """The singular or plural of a message, as the language has it; {n} is the number, written
        with the language's separators."""
        written = format_decimal(number, locale=WRITTEN_AS.get(self.language, "en_GB"))
        return self._messages.ngettext(one, many, number).format(n=written, **values)


@lru_cache(maxsize=len(LANGUAGES))
def translation(language: str) -> Translation:
    """The messages of 'fr' or 'en'; any other language is answered in English."""
    file = LOCALES / f"{language}.po"
    if language not in LANGUAGES or not file.exists():
        return Translation("en", NullTranslations())
    with file.open("rb") as source:
        catalogue = read_po(source, locale=language)
    compiled = BytesIO()
    write_mo(compiled, catalogue)
    compiled.seek(0)
    return Translation(language, GNUTranslations(compiled))


def language_of(locale: str | None) -> str:
    """The interface's language for a browser's: 'fr-CA' is 'fr', all else is 'en'."""
    return "fr" if (locale or "").lower().startswith("fr") else "en"
