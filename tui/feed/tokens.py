"""The token of one exchange, shared by its connections: how long it lives, when to renew it."""

from __future__ import annotations

import asyncio
import base64
import json
from collections.abc import Callable
from dataclasses import dataclass
from math import inf
from random import Random
from urllib.parse import urlsplit

from tui.errors import TradexError
from tui.exchange.settings import is_loopback
from tui.feed import backoff
from tui.feed.secret import Secret
from tui.feed.token_sources import TokenSource
from tui.text import clean

# When to renew: at this part of the token's life, give or take the scatter.
_SHARE, _SCATTER = 0.8, 0.05
_LAST_MINUTE = 60.0
_SOONEST = 5.0
# Between refreshes that fail: seconds, with full jitter.
_RETRY, _LONGEST_RETRY = 5.0, 60.0
_LONGEST_LIFE = 10 * 366 * 86_400.0


def check_may_carry(url: str) -> None:
    """Raises TradexError unless `url` leads over TLS, or to this very machine."""
    if urlsplit(url).scheme not in ("wss", "https") and not is_loopback(url):
        host = clean(urlsplit(url).netloc.rpartition("@")[2], 80)
        raise TradexError(f"No token is sent to {host} unprotected.", "Use wss:// in its url.")


def life_of(token: Secret, wall: float) -> float:
    """Seconds a JSON Web Token lives from its receipt; inf when it does not say, or is none.

    `exp - iat` (RFC 7519 section 4.1): both are of the issuer's clock, so that ours does not
    matter. Only without `iat` is `exp` held against `wall`, our time in seconds since 1970.
    """
    claims = _claims(token)
    expires, issued = _seconds(claims.get("exp")), _seconds(claims.get("iat"))
    if expires is None:
        return inf
    life = expires - (wall if issued is None else issued)
    return life if 0 < life < _LONGEST_LIFE else inf


class Tokens:
    """Asks `source` when there is no token, when it has ended, or when a fresh one is wanted.

    `life` is how many seconds a token lives; None: as the token itself says. `monotonic` and
    `wall` are clocks in seconds. All on one event loop.
    """

    def __init__(
        self, source: TokenSource, life: float | None, monotonic: Callable[[], float],
        wall: Callable[[], float], random: Random,
    ) -> None:  # fmt: skip
        self._source = source
        self._life = life
        self._monotonic = monotonic
        self._wall = wall
        self._random = random
        self._held: _Held | None = None
        self._failures = 0
        self._renew_at = inf
        self._fetching: asyncio.Task[Secret] | None = None

    async def get(self, *, fresh: bool) -> Secret:
        """The token; with `fresh` one that the source gives now. Raises TradexError.

        All who ask during one fetch get its result. One that fails leaves the token that is held
        until its end, for those who do not insist on a fresh one.
        """
        held = self._held
        if held and not fresh and self._monotonic() < held.ends_at:
            return held.secret
        if self._fetching is None:
            self._fetching = asyncio.create_task(self._fetch(), name="token")
            self._fetching.add_done_callback(self._fetched)
        return await asyncio.shield(self._fetching)

    def refresh_at(self, now: float) -> float:
        """When to get a fresh one (monotonic seconds, not before `now`); inf when never.

        At 80 % of the token's life, 5 % earlier or later; at least a minute before its end, where
        it lives for two; after a refresh that failed, soon.
        """
        return max(now, self._renew_at)

    async def close(self) -> None:
        """Give up a fetch that is on its way."""
        if self._fetching:
            self._fetching.cancel()
            await asyncio.wait([self._fetching])

    async def _fetch(self) -> Secret:
        secret = await self._source.read()
        now = self._monotonic()
        life = life_of(secret, self._wall()) if self._life is None else self._life
        self._held, self._renew_at = _Held(secret, now + life), now + self._renewal(life)
        self._failures = 0
        return secret

    def _renewal(self, life: float) -> float:
        share = self._random.uniform(_SHARE - _SCATTER, _SHARE + _SCATTER)
        return max(_SOONEST, min(life * share, max(life - _LAST_MINUTE, life / 2)))

    def _fetched(self, task: asyncio.Task[Secret]) -> None:
        self._fetching = None
        if not task.cancelled() and task.exception() and self._held:
            self._failures += 1
            wait = backoff.delay(self._failures, _RETRY, 2.0, _LONGEST_RETRY, self._random)
            self._renew_at = self._monotonic() + wait


@dataclass(frozen=True, slots=True)
class _Held:
    """A token and the monotonic second at which it ends."""

    secret: Secret
    ends_at: float


def _claims(token: Secret) -> dict[str, object]:
    """What a JSON Web Token says of itself (RFC 7519 section 7.2); nothing if it is none."""
    try:
        payload = token.reveal().split(".")[1]
        claims = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
    except (IndexError, ValueError, RecursionError):
        return {}
    return claims if isinstance(claims, dict) else {}


def _seconds(claim: object) -> float | None:
    """A NumericDate (RFC 7519 section 2): seconds since 1970, with or without a fraction."""
    if isinstance(claim, bool) or not isinstance(claim, (int, float)):
        return None
    return float(claim) if 0 <= claim < 1e12 else None
