"""`vigie names`: whom tools' words stand for, and saying it."""

from __future__ import annotations

from pathlib import Path

import click

from metrics.belonging import PERSON, Owner, Word, newcomers, owners, words_in_use
from metrics.command.groups import Sentences
from metrics.command.output import (
    answer,
    as_json,
    carried_out,
    in_workspace,
    open_workspace,
    who,
)
from metrics.errors import VigieError, unknown
from metrics.intake import versions
from metrics.job import Job
from metrics.organisation import ACCOUNT
from metrics.register.organisation import load_organisation
from metrics.workspace import Workspace


@click.group("names", cls=Sentences)
def verb() -> None:
    """Whom the words of tools stand for: a Jira project, a plan, an account, a person."""


@verb.command("list")
@in_workspace
@as_json
def listed(folder: Path | None, wants_json: bool) -> None:
    """Every word in use, those that nobody has placed first, with whom they most likely are."""
    words = words_in_use(open_workspace(folder))
    if wants_json:
        answer({"names": [_row(word) for word in words]})
        return
    for word in words:
        told = f"{word.source} {word.word} ({word.rows} rows)"
        if word.owner:
            click.echo(f"{told}: {word.owner.kind} {word.owner.key}")
        elif word.answered:
            click.echo(f"{told}: none of ours")
        else:
            near = word.suggestion
            perhaps = f", perhaps {near.kind} {near.key}" if near else ""
            click.echo(f"{told}: nobody has said{perhaps}")


@verb.command("set")
@click.argument("source")
@click.argument("word")
@click.option("--product", help="It is this product.")
@click.option("--squad", help="It is this squad.")
@click.option("--person", help="It is this person.")
@click.option("--same-accounts", is_flag=True, help="They are the accounts of the tool WORD.")
@click.option("--new", type=click.Choice(("product", "squad")), help="It is one not known yet.")
@click.option("--nobody", is_flag=True, help="It is none of the company's.")
@in_workspace
@as_json
def told(
    source: str,
    word: str,
    product: str | None,
    squad: str | None,
    person: str | None,
    same_accounts: bool,
    new: str | None,
    nobody: bool,
    folder: Path | None,
    wants_json: bool,
) -> None:
    """Say whom a word of a tool stands for; figures follow, nothing is imported again.

    \b
    Examples:
      vigie names set jira DUNE --squad dune
      vigie names set stripe "Atelier Pro" --product atelier
    """
    given = {"product": product, "squad": squad, PERSON: person}
    said = [(kind, key) for kind, key in given.items() if key is not None]
    if len(said) + bool(new) + nobody + same_accounts != 1:
        raise VigieError(
            "A word stands for one product, squad or person, or for nobody.",
            next_step="Give one of --product, --squad, --person, --new, --same-accounts, --nobody.",
            exit_code=2,
        )
    workspace = open_workspace(folder)
    found = _in_use(workspace, source, word)
    owner = _owner(workspace, found, *said[0]) if said else None
    if new:
        owner = _newcomer(workspace, found, new)
    if same_accounts:
        owner = _account(found)
    job = Job("names", str(workspace.path), who(), names=found.stands_for(owner))
    outcome = carried_out(job, "Naming")
    if wants_json:
        answer({"source": source, "word": word} | versions(outcome))
    else:
        click.echo(
            f"{source} {word} is {f'{owner.kind} {owner.key}' if owner else 'none of ours'}."
        )


def _in_use(workspace: Workspace, source: str, word: str) -> Word:
    """The word as the imports have it. Raises VigieError when none has."""
    words = words_in_use(workspace)
    for each in words:
        if (each.source, each.word.casefold()) == (source, word.strip().casefold()):
            return each
    near = [each.word for each in words if each.source == source]
    if not near:
        raise unknown("tool with words in use", source, sorted({each.source for each in words}))
    raise unknown(f"word of {source}", word, near, "'vigie names list' shows all.")


def _owner(workspace: Workspace, word: Word, kind: str, key: str) -> Owner:
    """The company's own of that key. Raises VigieError when there is none, or of another kind."""
    if kind not in word.kinds:
        raise VigieError(
            f"'{word.word}' of {word.source} cannot be a {kind}.",
            choices=word.kinds,
            exit_code=2,
        )
    with workspace.register.connect() as connection:
        known = owners(load_organisation(connection), (kind,))
    for owner in known:
        if owner.key == key:
            return owner
    raise unknown(kind, key, [owner.key for owner in known])


def _account(word: Word) -> Owner:
    """The tool whose accounts the word's are. Raises VigieError for a word of another sort."""
    if word.kinds != (ACCOUNT,):
        raise VigieError(
            f"'{word.word}' of {word.source} is no tool whose accounts it shares.",
            choices=word.kinds,
            exit_code=2,
        )
    return word.others[0]


def _newcomer(workspace: Workspace, word: Word, kind: str) -> Owner:
    """The product or squad that begins to be known by a word. Raises VigieError for one that is
    known, or that cannot be of that kind."""
    with workspace.register.connect() as connection:
        known = newcomers(word, load_organisation(connection))
    if word.owner:
        raise VigieError(
            f"'{word.word}' of {word.source} is {word.owner.kind} {word.owner.key} already.",
            next_step=f"Give --{word.owner.kind} to make it another.",
            exit_code=2,
        )
    for owner in known:
        if owner.kind == kind:
            return owner
    raise VigieError(
        f"'{word.word}' of {word.source} cannot be the name of a {kind}.",
        choices=[owner.kind for owner in known],
        exit_code=2,
    )


def _row(word: Word) -> dict[str, object]:
    return {
        "source": word.source,
        "word": word.word,
        "kinds": list(word.kinds),
        "rows": word.rows,
        "datasets": list(word.datasets),
        "answered": word.answered,
        "owner": _key(word.owner),
        "suggestion": _key(word.suggestion),
    }


def _key(owner: Owner | None) -> dict[str, str] | None:
    return {"kind": owner.kind, "key": owner.key} if owner else None
