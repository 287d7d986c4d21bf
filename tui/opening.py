"""The monitor from its first frame to its last: what it opens with, and what is closed after it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from tui import workspace as memory
from tui.app import TradexApp
from tui.commands import Plug
from tui.config import Config
from tui.errors import FaultError
from tui.feed.engine import Engine
from tui.market.symbol import Subscription
from tui.targets import remembered_subscriptions, subscriptions
from tui.terminal.exits import Exits
from tui.workspace import Workspace, claimed

_NOT_OURS = (
    "Another tradex-tui is open and keeps the workspace; changes made here are gone when you quit."
)


def run_monitor(
    engine: Engine,
    config: Config,
    asked: list[Subscription],
    interval: str | None,
    usual: Sequence[str],
    path: Path,
    plug: Plug | None = None,
) -> int:
    """Open the monitor on an engine that is not started yet; its exit code once it is closed.

    It shows `asked`, else the workspace kept at `path`, else the `usual` symbols. `plug` is the
    demo's market.
    """
    with claimed(path) as ours:
        workspace, notices = _start(config, asked, interval, usual, path)
        kept, told = (path, notices) if ours else (None, [*notices, _NOT_OURS])
        engine.start()
        try:
            app = TradexApp(engine, config, workspace, kept, plug, told)
            with Exits(app.end, engine.stop, app.restore_terminal) as exits:
                app.run()
                exits.code = app.return_code or 0
        finally:
            engine.stop()
    if exits.code == 1:
        raise FaultError("The screen failed.")
    return exits.code


def _start(
    config: Config,
    asked: list[Subscription],
    interval: str | None,
    usual: Sequence[str],
    path: Path,
) -> tuple[Workspace, list[str]]:
    remembered, notice = memory.load(path)
    workspace = remembered or Workspace()
    panes, left_out = (
        (asked, []) if asked else remembered_subscriptions(workspace.panes, interval, config)
    )
    if asked or not panes:
        panes = panes or subscriptions(usual, interval, config)
        workspace = replace(workspace, zoomed=None)
    notices = [*config.notices, *filter(None, [notice]), *left_out]
    return replace(workspace, panes=tuple(panes)), notices
