"""Whom the tools' words stand for: which nobody has placed, who they most likely are, answers."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass, replace
from itertools import chain, count

import duckdb
from rapidfuzz import fuzz, process, utils

from metrics.account_natures import Natures, account_natures, nature_of
from metrics.engines import open_facts
from metrics.importing.dataset import DATASETS
from metrics.importing.report import FileReport
from metrics.organisation import ACCOUNT, NOT_OURS, Name, Organisation
from metrics.references import people_names
from metrics.register.organisation import load_organisation
from metrics.warehouse import current_path, is_behind
from metrics.workspace import Workspace

#: How alike a word and one of ours must be, out of 100, to be suggested.
ALIKE = 82
SHORTEST = 3
#: A project key such as ATE is told by how the name begins.
LONGEST_KEY = 5
PERSON = "person"
#: Datasets in which strangers stand beside ours: once one is placed the others are rivals.
NAMES_RIVALS = frozenset({"market", "ratings"})
LEDGER = "ledger"


@dataclass(frozen=True)
class Owner:
    """A product, squad or person of the company."""

    kind: str
    key: str
    name: str


@dataclass(frozen=True)
class Word:
    """What a tool calls someone. `kinds` are what it may be; `owner` is whom it stands for now.

    `answered` is also True when someone said that it is none of the company's.
    """

    source: str
    word: str
    kinds: tuple[str, ...]
    rows: int
    datasets: tuple[str, ...]
    owner: Owner | None = None
    answered: bool = False
    suggestion: Owner | None = None
    others: tuple[Owner, ...] = ()  # whom it may stand for beside the company's own

    def stands_for(self, owner: Owner | None) -> tuple[Name, ...]:
        """The names that make it stand for `owner`; for nobody of the company when None."""
        source = "*" if self.kinds == (PERSON,) else self.source
        return tuple(
            Name(kind, source, self.word, owner.key if owner and owner.kind == kind else NOT_OURS)
            for kind in self.kinds
        )


def _accounts_met(facts: duckdb.DuckDBPyConnection, organisation: Organisation) -> list[Word]:
    """Tools whose accounts a billing tool's customers were found among, as words of that tool."""
    rows = facts.execute(
        "select source, other_source, count(distinct account_key) from landed_account_links "
        "group by all order by all"
    ).fetchall()
    found = []
    for source, other, accounts in rows:
        same = organisation.same_accounts(source, other)
        owner = Owner(ACCOUNT, other, other)
        found.append(
            Word(
                source, other, (ACCOUNT,), accounts, ("subscriptions",), owner if same else None,
                same is not None, owner, (owner,),
            )
        )  # fmt: skip
    return found


def owners(organisation: Organisation, kinds: Collection[str]) -> list[Owner]:
    """Everyone of these kinds, products first."""
    found = [Owner("product", each.product, each.name) for each in organisation.products]
    found += [Owner("squad", each.squad, each.name) for each in organisation.squads]
    found += [Owner(PERSON, each.person, each.name) for each in organisation.people]
    return [owner for owner in found if owner.kind in kinds]


def hides_rows(word: Word) -> bool:
    """Whether rows are of no product or squad until someone says whose this word is."""
    return not {PERSON, ACCOUNT}.intersection(word.kinds)


def newcomers(word: Word, organisation: Organisation) -> list[Owner]:
    """The product or squad that a word may be the name of, where the company has none of it yet."""
    if not hides_rows(word) or not any(letter.isalpha() for letter in word.word):
        return []
    return [
        Owner(kind, _new_key(word.word, kind, organisation), word.word.strip())
        for kind in word.kinds
    ]


def _new_key(word: str, kind: str, organisation: Organisation) -> str:
    """A key for a new product or squad: the word without accents, in lower case, not taken."""
    plain = unicodedata.normalize("NFKD", word).encode("ascii", "ignore").decode().lower()
    base = re.sub(r"[^a-z0-9]+", "-", plain).strip("-") or kind
    taken = organisation.product_keys if kind == "product" else organisation.squad_keys
    numbered = (f"{base}-{number}" for number in count(2))
    return next(key for key in chain([base], numbered) if key not in taken)


def suggested(word: str, organisation: Organisation, kinds: Collection[str]) -> Owner | None:
    """Who a word most likely stands for: by the likeness of names, of words already placed, or of
    a key with a name's beginning. None when nobody is near, or when two are as near."""
    known = owners(organisation, kinds)
    texts: dict[str, Owner] = {}
    for owner in known:
        texts.setdefault(owner.key, owner)
        texts.setdefault(owner.name, owner)
    by_key = {(owner.kind, owner.key): owner for owner in known}
    for name in organisation.names:
        if (name.kind, name.target) in by_key:
            texts.setdefault(name.alias, by_key[name.kind, name.target])
    plain = utils.default_process(word)
    if len(plain) < SHORTEST or not any(letter.isalpha() for letter in plain):
        return None
    if len(plain) <= LONGEST_KEY and " " not in plain:
        begun = {
            owner for text, owner in texts.items()
            if utils.default_process(text).replace(" ", "").startswith(plain)
        }  # fmt: skip
        if len(begun) == 1:
            return begun.pop()
        return None  # so few letters are like many names
    near = process.extract(
        word, list(texts), scorer=_likeness, processor=utils.default_process,
        score_cutoff=ALIKE, limit=4,
    )  # fmt: skip
    best = {texts[text] for text, score, _ in near if score >= near[0][1] - 1}
    return best.pop() if len(best) == 1 else None


def _likeness(word: str, text: str, **_: object) -> float:
    """How alike two names are, out of 100: letter by letter, or all words of one in the other."""
    return max(fuzz.ratio(word, text), fuzz.token_set_ratio(word, text))


def words_of(
    reports: Iterable[FileReport], organisation: Organisation, natures: Natures
) -> list[Word]:
    """The words of files about to be loaded that nobody has placed, those of most rows first.

    Accounts that are nobody's by their nature are not asked for.
    """
    found: dict[tuple[str, str], Word] = {}
    for report in reports:
        if report.status != "loaded":
            continue
        kinds = DATASETS[report.dataset].belongs_to
        for stream in report.unknown_streams:
            if organisation.answered(kinds, report.tool, stream) or not _asked(
                report.dataset, stream
            ):
                continue
            word = _word(report, kinds, stream)
            if not _is_shared(word, organisation, natures):
                _merge(found, word)
    return [_with_suggestion(word, organisation) for word in _ordered(found.values())]


def words_in_use(workspace: Workspace) -> list[Word]:
    """Every word of the imports that count: those that nobody has placed first.

    Accounts of shared cost are not asked for: they are nobody's, unless someone says whose.
    """
    path = current_path(workspace)
    if path is None:
        return []
    with workspace.register.connect() as connection:
        organisation = load_organisation(connection)
    found: dict[tuple[str, str], Word] = {}
    with closing(open_facts(path)) as facts:
        met = [] if is_behind(facts) else _accounts_met(facts, organisation)
        streams = facts.execute(
            "select source, stream, dataset, sum(row_count)::bigint from import_streams "
            "where stream <> '' group by all order by all"
        ).fetchall()
        people = facts.execute(
            "select source, person, count(*) from landed_skills group by all order by all"
        ).fetchall()
    for source, stream, dataset, rows in streams:
        kinds = DATASETS[dataset].belongs_to
        if kinds and _asked(dataset, stream):
            _merge(found, Word(source, stream, kinds, rows, (dataset,)))
    known = dict(people_names(organisation))
    by_key = {owner.key: owner for owner in owners(organisation, (PERSON,))}
    strangers = {
        name.alias for name in organisation.names if name.kind == PERSON and not name.target
    }
    for source, person, rows in people:
        owner = by_key.get(known.get(person, ""))
        word = Word(source, person, (PERSON,), rows, ("skills",), owner,
                    owner is not None or person in strangers)  # fmt: skip
        found[f"{source}:{PERSON}", person] = word
    settled = (_settled(word, organisation) for word in found.values())
    words = [word if word.answered else _with_suggestion(word, organisation) for word in settled]
    ours = {(word.source, each) for word in words if word.owner for each in word.datasets}
    words = [
        word
        for word in words
        if word.answered or not any((word.source, each) in ours for each in word.datasets)
        or not NAMES_RIVALS.issuperset(word.datasets)
    ]  # fmt: skip
    natures = account_natures(workspace.path)
    words = [
        replace(word, answered=True) if _is_shared(word, organisation, natures) else word
        for word in words
    ]
    words += met
    return sorted(words, key=lambda word: (word.answered, -word.rows, word.source, word.word))


def _word(report: FileReport, kinds: tuple[str, ...], stream: str) -> Word:
    return Word(report.tool, stream, kinds, report.streams[stream], (report.dataset,))


def _asked(dataset: str, stream: str) -> bool:
    """Whether a word can be anyone's: not an account of the balance sheet."""
    return bool(stream) and (dataset != LEDGER or not re.match(r"[1-5]\d{2}", stream))


def _is_shared(word: Word, organisation: Organisation, natures: Natures) -> bool:
    """Whether a word is an account that is nobody's until someone says so: of shared cost, or of
    the squads' people where their monthly rates say what they cost."""
    if word.datasets != (LEDGER,) or not (word.word.isdigit() or ":" in word.word):
        return False
    nature = nature_of(word.word, natures)
    return nature in ("shared", "none") or (nature == "squad" and bool(organisation.squad_rates))


def _settled(word: Word, organisation: Organisation) -> Word:
    """The word with whom it stands for now."""
    if word.kinds == (PERSON,):
        return word
    names = {(owner.kind, owner.key): owner for owner in owners(organisation, word.kinds)}
    for kind in word.kinds:
        key = organisation.place(kind, word.source, word.word)
        if key is not None and (kind, key) in names:
            return replace(word, owner=names[kind, key], answered=True)
    return replace(word, answered=organisation.answered(word.kinds, word.source, word.word))


def _with_suggestion(word: Word, organisation: Organisation) -> Word:
    return replace(word, suggestion=suggested(word.word, organisation, word.kinds))


def _merge(found: dict[tuple[str, str], Word], word: Word) -> None:
    """Add a word, or its rows to the same one of another dataset."""
    earlier = found.get((word.source, word.word))
    if earlier is None:
        found[word.source, word.word] = word
        return
    found[word.source, word.word] = replace(
        earlier,
        kinds=tuple(dict.fromkeys((*earlier.kinds, *word.kinds))),
        rows=earlier.rows + word.rows,
        datasets=tuple(dict.fromkeys((*earlier.datasets, *word.datasets))),
    )


def _ordered(words: Iterable[Word]) -> Iterator[Word]:
    yield from sorted(words, key=lambda word: (-word.rows, word.source, word.word))
