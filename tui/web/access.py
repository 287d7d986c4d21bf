"""Who may reach the server: where it listens, the names it answers to, whose pages may use it."""

from __future__ import annotations

import socket
from collections.abc import Iterable
from dataclasses import dataclass
from ipaddress import ip_address
from typing import Self
from urllib.parse import urlsplit

from tui.errors import UsageError, cannot_listen
from tui.text import clean

NO_LOGIN = (
    "There is no login: whoever reaches it sees and drives the monitor, and starts processes. "
    "For others put a proxy with a login and TLS in front (README, In a browser)."
)


@dataclass(frozen=True, slots=True)
class Access:
    """`addresses` are IPs to listen on; `names`, in lower case, are hosts that pages may name."""

    addresses: tuple[str, ...]
    names: frozenset[str]

    @classmethod
    def of(cls, host: str, port: int, names: Iterable[str]) -> Self:
        """Raises TradexError when `host` cannot be looked up, or of `names` one is no name."""
        try:
            found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        except (OSError, UnicodeError) as error:
            raise cannot_listen(host, port, error) from error
        addresses = dict.fromkeys(str(address[0]) for *_, address in found)
        known = {host, "localhost", socket.gethostname(), *map(_name, names)} - {""}
        return cls(tuple(addresses), frozenset(name.lower().rstrip(".") for name in known))

    @property
    def is_local(self) -> bool:
        """Whether it listens to this machine only."""
        return all(ip_address(address).is_loopback for address in self.addresses)

    def answers_to(self, host: str) -> bool:
        """Whether a request with this Host header was meant for this server.

        A page elsewhere may have its own name looked up as an address of ours (DNS rebinding), and
        would then be of the same origin. It cannot do that with an address, nor with our names.
        """
        name = _hostname(host).rstrip(".")
        return name in self.names or _is_address(name)


def need_permission(access: Access, allow_remote: bool) -> None:
    """Raises UsageError when others could reach the server, and nobody said that they may."""
    if not access.is_local and not allow_remote:
        shown = ", ".join(access.addresses)
        raise UsageError(
            f"On {shown} others could reach the monitor.",
            f"{NO_LOGIN} If this network may, add --allow-remote.",
        )


def of_same_origin(host: str, origin: str) -> bool:
    """Whether a page of `origin` came from the server that it calls `host` (both are headers).

    Every page of the web may open WebSockets to us; whose they are only the server sees (RFC 6455,
    section 10.2).
    """
    scheme, _, authority = origin.lower().partition("://")
    return scheme in ("http", "https") and authority == host.lower() != ""


def _name(given: str) -> str:
    name = _hostname(given)
    if not name or "/" in given:
        shown = clean(given, 100)
        raise UsageError(
            f"'{shown}' is no name of a host.", "It is given as in --name desk.example."
        )
    return name


def _hostname(authority: str) -> str:
    try:
        return urlsplit(f"//{authority}").hostname or ""
    except ValueError:  # brackets around what is no address
        return ""


def _is_address(name: str) -> bool:
    try:
        ip_address(name)
    except ValueError:
        return False
    return True
