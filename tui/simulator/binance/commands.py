"""Binance's WebSocket commands: a text frame in, the reply and the new subscriptions out."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from typing import Any

from tui.simulator.binance.words import Body
from tui.simulator.limits import Limits

_METHODS = ("SUBSCRIBE", "UNSUBSCRIBE", "LIST_SUBSCRIPTIONS", "SET_PROPERTY", "GET_PROPERTY")
_ID = re.compile(r"[A-Za-z0-9_-]{0,36}")
_INT64 = 2**63


@dataclass(slots=True)
class Subscriptions:
    """What one connection asked for. Names that no stream has are kept as well."""

    combined: bool = False
    streams: dict[str, None] = field(default_factory=dict)


class _RefusedError(Exception):
    """The command cannot be done: Binance's code and text."""

    def __init__(self, code: int, text: str) -> None:
        super().__init__(text)
        self.body: Body = {"code": code, "msg": text}


def reply(text: str, subscriptions: Subscriptions, limits: Limits) -> Body:
    """Do the command and say so; errors are nested under `error`, as on the wire."""
    if len(text.encode()) > limits.frame_bytes:
        end = f"line 1 column {limits.frame_bytes}"
        return _error(3, f"Invalid JSON: EOF while parsing a string at {end}")
    try:
        request = json.loads(text)
    except (ValueError, RecursionError) as error:
        return _error(3, f"Invalid JSON: {error}")
    if not isinstance(request, dict):
        return _error(2, "Invalid request: request must be a JSON object")
    id_ = request.get("id")
    if not _valid_id(id_):
        return _error(2, "Invalid request: request ID must be an unsigned integer or a string")
    try:
        return {"result": _done(request, subscriptions, limits), "id": id_}
    except _RefusedError as refusal:
        return {"error": refusal.body, "id": id_}


def _error(code: int, text: str) -> Body:
    return {"error": {"code": code, "msg": text}}


def _valid_id(id_: object) -> bool:
    if isinstance(id_, str):
        return _ID.fullmatch(id_) is not None
    if isinstance(id_, int) and not isinstance(id_, bool):
        return -_INT64 <= id_ < _INT64
    return id_ is None


def _done(request: dict[str, Any], subscriptions: Subscriptions, limits: Limits) -> object:
    method = request.get("method")
    if method is None:
        raise _RefusedError(2, "Invalid request: missing field `method` at line 1 column 1")
    if method not in _METHODS:
        known = ", ".join(f"`{name}`" for name in _METHODS)
        raise _RefusedError(2, f"Invalid request: unknown variant, expected one of {known}")
    if method == "LIST_SUBSCRIPTIONS":
        return list(subscriptions.streams)
    params = request.get("params")
    if not isinstance(params, list):
        raise _RefusedError(2, "Invalid request: missing field `params` at line 1 column 1")
    if method.endswith("_PROPERTY"):
        return _property(method, params, subscriptions)
    _change(method, params, subscriptions, limits)
    return None


def _change(
    method: str, params: list[object], subscriptions: Subscriptions, limits: Limits
) -> None:
    names = [name for name in params if isinstance(name, str)]
    if len(names) < len(params):
        raise _RefusedError(2, "Invalid request: invalid type, expected a string")
    if method == "UNSUBSCRIBE":
        for name in names:
            subscriptions.streams.pop(name, None)
        return
    wanted = subscriptions.streams | dict.fromkeys(names)
    if len(wanted) > limits.streams_per_connection:
        raise _RefusedError(4, "Too many subscriptions")
    subscriptions.streams = wanted


def _property(method: str, params: list[object], subscriptions: Subscriptions) -> object:
    if params[:1] != ["combined"]:
        raise _RefusedError(0, "Unknown property")
    if method == "GET_PROPERTY":
        return subscriptions.combined
    if len(params) != 2 or not isinstance(params[1], bool):
        raise _RefusedError(1, "Invalid value type: expected Boolean")
    subscriptions.combined = params[1]
    return None
