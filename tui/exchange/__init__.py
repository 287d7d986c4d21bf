"""One module per exchange, found by name: bytes in, events out; no sockets, no clock."""

from __future__ import annotations

import pkgutil
from importlib import import_module
from types import ModuleType

from tui.errors import unknown
from tui.exchange.base import Exchange
from tui.exchange.settings import ExchangeSettings
from tui.rules import Rules

_SHARED = {"base", "batches", "books", "reading", "settings"}


def kinds() -> list[str]:
    """The kinds of exchange there are: the modules of this package, but those that they share."""
    found = {module.name for module in pkgutil.iter_modules(__path__)}
    return sorted(found - _SHARED)


def exchange_names() -> list[str]:
    """The exchanges that need no declaration."""
    return [kind for kind in kinds() if not getattr(_module(kind), "DECLARED_ONLY", False)]


def options_of(kind: str) -> Rules:
    """The rules of the keys that only this kind of exchange has."""
    options: Rules = getattr(_module(kind), "OPTIONS", {})
    return options


def load_exchange(name: str, settings: ExchangeSettings | None = None) -> Exchange:
    """The exchange `name` of the kind that `settings` say; raises UsageError for an unknown one."""
    settings = settings or ExchangeSettings()
    if not settings.kind and name not in exchange_names():
        raise unknown("exchange", name, exchange_names())
    exchange: Exchange = _module(settings.kind or name).create(name, settings)
    return exchange


def _module(kind: str) -> ModuleType:
    return import_module(f"{__name__}.{kind}")
