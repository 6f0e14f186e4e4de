"""Themes of verbatims, in French and English, from a taxonomy that a company can edit.

Words are compared by their stems (Snowball), without case or accents; nothing is downloaded and
nothing is learned, so that a theme can be read and corrected.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from dataclasses import dataclass
from functools import cache, cached_property, lru_cache
from importlib.resources import files
from pathlib import Path

import snowballstemmer
import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from metrics.errors import VigieError

THEMES_FILE = "themes.yml"
LANGUAGES = {"fr": "french", "en": "english"}
_WORD = re.compile(r"\w+")
SMALL_WORDS = {
    "fr": frozenset(
        [
            "le",
            "la",
            "les",
            "l",
            "un",
            "une",
            "des",
            "du",
            "de",
            "d",
            "et",
            "est",
            "sont",
            "pas",
            "ne",
            "n",
            "que",
            "qui",
            "pour",
            "dans",
            "sur",
            "avec",
            "plus",
            "mais",
            "je",
            "nous",
            "vous",
            "il",
            "elle",
            "au",
            "aux",
            "ce",
            "c",
            "cette",
            "trop",
            "tres",
            "bien",
            "a",
        ]
    ),
    "en": frozenset(
        [
            "the",
            "an",
            "of",
            "and",
            "is",
            "are",
            "not",
            "that",
            "which",
            "for",
            "in",
            "on",
            "with",
            "more",
            "but",
            "i",
            "we",
            "you",
            "he",
            "she",
            "it",
            "to",
            "this",
            "too",
            "very",
            "was",
            "were",
            "be",
            "have",
            "has",
            "my",
            "our",
        ]
    ),
}

#: Each word as the stems that it may be known by.
Words = tuple[frozenset[str], ...]


class _Label(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)
    en: str
    fr: str


class Theme(BaseModel):
    """A theme and the words, in each language, that tell it."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    name: str = Field(pattern="^[a-z][a-z0-9_]*$")
    label: _Label
    fr: tuple[str, ...] = ()
    en: tuple[str, ...] = ()


class _File(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)
    themes: tuple[Theme, ...]


@dataclass(frozen=True)
class Taxonomy:
    """The themes looked for. `digest` changes with anything that may change what is found."""

    themes: tuple[Theme, ...]

    @cached_property
    def digest(self) -> str:
        written = "".join(theme.model_dump_json() for theme in self.themes)
        return hashlib.sha256(written.encode()).hexdigest()[:12]

    @cached_property
    def _terms(self) -> dict[str, list[tuple[str, Words]]]:
        return {
            language: [
                (theme.name, words_of(term, language))
                for theme in self.themes
                for term in getattr(theme, language)
            ]
            for language in LANGUAGES
        }

    def of(self, text: str, language: str | None = None) -> tuple[str, ...]:
        """The themes of a text, in the taxonomy's order.

        `language` is a code such as 'fr' or 'en-GB'; without one it is told by the small words of
        the text, and a text that has none is read in each language.
        """
        known = (language or "").strip().casefold()[:2]
        read = (known,) if known in LANGUAGES else languages_of(text)
        found = set()
        for each in read:
            words = words_of(text, each)
            found |= {theme for theme, wanted in self._terms[each] if _stands_in(wanted, words)}
        return tuple(theme.name for theme in self.themes if theme.name in found)


def languages_of(text: str) -> tuple[str, ...]:
    """The language whose small words a text has most of; all of them when that does not tell."""
    words = _WORD.findall(_plain(text.casefold()))
    counts = {name: sum(word in small for word in words) for name, small in SMALL_WORDS.items()}
    most = max(counts.values())
    return tuple(name for name, count in counts.items() if count == most)


def words_of(text: str, language: str) -> Words:
    """The words of a text, in order, each as the stems of how it is and of how it would be written
    without accents: many people leave them out."""
    words = _WORD.findall(unicodedata.normalize("NFC", text.casefold()))
    return tuple(_stems(word, language) for word in words)


@lru_cache(maxsize=20_000)  # people use the same words again and again
def _stems(word: str, language: str) -> frozenset[str]:
    stemmer = _stemmer(language)
    return frozenset((_plain(stemmer.stemWord(word)), stemmer.stemWord(_plain(word))))


def telling_words(text: str, shortest: int) -> Words:
    """The words of a text that say something, in order: none of the small words of a language, none
    shorter than so many letters; each as its stems in every language."""
    small = frozenset().union(*SMALL_WORDS.values())
    words = _WORD.findall(unicodedata.normalize("NFC", text.casefold()))
    told = [word for word in words if len(word) >= shortest and _plain(word) not in small]
    by_language = [words_of(" ".join(told), language) for language in LANGUAGES]
    return tuple(frozenset().union(*stems) for stems in zip(*by_language, strict=True))


def load_themes(folder: Path) -> Taxonomy:
    """The workspace's own `themes.yml`, else the built-in one.

    Raises VigieError naming the file and what is wrong with it.
    """
    own = folder / THEMES_FILE
    text = own.read_text("utf-8") if own.is_file() else _built_in()
    place = str(own) if own.is_file() else THEMES_FILE
    try:
        themes = _File.model_validate(yaml.safe_load(text)).themes
    except yaml.YAMLError as error:
        raise VigieError(f"{place}: {error}", next_step="Mend the file and try again.") from None
    except ValidationError as error:
        first = error.errors()[0]
        key = ".".join(str(part) for part in first["loc"])
        raise VigieError(
            f"{place}: '{key}': {first['msg']}.",
            next_step="Give each theme a name, a label in en and fr, and words under fr and en.",
        ) from None
    names = [theme.name for theme in themes]
    twice = next((name for name in names if names.count(name) > 1), None)
    if twice:
        raise VigieError(
            f"{place}: the theme '{twice}' comes twice.", next_step="Put its words together."
        )
    return Taxonomy(themes)


def _built_in() -> str:
    return (files(__package__) / THEMES_FILE).read_text("utf-8")


def _stands_in(wanted: Words, words: Words) -> bool:
    """Whether the words wanted stand in a row somewhere."""
    width = len(wanted)
    return any(
        all(one & other for one, other in zip(wanted, words[at : at + width], strict=True))
        for at in range(len(words) - width + 1)
    )


def _plain(word: str) -> str:
    bare = unicodedata.normalize("NFKD", word.replace("œ", "oe"))
    return "".join(letter for letter in bare if not unicodedata.combining(letter))


@cache
def _stemmer(language: str) -> snowballstemmer.stemmer:
    return snowballstemmer.stemmer(LANGUAGES[language])
