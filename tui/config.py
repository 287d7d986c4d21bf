"""What the user wrote: the config file, read once, checked key by key and never rewritten."""

from __future__ import annotations

import os
import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from platformdirs import user_config_path

from tui.errors import ConfigError
from tui.exchange.settings import ExchangeSettings, is_loopback
from tui.feed.settings import ConnectionSettings
from tui.market.interval import Interval
from tui.rules import FLAG, TABLE, TEXT, Rule, Rules, number, one_of, read_table, whole
from tui.text import clean
from tui.toml_file import read_toml

PATH_VARIABLE = "TRADEX_TUI_CONFIG"
_OTHERS = 0o077
DEFAULT_TEXT = Path(__file__).with_name("default_config.toml").read_text("utf-8")


@dataclass(frozen=True, slots=True)
class Config:
    """All that a config file may say; `default_config.toml` explains each key.

    `keys` maps a binding's id to its keys, comma between; the app knows which ids there are.
    `glyphs` None leaves the choice to the theme. `notices` are for the person who wrote it.
    """

    exchange: str = "binance"
    interval: Interval = Interval(1, "m")  # noqa: RUF009 (immutable)
    history: int = 500
    theme: str = "midnight"
    glyphs: str | None = None
    frame_rate: int = 10
    timezone: str = "local"
    connection: ConnectionSettings = ConnectionSettings()  # noqa: RUF009 (immutable)
    exchanges: Mapping[str, ExchangeSettings] = field(default_factory=dict)
    keys: Mapping[str, str] = field(default_factory=dict)
    notices: tuple[str, ...] = ()


def config_folder() -> Path:
    """Where the config file and the user's own `themes` folder are looked for."""
    return user_config_path("tradex-tui", appauthor=False)


def load(
    flag: Path | None, environ: Mapping[str, str], exchanges: Mapping[str, Collection[Interval]]
) -> Config:
    """The config from the file that `flag`, else `$TRADEX_TUI_CONFIG`, names.

    Without either, the default file, which need not exist. `exchanges` are the names that
    `exchange` and `[exchanges.NAME]` may have, with the intervals of each. Raises ConfigError
    with one line: the file, the key, what was found and what was expected.
    """
    named = flag or (Path(environ[PATH_VARIABLE]) if environ.get(PATH_VARIABLE) else None)
    path = named or config_folder() / "config.toml"
    try:
        config = _config(read_toml(path), exchanges)
        return replace(config, notices=_notices(config, path))
    except FileNotFoundError as error:
        if named is None:
            return Config()
        raise ConfigError(f"{clean(str(path))}: no such config file.") from error
    except OSError as error:
        raise ConfigError(f"{clean(str(path))}: {error.strerror}.") from error
    except ValueError as error:
        raise ConfigError(f"{clean(str(path))}: {error}.") from error


def _notices(config: Config, path: Path) -> tuple[str, ...]:
    urls = [url for found in config.exchanges.values() for url in (found.ws_url, found.rest_url)]
    secret = any(urlsplit(url).password for url in urls if url)
    if os.name != "posix" or not secret or not path.stat().st_mode & _OTHERS:
        return ()
    return (f"Others can read the password in {clean(str(path))}; run chmod 600 on the file.",)


def _config(table: dict[str, Any], exchanges: Mapping[str, Collection[Interval]]) -> Config:
    values = read_table(table, {"exchange": one_of(*exchanges)} | _TOP | _SECTIONS, "")
    connection = read_table(values.pop("connection", {}), _CONNECTION, "connection.")
    by_name = read_table(values.pop("exchanges", {}), dict.fromkeys(exchanges, TABLE), "exchanges.")
    keys = {clean(id_): found for id_, found in values.pop("keys", {}).items()}
    config = Config(
        connection=ConnectionSettings(**connection),
        exchanges={
            name: ExchangeSettings(**read_table(section, _EXCHANGE, f"exchanges.{name}."))
            for name, section in by_name.items()
        },
        keys=read_table(keys, dict.fromkeys(keys, TEXT), "keys."),
        **values,
    )
    if config.interval not in exchanges[config.exchange]:
        offered = ", ".join(map(str, sorted(exchanges[config.exchange])))
        raise ValueError(f'interval is "{config.interval}"; expected one of {offered}')
    return config


def _url(plain: str, secure: str) -> Rule:
    """A url without a path; a password may stand in it where nobody on the way can read it."""
    host = r"(?:[\w.-]+|\[[\da-f:.]+\])(?::\d+)?"
    shape = re.compile(rf"(?:{plain}|{secure})://(?:[^\s/@:?#]+:[^\s/@?#]+@)?{host}")

    def read(found: Any) -> str:
        url: str = TEXT.read(found)
        if not shape.fullmatch(url) or urlsplit(url).port == 0:
            raise ValueError
        if urlsplit(url).password and url.startswith(f"{plain}:") and not is_loopback(url):
            raise ValueError
        return url

    expected = f"{plain}://HOST:PORT or {secure}://HOST:PORT without a path"
    return Rule(f"{expected}, a password only with {secure}", read)


def _interval(found: Any) -> Interval:
    return Interval.parse(TEXT.read(found))


_SECONDS = number(0.001, 86_400, "seconds")
_TOP: dict[str, Rule] = {
    "interval": Rule("an interval such as 1s, 5m, 4h, 1d, 1w or 1M", _interval),
    "history": whole(1, 5_000),
    "theme": TEXT,
    "glyphs": one_of("heavy", "hollow", "ascii", "braille"),
    "frame_rate": whole(1, 60),
    "timezone": one_of("local", "utc"),
}
_SECTIONS = {"connection": TABLE, "exchanges": TABLE, "keys": TABLE}
_CONNECTION: Rules = {
    "reconnect_interval": _SECONDS,
    "reconnect_decay": number(1, 10),
    "max_reconnect_interval": _SECONDS,
    "max_reconnect_attempts": whole(0, 1_000_000),
    "connect_timeout": _SECONDS,
    "heartbeat_interval": _SECONDS,
    "pong_timeout": _SECONDS,
    "stale_after": number(1, 86_400, "seconds"),
    "symbols_per_connection": whole(1, 1_024),
    "queue_size": whole(1, 65_536),
}
_EXCHANGE: Rules = {
    "ws_url": _url("ws", "wss"),
    "rest_url": _url("http", "https"),
    "live_trades": FLAG,
}
