"""What went wrong on the way to an exchange, sorted by what to do about it."""

from __future__ import annotations

import errno
import re
import socket
import ssl
from dataclasses import dataclass
from datetime import UTC
from email.utils import parsedate_to_datetime
from enum import Enum
from math import isfinite

from tui.market.events import EARLIEST, LATEST
from tui.text import clean

DEFAULT_PACE = 60.0
BANNED = 418
LONGEST_PACE = 900.0
TOO_BIG = 1009
_LEAST_BAN = 120.0
_MOST_WORDS = 123
# Protocol error, unacceptable or invalid data, policy, too big (RFC 6455 section 7.4.1).
_VIOLATIONS = {1002, 1003, 1007, 1008, TOO_BIG}
_TAG = re.compile(r"<[^<>]*>")
_ERRNO = re.compile(r"\[Errno (\d+)\]")
_NO_WAY = {
    errno.ENETUNREACH, errno.ENETDOWN, errno.EHOSTUNREACH, errno.EHOSTDOWN, errno.ECONNREFUSED,
}  # fmt: skip
_CHECK_URL = "check the url in [exchanges]"


class FaultKind(Enum):
    """What to do: retry, retry no sooner than told, slowly, or not at all."""

    TRANSIENT = "transient"
    PACED = "paced"
    FORBIDDEN = "forbidden"  # 403: three slow tries, then not at all but for a slow probe
    UNVERIFIED = "unverified"  # TLS: not at all but for a slow probe
    PERMANENT = "permanent"
    UNAUTHORIZED = "unauthorized"  # one try with a fresh token, then not at all
    PROTOCOL = "protocol"  # three in ten minutes: not at all but for a slow probe
    OURS = "ours"


@dataclass(frozen=True, slots=True)
class Fault:
    """One failure; `retry_after` is seconds from now.

    `reason` is a sentence for people: first what happened, since a narrow pane cuts its end off,
    then what to do. "It" is this program. `offline` is true when nobody out there answered.
    """

    kind: FaultKind
    reason: str
    code: int | None = None
    close_reason: str = ""
    retry_after: float = 0.0
    offline: bool = False


def of_status(status: int, retry_after: str | None, now_wall: float, said: str = "") -> Fault:
    """The fault in an HTTP answer; `said` is the exchange's own text, if any."""
    told = f" ({words.rstrip('.')})" if (words := _words(said)) else ""
    wait = parse_retry_after(retry_after, now_wall)
    match status:
        case 429:
            reason = f"The exchange asked for fewer calls{told}; the next one comes when it allows."
            return Fault(FaultKind.PACED, reason, status, retry_after=wait or DEFAULT_PACE)
        case 418:  # Binance's ban for not heeding 429
            reason = f"The exchange banned this address{told}; run fewer copies, it waits as told."
            floor = max(wait or 0.0, _LEAST_BAN)
            return Fault(FaultKind.PACED, reason, status, retry_after=floor)
        case 451:
            reason = "Not available in your region; set another host in [exchanges]."
            return Fault(FaultKind.PERMANENT, reason, status)
        case 403:
            reason = f"The exchange's gate refused this address{told}; try another network."
            return Fault(FaultKind.FORBIDDEN, reason, status, retry_after=60.0)
        case 401:
            reason = f"The exchange wants a login{told}; check the token or the url's password."
            return Fault(FaultKind.UNAUTHORIZED, reason, status)
        case 407:
            reason = "A proxy wants a login; put USER:PASSWORD@ into its url in https_proxy."
            return Fault(FaultKind.TRANSIENT, reason, status)
        case _ if status >= 500:
            reason = f"The exchange has a fault of its own (HTTP {status}){told}; it keeps trying."
            return Fault(FaultKind.TRANSIENT, reason, status, retry_after=wait or 0.0)
        case _ if 200 <= status < 300:
            reason = "A proxy or login page answered, not the exchange; log in with a browser."
            return Fault(FaultKind.TRANSIENT, reason, status)
        case _ if 300 <= status < 400:
            reason = f"The exchange sent us elsewhere (HTTP {status}); {_CHECK_URL}."
            return Fault(FaultKind.TRANSIENT, reason, status)
        case _:
            reason = f"The exchange refused the call (HTTP {status}){told}; {_CHECK_URL}."
            return Fault(FaultKind.TRANSIENT, reason, status)


def of_close(code: int | None, said: str) -> Fault:
    """The fault in a closed connection: close code (None without a close frame) and reason."""
    words = _words(said)
    told = f": {words}" if words else ""
    match code:
        case None | 1006:
            reason = "The connection broke off; it dials again."
        case 1012 | 1013:
            what = "The server restarts or is too busy"
            reason = f"{what} (close {code}{told}); it dials again in a few seconds."
            return Fault(FaultKind.PACED, reason, code, words)
        case _:
            reason = f"The server closed the connection (close {code}{told}); it dials again."
    kind = FaultKind.PROTOCOL if code in _VIOLATIONS else FaultKind.TRANSIENT
    return Fault(kind, reason, code, words)


def of_refused_token(said: str, code: int | None = None) -> Fault:
    """The fault when the exchange does not take our token: its words, and how it hung up."""
    words = _words(said).rstrip(".")
    told = ": ".join(filter(None, [f"close {code}" if code else "", words]))
    what = (
        f"The exchange did not take our token ({told})"
        if told
        else ("The exchange did not take our token")
    )
    return Fault(FaultKind.UNAUTHORIZED, f"{what}; check the token.", code, words)


def _words(said: str) -> str:
    return clean(_TAG.sub("", said), _MOST_WORDS)


def of_violation(code: int) -> Fault:
    """The fault when we had to close, with `code`, because of what the server sent."""
    what = "a message larger than allowed" if code == TOO_BIG else "what no WebSocket may send"
    reason = f"The server sent {what} (close {code}); it dials again."
    return Fault(FaultKind.PROTOCOL, reason, code)


def of_proxy(proxy: str, status: int | None) -> Fault:
    """The fault of a proxy (`host:port`) that answered `status`, or that cannot be used at all."""
    match status:
        case 407:
            reason = f"The proxy {proxy} wants a login; put USER:PASSWORD@ into its url."
        case None:
            reason = f"The proxy {proxy} cannot be used; https_proxy takes http://host:port."
        case _:
            reason = f"The proxy {proxy} refused the way out (HTTP {status}); check https_proxy."
    return Fault(FaultKind.TRANSIENT, reason, status)


def of_error(error: BaseException, host: str, proxy: str = "") -> Fault:
    """The fault in an exception of the network, in words.

    `host` is whom the call was for, `proxy` whom it had to pass, if any, both as `host:port`.
    """
    error = _one_of_several(error)
    match error:
        case ssl.SSLCertVerificationError():
            reason = f"{host} could not prove who it is: {_doubt(error)}."
            return Fault(FaultKind.UNVERIFIED, reason)
        case ssl.SSLError() if "PROTOCOL" in str(error):
            reason = f"{host} speaks no version of TLS that is safe; {_CHECK_URL}."
            return Fault(FaultKind.UNVERIFIED, reason)
        case ssl.SSLError():
            reason = f"{host} made no secure connection; {_CHECK_URL}, it keeps trying."
            return Fault(FaultKind.TRANSIENT, reason)
    check = "check https_proxy" if proxy else _CHECK_URL
    reason = _way(error, f"The proxy {proxy}" if proxy else host, proxy or host, check)
    return Fault(FaultKind.TRANSIENT, reason, offline=_offline(error))


def _offline(error: BaseException) -> bool:
    if isinstance(error, socket.gaierror | TimeoutError | ConnectionRefusedError):
        return True
    return isinstance(error, OSError) and error.errno in _NO_WAY


def _one_of_several(error: BaseException) -> BaseException:
    """A host may have several addresses: asyncio tells their errors in one text without errno.

    The last one is told, since broken IPv6 comes first.
    """
    found = _ERRNO.findall(str(error)) if isinstance(error, OSError) and not error.errno else []
    return OSError(int(found[-1]), "") if found else error


def _way(error: BaseException, who: str, place: str, check: str) -> str:
    """Why nobody was reached at `place`, which a sentence calls `who`."""
    match error:
        case socket.gaierror():
            name = place.rpartition(":")[0] or place
            return f"The name {name} could not be looked up; check the network, it keeps trying."
        case ConnectionRefusedError():
            return f"{who} refused the connection; {check}, it keeps trying."
        case TimeoutError():
            return f"{who} did not answer in time; check the network, it keeps trying."
        case OSError(errno=errno.EMFILE | errno.ENFILE):
            return f"Too many files are open to reach {place}; close programs or raise ulimit -n."
        case OSError(errno=errno.ENETUNREACH | errno.ENETDOWN):
            return f"No network leads to {place}; check the network, it keeps trying."
        case OSError(errno=errno.EHOSTUNREACH | errno.EHOSTDOWN):
            return f"No route leads to {place}; check the network, it keeps trying."
        case OSError(errno=errno.EACCES | errno.EPERM):
            return f"This machine does not allow calls to {place}; check its firewall."
        case ConnectionError():
            return f"{who} broke off the connection; it keeps trying."
        case OSError():
            return f"{who} could not be reached; check the network, it keeps trying."
        case _:
            return f"{who} did not speak the expected protocol; {check}, it keeps trying."


def _doubt(error: ssl.SSLCertVerificationError) -> str:
    """What is wrong with a certificate, by OpenSSL's codes (X509_V_ERR_*), and what to do."""
    match getattr(error, "verify_code", None):
        case 10:
            return "its certificate has expired; check the clock of this machine"
        case 9:
            return "its certificate is not valid yet; check the clock of this machine"
        case 62 | 64:
            return f"its certificate is for another host; {_CHECK_URL}"
        case _:
            return "no authority known here signed its certificate; check for a proxy"


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
    date = _date(value)
    return None if date is None else date - now_wall


def http_date(value: str | None) -> int | None:
    """An HTTP Date header as ms UTC, the start of its second; None when it is none of our age."""
    date = _date(value or "")
    time = 0 if date is None else int(date) * 1000
    return time if EARLIEST <= time < LATEST else None


def _date(value: str) -> float | None:
    """An HTTP date as seconds since 1970; one without a zone is in UTC."""
    try:
        date = parsedate_to_datetime(value)
    except (ValueError, OverflowError):
        return None
    return (date if date.tzinfo else date.replace(tzinfo=UTC)).timestamp()
