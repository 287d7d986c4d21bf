"""The config file: what it may say, what wins, and how each fault is told in one line."""

from __future__ import annotations

import os
import re
from dataclasses import fields
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.declared import desk
from tui import config
from tui.alerts.settings import AlertSettings
from tui.chart.glyphs import Glyphs
from tui.chart.kinds import Kind
from tui.config import DEFAULT_TEXT, Config, load
from tui.errors import ConfigError
from tui.exchange import exchange_names, kinds, load_exchange, options_of
from tui.exchange.jsonfeed import rules
from tui.exchange.jsonfeed.feed import JsonFeed
from tui.exchange.settings import ExchangeSettings
from tui.feed.settings import ConnectionSettings
from tui.feed.token_sources import CommandToken, EnvironmentToken, FileToken, TokenSettings
from tui.market.interval import Interval

DESK = "[exchanges.desk]\nkind = 'jsonfeed'\nws_url = 'wss://desk.example/ws'\n"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "config.toml"


def read(file: Path, text: str) -> Config:
    file.write_text(text, "utf-8")
    return load(file, {})


def fault(file: Path, content: str | bytes) -> str:
    """The error for `content` without the file's name in front; proves that it is one line."""
    file.write_bytes(content if isinstance(content, bytes) else content.encode())
    with pytest.raises(ConfigError) as caught:
        load(file, {})
    message = str(caught.value)
    assert message.startswith(f"{file}: ")
    assert message.isprintable()
    return message.removeprefix(f"{file}: ")


def uncommented() -> str:
    return re.sub(r"^# (?=\[|[a-z_]+ = )", "", DEFAULT_TEXT, flags=re.MULTILINE)


def test_an_empty_file_is_the_defaults(file: Path) -> None:
    assert read(file, "") == Config()


def test_the_default_file_as_shipped_says_nothing(file: Path) -> None:
    assert read(file, DEFAULT_TEXT) == Config()


def test_the_default_file_uncommented_states_every_default(file: Path) -> None:
    stated = read(file, uncommented())
    for name in ("exchange", "interval", "history", "theme", "frame_rate", "timezone"):
        assert getattr(stated, name) == getattr(Config(), name), name
    assert stated.connection == ConnectionSettings()
    for exchange in exchange_names():
        ours, usual = stated.open_exchange(exchange), load_exchange(exchange)
        assert (ours.endpoint(), ours.rest_url) == (usual.endpoint(), usual.rest_url)
    assert stated.exchanges["binance"].options == {"live_trades": True}


def test_the_default_file_uncommented_has_a_feed_as_it_is_with_urls_alone(file: Path) -> None:
    stated = read(file, uncommented()).open_exchange("desk")
    assert isinstance(stated, JsonFeed)
    assert stated.declared == desk().declared
    assert (stated.endpoint(), stated.rest_url) == (desk().endpoint(), desk().rest_url)


def test_the_default_file_names_every_key_there_is() -> None:
    stated = set(re.findall(r"^([a-z_]+) = ", uncommented(), re.MULTILINE))
    sections = {"connection", "exchanges", "keys", "notices", "tokens", "options", "alerts"}
    tables = {"candle", "trade", "history"}
    facts = (Config, ConnectionSettings, ExchangeSettings, AlertSettings)
    known = {field.name for fact in facts for field in fields(fact)} - sections
    known |= {key for kind in kinds() for key in options_of(kind)} - tables
    assert known <= stated
    told = set(re.findall(r"[a-z_]+", DEFAULT_TEXT))
    parts = {key for table in (rules.CANDLE, rules.TRADE, rules.HISTORY) for key in table}
    sources = {"env", "file", "command", "life"}
    assert parts | sources | tables <= told
    assert stated <= known | parts | sources | {"quit"}


@pytest.mark.parametrize(
    ("keys", "tokens"),
    [
        ('env = "DESK_TOKEN"', TokenSettings(EnvironmentToken("DESK_TOKEN"))),
        ('file = "/x/y"\nlife = 300', TokenSettings(FileToken(Path("/x/y")), 300.0)),
        ('file = "~/y"', TokenSettings(FileToken(Path.home() / "y"))),
        ('command = ["pass", "desk"]', TokenSettings(CommandToken(("pass", "desk")))),
    ],
)
def test_a_token_has_one_source(file: Path, keys: str, tokens: TokenSettings) -> None:
    found = read(file, f"{DESK}[exchanges.desk.token]\n{keys}\n")
    assert found.tokens == {"desk": tokens}
    assert found.open_exchange("desk").takes_token


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (DESK + "token = 'x'", 'exchanges.desk.token is "x"; expected a table.'),
        (
            DESK + "[exchanges.desk.token]",
            "exchanges.desk.token needs one of env, file and command",
        ),
        (
            DESK + "[exchanges.desk.token]\nenv = 'A'\nfile = 'b'",
            "exchanges.desk.token needs one of env, file and command.",
        ),
        (DESK + "token.command = []", "exchanges.desk.token.command is a list; expected a list of"),
        (DESK + "token.command = 'pass x'", 'exchanges.desk.token.command is "pass x"; expected a'),
        (DESK + "token.env = 5", "exchanges.desk.token.env is 5; expected text in quotes."),
        (DESK + "token.enw = 'A'", "unknown key exchanges.desk.token.enw; the nearest is "),
        (DESK + "token = {env = 'A', life = 9}", "token.life is 9; expected seconds from 10 to "),
        (DESK + "login = ''\ntoken.env = 'A'", "exchanges.desk.token is of no use; desk has no lo"),
        ("exchanges.binance.token.env = 'A'", "exchanges.binance.token is of no use; binance has"),
    ],
)
def test_a_token_that_cannot_be_had_is_told_with_its_key(
    file: Path, text: str, expected: str
) -> None:
    assert expected in fault(file, text)


def test_every_section_is_read(file: Path) -> None:
    text = """
        exchange = "binance"
        interval = "1M"
        history = 20
        [connection]
        stale_after = 5
        symbols_per_connection = 50
        [exchanges.binance]
        ws_url = "ws://127.0.0.1:9001"
        rest_url = "http://[::1]:9001"
        live_trades = false
        [keys]
        remove = "x,delete"
    """
    assert read(file, text) == Config(
        exchange="binance",
        interval=Interval(1, "M"),
        history=20,
        connection=ConnectionSettings(stale_after=5.0, symbols_per_connection=50),
        exchanges={
            "binance": ExchangeSettings(
                "ws://127.0.0.1:9001", "http://[::1]:9001", options={"live_trades": False}
            )
        },
        keys={"remove": "x,delete"},
    )


def test_a_whole_number_of_seconds_becomes_a_float(file: Path) -> None:
    assert type(read(file, "[connection]\nstale_after = 5").connection.stale_after) is float


def test_the_flag_goes_before_the_environment_and_that_before_the_default_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    default = tmp_path / "tradex-tui" / "config.toml"
    default.parent.mkdir()
    files = [default, tmp_path / "environment.toml", tmp_path / "flag.toml"]
    for history, path in enumerate(files, 1):
        path.write_text(f"history = {history}")
    environ = {config.PATH_VARIABLE: str(files[1])}
    assert load(None, {}).history == 1
    assert load(None, {config.PATH_VARIABLE: ""}).history == 1
    assert load(None, environ).history == 2
    assert load(files[2], environ).history == 3


def test_a_missing_default_file_is_the_defaults(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "nowhere"))
    assert load(None, {}) == Config()


def test_a_missing_file_that_was_asked_for_is_an_error(tmp_path: Path) -> None:
    missing = tmp_path / "missing.toml"
    for flag, environ in ((missing, {}), (None, {config.PATH_VARIABLE: str(missing)})):
        with pytest.raises(ConfigError, match=r"missing\.toml: no such config file"):
            load(flag, environ)


def test_a_folder_in_the_file_s_place_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="Is a directory"):
        load(tmp_path, {})


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("histroy = 5", "unknown key histroy; the nearest is history."),
        ("qqqq = 5", "unknown key qqqq; expected exchange, interval, history,"),
        ("[connection]\nstale_aftr = 5", "unknown key connection.stale_aftr; the nearest is"),
        ("[exchanges.binanc]", "unknown key exchanges.binanc; the nearest is exchanges.binance."),
        (
            "[exchanges.binance]\nurl = ''",
            "unknown key exchanges.binance.url; the nearest is exchanges.binance.ws_url.",
        ),
        ("exchange = 'binanze'", 'exchange is "binanze"; expected one of binance'),
        ("interval = '7x'", 'interval is "7x"; expected an interval such as 1s, 5m'),
        ("interval = '7m'", 'interval is "7m"; expected one of 1s, 1m, 3m, 5m, 15m,'),
        ("interval = {count = 1, unit = 's'}", "interval is a table; expected an interval"),
        ("history = 0", "history is 0; expected a whole number from 1 to 5000."),
        ("history = 1.5", "history is 1.5; expected a whole number from 1 to 5000."),
        ("history = true", "history is true; expected a whole number from 1 to 5000."),
        ("history = 2024-01-02", "history is 2024-01-02; expected a whole number"),
        ("theme = [1, 2]", "theme is a list; expected text in quotes."),
        ("glyphs = 'thin'", 'glyphs is "thin"; expected one of heavy, blocks, braille,'),
        ("glyphs = ['heavy']", "glyphs is a list; expected one of heavy"),
        ("history = 0x" + "f" * 5_000, "history is a number of many digits; expected a whole"),
        ("theme = [{" + ".".join("a" * 400) + " = 1}]", "theme is a list; expected text"),
        (".".join("a" * 100_000) + " = 1", "nested too deeply."),
        ("frame_rate = 0", "frame_rate is 0; expected a whole number from 1 to 60."),
        ("timezone = 'mars'", 'timezone is "mars"; expected one of local, utc.'),
        ("connection = 3", "connection is 3; expected a table."),
        ("exchanges.binance = 3", "exchanges.binance is 3; expected a table."),
        ("keys.quit = 3", "keys.quit is 3; expected text in quotes."),
        ("exchanges.binance.live_trades = 1", "live_trades is 1; expected true or false."),
        ("[connection]\nreconnect_interval = 0", "is 0; expected seconds from 0.001 to 86400."),
        ("[connection]\nconnect_timeout = nan", "is nan; expected seconds from 0.001 to 86400."),
        ("[connection]\npong_timeout = inf", "is inf; expected seconds from 0.001 to 86400."),
        ("[connection]\npong_timeout = true", "is true; expected seconds from 0.001 to 86400."),
        ("[connection]\nreconnect_decay = 0.5", "is 0.5; expected a number from 1 to 10."),
        ("[connection]\nstale_after = '30'", 'is "30"; expected seconds from 1 to 86400.'),
        ("[connection]\nstale_after = 0.5", "is 0.5; expected seconds from 1 to 86400."),
        ("[connection]\nmax_reconnect_attempts = -1", "is -1; expected a whole number from 0"),
        ("[connection]\nsymbols_per_connection = 1025", "is 1025; expected a whole number from 1"),
        ("[connection]\nqueue_size = 0", "is 0; expected a whole number from 1 to 65536."),
    ],
)
def test_a_wrong_key_is_named_with_what_was_found_and_what_was_expected(
    file: Path, text: str, expected: str
) -> None:
    assert expected in fault(file, text)


@pytest.mark.parametrize(
    "url",
    [
        "http://host:1",
        "ws://",
        "ws://host/path",
        "ws://host:9001/",
        "ws://host?x=1",
        "ws://host:65536",
        "ws://host:port",
        "ws://[::1",
        "ws://[b]:1",
        "ws://ho st",
        "ws://host:0",
        "host:9001",
    ],
)
def test_a_url_that_is_not_scheme_host_and_port_is_refused(file: Path, url: str) -> None:
    message = fault(file, f'[exchanges.binance]\nws_url = "{url}"')
    assert message.startswith(
        f'line 2: exchanges.binance.ws_url is "{url}"; expected ws://HOST:PORT or'
    )


def test_s6_a_password_goes_only_where_nobody_on_the_way_can_read_it(file: Path) -> None:
    def urls(ws: str, rest: str) -> str:
        return f'[exchanges.binance]\nws_url = "{ws}"\nrest_url = "{rest}"'

    for url in (
        "ws://me:secret@host",
        "ws://me:sec@ret@10.0.0.1:80",
        "ws://me:secret@127.0.0.2",
        "ws://me:12?secret@host",  # which is a query of the host "me"
    ):
        message = fault(file, f'[exchanges.binance]\nws_url = "{url}"')
        assert "a password only with wss" in message and "ret" not in message
    assert "only with https" in fault(file, urls("wss://me:secret@host", "http://me:x@host"))
    secure = urls("wss://me:secret@host:9443", "https://me:secret@host")
    assert read(file, secure).exchanges["binance"].ws_url == "wss://me:secret@host:9443"
    assert read(file, urls("ws://me:secret@localhost:1", "http://me:x@[::1]:1")).exchanges


@pytest.mark.skipif(os.name != "posix", reason="file modes are POSIX's")
def test_s5_a_password_in_a_file_that_others_can_read_is_one_notice(file: Path) -> None:
    file.write_text('[exchanges.binance]\nws_url = "wss://me:secret@host"')
    file.chmod(0o640)
    (notice,) = load(file, {}).notices
    assert notice == f"Others can read the password in {file}; run chmod 600 on the file."
    file.chmod(0o600)
    assert load(file, {}).notices == ()
    file.write_text('[exchanges.binance]\nws_url = "wss://host"')
    file.chmod(0o644)
    assert load(file, {}).notices == ()


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ("a = 1\nb = ", "line 2, column 5: Invalid value."),
        ("history = 5\n[connection\n", "line 2, column 12: Expected ']'"),
        ("a = 1\na = 2\n", "Cannot overwrite a value."),
        (b"a = 1\nb = '\xff'", "line 2: not UTF-8 text."),
        (b"a = '\x1b[31m'", "line 1, column 6: "),
        ("a = " + "[" * 5_000, "nested too deeply."),
        ("a = " + "1" * 5_000, "Exceeds the limit"),
        (b"#" * ((1 << 20) + 1), "larger than 1 MiB."),
        (b"\x00\x01\x02", "line 1, column 1:"),
    ],
)
def test_l14_what_is_not_toml_is_told_with_its_place(
    file: Path, content: str | bytes, expected: str
) -> None:
    assert expected in fault(file, content)


def test_escape_sequences_in_keys_and_values_do_not_reach_the_message(file: Path) -> None:
    message = fault(file, '"hi\\u001b]52;c;x\\u0007story" = 1')
    assert message == "unknown key history; the nearest is history."
    assert 'is "red"' in fault(file, 'glyphs = "\\u001b[31mred\\u202e"')


def test_the_ids_of_keys_come_out_clean(file: Path) -> None:
    assert read(file, '[keys]\n"qu\\u001b[31mit" = "q"').keys == {"quit": "q"}


def test_every_glyph_set_of_the_chart_can_be_configured(file: Path) -> None:
    for glyphs in Glyphs:
        assert read(file, f'glyphs = "{glyphs.value}"').glyphs == glyphs.value


def test_a_byte_order_mark_and_windows_line_ends_are_taken(file: Path) -> None:
    file.write_bytes(b'\xef\xbb\xbfhistory = 7\r\ntheme = "paper"\r\n')
    assert load(file, {}) == Config(history=7, theme="paper")


@settings(deadline=None)
@given(content=st.binary(max_size=200))
def test_any_bytes_give_a_config_or_one_line(
    tmp_path_factory: pytest.TempPathFactory, content: bytes
) -> None:
    file = tmp_path_factory.mktemp("any") / "config.toml"
    file.write_bytes(content)
    try:
        load(file, {})
    except ConfigError as error:
        assert str(error).isprintable()


def test_every_kind_of_chart_can_be_configured_and_hollow_as_glyphs_is_one(file: Path) -> None:
    for kind in Kind:
        assert read(file, f'chart = "{kind.value}"').chart == kind.value
    hollow = read(file, 'glyphs = "hollow"')
    assert (hollow.chart, hollow.glyphs) == ("hollow", None)
    assert read(file, 'glyphs = "hollow"\nchart = "bars"').chart == "bars"


def test_glyphs_that_were_written_are_told_from_those_that_were_not(file: Path) -> None:
    assert read(file, 'glyphs = "heavy"').glyphs == "heavy"
    assert read(file, "").glyphs is None


def test_what_alerts_do_is_configured(file: Path) -> None:
    file.write_text('[alerts]\nbell = false\nnotify = "osc777"\ncommand = ["notify-send", "x"]')
    assert load(file, {}).alerts == AlertSettings(False, "osc777", ("notify-send", "x"))


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("bell = 1", "alerts.bell is 1; expected true or false"),
        ('notify = "both"', "expected one of auto, osc9, osc777, off"),
        ('command = "notify-send x"', "expected a list of texts in quotes"),
        ('commnd = ["x"]', "the nearest is alerts.command"),
    ],
)
def test_what_alerts_cannot_do_is_refused_in_one_line(file: Path, line: str, says: str) -> None:
    file.write_text(f"[alerts]\n{line}")
    with pytest.raises(ConfigError, match=re.escape(says)):
        load(file, {})
