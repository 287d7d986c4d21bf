"""Handshakes that fail thousands of times."""

from __future__ import annotations

import asyncio
import gc
import ssl
from pathlib import Path

import pytest
import trustme

from tests.raw_server import RawServer, silence
from tests.resources import MIB, memory_in_use
from tui.feed.faults import FaultKind
from tui.feed.transport import SocketLost, dial


async def fail(url: str, times: int) -> None:
    for time in range(times):
        if time % 50 == 0:  # the error of a dial and its frames hold each other
            gc.collect()
        with pytest.raises(SocketLost) as lost:
            await dial(url, 10.0)
        assert lost.value.fault.kind is FaultKind.UNVERIFIED


@pytest.mark.parametrize("times", [200, pytest.param(2_000, marks=pytest.mark.long)])
def test_n11_handshakes_that_fail_leave_no_memory_behind(
    times: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The first ones make the memory allocator's pools as large as they will be."""
    trustme.CA().cert_pem.write_to_path(tmp_path / "ca.pem")
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "ca.pem"))  # read at every handshake
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    trustme.CA().issue_cert("127.0.0.1").configure_cert(context)
    with RawServer(silence, tls=context) as server:
        url = f"wss://127.0.0.1:{server.port}"
        asyncio.run(fail(url, 200))
        before = memory_in_use()
        asyncio.run(fail(url, times))
        rise = memory_in_use() - before
        print(f"{rise / MIB:.2f} MiB after {times} failed handshakes")
        assert rise < 2 * MIB
