"""What went wrong on the way to an exchange, sorted by what to do about it."""

from __future__ import annotations

import errno
import socket
import ssl
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from enum import Enum
from math import isfinite

from tui.text import clean

DEFAULT_PACE = 60.0
BANNED = 418
LONGEST_PACE = 900.0
TOO_BIG = 1009
_CLOSE_CELLS = 123
# Protocol error, unacceptable or invalid data, policy, too big (RFC 6455 section 7.4.1).
_VIOLATIONS = {1002, 1003, 1007, 1008, TOO_BIG}


class FaultKind(Enum):
    """What to do: retry, retry no sooner than told, slowly, or not at all."""

    TRANSIENT = "transient"
    PACED = "paced"
    FORBIDDEN = "forbidden"  # 403: three slow tries, then not at all
    UNVERIFIED = "unverified"  # TLS: not at all but for a slow probe
    PERMANENT = "permanent"
    UNAUTHORIZED = "unauthorized"  # one try with a fresh token, then not at all
    PROTOCOL = "protocol"  # three in ten minutes: not at all but for a slow probe
    OURS = "ours"


@dataclass(frozen=True, slots=True)
class Fault:
    """One failure: `reason` is a sentence for people; `retry_after` seconds from now."""

    kind: FaultKind
    reason: str
    code: int | None = None
    close_reason: str = ""
    retry_after: float = 0.0


def of_status(status: int, retry_after: str | None, now_wall: float, said: str = "") -> Fault:
    """The fault in an HTTP answer; `said` is the exchange's own clean text, if any."""
    told = f" ({said})" if said else ""
    wait = parse_retry_after(retry_after, now_wall)
    match status:
        case 429 | 418:  # 418 is Binance's ban for not heeding 429
            floor = max(wait or DEFAULT_PACE, 120.0 if status == BANNED else 0.0)
            reason = f"The exchange asked for fewer calls{told}."
            return Fault(FaultKind.PACED, reason, status, retry_after=floor)
        case 451:
            reason = "Not available in your region; set another host in [exchanges]."
            return Fault(FaultKind.PERMANENT, reason, status)
        case 401:
            reason = f"The exchange wants a login{told}."
            return Fault(FaultKind.UNAUTHORIZED, reason, status)
        case 403:
            reason = f"The exchange's gate refused this address{told}."
            return Fault(FaultKind.FORBIDDEN, reason, status, retry_after=60.0)
        case _ if status >= 500:
            reason = f"The exchange has a fault of its own (HTTP {status}){told}."
            return Fault(FaultKind.TRANSIENT, reason, status, retry_after=wait or 0.0)
        case _ if 200 <= status < 300:
            reason = "A proxy or login page answered instead of the exchange."
            return Fault(FaultKind.TRANSIENT, reason, status)
        case _:
            reason = f"The exchange refused the call (HTTP {status}){told}."
            return Fault(FaultKind.TRANSIENT, reason, status)


def of_close(code: int | None, said: str) -> Fault:
    """The fault in a closed connection: close code (None without a close frame) and reason."""
    words = clean(said, _CLOSE_CELLS)
    told = f": {words}" if words else ""
    match code:
        case None | 1006:
            reason = "The connection broke off."
        case 1012 | 1013:
            reason = f"The server restarts or is too busy (close {code}{told})."
            return Fault(FaultKind.PACED, reason, code, words)
        case _:
            reason = f"The server closed the connection (close {code}{told})."
    kind = FaultKind.PROTOCOL if code in _VIOLATIONS else FaultKind.TRANSIENT
    return Fault(kind, reason, code, words)


def of_violation(code: int) -> Fault:
    """The fault when we had to close, with `code`, because of what the server sent."""
    what = "a message larger than allowed" if code == TOO_BIG else "what no WebSocket may send"
    return Fault(FaultKind.PROTOCOL, f"The server sent {what} (close {code}).", code)


def of_error(error: BaseException, host: str) -> Fault:
    """The fault in an exception of the network, in words, with the host it concerns."""
    match error:
        case ssl.SSLCertVerificationError():
            why = clean(getattr(error, "verify_message", "certificate not valid"), 200)
            return Fault(FaultKind.UNVERIFIED, f"{host} could not prove who it is: {why}.")
        case ssl.SSLError() if "PROTOCOL" in str(error):
            why = "it speaks no version of TLS that is safe"
            return Fault(FaultKind.UNVERIFIED, f"No secure connection to {host}: {why}.")
        case ssl.SSLError():
            return Fault(FaultKind.TRANSIENT, f"No secure connection to {host} could be made.")
        case socket.gaierror():
            return Fault(
                FaultKind.TRANSIENT, f"The name {host.partition(':')[0]} could not be looked up."
            )
        case ConnectionRefusedError():
            return Fault(FaultKind.TRANSIENT, f"{host} refused the connection.")
        case TimeoutError():
            return Fault(FaultKind.TRANSIENT, f"{host} did not answer in time.")
        case OSError(errno=errno.EMFILE | errno.ENFILE):
            reason = f"Too many files are open to reach {host}; close programs or raise ulimit -n."
            return Fault(FaultKind.TRANSIENT, reason)
        case OSError():
            return Fault(FaultKind.TRANSIENT, f"{host} could not be reached.")
        case _:
            return Fault(FaultKind.TRANSIENT, f"{host} did not speak the expected protocol.")


def parse_retry_after(value: str | None, now_wall: float) -> float | None:
    """Seconds to wait: from a number of seconds, an HTTP date or an epoch; at most 15 minutes.

    None without the header; DEFAULT_PACE when it cannot be read (RFC 9110 section 10.2.3; the
    epoch form is not in it, but exchanges send it).
    """
    if value is None:
        return None
    seconds = _seconds(value.strip(), now_wall)
    return DEFAULT_PACE if seconds is None else min(LONGEST_PACE, max(0.0, seconds))


def _seconds(value: str, now_wall: float) -> float | None:
    try:
        number = float(value)
    except ValueError:
        return _until_date(value, now_wall)
    if not isfinite(number):
        return None
    if number > 1e11:
        number /= 1000
    return number - now_wall if number > 1e9 else number


def _until_date(value: str, now_wall: float) -> float | None:
    try:
        date = parsedate_to_datetime(value)
    except ValueError:
        return None
    return _utc(date).timestamp() - now_wall


def http_date(value: str | None) -> int | None:
    """An HTTP Date header as ms UTC, the start of its second; None when it is none."""
    try:
        date = parsedate_to_datetime(value) if value else None
    except ValueError:
        return None
    return int(_utc(date).timestamp()) * 1000 if date else None


def _utc(date: datetime) -> datetime:
    return date if date.tzinfo else date.replace(tzinfo=UTC)
