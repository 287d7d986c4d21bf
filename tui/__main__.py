"""The entry: the only place that sets an exit code."""

from __future__ import annotations

import sys


def main() -> None:
    """Run the command line; exit 2 with one line when it cannot be done as asked.

    Exit 1 with one line when it was done and nothing came of it, or when this program failed. A
    command that ends without an error returns its exit code, or None for 0.
    """
    try:
        sys.exit(_run())
    except KeyboardInterrupt:  # while modules are loaded; a command has its own way with it
        sys.exit(130)


def _run() -> int | None:
    import logging

    import click

    from tui.cli import cli
    from tui.errors import FaultError, InVainError, TradexError

    code: int | None
    try:
        code = cli.main(prog_name="tradex-tui", standalone_mode=False)
    except click.exceptions.Abort:
        code = 130
    except click.ClickException as error:
        code = _fail(error.format_message(), 2)
    except InVainError as error:
        code = _fail(str(error), 1)
    except TradexError as error:
        code = _fail(str(error), 2)
    except Exception:  # the top of the program: a traceback belongs into the log
        logging.getLogger(__name__).exception("the program failed")
        code = _fail(str(FaultError("This program failed.")), 1)
    return code


def _fail(sentence: str, code: int) -> int:
    import click

    from tui.text import clean

    click.echo(f"tradex-tui: {clean(sentence, 2_000)}", err=True)
    return code


if __name__ == "__main__":
    main()
