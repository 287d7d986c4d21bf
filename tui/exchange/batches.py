"""Subscribing to many names in few frames, none longer than an exchange takes."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator

from tui.market.symbol import Subscription

Batch = tuple[list[str], tuple[Subscription, ...]]


def in_batches(
    wanted: Iterable[tuple[Subscription, list[str]]], except_names: set[str], size: int
) -> Iterator[Batch]:
    """Names for one frame each, and the subscriptions that they serve.

    `wanted` has the names of each subscription; they stay together. No name comes twice, and
    none of `except_names`. As a JSON list the names of a batch take at most `size` bytes.
    """
    done, names, covers, used = set(except_names), list[str](), list[Subscription](), 0
    for subscription, own in wanted:
        added = [name for name in own if name not in done]
        done.update(added)
        cost = sum(len(json.dumps(name)) + len(", ") for name in added)
        if names and used + cost > size:
            yield names, tuple(covers)
            names, covers, used = [], [], 0
        names += added
        covers.append(subscription)
        used += cost
    if names:
        yield names, tuple(covers)
