"""Alerts outlive the program: a file beside the workspace, with what has rung already."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta

from tui.alerts.alert import Alert
from tui.alerts.line import parse
from tui.errors import TradexError, UsageError
from tui.market.events import LATEST
from tui.market.interval import Interval
from tui.market.symbol import Subscription, Symbol
from tui.state_file import set_aside, write_toml
from tui.text import clean
from tui.toml_file import read_toml


class _Row(msgspec.Struct, omit_defaults=True):
    """One alert: `rule` is its line, `rang` ms UTC; what is at its default is left out."""

    rule: str
    on: bool = True
    armed: bool | None = None
    rang: Annotated[int, Meta(ge=0, le=LATEST)] | None = None


class _Stored(msgspec.Struct):
    version: Literal[1]
    alerts: list[_Row] = []


def load(path: Path) -> tuple[list[Alert], str | None]:
    """The alerts, and a notice for the user, if any.

    A file that does not hold alerts is kept beside it as `alerts.toml.bad-N`. Never raises.
    """
    try:
        stored = msgspec.convert(read_toml(path), _Stored)
        return [_alert(row) for row in stored.alerts], None
    except FileNotFoundError:
        return [], None
    except OSError as error:
        return [], f"The alerts in {clean(str(path))} cannot be read: {error.strerror}."
    except (ValueError, UsageError) as error:
        return [], f"The alerts are damaged ({clean(str(error))}). {set_aside(path)}"


def save(path: Path, alerts: Iterable[Alert]) -> None:
    """Write the file whole or not at all; raises TradexError when it cannot be written."""
    rows = [_Row(str(each.rule), each.on, each.armed, each.rang) for each in alerts]
    table: dict[str, Any] = msgspec.to_builtins(_Stored(1, rows))
    try:
        write_toml(path, table)
    except OSError as error:
        raise TradexError(
            f"The alerts cannot be saved in {clean(str(path))}: {error.strerror}.",
            "They ring until you quit.",
        ) from error


def _alert(row: _Row) -> Alert:
    return Alert(parse(row.rule, _exactly), row.on, row.armed, row.rang)


def _exactly(word: str, _: int) -> Subscription:
    symbol, _at, interval = word.rpartition("@")
    return Subscription(Symbol.parse(symbol, ""), Interval.parse(interval))
