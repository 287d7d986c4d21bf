"""What a person may set of one exchange in `[exchanges.NAME]`."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from tui.rules import TEXT, Rule


@dataclass(frozen=True, slots=True)
class ExchangeSettings:
    """Other urls than the exchange's own (regions, test networks, the simulator), and options.

    `kind` is the file of this package that describes the exchange, where that is not its name.
    `ws_url` (ws or wss) and `rest_url` (http or https) are scheme, host and port, and may have
    `user:password@` before the host, which is why no repr shows them; None takes the exchange's
    own. `options` are the exchange's own keys, as its `OPTIONS` read them.
    """

    ws_url: str | None = field(default=None, repr=False)
    rest_url: str | None = field(default=None, repr=False)
    kind: str = ""
    options: Mapping[str, Any] = field(default_factory=dict)


def is_loopback(url: str) -> bool:
    """Whether a url leads to this very machine, where no proxy and nobody else is on the way."""
    return urlsplit(url).hostname in {"127.0.0.1", "::1", "localhost"}


def url_rule(plain: str, secure: str, *, path: bool = False) -> Rule:
    """A url, with a path where that is said; a password only where nobody on the way can read it.

    `plain` and `secure` are its schemes.
    """
    host = r"(?:[\w.-]+|\[[\da-f:.]+\])(?::\d+)?"
    rest = r"(?:/[^\s#@]*)?" if path else ""
    shape = re.compile(rf"(?:{plain}|{secure})://(?:[^\s/@:?#]+:[^\s/@?#]+@)?{host}{rest}")

    def read(found: Any) -> str:
        url: str = TEXT.read(found)
        if not shape.fullmatch(url) or urlsplit(url).port == 0:
            raise ValueError
        if urlsplit(url).password and url.startswith(f"{plain}:") and not is_loopback(url):
            raise ValueError
        return url

    where = "HOST:PORT/PATH" if path else "HOST:PORT"
    expected = f"{plain}://{where} or {secure}://{where}{'' if path else ' without a path'}"
    return Rule(f"{expected}, a password only with {secure}", read)
