"""The page of the command line, made by Typer from the commands."""

from __future__ import annotations

import re

import typer
from typer.cli import get_docs_for_click

from palca.experiments.cli.app import app

_EXAMPLE = re.compile(r"^Example: (palca .+)$", re.MULTILINE)
_BOLD = re.compile(r"\[bold\](.*?)\[/\]")


def command_line() -> str:
    """Return the page: every command with its arguments, options and example."""
    command = typer.main.get_command(app)
    text = get_docs_for_click(obj=command, ctx=typer.Context(command), name="palca")
    text = _EXAMPLE.sub(r"```console\n$ \1\n```", _BOLD.sub(r"`\1`", text))
    for name, one in command.commands.items():  # type: ignore[attr-defined]
        summary = one.help.partition("\n")[0]  # Typer shortens it
        text = re.sub(
            rf"^\* `{name}`: .*$",
            f"* [`{name}`](#palca-{name}): {summary}",
            text,
            flags=re.MULTILINE,
        )
    return text.replace("# `palca`", "# The command line", 1)
