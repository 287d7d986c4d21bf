"""`tradex-tui feed test`: how a declared feed reads a sample, and what is wrong with it."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests.command_line import ESCAPES, refusal, run
from tests.declared import BINANCE, KRAKEN_OBJECTS, TEXTUAL, URLS, desk, frame
from tests.processes import command
from tui.errors import UnreadError
from tui.feed_sample import history_read, message_read

pytestmark = pytest.mark.usefixtures("home")
ROW = [1_700_000_040_000, "1", 3, 0.5, 2, 9]


def read(said: Any, keys: str = "") -> list[str]:
    """The lines on a message that is read."""
    text = said if isinstance(said, str) else json.dumps(said)
    return list(message_read(desk(keys), text.encode()))


def unread(said: Any, keys: str = "") -> tuple[list[str], str]:
    """The lines on a message that is not read, and what is wrong with it."""
    text = said if isinstance(said, str) else json.dumps(said)
    lines = []
    with pytest.raises(UnreadError) as raised:
        for line in message_read(desk(keys), text.encode()):
            lines.append(line)
    return lines, raised.value.message


def cells(lines: list[str]) -> dict[str, list[str]]:
    """By field: where it stands, what was found, what it is read as."""
    rows = [line.strip().split("  ") for line in lines if line.startswith("  ")]
    return {row[0]: [cell.strip() for cell in row[1:] if cell.strip()] for row in rows}


def write(folder: Path, keys: str = "") -> list[str]:
    """The option for a config with the feed `desk`."""
    file = folder / "config.toml"
    file.write_text(f'[exchanges.desk]\nkind = "jsonfeed"\n{URLS}{keys}')
    return ["--config", str(file)]


def test_each_field_of_a_candle_is_told_with_its_path_its_value_and_what_it_is() -> None:
    lines = read(frame())
    assert lines[0] == "Desk takes this message for: candle"
    assert cells(lines) == {
        "field": ["where", "found", "read as"],
        "symbol": ["symbol", '"EURUSD"', "EURUSD"],
        "interval": ["intervals", "the only one", "1m"],
        "time": ["timestamp", "1700000040000", "2023-11-14 22:14:00.000 UTC"],
        "open": ["open", "1.0941", "1.0941"],
        "high": ["high", "1.0944", "1.0944"],
        "low": ["low", "1.0938", "1.0938"],
        "close": ["close", "1.0942", "1.0942"],
        "volume": ["volume", "12.5", "12.5"],
        "closed": ["isClosed", "false", "not closed yet"],
    }
    assert lines[-1].startswith("a candle of EURUSD, 1m, 2023-11-14 22:14:00.000 UTC: open 1.0941,")


def test_each_wrong_field_is_told_and_the_first_of_them_with_its_message() -> None:
    lines, said = unread(frame(close=None, high="x"))
    assert cells(lines)["close"] == ["close", "nothing", "wrong: nothing at 'close'"]
    assert cells(lines)["high"] == ["high", '"x"', "wrong: \"x\" at 'high' is no number"]
    assert said.startswith("Desk cannot read this candle: high: \"x\" at 'high' is no number in {")


def test_what_stands_in_the_marks_is_told_to_stand_there() -> None:
    row = ["1700000040000", "2", "3", "1", "2.5", "9", "1"]
    found = cells(read({"arg": {"channel": "candle1H", "instId": "B-U"}, "data": [row]}, TEXTUAL))
    assert found["symbol"] == ["when", '"B-U"', "B-U"]
    assert found["interval"] == ["when", '"1H"', "1h"]
    assert found["closed"] == ["-1", '"1"', "closed"]


def test_the_first_rows_of_a_message_are_told_and_all_that_they_say() -> None:
    row = {"symbol": "B/U", "price": 2, "qty": 1, "timestamp": "2023-11-14T22:14:00Z"}
    said = {"channel": "trade", "data": [row | {"trade_id": number} for number in range(1, 6)]}
    lines = read(said, KRAKEN_OBJECTS)
    assert sum(line.split()[:1] == ["field"] for line in lines) == 3
    assert [line for line in lines if line.startswith("a trade")] == [
        f"a trade of B/U, 2023-11-14 22:14:00.000 UTC: price 2.0, size 1.0, number {number}"
        for number in range(1, 6)
    ]


@pytest.mark.parametrize(
    ("said", "keys", "words"),
    [
        ({"type": "ping", "id": 5}, "", 'a ping, to be answered with {"id": 5, "type": "pong"}'),
        ({"type": "pong"}, "", "the answer to our ping"),
        ("pong", TEXTUAL, "the answer to our ping"),
        ({"type": "authenticated"}, "", "the token is taken"),
        ({"type": "error", "code": "auth", "message": "Old."}, "", "the token is refused: Old."),
        ({"type": "error", "message": "No."}, "", "refused: something: No."),
        ({"type": "error", "message": "No.", "symbol": "X"}, "", "refused: X: No."),
        ({"result": None, "id": 7}, BINANCE, "the command 7 is confirmed"),
    ],
)
def test_other_messages_are_told_in_words(said: Any, keys: str, words: str) -> None:
    assert read(said, keys)[-1] == words


def test_a_message_of_no_kind_is_told_with_what_each_kind_lacks() -> None:
    lines, said = unread({"type": "bar"})
    assert said == "Desk does not read this message; no kind has these marks."
    assert '  candle: \'type\' is "bar", not "candle"' in lines
    lines, _ = unread({"arg": {"channel": "candle7m"}}, TEXTUAL)
    assert '  pong: it is not "pong"' in lines
    assert '  candle: \'arg.channel\' is "candle7m", not "candle{interval}"' in lines
    lines, _ = unread({"id": None}, BINANCE)
    assert "  ack: nothing at 'id'" in lines


@pytest.mark.parametrize("said", ["", "nope", "[", "{'type': 'candle'}"])
def test_what_is_no_json_is_told(said: str) -> None:
    lines, words = unread(said)
    assert lines == [] and words.startswith("Desk cannot read this: no JSON: ")


def test_rows_that_are_none_are_told() -> None:
    lines, said = unread({"channel": "ohlc", "data": 5}, KRAKEN_OBJECTS)
    assert len(lines) == 1
    assert said.startswith("Desk cannot read this candle: rows: 5 at 'data' is no list in {")


def test_an_answer_with_history_is_told_row_by_row() -> None:
    lines = list(history_read(desk(), json.dumps([ROW, ROW[:3]]).encode()))
    assert cells(lines[:7])["open"] == ["open", '"1"', "1.0"]
    assert cells(lines[7:])["low"] == ["low", "nothing", "wrong: nothing at 'low'"]
    assert lines[-1] == (
        "candles: 1 in 2 rows, from 2023-11-14 22:14:00.000 UTC to 2023-11-14 22:14:00.000 UTC"
    )


@pytest.mark.parametrize(
    ("body", "urls", "said"),
    [
        (b"nope", URLS, "Desk answered with something else than a history. JSON is malformed"),
        (b"{}", URLS, "Desk answered with something else than a history. No list of rows is in {}"),
        (b"[[1]]", URLS, "Desk answered with something else than candles for desk:SYMBOL@1m. t"),
        (b"[]", URLS, "Desk reads no candle in this."),
        (b"[]", 'ws_url = "wss://h"\n', "Desk declares no history. It needs a rest_url."),
    ],
)
def test_an_answer_that_is_no_history_is_told(body: bytes, urls: str, said: str) -> None:
    with pytest.raises(UnreadError) as raised:
        list(history_read(desk(urls=urls), body))
    assert str(raised.value).startswith(said)


def test_the_command_reads_a_file_and_ends_with_0_or_1(tmp_path: Path) -> None:
    config, sample = write(tmp_path), tmp_path / "sample.json"
    sample.write_text(f"\ufeff{frame()}\n")
    ended = run("feed", "test", "desk", "--message", str(sample), *config)
    assert (ended.returncode, ended.stderr) == (0, "")
    assert ended.stdout.splitlines() == read(frame())
    sample.write_text(frame(close=None))
    ended = run("feed", "test", "desk", "--message", str(sample), *config)
    assert ended.returncode == 1
    assert "nothing at 'close'" in ended.stdout
    assert ended.stderr.startswith("tradex-tui: Desk cannot read this candle: close: nothing at 'c")


def test_a_dash_is_standard_input(tmp_path: Path) -> None:
    ended = subprocess.run(
        command("feed", "test", "desk", "--history", "-", *write(tmp_path)),
        input=json.dumps([ROW]), capture_output=True, text=True, timeout=20,
    )  # fmt: skip
    assert (ended.returncode, ended.stderr) == (0, "")
    assert ended.stdout.splitlines()[-1].startswith("candles: 1 in 1 rows")


def test_a_sample_that_attacks_the_terminal_is_told_without_the_attack(tmp_path: Path) -> None:
    sample = tmp_path / "sample.json"
    for said in (frame(symbol=ESCAPES, close=ESCAPES), frame(type=ESCAPES), frame(symbol=ESCAPES)):
        sample.write_text(said)
        ended = run("feed", "test", "desk", "--message", str(sample), *write(tmp_path))
        shown = ended.stdout + ended.stderr
        assert all(line.isprintable() for line in shown.splitlines()) and shown


@pytest.mark.parametrize(
    ("args", "said"),
    [
        ([], "feed needs a command. Valid: test."),
        (["tset"], "No such command 'tset'."),
        (["test"], "Missing argument 'NAME'."),
        (["test", "desk"], "A sample is needed: --message FILE, or --history FILE."),
        (["test", "desk", "--message", "gone"], "Invalid value for '--message': 'gone': No such f"),
        (["test", "dsek", "--message", "-"], "Unknown exchange 'dsek'. Did you mean desk? Valid:"),
        (["test", "binance", "--message", "-"], "binance is read by code, not as the config decl"),
    ],
)
def test_what_cannot_be_tried_is_one_line(args: list[str], said: str, tmp_path: Path) -> None:
    config = write(tmp_path) if len(args) > 1 else []
    assert refusal("feed", *args, *config).startswith(said)


def test_a_declaration_that_is_wrong_is_told_with_its_key(tmp_path: Path) -> None:
    keys = '[exchanges.desk.candle]\nwhen = {type = "candle"}\nsymbol = "s"\ntime = "t"\n'
    line = refusal("feed", "test", "desk", "--message", "-", *write(tmp_path, keys))
    assert "exchanges.desk.candle.open is missing" in line
