"""Refusals that a page's reader can meet, in their language.

A refusal carries its message and what fills it in; what is not listed here is said as it was
written, in English.
"""

from __future__ import annotations

from functools import lru_cache

from dashboard.translation import Translation, mark
from metrics.errors import VigieError
from metrics.importing.vocabulary import vocabulary

MESSAGES = (
    mark("There is no {noun} named '{given}'."),
    mark("There is no {noun} named '{given}'. Did you mean {near}?"),
    mark("{kpi} cannot be cut by '{dimension}'."),
    mark(
        "{kpi} is not born per {grain}: its figures exist per {grains}, and adding or averaging "
        "those would be wrong."
    ),
    mark("{kpi} is not cut further: small groups could be told apart."),
    mark("You may not see figures per {kind}."),
    mark("This workspace holds no data yet."),
    mark("An earlier version of Vigie prepared these data, without what this question reads."),
    mark("No workspace was named, so there is nothing to show."),
    mark("Vigie has no sign-in yet and answers on this machine only."),
    mark("A decision needs words."),
    mark("Decision {number} was changed meanwhile by {person}."),
    mark("Decision {number} was changed meanwhile."),
    mark("{day} has passed."),
    mark("This {noun} no longer stands: it was changed or taken back meanwhile."),
    mark("Another value was set for {period} meanwhile."),
    mark("The {noun} needs words."),
    mark("{count} KPIs are more than a review can hold: {most} at most, a dozen is usual."),
    mark("'{period}' is not a period."),
    mark("'{name}' cannot be the name of a KPI."),
    mark("There already is a KPI named '{name}'."),
    mark("A rate or a score does not add up over time."),
    mark("'{name}' cannot be the name of a kind of export."),
    mark("There already is a kind of export named '{name}'."),
    mark("The file has no column '{header}'."),
    mark("No column says: {labels}."),
    mark("No column is a question."),
    mark("A kind of export needs a name."),
    mark("{count} imports were read as '{name}': it is needed to read them again."),
    mark("There is no key result '{name}' any more."),
    mark("A key result needs words."),
    mark("The target is where the key result starts from."),
    mark("The days of this key result are no month, quarter or year."),
    mark("Key results of '{tool}' cannot be written here."),
    mark("What was said could not be read back: {reason}."),
)
NEXT_STEPS = (
    mark("Undo those imports first."),
    mark("Leave it out to see the latest week."),
    mark("'vigie kpi show' lists what a KPI can be cut by."),
    mark("Import a file: 'vigie import FILE'."),
    mark("Import a file, or run 'vigie publish'."),
    mark("Start it with 'vigie serve', or add --server.address 127.0.0.1."),
    mark("Say in a sentence what was decided."),
    mark("Look at it again, then change what is still to be changed."),
    mark("Mute until a day to come."),
    mark("Close this window and look again."),
    mark("Look at what holds now, and set yours if it is still right."),
    mark("Say it in a sentence."),
    mark("Use lower-case letters, digits and '_', beginning with a letter."),
    mark("Give the figure another name."),
    mark("Say that the figures hold until the next ones."),
    mark("Choose another name for this one."),
    mark("Choose one for each of them."),
    mark("Say which column holds scores, and of what kind."),
    mark("Look at the imports: the one that brought it may have been undone."),
    mark("Say what is aimed at."),
    mark("Say another target, or where it starts from."),
    mark("Change it in the file that it came from, and import that again."),
    mark("Change it in the tool, and import its export again."),
)
#: What a message names that has a word in every language.
NOUNS = {
    "product": mark("product"),
    "squad": mark("squad"),
    "line": mark("product line"),
    "owner": mark("role owner"),
    "company": mark("company"),
    "week": mark("week"),
    "month": mark("month"),
    "quarter": mark("quarter"),
    "day": mark("day"),
    "sprint": mark("sprint"),
    "wave": mark("survey wave"),
    "kind of scope": mark("kind of scope"),
    "comment": mark("comment"),
    "annotation": mark("annotation"),
    "mute": mark("mute"),
}


def told(error: VigieError, words: Translation) -> str:
    """The whole refusal: the problem, the valid choices, the next step."""
    if error.message not in MESSAGES:
        return str(error)
    problem = words.say(error.message, **_named(error, words))
    choices = (
        words.say("Valid choices: {choices}.", choices=", ".join(error.choices))
        if error.choices
        else ""
    )
    step = words.say(error.next_step) if error.next_step in NEXT_STEPS else error.next_step
    return " ".join(part for part in (problem, choices, step) if part)


def _named(error: VigieError, words: Translation) -> dict[str, str]:
    """A message's values, with the words of this language for those that have one."""
    own = words.say("or")
    found = {}
    for name, value in (error.values or {}).items():
        if name == "near":
            found[name] = f" {own} ".join(value.split(" or "))
        elif name in ("noun", "kind", "grain", "dimension"):
            found[name] = words.say(NOUNS[value]) if value in NOUNS else value
        elif name == "labels":
            labels = _labels(words.language)
            found[name] = ", ".join(labels.get(each, each) for each in value.split(", "))
        elif name == "grains":
            each = value.split(", ")
            found[name] = ", ".join(words.say(NOUNS[one]) if one in NOUNS else one for one in each)
        else:
            found[name] = value
    return found


@lru_cache(maxsize=2)
def _labels(language: str) -> dict[str, str]:
    """English names of the fields that a person maps → those of a language."""
    return {
        each.label["en"]: each.label[language]
        for fields in vocabulary().values()
        for each in fields
    }
