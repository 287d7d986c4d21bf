"""What cannot be done as asked: exit 2, and one line that says what to do."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.command_line import COMMANDS, ESCAPES, refusal, streamed
from tui.exchange import exchange_names
from tui.simulator.dialects import DIALECTS

pytestmark = pytest.mark.usefixtures("home")
INTERVALS = "1s, 1m, 3m, 5m, 15m, 30m, 1h, 2h, 4h, 6h, 8h, 12h, 1d, 3d, 1w, 1M"
OF_COINBASE = "1m, 5m, 15m, 30m, 1h, 4h, 6h, 1d"
OF_KRAKEN = "1m, 5m, 15m, 30m, 1h, 4h, 1d, 1w, 15d"


@pytest.mark.parametrize("before", [("stream",), ("watch",), ("demo",), ()], ids=str)
def test_an_interval_that_there_is_not_is_told_with_the_nearest(before: tuple[str, ...]) -> None:
    line = refusal(*before, "BTCUSDT", "--interval", "7m")
    assert line == f"Binance has no candles of 7m. Did you mean 5m? Valid: {INTERVALS}."


@pytest.mark.parametrize(
    ("args", "lacks", "valid"),
    [
        (("coinbase:BTC-USD@2h",), "Coinbase has no candles of 2h.", OF_COINBASE),
        (("kraken:BTC/USD@3m",), "Kraken has no candles of 3m.", OF_KRAKEN),
        (
            ("binance:BTCUSDT", "coinbase:BTC-USD", "kraken:BTC/USD", "--interval", "6h"),
            "Kraken has no candles of 6h.", OF_KRAKEN,
        ),
    ],
    ids=["coinbase", "kraken", "one of several"],
)  # fmt: skip
def test_an_interval_that_an_exchange_lacks_is_told_with_those_that_it_has(
    args: tuple[str, ...], lacks: str, valid: str
) -> None:
    line = refusal("stream", *args)
    assert line.startswith(lacks)
    assert line.endswith(f"Valid: {valid}.")


def test_an_interval_that_is_none_is_told(dead: str) -> None:
    line = refusal("stream", "BTCUSDT", "--interval", "soon", "--config", dead)
    assert line == f"Unknown interval 'soon'. Valid: {INTERVALS}."


@pytest.mark.parametrize("before", ["stream", "watch"])
def test_an_unknown_exchange_is_told_with_the_nearest(before: str) -> None:
    line = refusal(before, "binanse:BTCUSDT")
    valid = ", ".join(exchange_names())
    assert line == f"Unknown exchange 'binanse'. Did you mean binance? Valid: {valid}."


def test_an_unknown_command_is_told_with_the_nearest() -> None:
    line = refusal("steam", "BTCUSDT")
    assert line == (
        f"Unknown command 'steam'. Did you mean stream? Valid: {COMMANDS}; "
        "or a symbol in capitals: STEAM."
    )


def test_an_unknown_dialect_is_told() -> None:
    valid = ", ".join(DIALECTS)
    assert refusal("exchange", "--dialect", "okx") == f"Unknown dialect 'okx'. Valid: {valid}."


@pytest.mark.parametrize("text", ["", ":", "binance:", ":BTCUSDT"])
def test_what_is_no_symbol_is_told_with_how_to_write_one(text: str) -> None:
    assert refusal("stream", text) == (
        f"'{text}' is not a symbol. Write BTCUSDT or binance:BTCUSDT."
    )


@pytest.mark.parametrize(
    "args",
    [("stream",), ("stream", "BTCUSDT", "--counts", "3"), ("stream", "BTCUSDT", "--count", "0"),
     ("stream", "BTCUSDT", "--duration", "x"), ("exchange", "--port", "70000"), ("-x",)],
    ids=" ".join,
)  # fmt: skip
def test_options_that_cannot_be_are_told_in_one_line(args: tuple[str, ...]) -> None:
    assert refusal(*args)


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ('exchange = "binance\n', "line 1, column"),
        ("intervall = '1m'\n", "line 1: unknown key intervall; the nearest is interval"),
        ("[connection]\nstale_after = 'long'\n",
         'line 2: connection.stale_after is "long"; expected seconds from 1 to 86400'),
        ("[exchanges.binance]\nws_url = 'http://x'\n",
         'line 2: exchanges.binance.ws_url is "http://x"; expected ws://HOST:PORT or wss://HOST:PORT'),
    ],
    ids=["not TOML", "unknown key", "wrong type", "wrong url"],
)  # fmt: skip
def test_a_config_that_cannot_be_used_is_told_with_file_and_key(
    text: str, fault: str, tmp_path: Path
) -> None:
    path = tmp_path / "my.toml"
    path.write_text(text)
    line = refusal("stream", "BTCUSDT", "--config", str(path))
    assert line.startswith(f"{path}: {fault}")


@pytest.mark.parametrize("before", ["stream", "watch", "demo"])
def test_a_config_that_is_not_there_is_told(before: str, tmp_path: Path) -> None:
    path = tmp_path / "gone.toml"
    line = refusal(before, "BTCUSDT", "--config", str(path))
    assert line == f"{path}: no such config file."


@pytest.mark.parametrize("args", [(), ("watch",), ("demo",), ("BTCUSDT", "ETHUSDT")], ids=str)
def test_without_a_terminal_the_monitor_hints_at_stream(args: tuple[str, ...]) -> None:
    line = refusal(*args)
    assert "needs a terminal" in line
    assert "`tradex-tui stream SYMBOL ...`" in line


@pytest.mark.parametrize(
    "args",
    [("stream", f"{ESCAPES}:BTCUSDT"), ("stream", f"BTCUSDT@{ESCAPES}7m"), ("stream", ESCAPES),
     ("stream", "BTCUSDT", "--interval", f"7{ESCAPES}m"), ("stream", "B", "--config", ESCAPES),
     ("stream", "B", "--count", ESCAPES), ("stream", "B", f"--{ESCAPES}"),
     (f"{ESCAPES}:B", "--interval", "1m"), ("exchange", "--dialect", ESCAPES)],
    ids=lambda args: " ".join(args).encode("unicode_escape").decode(),
)  # fmt: skip
def test_hostile_text_in_an_argument_does_not_reach_the_terminal(args: tuple[str, ...]) -> None:
    assert refusal(*args)


def test_a_hostile_symbol_is_cleaned_before_it_is_asked_for(config: str) -> None:
    args = (f"ETH{ESCAPES}USDT", "--interval", "1s", "--count", "1", "--states")
    lines = streamed(*args, "--config", config)
    assert {line["symbol"] for line in lines} == {"ETHUSDT"}


def test_a_port_that_is_taken_is_told(config: str) -> None:
    port = Path(config).read_text().rpartition(":")[2].strip('"\n ')
    assert refusal("exchange", "--port", port) == (
        f"Port {port} on 127.0.0.1 is in use. Choose another, or 0 for a free one."
    )


@pytest.mark.parametrize("host", ["x" * 64 + ".test", "nobody.invalid", f"no{ESCAPES}body.invalid"])
def test_a_host_that_cannot_be_looked_up_is_told(host: str) -> None:
    line = refusal("exchange", "--host", host)
    assert line.startswith("The host ") and "cannot be looked up. Use an address of" in line
