"""Any JSON feed, declared in `[exchanges.NAME]` with `kind = "jsonfeed"`, without code."""

from tui.exchange.jsonfeed.feed import create
from tui.exchange.jsonfeed.rules import OPTIONS

DECLARED_ONLY = True

__all__ = ["DECLARED_ONLY", "OPTIONS", "create"]
