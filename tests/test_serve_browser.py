"""The served page in a real browser: what it shows, what it asks for, and how it ends."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.browser import Tab, browser, unguided
from tests.serving import Served, is_alive

if TYPE_CHECKING:
    from playwright.sync_api import Browser

UP, DOWN = "#5fdab3", "#f27983"  # of the theme midnight
CELL = 24  # pixels, at least the height of one


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    with browser() as opened:
        yield opened


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Served]:
    """A server for two pages."""
    with Served.ours(tmp_path, "--sessions", "2", "--", "demo") as served:
        yield served


def is_live(tab: Tab) -> bool:
    return "LIVE" in tab.text


def fits(tab: Tab) -> bool:
    right, below, wider, higher = tab.margins()
    return 0 <= right < CELL and 0 <= below < CELL and wider == higher == 0


def test_l19_a_page_shows_live_panes_takes_keys_and_survives_a_reload(
    chromium: Browser, server: Served
) -> None:
    tab = Tab(chromium, server.url)
    tab.until(lambda: tab.text.count("LIVE") >= 6)
    assert tab.page.title() == "tradex-tui"
    assert tab.painted(UP) > 1_000
    assert tab.painted(DOWN) > 1_000
    assert fits(tab)
    before = tab.strip()
    tab.until(lambda: tab.strip() != before)

    tab.page.keyboard.press(":")
    tab.until(lambda: "Search" in tab.text)
    tab.page.keyboard.type("Add LINKUSDT")
    tab.until(lambda: tab.text.count("Add LINKUSDT") >= 2)
    tab.page.keyboard.press("Enter")
    tab.until(lambda: "LINKUSDT 1m" in tab.text)

    (old,) = server.sessions
    tab.page.reload()
    tab.until(lambda: not is_alive(old))
    tab.until(lambda: "LINKUSDT 1m" in tab.text and is_live(tab))
    assert "Another tradex-tui" not in tab.text
    assert len(server.until_sessions(1)) == 1

    assert {url for url in tab.asked if not url.startswith(server.url)} == set()
    assert tab.complaints == []
    tab.page.close()
    server.until_sessions(0)


def test_the_picture_follows_the_window_and_can_be_saved(chromium: Browser, server: Served) -> None:
    tab = Tab(chromium, server.url, (400, 700))
    tab.until(lambda: is_live(tab))
    narrow = tab.size
    assert fits(tab)
    tab.page.set_viewport_size({"width": 900, "height": 500})
    tab.until(lambda: tab.size[0] > narrow[0] and tab.size[1] < narrow[1])
    tab.until(lambda: is_live(tab) and fits(tab))
    with tab.page.expect_download() as saved:
        tab.page.keyboard.press("Control+s")
    assert saved.value.suggested_filename.startswith("tradex-tui-")
    assert Path(saved.value.path()).read_text().startswith("<svg ")
    tab.until(lambda: "downloads of your browser" in " ".join(tab.text.split()))
    with tab.page.expect_download() as saved:
        tab.page.keyboard.press("Control+e")
    assert saved.value.suggested_filename.endswith(".csv")
    assert Path(saved.value.path()).read_text().startswith("open_time,open_time_ms,")
    tab.page.close()


def test_the_end_is_told_and_the_page_starts_again(chromium: Browser, server: Served) -> None:
    tab = Tab(chromium, server.url)
    tab.until(lambda: is_live(tab))
    tab.page.keyboard.press("q")
    tab.until(lambda: tab.said == "The monitor was closed.")
    server.until_sessions(0)
    tab.page.click("#again")
    server.until_sessions(1)
    tab.until(lambda: is_live(tab) and not tab.said)
    server.end()
    tab.until(lambda: tab.said == "The server was stopped.")
    tab.page.click("#again")
    tab.until(lambda: tab.said == "No server answers at this address.")
    tab.page.close()


def test_l19_two_tabs_are_two_sessions_and_a_third_is_told_of_the_cap(
    chromium: Browser, server: Served
) -> None:
    one, two = Tab(chromium, server.url), Tab(chromium, server.url)
    one.until(lambda: is_live(one))
    two.until(lambda: is_live(two))
    first, second = server.sessions
    three = Tab(chromium, server.url)
    three.until(lambda: three.said.startswith("The server is full: its limit of pages is 2"))
    one.page.close()
    (left,) = server.until_sessions(1)
    assert left in (first, second)
    two.until(lambda: is_live(two))
    for tab in (two, three):
        tab.page.close()
    server.until_sessions(0)


def test_l19_a_browser_that_is_killed_leaves_no_process(server: Served, tmp_path: Path) -> None:
    with unguided(server.url, tmp_path / "profile") as lost:
        server.until_sessions(1)
        os.killpg(lost.pid, signal.SIGKILL)
        server.until_sessions(0)


def test_a_silent_server_is_told_until_it_speaks_again(chromium: Browser, server: Served) -> None:
    tab = Tab(chromium, server.url)
    tab.page.clock.install()
    tab.page.reload()
    tab.until(lambda: is_live(tab))
    pid = server.pid
    os.kill(pid, signal.SIGSTOP)
    try:
        tab.page.clock.run_for(12_000)
        tab.until(lambda: "prices are old" in tab.page.inner_text("#silence"))
    finally:
        os.kill(pid, signal.SIGCONT)
    tab.until(lambda: tab.page.inner_text("#silence") == "")
    tab.page.close()


def test_a_failure_at_the_start_is_told_as_text(chromium: Browser, tmp_path: Path) -> None:
    with Served.ours(tmp_path, "--", "<b>x</b>:BTCUSDT") as served:
        tab = Tab(chromium, served.url)
        tab.until(lambda: "Unknown exchange '<b>x</b>'" in tab.said)
        assert tab.said.startswith("The monitor ended with exit code 2.")
        tab.page.close()
