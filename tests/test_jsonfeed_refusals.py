"""Declarations that cannot be: each is one line that names the key."""

from __future__ import annotations

import re

import pytest

from tests.declared import URLS, config_of, desk
from tui.errors import ConfigError

CANDLE = """
[exchanges.desk.candle]
when = {type = "bar"}
symbol = "s"
time = "t"
open = "o"
high = "h"
low = "l"
close = "c"
"""
HISTORY = """
[exchanges.desk.history]
path = "/bars?symbol={symbol}"
columns = ["time", "open", "high", "low", "close"]
"""


def refusal(keys: str, urls: str = URLS) -> str:
    """What is wrong with these keys, without the file's name and the line."""
    with pytest.raises(ConfigError) as raised:
        desk(keys, urls)
    message = str(raised.value)
    assert message.isprintable() and len(message) < 400
    _, _, placed = message.partition("config.toml: ")
    said = re.sub(r"^line \d+: ", "", placed)
    assert said.startswith("exchanges.desk.") or said.startswith("unknown key exchanges.desk.")
    return said.removeprefix("exchanges.desk.")


def test_the_declarations_of_these_tests_are_right_but_for_what_is_made_wrong() -> None:
    assert desk(CANDLE + HISTORY).declared.history


@pytest.mark.parametrize("key", ["when", "symbol", "time", "open", "high", "low", "close"])
def test_a_part_of_a_candle_that_is_missing_is_named(key: str) -> None:
    kept = [line for line in CANDLE.splitlines() if not line.startswith(key)]
    assert refusal("\n".join(kept)).startswith(f"candle.{key} is missing; say w")


@pytest.mark.parametrize("key", ["when", "symbol", "time", "price"])
def test_a_part_of_a_trade_that_is_missing_is_named(key: str) -> None:
    lines = ['when = {type = "t"}', 'symbol = "s"', 'time = "t"', 'price = "p"']
    kept = [line for line in lines if not line.startswith(key)]
    said = refusal("\n".join(["[exchanges.desk.trade]", *kept]))
    assert said.startswith(f"trade.{key} is missing; say w")


@pytest.mark.parametrize("name", ["time", "open", "high", "low", "close"])
def test_a_column_of_history_that_is_missing_is_named(name: str) -> None:
    assert refusal(HISTORY.replace(f'"{name}"', '"other"')).startswith(
        f"history.columns.{name} is missing"
    )
    paths = {n: n[0] for n in ("time", "open", "high", "low", "close") if n != name}
    table = ", ".join(f'{n} = "{path}"' for n, path in paths.items())
    declared = f'[exchanges.desk.history]\npath = "/b?s={{symbol}}"\ncolumns = {{{table}}}'
    assert refusal(declared).startswith(f"history.columns.{name} is missing")


@pytest.mark.parametrize(
    ("keys", "said"),
    [
        (CANDLE.replace('"o"', '"k..o"'), 'candle.open is "k..o"; expected a path such as k.o,'),
        (CANDLE.replace('"o"', "5"), "candle.open is 5; expected a path such as k.o,"),
        (CANDLE + 'opne = "o"', "unknown key exchanges.desk.candle.opne; the nearest is "),
        (CANDLE + 'time_unit = "h"', 'candle.time_unit is "h"; expected one of ms, s, us, ns, iso'),
        (CANDLE + 'time_is = "middle"', 'candle.time_is is "middle"; expected one of open, end'),
        (CANDLE + "closed = true", "candle.closed is true; expected a path, or a table of one"),
        (CANDLE + "closed = {a = 1, b = 2}", "candle.closed is a table; expected a path, or"),
        (CANDLE.replace('{type = "bar"}', "5"), "candle.when is 5; expected a table of paths"),
        (CANDLE.replace('"bar"', '["bar"]'), "candle.when has no text, number or truth at 'type'"),
        (CANDLE.replace('"bar"', "2024-01-01"), "candle.when has 2024-01-01; write it as text"),
        (CANDLE.replace('"bar"', '"{sybmol}"'), "candle.when has {sybmol}; its places are {symb"),
        (CANDLE.replace('"bar"', '"{symbol}{symbol}"'), "candle.when has {symbol} twice in one"),
        (CANDLE.replace("type =", '"a..b" ='), 'candle.when has "a..b", which is no path'),
        ("candle = 5", "candle is 5; expected a table"),
        ('intervals = ["1m", "5m"]' + CANDLE, "candle.interval is missing; candles of several"),
        ("intervals = []", 'intervals is a list; expected a list such as ["1m", "1h"]'),
        ('intervals = ["1x"]', "intervals is a list; expected a list such as"),
        ('intervals = ["60s", "1m"]', "intervals is a list; expected a list such as"),
        ('intervals = {1m = "x", 5m = "x"}', "intervals is a table; expected a list such as"),
        ('intervals = {1m = ""}', "intervals is a table; expected a list such as"),
        ("intervals = {1m = 1.5}", "intervals is a table; expected a list such as"),
        ('case = "title"', 'case is "title"; expected one of kept, upper, lower'),
        ("symbols = [5]", "symbols is a list; expected a list of texts in quotes"),
        ("history_page = 1", "history_page is 1; expected a whole number from 2 to 10000"),
        ("command_spacing = 10", "command_spacing is 10; expected seconds from 0 to 9"),
        ("login_refused_closes = [1]", "login_refused_closes is a list; expected a list of close"),
        ("subscribe = 5", "subscribe is 5; expected a table, a list, or the message as text"),
        ("subscribe = '{\"a\":'", "subscribe is text that is no JSON"),
        ("subscribe = {at = 2024-01-01}", "subscribe has 2024-01-01; write it as text in quotes"),
        ("subscribe = {a = nan}", "subscribe has a number that JSON does not know"),
        ("subscribe = {a = 0x" + "f" * 9_000 + "}", "subscribe has a number of too many digits"),
        ("subscribe = " + "[" * 30 + "]" * 30, "subscribe is nested too deeply"),
        ('subscribe = {a = "{token}"}', "subscribe has {token}; its places are {symbol}, "),
        ('subscribe = "x"\nack = {id = "{id}"}', "subscribe has no {id}; ack needs it"),
        ('subscribe = "{id} x"', "subscribe is text that is no JSON"),
        ('subscribe = ["{id}"]\nack = {ok = true}', "ack has no {id}; without it nothing"),
        ('subscribe = "s"\nping = "ping"', "pong is missing; ping needs it"),
        ('subscribe = "s"\nserver_ping = "ping"', "server_pong is missing; server_ping needs it"),
        ('login = "{token}!"', "login is text that is no JSON"),
        ('subscribe = "s"\nlogin = ["{token}"]', "logged_in is missing; login needs it"),
        ('login = {auth = "me"}', "login has no {token}"),
        ('server_pong = {pong = "{id}"}', "server_ping has no {id}; server_pong needs it"),
        ('ack = [{id = "{id}"}, 5]', "ack is a list; expected a table of paths and values"),
        ("pong = '[1]'", "pong is a list; expected a table of paths and values"),
        (HISTORY.replace("/bars", "bars"), 'history.path is "bars?symbol={symbol}"; expected a p'),
        (HISTORY.replace("{symbol}", "{name}"), "history.path has {name}; its places are {symbol"),
        (HISTORY.replace("{symbol}", "X"), "history.path has no {symbol}"),
        (HISTORY.replace("{symbol}", "{symbol}&symbol=2"), "history.path has one parameter twice"),
        (HISTORY.replace("bars", "{start}"), "history.path has {start}; its places are {symbol}"),
        ('intervals = ["1s", "1m"]\n' + HISTORY, "history.path has no {interval}, of which there"),
        (HISTORY + "rows = ''", 'history.rows is ""; expected a path such as'),
        ('[exchanges.desk.history]\npath = "/{symbol}"', "history.columns is missing; say what"),
        ("[exchanges.desk.history]\nrows = 'x'", "history.path is missing; say what to ask for"),
        (HISTORY.replace('"time", ', ""), "history.columns.time is missing"),
        ("live_trades = true", "unknown key exchanges.desk.live_trades; "),
    ],
)  # fmt: skip
def test_a_key_that_is_wrong_is_named_with_what_is_wrong(keys: str, said: str) -> None:
    assert refusal(keys).startswith(said)


@pytest.mark.parametrize(
    ("urls", "said"),
    [
        ("", "ws_url is missing; a jsonfeed has no address of its own"),
        ('ws_url = "https://h"', 'ws_url is "https://h"; expected ws://HOST:PORT/PATH or wss://'),
        ('ws_url = "wss://h/{token}"', "ws_url has a place {} in it; a token goes into login only"),
        ('ws_url = "wss://h/ws?t={token}"', "ws_url has a place {} in it; a token goes into login"),
        ('ws_url = "wss://h"\nrest_url = "https://h/{token}"', "rest_url has a place {} in it; a"),
        ('ws_url = "wss://h"\nrest_url = "https://h/a?b=c"', "rest_url has a query; put it into"),
        ('ws_url = "wss://h"\n' + HISTORY, "rest_url is missing; history needs it"),
    ],
)
def test_s4_a_url_has_no_place_for_a_token(urls: str, said: str) -> None:
    assert refusal("", urls).startswith(said)


def test_urls_may_have_a_path_and_the_socket_s_a_query() -> None:
    feed = desk(urls='ws_url = "wss://h:1/a/b?c=d"\nrest_url = "https://h/api/v1/"\n')
    assert feed.endpoint() == "wss://h:1/a/b?c=d"
    assert feed.rest_url == "https://h/api/v1"


def test_several_feeds_stand_side_by_side() -> None:
    config = config_of(f"""
        exchange = "other-desk"
        [exchanges.desk]
        kind = "jsonfeed"
        {URLS}
        [exchanges.other-desk]
        kind = "jsonfeed"
        title = "Another"
        symbols = ["X"]
        {URLS}
    """)
    assert config.exchange_names[-2:] == ["desk", "other-desk"]
    assert [config.open_exchange(n).title for n in ("desk", "other-desk")] == ["Desk", "Another"]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[exchanges.desk]\nws_url = 'wss://h'", "unknown key exchanges.desk; "),
        ("[exchanges.desk]\nkind = 'xmlfeed'", 'exchanges.desk.kind is "xmlfeed"; expected one of'),
        ("[exchanges.binance]\nkind = 'jsonfeed'", "exchanges.binance.kind is set; binance is an"),
        ("[exchanges.Desk]\nkind = 'jsonfeed'", 'exchanges."Desk" is no name; use small letters,'),
        ("[exchanges.jsonfeed]\nkind = 'jsonfeed'", "exchanges.jsonfeed.kind is set; jsonfeed is"),
    ],
)
def test_a_feed_has_a_kind_and_a_name_of_its_own(text: str, said: str) -> None:
    with pytest.raises(ConfigError) as raised:
        config_of(text)
    assert re.search(rf"config.toml: (line \d: )?{re.escape(said)}", str(raised.value))
