"""The entry: the only place that sets an exit code."""

from __future__ import annotations

import logging
import sys

import click

from tui.errors import InVainError, TradexError
from tui.text import clean


def main() -> None:
    """Run the command line; exit 2 with one line when it cannot be done as asked.

    Exit 1 with one line when it was done and nothing came of it. A command that ends without an
    error returns its exit code, or None for 0.
    """
    from tui.cli import cli

    try:
        sys.exit(cli.main(prog_name="tradex-tui", standalone_mode=False))
    except click.exceptions.Abort:
        sys.exit(130)
    except click.ClickException as error:
        _fail(error.format_message())
    except InVainError as error:
        _fail(str(error), code=1)
    except TradexError as error:
        _fail(str(error))
    except Exception:  # the top of the program: a traceback belongs into the log
        logging.getLogger(__name__).exception("the program failed")
        _fail("A fault of this program; the log file (see --help) has the reason.")


def _fail(sentence: str, code: int = 2) -> None:
    click.echo(f"tradex-tui: {clean(sentence, 2_000)}", err=True)
    sys.exit(code)


if __name__ == "__main__":
    main()
