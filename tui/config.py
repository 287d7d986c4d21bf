"""What the user wrote: the config file, read once, checked key by key and never rewritten."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from platformdirs import user_config_path

from tui.alerts.settings import NOTIFY, AlertSettings
from tui.errors import ConfigError, unknown
from tui.exchange import exchange_names, kinds, load_exchange, options_of
from tui.exchange.base import Exchange
from tui.exchange.settings import ExchangeSettings, url_rule
from tui.feed.settings import ConnectionSettings
from tui.feed.token_sources import (
    CommandToken,
    EnvironmentToken,
    FileToken,
    TokenSettings,
    TokenSource,
)
from tui.market.interval import Interval
from tui.rules import (
    FLAG,
    TABLE,
    TEXT,
    Rule,
    Rules,
    number,
    one_of,
    placed,
    read_table,
    texts,
    whole,
)
from tui.text import clean
from tui.toml_file import read_toml

PATH_VARIABLE = "TRADEX_TUI_CONFIG"
_OTHERS = 0o077
_NAME = re.compile(r"[a-z][a-z0-9_-]{0,31}")
DEFAULT_TEXT = Path(__file__).with_name("default_config.toml").read_text("utf-8")


@dataclass(frozen=True, slots=True)
class Config:
    """All that a config file may say; `default_config.toml` explains each key.

    `keys` maps a binding's id to its keys, comma between; the app knows which ids there are.
    `chart` None leaves the choice to the theme, `glyphs` None to the terminal. `notices` are for
    the person who wrote it, in the file at `path`, which need not exist.
    """

    exchange: str = "binance"
    interval: Interval = Interval(1, "m")  # noqa: RUF009 (immutable)
    history: int = 500
    theme: str = "midnight"
    chart: str | None = None
    glyphs: str | None = None
    swap_up_down: bool = False
    transparent: bool = False
    frame_rate: int = 10
    timezone: str = "local"
    connection: ConnectionSettings = ConnectionSettings()  # noqa: RUF009 (immutable)
    exchanges: Mapping[str, ExchangeSettings] = field(default_factory=dict)
    tokens: Mapping[str, TokenSettings] = field(default_factory=dict)
    keys: Mapping[str, str] = field(default_factory=dict)
    alerts: AlertSettings = AlertSettings()  # noqa: RUF009 (immutable)
    notices: tuple[str, ...] = field(default=(), compare=False)
    path: Path | None = field(default=None, compare=False)

    @property
    def exchange_names(self) -> list[str]:
        """All exchanges: those that are built in, and those that the config declares."""
        return [*exchange_names(), *(name for name, s in self.exchanges.items() if s.kind)]

    def open_exchange(self, name: str) -> Exchange:
        """The exchange of that name, as configured; raises UsageError for an unknown one."""
        if name not in self.exchange_names:
            raise unknown("exchange", name, self.exchange_names)
        return load_exchange(name, self.exchanges.get(name))


def config_folder() -> Path:
    """Where the config file and the user's own `themes` folder are looked for."""
    return user_config_path("tradex-tui", appauthor=False)


def named_path(flag: Path | None, environ: Mapping[str, str]) -> Path | None:
    """The config file that `flag`, else `$TRADEX_TUI_CONFIG`, names."""
    return flag or (Path(environ[PATH_VARIABLE]) if environ.get(PATH_VARIABLE) else None)


def default_path() -> Path:
    """The config file that is read when none is named; it need not exist."""
    return config_folder() / "config.toml"


def load(flag: Path | None, environ: Mapping[str, str]) -> Config:
    """The config from the file that is named, else from the default file.

    Raises ConfigError with one line: the file, the key, what was found and what was expected.
    """
    named = named_path(flag, environ)
    path = named or default_path()
    try:
        config = _config(read_toml(path))
        return replace(config, notices=_notices(config, path), path=path)
    except FileNotFoundError as error:
        if named is None:
            return Config(path=path)
        raise ConfigError(f"{clean(str(path))}: no such config file.") from error
    except OSError as error:
        raise ConfigError(f"{clean(str(path))}: {error.strerror}.") from error
    except ValueError as error:
        raise ConfigError(f"{clean(str(path))}: {placed(error, path)}.") from error


def _notices(config: Config, path: Path) -> tuple[str, ...]:
    urls = [url for found in config.exchanges.values() for url in (found.ws_url, found.rest_url)]
    secret = any(urlsplit(url).password for url in urls if url)
    if os.name != "posix" or not secret or not path.stat().st_mode & _OTHERS:
        return ()
    return (f"Others can read the password in {clean(str(path))}; run chmod 600 on the file.",)


def _config(table: dict[str, Any]) -> Config:
    values = read_table(table, _TOP | _SECTIONS, "")
    connection = read_table(values.pop("connection", {}), _CONNECTION, "connection.")
    sections = _sections(values.pop("exchanges", {}))
    tokens = {name: found.pop("token") for name, found in sections.items() if "token" in found}
    keys = {clean(id_): found for id_, found in values.pop("keys", {}).items()}
    if values.get("glyphs") == "hollow":  # a chart's kind, which may stand here, too
        values = {"chart": values.pop("glyphs"), **values}
    alerts = read_table(values.pop("alerts", {}), _ALERTS, "alerts.")
    config = Config(
        alerts=AlertSettings(**alerts),
        connection=ConnectionSettings(**connection),
        exchanges={name: _exchange_settings(found) for name, found in sections.items()},
        tokens={name: _token(found, name) for name, found in tokens.items()},
        keys=read_table(keys, dict.fromkeys(keys, TEXT), "keys."),
        **values,
    )
    _check(config)
    return config


def _check(config: Config) -> None:
    """What one key alone does not show to be wrong."""
    one_of_them = one_of(*config.exchange_names)
    read_table({"exchange": config.exchange}, {"exchange": one_of_them}, "")
    exchanges = {name: config.open_exchange(name) for name in config.exchange_names}
    offered = sorted(exchanges[config.exchange].intervals)
    if config.interval not in offered and config.interval != Config().interval:
        valid = ", ".join(map(str, offered))
        raise ValueError(f'interval is "{config.interval}"; expected one of {valid}')
    for name in config.tokens:
        if not exchanges[name].takes_token:
            raise ValueError(f"exchanges.{name}.token is of no use; {name} has no login")


def _sections(tables: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """The `[exchanges.NAME]` tables, each read by the rules of its kind of exchange."""
    declared = [clean(n) for n, t in tables.items() if isinstance(t, dict) and "kind" in t]
    named = dict.fromkeys([*exchange_names(), *declared], TABLE)
    by_name = read_table(tables, named, "exchanges.")
    return {name: _section(name, found) for name, found in by_name.items()}


def _section(name: str, found: dict[str, Any]) -> dict[str, Any]:
    prefix = f"exchanges.{name}."
    if "kind" in found:
        _check_name(name)
    kind = read_table({"kind": found.get("kind", name)}, {"kind": one_of(*kinds())}, prefix)
    return read_table(found, {**_EXCHANGE, **options_of(kind["kind"])}, prefix)


def _check_name(name: str) -> None:
    if name in kinds():
        raise ValueError(f"exchanges.{name}.kind is set; {name} is an exchange of its own")
    if not _NAME.fullmatch(name):
        found = clean(name, 60)
        raise ValueError(f'exchanges."{found}" is no name; use small letters, digits, - and _')


def _exchange_settings(section: dict[str, Any]) -> ExchangeSettings:
    common = {key: section.pop(key) for key in ("ws_url", "rest_url", "kind") if key in section}
    return ExchangeSettings(**common, options=section)


def _token(table: dict[str, Any], name: str) -> TokenSettings:
    prefix = f"exchanges.{name}.token."
    values = read_table(table, _TOKEN, prefix)
    life = values.pop("life", None)
    if len(values) != 1:
        raise ValueError(f"{prefix[:-1]} needs one of env, file and command")
    (source,) = values.values()
    return TokenSettings(source, life)


def _source(rule: Rule, kind: Callable[[Any], TokenSource]) -> Rule:
    """The rule of a key that says where a token comes from."""
    return Rule(rule.expected, lambda found: kind(rule.read(found)))


def _interval(found: Any) -> Interval:
    return Interval.parse(TEXT.read(found))


_SECONDS = number(0.001, 86_400, "seconds")
_TOP: dict[str, Rule] = {
    "exchange": TEXT,
    "interval": Rule("an interval such as 1s, 5m, 4h, 1d, 1w or 1M", _interval),
    "history": whole(1, 5_000),
    "theme": TEXT,
    "chart": one_of("candles", "hollow", "bars", "line", "area", "heikin-ashi"),
    "glyphs": one_of("heavy", "blocks", "braille", "ascii", "hollow"),
    "swap_up_down": FLAG,
    "transparent": FLAG,
    "frame_rate": whole(1, 60),
    "timezone": one_of("local", "utc"),
}
_SECTIONS = {"connection": TABLE, "exchanges": TABLE, "keys": TABLE, "alerts": TABLE}
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
_ALERTS: Rules = {
    "bell": FLAG,
    "notify": one_of(*NOTIFY),
    "command": Rule("a list of texts in quotes", lambda found: tuple(texts(0).read(found))),
}
_EXCHANGE: Rules = {
    "kind": TEXT,
    "ws_url": url_rule("ws", "wss"),
    "rest_url": url_rule("http", "https"),
    "token": TABLE,
}
_TOKEN: Rules = {
    "env": _source(TEXT, EnvironmentToken),
    "file": _source(TEXT, lambda found: FileToken(Path(found).expanduser())),
    "command": _source(texts(1), lambda found: CommandToken(tuple(found))),
    "life": number(10, 86_400 * 366, "seconds"),
}
