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
from tui.tab import Tab
from tui.targets import still_served, subscriptions
from tui.terminal.exits import Exits
from tui.workspace import Workspace, claimed

_NOT_OURS = (
    "Another tradex-tui is open and keeps the workspace and the alerts; "
    "changes made here are gone when you quit."
)


def run_monitor(
    engine: Engine,
    config: Config,
    asked: Tab,
    interval: str | None,
    usual: Sequence[str],
    path: Path,
    plug: Plug | None = None,
) -> int:
    """Open the monitor on an engine that is not started yet; its exit code once it is closed.

    It shows the workspace kept at `path`, its tab on view with what is `asked` for, if anything,
    or with the `usual` symbols if it is the only one and empty. `plug` is the demo's market.
    """
    with claimed(path) as ours:
        workspace, notices = opened_with(config, asked, interval, usual, path)
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


def opened_with(
    config: Config,
    asked: Tab,
    interval: str | None,
    usual: Sequence[str],
    path: Path,
) -> tuple[Workspace, list[str]]:
    """The workspace that the monitor starts with, and what there is to say of it.

    What is asked for takes the place of the tab on view; the other tabs stay.
    """
    remembered, notice = memory.load(path)
    workspace = remembered or Workspace()
    tabs, shown = list(workspace.tabs), len(workspace.before)
    if asked.panes:
        here = tabs[shown]
        tabs[shown] = replace(asked, name=here.name, columns=asked.columns or here.columns)
    served = [still_served(tab, interval, config) for tab in tabs]
    tabs = [tab for tab, _ in served]
    if len(tabs) == 1 and not tabs[0].panes:
        tabs = [replace(tabs[0], panes=tuple(subscriptions(usual, interval, config)))]
    left_out = [told for _, notices in served for told in notices]
    return workspace.with_tabs(tabs, shown), [*config.notices, *filter(None, [notice]), *left_out]
