"""One file per exchange, found by name: bytes in, events out; no sockets, no clock."""

from __future__ import annotations

import pkgutil
from importlib import import_module

from tui.errors import unknown
from tui.exchange.base import Exchange
from tui.exchange.settings import ExchangeSettings

_NOT_EXCHANGES = {"base", "batches", "reading", "settings"}


def exchange_names() -> list[str]:
    """The exchanges there are: the modules of this package."""
    found = {module.name for module in pkgutil.iter_modules(__path__)}
    return sorted(found - _NOT_EXCHANGES)


def load_exchange(name: str, settings: ExchangeSettings | None = None) -> Exchange:
    """The exchange described in the module of that name; raises UsageError for an unknown one."""
    if name not in exchange_names():
        raise unknown("exchange", name, exchange_names())
    module = import_module(f"{__name__}.{name}")
    exchange: Exchange = module.create(settings or ExchangeSettings())
    return exchange
