"""Every message is translated, none is left over, and no page writes a text of its own."""

import ast
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from string import Formatter

import pytest
import yaml
from babel.messages.pofile import read_po

from dashboard.translation import LOCALES, language_of, translation
from tests.dashboard.messages import CODE, messages

PAGES = [
    *sorted((CODE / "views").glob("*.py")),
    *(CODE / f"{n}.py" for n in ("app", "cards", "filters", "import_cards")),
]
#: Calls of Streamlit whose first argument is read by people.
SHOWN = {
    "header", "subheader", "title", "markdown", "caption", "text", "button", "metric", "selectbox",
    "multiselect", "expander", "error", "warning", "info", "success", "page_link", "write",
    "download_button", "file_uploader", "segmented_control", "TextColumn", "NumberColumn",
    "ImageColumn", "progress",
}  # fmt: skip
#: Names that are the same in every language.
PROPER = {"Langue / Language", "Vigie", "RICE", "MoSCoW"}


def french():
    with (LOCALES / "fr.po").open("rb") as file:
        return read_po(file, locale="fr")


def fields(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name}


def test_french_has_every_message_and_no_other():
    written = {m.id[0] if isinstance(m.id, tuple) else m.id for m in french() if m.id}
    assert written == set(messages())


def test_no_french_message_is_empty_or_in_doubt_and_all_keep_their_values():
    for message in french():
        if not message.id:
            continue
        forms = message.string if isinstance(message.string, tuple) else (message.string,)
        source = message.id[0] if isinstance(message.id, tuple) else message.id
        assert not message.fuzzy, source
        for form in forms:
            assert form.strip(), source
            assert fields(form) == fields(source), source


def test_french_spaces_do_not_break_before_double_punctuation():
    for message in french():
        for form in message.string if isinstance(message.string, tuple) else (message.string,):
            if message.id:
                assert not re.search(r" [:;?!»]|« ", form), form


def french_in(node: object, inside: bool = False) -> Iterator[str]:
    """The French texts of a YAML tree: what lies under a key 'fr'."""
    if isinstance(node, Mapping):
        for key, held in node.items():
            yield from french_in(held, inside or key == "fr")
    elif isinstance(node, list):
        for held in node:
            yield from french_in(held, inside)
    elif isinstance(node, str) and inside:
        yield node


def test_french_is_set_with_printed_apostrophes():
    forms = [(m.string,) if isinstance(m.string, str) else m.string for m in french() if m.id]
    texts = [form for told in forms for form in told]
    for file in (CODE.parent / "metrics").rglob("*.yml"):
        texts += french_in(yaml.load(file.read_bytes(), Loader=yaml.CSafeLoader))
    assert len(texts) > 1500
    assert [text for text in texts if re.search(r"\w'\w", text)] == []


def literal_texts(tree: ast.AST) -> list[tuple[int, str]]:
    """Literal words that a page hands to Streamlit as a text to be read."""
    found = []
    for call in ast.walk(tree):
        if not (isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute)):
            continue
        if call.func.attr not in SHOWN or not call.args:
            continue
        first = call.args[0]
        parts = first.values if isinstance(first, ast.JoinedStr) else [first]
        for part in parts:
            if isinstance(part, ast.Constant) and isinstance(part.value, str):
                words = re.sub(r":\w+\[|&\w+;", "", part.value)
                if re.search(r"[^\W\d_]", words) and part.value not in PROPER:
                    found.append((call.lineno, part.value))
    return found


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_pages_write_no_text_of_their_own(page: Path):
    assert literal_texts(ast.parse(page.read_text("utf-8"))) == []


def test_the_search_for_texts_finds_one():
    tree = ast.parse('st.header("Bonjour")\nst.markdown(f"**{x}** hello")\nst.header(say("x"))')
    assert [line for line, _ in literal_texts(tree)] == [1, 2]


@pytest.mark.parametrize(
    ("locale", "language"),
    [("fr-FR", "fr"), ("fr", "fr"), ("en-US", "en"), ("de-DE", "en"), (None, "en"), ("", "en")],
)
def test_the_language_follows_the_browser(locale, language):
    assert language_of(locale) == language


def test_two_languages_are_served_at_once():
    assert translation("fr").say("Week") == "Semaine"
    assert translation("en").say("Week") == "Week"
    assert translation("xx").say("Week") == "Week"


def test_plurals_follow_the_language():
    forms = ("Load {n} file", "Load {n} files")
    assert [translation("fr").count(*forms, n) for n in (0, 1, 2)] == [
        "Charger 0 fichier", "Charger 1 fichier", "Charger 2 fichiers",
    ]  # fmt: skip
    assert [translation("en").count(*forms, n) for n in (0, 1, 2)] == [
        "Load 0 files", "Load 1 file", "Load 2 files",
    ]  # fmt: skip
