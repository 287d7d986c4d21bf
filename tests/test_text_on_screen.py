"""Foreign text where it is shown: in the app, and as the bytes that a real terminal gets."""

from __future__ import annotations

import json
import random
import re
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from rich.cells import cell_len
from textual.app import App, ComposeResult

from tests.feeds import subscription
from tests.foreign_text import ATTACKS, MARKUP, PIECES
from tests.processes import write_config
from tests.raw_server import RawServer, answer, upgrade
from tests.stage import THREE, Stage, play, stage
from tests.terminal_emulator import Emulated
from tui import workspace
from tui.exchange.settings import ExchangeSettings
from tui.feed.status import ConnectionState, ConnectionStatus
from tui.market.symbol import Subscription, Symbol
from tui.simulator.faults import Close
from tui.text import clean
from tui.theme import variable_defaults
from tui.widgets.connection_panel import ConnectionPanel

HARMFUL = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}
# All of them in one, the last string ended; what no encoder writes and no argument holds is out.
ATTACK = "".join(p for p in ATTACKS if p not in ("\ud800", "\udfff", "\x00")) + "\x9c"
_AT_ONCE = 199
RETRYING = ConnectionStatus(
    id=1, exchange="binance", subscriptions=(subscription("BTCUSDT", "1m"),),
    state=ConnectionState.BACKOFF, attempt=1, retry_in=7.6, reason="", close_code=4000,
    close_reason="", round_trip=None, messages_rate=0.0, bytes_rate=0.0, data_age=9.0,
    uptime=None, reconnects=0, gaps_found=0, gaps_repaired=0,
)  # fmt: skip


def lines_of(app: App[None]) -> list[str]:
    """The screen as it is painted."""
    return [strip.text for strip in app.screen._compositor.render_strips()]


def assert_harmless(lines: list[str], width: int) -> None:
    for line in lines:
        assert not {unicodedata.category(char) for char in line} & HARMFUL, ascii(line)
        assert cell_len(line) == width, ascii(line)


class PanelHost(App[None]):
    """Nothing but the table that shows symbols and close reasons."""

    CSS = "ConnectionPanel { display: block; margin: 0; } TextPicture { height: auto; }"

    def compose(self) -> ComposeResult:
        yield ConnectionPanel()

    def get_theme_variable_defaults(self) -> dict[str, str]:
        return variable_defaults(self.current_theme)


def test_s1_s2_ten_thousand_payloads_on_a_screen_leave_it_a_screen() -> None:
    chance = random.Random(11)
    payloads = ["".join(chance.choices(PIECES, k=chance.randrange(1, 20))) for _ in range(10_000)]

    async def scenario() -> None:
        app = PanelHost()
        async with app.run_test(size=(130, 3 * _AT_ONCE + 3)) as pilot:
            panel = app.query_one(ConnectionPanel)
            for start in range(0, len(payloads), _AT_ONCE):
                panel.show([shown_as_everything(p) for p in payloads[start : start + _AT_ONCE]])
                await pilot.pause()
                lines = lines_of(app)
                assert "backoff" in lines[5]
                assert_harmless(lines[: _AT_ONCE + 1], 130)

    play(scenario)


def shown_as_everything(payload: str) -> ConnectionStatus:
    watched = (subscription(clean(payload, 32) or "empty", "1m"),)
    return replace(RETRYING, subscriptions=watched, close_reason=clean(payload, 123))


@contextmanager
def refusing(words: str) -> Iterator[ExchangeSettings]:
    """An exchange that refuses every command and every request in these words."""
    refusals = [json.dumps({"error": {"code": 2, "msg": words}, "id": id_}) for id_ in range(1, 9)]
    body = json.dumps({"code": -1121, "msg": words}).encode()
    rest = answer("400 Bad Request", "Content-Type: application/json", body=body)
    with RawServer(upgrade(*refusals)) as socket, RawServer(rest) as requests:
        yield ExchangeSettings(socket.ws_url, requests.rest_url)


async def seen(s: Stage, word: str) -> None:
    await s.until(lambda: word in " ".join(lines_of(s.app)))
    assert_harmless(lines_of(s.app), s.app.size.width)


def test_s1_what_an_exchange_says_when_it_refuses_reaches_the_screen_harmless() -> None:
    async def scenario() -> None:
        with refusing(f"unlisted{ATTACK}") as urls:
            async with stage(THREE[:1], urls=urls) as s:
                await seen(s, "unlisted")

    play(scenario)


def test_s1_the_reason_of_a_close_reaches_the_screen_harmless() -> None:
    async def scenario() -> None:
        opened = workspace.Workspace(THREE, panel_open=True)
        async with stage(workspace=opened, size=(200, 40)) as s:  # notices cover no column
            await s.until(s.says("LIVE"))
            s.simulator.inject(Close(4000, "gone\x1b]0;x\x07\x1b[2J\u202e\x9b1mby\u200be"))
            await seen(s, "gonebye")

    play(scenario)


def test_s1_a_symbol_from_a_damaged_workspace_reaches_the_screen_harmless(tmp_path: Path) -> None:
    path = tmp_path / "workspace.toml"
    pane = Subscription(Symbol("binance", f"EVIL{ATTACK}"), THREE[0].interval)
    workspace.save(path, workspace.Workspace((pane,)))
    remembered, notice = workspace.load(path)
    assert notice is None

    async def scenario() -> None:
        async with stage(workspace=remembered) as s:
            await seen(s, "EVIL")

    play(scenario)


def test_s3_markup_is_shown_as_it_is_in_pane_and_notice() -> None:
    """As a symbol, in a refusal, and in the notice that the pane is gone; the app runs on."""
    names = [f"X{markup}" for markup in MARKUP]
    panes = tuple(subscription(name, "1m") for name in names)
    words = "[@click=app.quit]no[/[0]"

    async def scenario() -> None:
        with refusing(words) as urls:
            async with stage(panes, size=(240, 80), urls=urls) as s:
                await seen(s, words)
                for index, name in enumerate(names):
                    assert name in s.header(index)
                for name in names:
                    await s.pilot.press("d")
                    removed = f"binance:{name}@1m removed"
                    await s.until(lambda: any(removed in notice for notice in s.notices))  # noqa: B023 awaited here
                assert not s.watched
                assert s.app.is_running

    play(scenario)


# The bytes that a terminal gets


def test_s1_the_last_words_of_a_program_that_cannot_start_are_those_of_a_benign_twin(
    tmp_path: Path,
) -> None:
    def said(symbol: str) -> bytes:
        with Emulated(tmp_path, "watch", symbol) as terminal:
            assert terminal.exit_code == 2
        return terminal.written

    hostile = f"kra{ATTACK}ken:BTC"
    words = said(hostile)
    assert b"kra" in words
    assert words == said(clean(hostile, 64))


_SEQUENCES = re.compile(
    rb"\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)?|\x1b[PX^_][^\x1b]*(?:\x1b\\)?"
    rb"|\x1b\[([<=>?]?)[\d;:]*([ -/]*[@-~])|\x1b[ -/]*[0-~]|[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]"
    rb"|\xc2[\x80-\x9f]|\xe2\x80[\x8b-\x8f\xa8-\xae]|\xe2\x81[\xa0-\xaf]|\xef\xbb\xbf"
)


def controls(written: bytes) -> set[bytes]:
    """Every kind of control in the output: for CSI what it does, for all else the whole of it."""
    return {(m[1] + m[2] if m[2] else m[0]) for m in _SEQUENCES.finditer(written)}


def monitor_bytes(home: Path, words: str) -> bytes:
    """What the monitor writes while the exchange and the workspace speak these words."""
    home.mkdir()
    pane = Subscription(Symbol("binance", words), THREE[0].interval)
    state = home / ".local" / "state" / "tradex-tui" / "workspace.toml"
    workspace.save(state, workspace.Workspace((pane, *THREE), panel_open=True))
    with refusing(f"unlisted{words}") as urls:
        assert urls.ws_url and urls.rest_url
        config = write_config(home, {"ws_url": urls.ws_url, "rest_url": urls.rest_url})
        with Emulated(home, "watch", "--config", str(config)) as terminal:
            terminal.shows("unlisted")
            terminal.press("q")
            assert terminal.exit_code == 0
    return terminal.written


def test_s1_a_terminal_gets_no_other_controls_than_from_a_benign_twin(tmp_path: Path) -> None:
    hostile = monitor_bytes(tmp_path / "hostile", f"EVIL{ATTACK}")
    benign = monitor_bytes(tmp_path / "benign", clean(f"EVIL{ATTACK}", 200))
    assert b"EVIL" in hostile
    # Whether the screen is erased first depends on how soon the terminal answers.
    assert controls(hostile) - {b"J"} == controls(benign) - {b"J"}
