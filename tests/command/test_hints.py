"""Every `vigie …` that a text or page names is a command, with the options that it names."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import click

from metrics.command import vigie

#: A command in quotes or backticks, as refusals and pages write them.
NAMED = re.compile(r"""['"`](vigie [a-z][^'"`\n]*)['"`]""")


def texts(file: Path) -> Iterator[str]:
    """What a file says: of Python its texts, values put in them as '…'; else all of it."""
    written = file.read_text("utf-8")
    if file.suffix != ".py":
        yield written
        return
    for node in ast.walk(ast.parse(written)):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value
        elif isinstance(node, ast.JoinedStr):
            parts = (part.value if isinstance(part, ast.Constant) else "…" for part in node.values)
            yield "".join(map(str, parts))


def wrong(line: str) -> str:
    """What of a command line does not exist; '' when all of it does."""
    found: click.Command = vigie
    words = line.split()[1:]
    context = click.Context(found)
    while isinstance(found, click.Group) and words:
        if not re.fullmatch(r"[a-z][a-z|]*,?", words[0]):
            break  # nothing more is named: a family of commands
        names, words = words[0].rstrip(",").split("|"), words[1:]
        for name in names:
            inner = found.get_command(context, name)
            if inner is None:
                return name
        assert inner is not None
        found = inner
    options = {option for parameter in found.params for option in parameter.opts}
    return next((word for word in words if word.startswith("--") and word not in options), "")


def named() -> list[tuple[str, str]]:
    files = [path for folder in ("metrics", "dashboard") for path in Path(folder).rglob("*.py")]
    files += [Path("README.md"), *Path("docs").glob("*.md"), *Path("dashboard").rglob("*.po")]
    return [
        (str(file), line) for file in files for text in texts(file) for line in NAMED.findall(text)
    ]


def test_every_command_that_is_named_exists() -> None:
    lines = named()
    assert len({line for _, line in lines}) > 20
    assert [(file, line) for file, line in lines if wrong(line)] == []


def test_a_command_that_does_not_exist_is_found() -> None:
    assert wrong("vigie kpi baselines") == "baselines"
    assert wrong("vigie import FILE --hurry") == "--hurry"
    assert wrong("vigie baseline list") == wrong("vigie import FILE… --dry-run") == ""
