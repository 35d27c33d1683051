"""Commands in the pages are commands of the program: names, options, choices, and files that ship."""

import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import click
import pytest
from pages import PAGES, ROOT, code, needs_docs

from interp.cli import main

SHIPPED = re.compile(r"(?:configs|resources|benchmarks)/[\w./]+")

pytestmark = needs_docs


def commands(page: Path) -> Iterator[list[str]]:
    """Arguments of every ``interp ...`` in a page's code blocks."""
    for line in code(page):
        if not re.match(r"(echo .*\| |python -m |accelerate launch .*-m )?interp [a-z]", line):
            continue
        words = shlex.split(line[re.search(r"\binterp ", line).end() :], comments=True)
        stop = next((i for i, word in enumerate(words) if word in ("|", "<", ">")), len(words))
        yield words[:stop]


def understand(words: list[str]) -> None:
    """Raise click's own error for a name, an option or a choice that there is not."""
    command, context = main, click.Context(main, info_name="interp")
    while isinstance(command, click.Group):
        name = words[0] if words[0] in command.commands else "run"
        words = words[name == words[0] :]
        command = command.commands[name]
        context = click.Context(command, parent=context, info_name=name)
    given, rest, _ = command.make_parser(context).parse_args(args=list(words))
    assert not rest, rest
    for parameter in command.params:
        if not isinstance(parameter.type, click.Path) and given.get(parameter.name) is not None:
            parameter.type_cast_value(context, given[parameter.name])


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_commands_are_understood(page):
    for words in commands(page):
        understand(words)


def test_commands_are_found():
    assert len(list(commands(ROOT / "README.md"))) >= 5
    with pytest.raises(click.NoSuchOption):
        understand(["synth", "--colour", "red"])
    with pytest.raises(click.BadParameter):
        understand(["synth", "--mode", "both"])


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_files_of_commands_ship(page):
    named = [name for line in code(page) if "docs/" not in line for name in SHIPPED.findall(line)]
    missing = [name for name in named if not (ROOT / name).exists()]
    assert not missing, missing
