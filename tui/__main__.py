"""The entry: the only place that sets an exit code."""

from __future__ import annotations

import sys

import click

from tui.errors import TradexError


def main() -> None:
    """Run the command line; exit 2 with one line when it cannot be done as asked."""
    from tui.cli import cli

    try:
        cli.main(prog_name="tradex-tui", standalone_mode=False)
    except click.exceptions.Abort:
        sys.exit(130)
    except click.ClickException as error:
        _fail(error.format_message())
    except TradexError as error:
        _fail(str(error))


def _fail(sentence: str) -> None:
    click.echo(f"tradex-tui: {sentence}", err=True)
    sys.exit(2)


if __name__ == "__main__":
    main()
