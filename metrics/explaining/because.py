"""Drivers in one sentence, in both languages: what a change came from, adding up as it is written.

Rounded parts are made to sum to the rounded whole: the reader who adds them up finds it.
"""

from __future__ import annotations

import math
from collections.abc import Mapping

from metrics.catalogue.kpi import Kpi, Text, Unit
from metrics.explaining.explanation import Explanation
from metrics.explaining.movements import MOVEMENT
from metrics.format import Formatter, formatter
from metrics.organisation import Organisation
from metrics.result import Scope

#: Members told one by one; the rest is one part.
TOLD = 2
#: The part of a ratio's change from which its mix is worth a word.
TOLD_MIX = 0.1
#: Digits of the largest part that are written.
DIGITS = 3

#: A dimension in words: one of its members, and several.
DIMENSIONS: dict[str, tuple[Text, Text]] = {
    "product": (Text("product", "produit"), Text("products", "produits")),
    "squad": (Text("squad", "squad"), Text("squads", "squads")),
    "country": (Text("country", "pays"), Text("countries", "pays")),
    "plan": (Text("plan", "offre"), Text("plans", "offres")),
    "platform": (Text("platform", "plateforme"), Text("platforms", "plateformes")),
    "feature": (Text("feature", "fonctionnalité"), Text("features", "fonctionnalités")),
    "channel": (Text("channel", "canal"), Text("channels", "canaux")),
    "type": (Text("type", "type"), Text("types", "types")),
    "theme": (Text("theme", "thème"), Text("themes", "thèmes")),
    "source": (Text("source", "source"), Text("sources", "sources")),
    "kind": (Text("kind", "nature"), Text("kinds", "natures")),
    "nature": (Text("nature", "nature"), Text("natures", "natures")),
    "language": (Text("language", "langue"), Text("languages", "langues")),
    "competitor": (Text("competitor", "concurrent"), Text("competitors", "concurrents")),
    "loss_reason": (Text("loss reason", "motif de perte"), Text("loss reasons", "motifs de perte")),
    "store": (Text("store", "magasin"), Text("stores", "magasins")),
    "skill": (Text("skill", "compétence"), Text("skills", "compétences")),
}
#: The movements of a count in words, as who they are.
MOVED = {
    "new": Text("newcomers", "les nouveaux venus"),
    "resurrected": Text("those who came back", "ceux qui sont revenus"),
    "churned": Text("those who left", "ceux qui sont partis"),
}
OTHERS = Text("the others", "les autres")
UNKNOWN, UNKNOWN_FEMININE = Text("unknown", "inconnu"), Text("unknown", "inconnue")
#: What it is where a fact names none, for that is no want of knowledge.
NONE = {"competitor": Text("no competitor named", "aucun concurrent cité")}

SUM = Text("Of {whole}, {parts}.", "Sur {whole}, {parts}.")
SINCE = Text("{whole} since {day}", "{whole} depuis le {day}")
MIX = Text(
    "Of {whole}, {parts}; the changed mix of {several} alone makes {mix}.",
    "Sur {whole}, {parts} ; la répartition entre {several} fait à elle seule {mix}.",
)
#: Where what the mix did is larger than the change, the rates having gone the other way.
AGAINST = Text(
    "{whole}: {mix} because the mix of {several} changed, {rates} at an equal mix; "
    "the largest part: {part}.",
    "{whole} : {mix} parce que la répartition entre {several} a changé, {rates} à répartition "
    "égale ; la plus grande part : {part}.",
)
PART = Text("{change} from {member}", "{change} pour {member}")
FEMININE = ("offres", "plateformes", "fonctionnalités", "natures", "langues", "compétences",
            "sources", "squads")  # fmt: skip


def names_of(organisation: Organisation) -> dict[Scope, str]:
    """What readers call products and squads."""
    return {
        **{Scope("product", each.product): each.name for each in organisation.products},
        **{Scope("squad", each.squad): each.name for each in organisation.squads},
    }


def because(
    kpi: Kpi, explained: Explanation, names: Mapping[Scope, str], currency: str = "EUR"
) -> Text:
    """The drivers in one sentence: the largest parts, and for a ratio rates against mix."""
    said = [
        _sentence(kpi, explained, names, language, formatter(language, currency))
        for language in ("en", "fr")
    ]
    return Text(*said)


def _sentence(
    kpi: Kpi, explained: Explanation, names: Mapping[Scope, str], language: str, write: Formatter
) -> str:
    def told_whole(change: float) -> str:
        written = write.difference(kpi.unit, change)
        if explained.since is None:
            return written
        day = write.date(explained.since, year=False)
        return SINCE[language].format(whole=written, day=day)

    moved = [driver for driver in explained.drivers if driver.change]
    most = len(MOVED) if explained.dimension == MOVEMENT else TOLD
    told = moved[:most] or explained.drivers[:1]
    rest = math.fsum(driver.change for driver in moved[most:])
    whole, *changes = in_tune(
        kpi.unit, explained.change, [*(driver.change for driver in told), rest]
    )
    members = [_name(driver.member, names, language) for driver in told]
    if len(moved) > most:
        members.append(OTHERS[language])
    each = [
        PART[language].format(change=write.difference(kpi.unit, change), member=member)
        for change, member in zip(changes, members, strict=False)
    ]
    parts = ", ".join(each)
    if told[0].rate is None:
        return SUM[language].format(whole=told_whole(whole), parts=parts)
    mixed = explained.change - math.fsum(driver.rate or 0.0 for driver in explained.drivers)
    if abs(mixed) < TOLD_MIX * abs(explained.change):
        return SUM[language].format(whole=told_whole(whole), parts=parts)
    moved_by, mix, rates = in_tune(kpi.unit, explained.change, [mixed, explained.change - mixed])
    if rates and abs(mix) > abs(moved_by):
        return AGAINST[language].format(
            whole=told_whole(moved_by),
            mix=write.difference(kpi.unit, mix),
            rates=write.difference(kpi.unit, rates),
            several=_several(explained.dimension, language),
            part=each[0],
        )
    return MIX[language].format(
        whole=told_whole(whole),
        parts=parts,
        mix=write.difference(kpi.unit, mix),
        several=_several(explained.dimension, language),
    )


def in_tune(unit: Unit, whole: float, parts: list[float]) -> list[float]:
    """The whole and its parts, rounded so that the parts still sum to the whole.

    What rounding leaves goes to the largest part, which it changes least.
    """
    largest = max(abs(number) for number in (whole, *parts))
    if not largest:
        return [0.0] * (1 + len(parts))
    places = DIGITS - 1 - math.floor(math.log10(largest))
    if unit.compares_in_points:  # changes in points are written with one decimal
        places = min(places, 3 if unit is Unit.RATE else 1) if largest >= _tenth(unit) else places
    rounded = [round(number, places) for number in (whole, *parts)]
    at = 1 + max(range(len(parts)), key=lambda index: abs(parts[index]))
    rest = round(rounded[0] - math.fsum(rounded[1:]), places)
    rounded[at] = round(rounded[at] + rest, places)
    return rounded


def _tenth(unit: Unit) -> float:
    return 0.001 if unit is Unit.RATE else 0.1


def _unnamed(dimension: str, language: str) -> str:
    """A member whose facts do not say which it is: "plan unknown"."""
    if dimension in NONE:
        return NONE[dimension][language]
    word = DIMENSIONS[dimension][0][language] if dimension in DIMENSIONS else ""
    feminine = _several(dimension, "fr") in FEMININE
    return f"{word} {(UNKNOWN_FEMININE if feminine else UNKNOWN)[language]}".strip()


def _several(dimension: str, language: str) -> str:
    return DIMENSIONS[dimension][1][language] if dimension in DIMENSIONS else dimension


def _name(member: Scope, names: Mapping[Scope, str], language: str) -> str:
    if member.kind == MOVEMENT:
        return MOVED[member.key][language]
    if member.kind not in ("product", "squad"):
        if member.key == "*":
            return OTHERS[language]
        if not member.key:
            return _unnamed(member.kind, language)
    return names.get(member, member.key)
