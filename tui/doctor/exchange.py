"""All that is looked at of one exchange."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Iterable

from tui.doctor.findings import Finding, Group, State, of_error
from tui.doctor.requests import Clocks, examine_requests
from tui.doctor.stream import examine_stream
from tui.doctor.way import Resolve, Way, examine_way, way_of
from tui.errors import TradexError
from tui.exchange.base import Exchange
from tui.feed.secret import Secret
from tui.feed.token_sources import TokenSource
from tui.market.symbol import Subscription


async def examine_exchange(
    exchange: Exchange,
    wanted: Subscription | None,
    tokens: TokenSource | None,
    clocks: Clocks,
    resolve: Resolve = socket.getaddrinfo,
) -> Group:
    """The ways to its servers, then what they answer; `wanted` is what it is asked for.

    It takes fifteen seconds at most when nobody answers anything, and twenty when there is an
    answer each time, but late.
    """
    stream = way_of(exchange.endpoint())
    requests = way_of(exchange.rest_url) if exchange.rest_url else None
    async with asyncio.TaskGroup() as first:
        reading = first.create_task(_token(tokens))
        ways = {
            way: first.create_task(examine_way(way, clocks.wall(), resolve))
            for way in dict.fromkeys(filter(None, (stream, requests)))
        }
    token, of_token = reading.result()
    reached = {way for way, task in ways.items() if not _failed(task.result())}
    may_dial = stream in reached and not _failed(of_token)
    answers = await asyncio.gather(
        _stream(exchange, wanted, token, clocks, reached=may_dial),
        _requests(exchange, wanted, clocks, requests, reached=requests in reached),
    )
    of_ways = [finding for task in ways.values() for finding in task.result()]
    found = [*of_ways, *of_token, *(finding for part in answers for finding in part)]
    return Group(exchange.name, tuple(dict.fromkeys(found)))


def _failed(findings: Iterable[Finding]) -> bool:
    return any(finding.state is State.FAIL for finding in findings)


async def _token(tokens: TokenSource | None) -> tuple[Secret | None, list[Finding]]:
    if tokens is None:
        return None, []
    try:
        secret = await tokens.read()
    except TradexError as error:
        return None, [of_error("token", error)]
    return secret, [Finding("token", State.OK, "It can be read.")]


async def _stream(
    exchange: Exchange, wanted: Subscription | None, token: Secret | None, clocks: Clocks,
    *, reached: bool,
) -> list[Finding]:  # fmt: skip
    if not reached:
        return [_not_tried("WebSocket")]
    return [await examine_stream(exchange, wanted, token, clocks.monotonic)]


async def _requests(
    exchange: Exchange, wanted: Subscription | None, clocks: Clocks, way: Way | None,
    *, reached: bool,
) -> list[Finding]:  # fmt: skip
    if way is None:
        return [Finding("REST", State.SKIPPED, f"{exchange.title} has none, so no history.")]
    return await examine_requests(exchange, wanted, clocks) if reached else [_not_tried("REST")]


def _not_tried(name: str) -> Finding:
    return Finding(name, State.SKIPPED, "Not tried, since what it needs failed.")
