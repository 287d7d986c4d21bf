"""How long a token lives, when it is renewed, and who may be sent one; in virtual time."""

from __future__ import annotations

import asyncio
import base64
import json
from collections.abc import Awaitable, Callable
from contextlib import nullcontext
from math import inf
from random import Random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.virtual_time import now, run_virtually
from tui.errors import TradexError
from tui.feed.secret import Secret
from tui.feed.tokens import Tokens, check_may_carry, life_of

WALL = 1_800_000_000.0
HOUR = 3_600.0
ROUNDING = 0.001


def jwt(payload: object) -> Secret:
    """A JSON Web Token that nobody has signed."""
    parts = (b'{"alg":"none"}', json.dumps(payload).encode(), b"signature")
    return Secret(".".join(base64.urlsafe_b64encode(part).decode().rstrip("=") for part in parts))


class Source:
    """Gives numbered tokens, each after a second; fails while it is `down`."""

    def __init__(self, token: Callable[[int], Secret] = lambda n: Secret(f"token {n}")) -> None:
        self.asked = 0
        self.down = False
        self._token = token

    async def read(self) -> Secret:
        self.asked += 1
        await asyncio.sleep(1.0)
        if self.down:
            raise TradexError("The token command failed.")
        return self._token(self.asked)


def tokens_of(
    source: Source, life: float | None = None, wall: float = WALL, seed: int = 1
) -> Tokens:
    return Tokens(source, life, now, lambda: wall + now(), Random(seed))


def play(scenario: Callable[[], Awaitable[Any]]) -> Any:
    async def run() -> Any:
        return await scenario()

    return run_virtually(run())


async def refused(tokens: Tokens, *, fresh: bool) -> str:
    with pytest.raises(TradexError) as raised:
        await tokens.get(fresh=fresh)
    return raised.value.message


@pytest.mark.parametrize(
    ("claims", "life"),
    [
        ({"iat": WALL - 9 * HOUR, "exp": WALL - 8 * HOUR}, HOUR),
        ({"iat": WALL + 9 * HOUR, "exp": WALL + 10 * HOUR}, HOUR),
        ({"iat": 0.5, "exp": 60.75}, 60.25),
        ({"exp": WALL + HOUR}, HOUR),
        ({"exp": WALL - HOUR}, inf),
        ({"iat": WALL}, inf),
        ({"iat": WALL, "exp": WALL}, inf),
        ({"iat": WALL, "exp": WALL - 1}, inf),
        ({"iat": "x", "exp": WALL + HOUR}, HOUR),
        ({"exp": True}, inf),
        ({"exp": "1800000000"}, inf),
        ({"exp": float("nan")}, inf),
        ({"exp": float("inf")}, inf),
        ({"exp": 10**400}, inf),
        ({}, inf),
        ([], inf),
        (None, inf),
    ],
)
def test_p39_a_token_s_life_is_measured_by_the_issuer_s_clock(claims: object, life: float) -> None:
    assert life_of(jwt(claims), WALL) == life


@pytest.mark.parametrize(
    "text",
    ["", ".", "..", "a.b.c", "x" * 500, "a.é.c", "a." + "W" * 200_000 + ".c", "a.MTIz.c", "a.=.c"],
)
def test_p39_what_is_no_web_token_has_no_known_life(text: str) -> None:
    assert life_of(Secret(text), WALL) == inf


def test_p39_a_payload_that_no_parser_can_end_has_no_known_life() -> None:
    deep, long = b"[" * 200_000, b'{"exp":' + b"9" * 5_000 + b"}"
    for payload in (deep, long):
        assert life_of(Secret(f"a.{base64.urlsafe_b64encode(payload).decode()}.c"), WALL) == inf


@given(st.text(max_size=300))
def test_p39_any_text_has_a_life(text: str) -> None:
    assert life_of(Secret(text), WALL) > 0


@pytest.mark.parametrize("life", [150.0, 299.0, 301.0, 900.0, HOUR, 24 * HOUR])
def test_p39_a_token_is_renewed_at_80_percent_of_its_life_and_a_minute_before_its_end(
    life: float,
) -> None:
    async def scenario() -> list[float]:
        ages = []
        for seed in range(200):
            tokens = tokens_of(Source(lambda _: jwt({"iat": 0, "exp": life})), seed=seed)
            await tokens.get(fresh=False)
            ages.append(tokens.refresh_at(now()) - now())
        return ages

    ages = play(scenario)
    at_most = min(0.85 * life, life - 60)
    assert all(min(0.75 * life, at_most) - ROUNDING <= age <= at_most + ROUNDING for age in ages)
    if life >= 400:
        assert len({round(age, 3) for age in ages}) > 150
        assert max(ages) - min(ages) > 0.05 * life


@pytest.mark.parametrize("life", [1.0, 30.0, 61.0, 119.0])
def test_p39_a_token_that_hardly_lives_is_not_asked_for_without_a_pause(life: float) -> None:
    async def scenario() -> float:
        tokens = tokens_of(Source(), life)
        await tokens.get(fresh=False)
        return tokens.refresh_at(now()) - now()

    age = play(scenario)
    assert max(5.0, 0.4 * life) - ROUNDING <= age <= max(5.0, 0.85 * life) + ROUNDING


def test_p39_a_stated_life_goes_before_the_token_s_own() -> None:
    async def scenario() -> None:
        tokens = tokens_of(Source(lambda n: jwt({"iat": 0, "exp": HOUR, "n": n})), life=10 * HOUR)
        first = await tokens.get(fresh=False)
        assert 7.5 * HOUR <= tokens.refresh_at(now()) - now() <= 8.5 * HOUR
        await asyncio.sleep(10 * HOUR - 1)
        assert await tokens.get(fresh=False) == first
        await asyncio.sleep(2)
        assert await tokens.get(fresh=False) != first

    play(scenario)


def test_p39_a_token_without_a_known_end_is_asked_for_once_and_never_renewed() -> None:
    async def scenario() -> None:
        source = Source()
        tokens = tokens_of(source)
        assert tokens.refresh_at(now()) == inf
        await tokens.get(fresh=False)
        await asyncio.sleep(1_000 * HOUR)
        await tokens.get(fresh=False)
        assert (source.asked, tokens.refresh_at(now())) == (1, inf)

    play(scenario)


@pytest.mark.parametrize("wall", [WALL - 48 * HOUR, WALL + 48 * HOUR])
def test_p39_a_wall_clock_that_is_two_days_off_changes_nothing(wall: float) -> None:
    async def scenario() -> None:
        source = Source(lambda _: jwt({"iat": WALL, "exp": WALL + HOUR}))
        tokens = tokens_of(source, wall=wall)
        await tokens.get(fresh=False)
        assert 0.75 * HOUR <= tokens.refresh_at(now()) - now() <= 0.85 * HOUR
        await asyncio.sleep(0.9 * HOUR)
        await tokens.get(fresh=False)
        assert source.asked == 1

    play(scenario)


def test_p39_many_who_ask_at_once_are_one_fetch() -> None:
    async def scenario() -> None:
        source = Source()
        tokens = tokens_of(source)
        first = await asyncio.gather(*(tokens.get(fresh=False) for _ in range(50)))
        fresh = await asyncio.gather(*(tokens.get(fresh=True) for _ in range(50)))
        assert source.asked == 2
        assert all(token == Secret("token 1") for token in first)
        assert all(token == Secret("token 2") for token in fresh)
        assert await tokens.get(fresh=False) == Secret("token 2")

    play(scenario)


def test_p39_one_who_goes_away_takes_no_token_from_the_others() -> None:
    async def scenario() -> None:
        tokens = tokens_of(Source())
        asking = [asyncio.create_task(tokens.get(fresh=True)) for _ in range(2)]
        await asyncio.sleep(0.5)
        asking[0].cancel()
        assert await asking[1] == Secret("token 1")
        assert asking[0].cancelled()

    play(scenario)


def test_p39_a_refresh_that_fails_keeps_the_old_token_until_its_end_and_is_tried_again() -> None:
    async def scenario() -> None:
        source = Source()
        tokens = tokens_of(source, life=HOUR)
        ends = now() + 1.0 + HOUR
        old = await tokens.get(fresh=False)
        source.down = True
        await asyncio.sleep(tokens.refresh_at(now()) - now())
        while now() < ends - 61:
            assert await refused(tokens, fresh=True) == "The token command failed."
            assert await tokens.get(fresh=False) == old
            assert 0 < tokens.refresh_at(now()) - now() <= 60
            await asyncio.sleep(tokens.refresh_at(now()) - now())
        assert 10 <= source.asked <= 60
        await asyncio.sleep(ends + ROUNDING - now())
        assert await refused(tokens, fresh=False) == "The token command failed."
        source.down = False
        assert await tokens.get(fresh=False) == Secret(f"token {source.asked}")
        assert tokens.refresh_at(now()) - now() >= 0.75 * HOUR

    play(scenario)


def test_p39_all_who_wait_are_told_of_a_failure_and_the_next_to_ask_tries_again() -> None:
    async def scenario() -> None:
        source = Source()
        source.down = True
        tokens = tokens_of(source)
        said = await asyncio.gather(*(refused(tokens, fresh=False) for _ in range(3)))
        assert (said, source.asked) == (["The token command failed."] * 3, 1)
        source.down = False
        assert await tokens.get(fresh=False) == Secret("token 2")

    play(scenario)


def test_a_fetch_on_its_way_ends_with_its_owner() -> None:
    async def scenario() -> None:
        tokens = tokens_of(Source())
        asking = asyncio.create_task(tokens.get(fresh=False))
        await asyncio.sleep(0.5)
        await tokens.close()
        assert asking.cancelled() or (await asyncio.wait([asking]) and asking.cancelled())
        assert asyncio.all_tasks() == {asyncio.current_task()}

    play(scenario)


@pytest.mark.parametrize(
    ("url", "allowed"),
    [
        ("wss://example.test/ws", True),
        ("WSS://example.test", True),
        ("https://example.test", True),
        ("ws://127.0.0.1:8080/ws", True),
        ("ws://localhost:8080", True),
        ("ws://LOCALHOST", True),
        ("ws://[::1]:8080", True),
        ("http://127.0.0.1", True),
        ("ws://example.test", False),
        ("http://example.test", False),
        ("ws://127.0.0.1.example.test", False),
        ("ws://localhost.example.test", False),
        ("ws://127.0.0.1@example.test", False),
        ("ws://localhost:pass@example.test:80", False),
        ("ws://192.168.0.7", False),
        ("ws://0.0.0.0", False),
        ("ws://[::2]", False),
        ("ws:", False),
        ("", False),
    ],
)
def test_s6_a_token_goes_over_tls_or_to_this_machine_only(url: str, allowed: bool) -> None:
    with nullcontext() if allowed else pytest.raises(TradexError, match="No token is sent to"):
        check_may_carry(url)
