"""The commands. What they need is imported where it is used: `--version` shall be quick."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

import click

from tui.errors import TradexError, UsageError, nearest
from tui.terminal.exits import end_at_once_on_interrupt

if TYPE_CHECKING:
    from tui.config import Config
    from tui.feed.engine import Engine

_LARGEST_SAMPLE = 8 * 2**20

_IN_THE_DEMO = (
    "BTCUSDT", "coinbase:BTC-USD", "kraken:ETH/USD", "SOLUSDT", "coinbase:XRP-USD", "desk:EURUSD",
)  # fmt: skip


class DefaultsToWatch(click.Group):
    """`tradex-tui BTCUSDT` is `tradex-tui watch BTCUSDT`."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        plain = args[:1] in (["--help"], ["--version"])
        return super().parse_args(ctx, args if plain else self.with_command(args))

    def with_command(self, args: list[str]) -> list[str]:
        """The arguments with the command that is meant where none is named."""
        return args if self._names_command(args) else ["watch", *args]

    def _names_command(self, args: list[str]) -> bool:
        first = args[0] if args else ""
        if first in self.commands:
            return True
        if first.isalpha() and first.islower():  # symbols are typed in capitals, or with a colon
            raise UsageError(
                f"Unknown command '{first}'.",
                f"{_guess(first, self.commands)}Valid: {', '.join(self.commands)}; "
                f"or a symbol in capitals: {first.upper()}.",
            )
        return False

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        from tui.config import default_path
        from tui.journal import journal_path

        # Not as text, which would be wrapped: a path is to be copied.
        formatter.write(f"\nConfig file: {default_path()}\n")
        formatter.write(f"Log file: {journal_path()}\n")


def _guess(word: str, known: Any) -> str:
    close = nearest(word, known, 1)
    return f"Did you mean {close[0]}? " if close else ""


def _print_version(ctx: click.Context, _: click.Parameter, asked: bool) -> None:
    if asked and not ctx.resilient_parsing:
        from importlib.metadata import version

        click.echo(f"tradex-tui {version('tradex-tui')}")
        ctx.exit()


@click.group(cls=DefaultsToWatch)
@click.option("--version", is_flag=True, is_eager=True, expose_value=False, callback=_print_version)
def cli() -> None:
    """Live candles of many symbols in a terminal.

    A SYMBOL is binance:BTCUSDT, or BTCUSDT on the default exchange. Without a command the
    monitor opens: `tradex-tui BTCUSDT ETHUSDT` is `tradex-tui watch BTCUSDT ETHUSDT`. So does a
    layout: `tradex-tui "2 columns: binance:BTCUSDT@5m | kraken:BTC/USD@1m"`.
    """


_symbols = click.argument("symbols", nargs=-1, metavar="[SYMBOL]...")
_interval = click.option("--interval", metavar="INTERVAL", help="Length of a candle: 1s to 1M.")
_config_file = click.option(
    "--config", "config_file", type=click.Path(path_type=Path), metavar="FILE", help="Config file."
)
_seed = click.option("--seed", type=int, default=0, show_default=True, help="Of the market.")


@cli.command()
@_symbols
@_interval
@_config_file
def watch(symbols: tuple[str, ...], interval: str | None, config_file: Path | None) -> int:
    """Open the monitor (the default command)."""
    end_at_once_on_interrupt()
    from tui.opening import run_monitor
    from tui.targets import asked_for, default_symbols
    from tui.terminal.requirements import need_terminal
    from tui.workspace import default_path

    config = _load_config(config_file)
    asked = asked_for(symbols, interval, config)
    need_terminal(os.environ)
    usual = default_symbols(config)
    engine = _engine(config, config.history)
    return run_monitor(engine, config, asked, interval, usual, default_path())


@cli.command()
@_symbols
@_interval
@_config_file
@_seed
def demo(
    symbols: tuple[str, ...], interval: str | None, config_file: Path | None, seed: int
) -> int:
    """Open the monitor on simulated exchanges; its palette can pull the plug.

    They are binance, coinbase, kraken and desk, a JSON feed.
    """
    end_at_once_on_interrupt()
    from dataclasses import replace

    from tui.exchange.settings import ExchangeSettings
    from tui.opening import run_monitor
    from tui.simulator.demo import Demo
    from tui.targets import asked_for, default_symbols
    from tui.terminal.requirements import need_terminal
    from tui.workspace import default_path

    config = replace(_load_config(config_file), exchange="binance", tokens={})
    with Demo(seed) as exchanges:
        urls = exchanges.urls()
        desk = ExchangeSettings(*urls.pop("json"), kind="jsonfeed")
        named = {name: ExchangeSettings(*pair) for name, pair in urls.items()}
        config = replace(config, exchanges={**named, "desk": desk})
        asked = asked_for(symbols, interval, config)
        need_terminal(os.environ)
        path = default_path().with_name("demo.toml")
        # Not all of them have every interval; the default exchange has.
        usual = default_symbols(config) if interval else _IN_THE_DEMO
        engine = _engine(config, config.history)
        return run_monitor(engine, config, asked, interval, usual, path, exchanges)


@cli.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="Where to listen.")
@click.option("--port", type=click.IntRange(0, 65535), default=8000, show_default=True,
              help="0 takes a free one.")  # fmt: skip
@click.option("--name", "names", multiple=True, metavar="NAME",
              help="A name that pages reach it by, such as a proxy's.")  # fmt: skip
@click.option("--allow-remote", is_flag=True, help="Let others reach it; there is no login.")
@click.option("--sessions", type=click.IntRange(1, 1000), default=8, show_default=True,
              help="Pages at a time; each has a process.")  # fmt: skip
@click.argument("args", nargs=-1, metavar="[-- WATCH ARGUMENTS]...")
def serve(
    host: str,
    port: int,
    names: tuple[str, ...],
    allow_remote: bool,
    sessions: int,
    args: tuple[str, ...],
) -> None:
    """Show the monitor in a browser.

    What follows -- is what each page opens: `serve -- BTCUSDT` or `serve -- demo`.
    """
    import asyncio

    from tui.web.access import NO_LOGIN, Access, need_permission
    from tui.web.server import serve as serve_pages

    _need_a_screen(args)
    _open_log()
    access = Access.of(host, port, names)
    need_permission(access, allow_remote)
    if not access.is_local:
        _warn(NO_LOGIN)
    with _printing("where it listens"):
        asyncio.run(serve_pages(args, access, port, sessions, click.echo))


def _need_a_screen(args: tuple[str, ...]) -> None:
    """Raises what is wrong with the arguments of a command that opens the monitor."""
    parser = click.Context(cli, info_name="tradex-tui")
    name, command, rest = cli.resolve_command(parser, cli.with_command(list(args)))
    if command not in (watch, demo):
        raise UsageError(f"A page cannot show {name}.", "Valid: watch, demo.")
    assert command is not None
    command.make_context(name, rest, parent=parser)


@cli.command()
@click.argument("symbols", nargs=-1, required=True, metavar="SYMBOL...")
@_interval
@click.option(
    "--history", type=click.IntRange(0, 100_000), default=0, help="Candles from before the start."
)
@click.option("--closed", is_flag=True, help="Closed candles only.")
@click.option("--states", is_flag=True, help="Connection states too.")
@click.option("--count", type=click.IntRange(1), help="End after so many candles.")
@click.option("--duration", type=click.FloatRange(0, min_open=True), help="End after seconds.")
@_config_file
def stream(
    symbols: tuple[str, ...], interval: str | None, config_file: Path | None, **options: Any
) -> None:
    """Print candles as JSON lines, for scripts."""
    from tui.stream import StreamOptions
    from tui.stream import stream as run_stream
    from tui.targets import subscriptions

    config = _load_config(config_file)
    asked = subscriptions(symbols, interval, config)
    wanted = StreamOptions(**options)
    for notice in config.notices:
        _warn(notice)
    engine = _engine(config, wanted.history)
    with suppress(KeyboardInterrupt), _printing("the candles"):
        try:
            run_stream(engine, asked, wanted, click.echo, _warn)
        finally:
            engine.stop()


@cli.command()
@click.option(
    "--dialect",
    default="binance",
    show_default=True,
    help="Whose protocol to speak: binance, coinbase, kraken or json.",
)
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", type=click.IntRange(0, 65535), default=0, help="0 takes a free one.")
@_seed
@click.option("--ledger", type=click.Path(path_type=Path, dir_okay=False), metavar="FILE",
              help="Append each closed candle to FILE.")  # fmt: skip
def exchange(dialect: str, host: str, port: int, seed: int, ledger: Path | None) -> None:
    """Run the simulated exchange; its urls are printed as one line of JSON."""
    import asyncio

    from tui.simulator.background import run
    from tui.simulator.server import Simulator

    _open_log()
    simulator = Simulator(dialect=dialect, seed=seed, host=host, port=port, ledger=ledger)
    asyncio.run(run(simulator, click.echo))


@cli.group(invoke_without_command=True)
@click.pass_context
def feed(ctx: click.Context) -> None:
    """Try what the config declares of a JSON feed."""
    if ctx.invoked_subcommand is None:
        raise UsageError("feed needs a command.", "Valid: test.")


@feed.command("test")
@click.argument("name")
@click.option("--message", type=click.File("rb"), metavar="FILE", help="A message of its socket.")
@click.option("--history", type=click.File("rb"), metavar="FILE", help="An answer with history.")
@_config_file
def feed_test(
    name: str, message: BinaryIO | None, history: BinaryIO | None, config_file: Path | None
) -> None:
    """Show how the feed NAME reads a sample, field by field; FILE may be - for standard input."""
    from tui.exchange.jsonfeed.feed import JsonFeed
    from tui.feed_sample import history_read, message_read

    declared = _load_config(config_file).open_exchange(name)
    if not isinstance(declared, JsonFeed):
        raise UsageError(f"{name} is read by code, not as the config declares.", "Try a jsonfeed.")
    sample, read = (message, message_read) if message else (history, history_read)
    if sample is None or (message and history):
        raise UsageError("A sample is needed:", "--message FILE, or --history FILE.")
    text = sample.read(_LARGEST_SAMPLE).removeprefix(b"\xef\xbb\xbf").strip()
    for line in read(declared, text):
        click.echo(line)


@cli.command()
@click.argument("exchanges", nargs=-1, metavar="[EXCHANGE]...")
@click.option("--json", "as_json", is_flag=True, help="One JSON document, for scripts.")
@_config_file
def doctor(exchanges: tuple[str, ...], as_json: bool, config_file: Path | None) -> int:
    """Check the terminal, your files and exchanges, and say what is wrong.

    Without an EXCHANGE: the default one, those that the config file names, and those of your
    panes. Ends with 0 when nothing that is needed fails, else with 1.
    """
    import shutil

    from tui.doctor import report
    from tui.doctor.examination import Examination
    from tui.doctor.findings import Group

    _open_log()
    examination = Examination(config_file, exchanges, os.environ)
    columns = shutil.get_terminal_size().columns if sys.stdout.isatty() else None
    groups: list[Group] = []
    with _printing("what was found"):
        for group in examination.groups():
            groups.append(group)
            for line in () if as_json else report.as_text(group, columns):
                click.echo(line)
        unasked = examination.unasked
        click.echo(report.as_json(groups) if as_json else report.summary(groups, unasked))
        return 0 if report.is_well(groups) else 1
    return 1  # nobody reads on, and not all was looked at


@contextmanager
def _printing(what: str) -> Iterator[None]:
    """Print in the block, which ends quietly once nobody reads any more.

    Raises TradexError when it cannot be written.
    """
    try:
        yield
    except OSError as error:
        # The interpreter flushes once more at its end, into the closed pipe or full disk.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        if not isinstance(error, BrokenPipeError):
            raise TradexError(f"Cannot write {what}: {error.strerror}.") from error


def _open_log() -> None:
    from tui.journal import journal_path, open_journal
    from tui.uncaught import log_uncaught

    open_journal()
    log_uncaught(journal_path().with_name("crashes.log"))


def _load_config(path: Path | None) -> Config:
    from tui.config import load

    _open_log()
    return load(path, os.environ)


def _engine(config: Config, history: int) -> Engine:
    from tui.feed.engine import Engine

    exchanges = {name: config.open_exchange(name) for name in config.exchange_names}
    return Engine(exchanges, config.connection, history, tokens=config.tokens)


def _warn(sentence: str) -> None:
    click.echo(f"tradex-tui: {sentence}", err=True)
