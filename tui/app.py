"""The monitor as a Textual app: themes, keys, the frame timer, the workspace."""

from __future__ import annotations

import gc
import logging
import os
from collections.abc import Sequence
from dataclasses import replace
from math import inf
from pathlib import Path
from signal import SIGINT
from typing import ClassVar

from textual import on, work
from textual.command import CommandPalette
from textual.driver import Driver
from textual.drivers.linux_driver import LinuxDriver
from textual.drivers.web_driver import WebDriver
from textual.events import DeliveryComplete, DeliveryFailed
from textual.worker import Worker, WorkerState

from tui import chart_options
from tui.alerts.alarm import Alarm, Screen
from tui.appearance import clock, configured, filled, used_keys
from tui.chart.frame import Options
from tui.commands import IntervalCommands, MonitorCommands, Plug, SymbolCommands
from tui.config import Config, config_folder
from tui.feed.engine import Engine
from tui.feed.status import Drained, Notice
from tui.framed_app import FramedApp
from tui.keys import APP, GRID, PANE, TABS, WATCHLIST, bindings
from tui.look import Look, is_plain
from tui.reload import Reload
from tui.remembering import Remembering
from tui.screens.alerts import AlertsScreen
from tui.screens.delivery import save_screen, save_series
from tui.screens.help import HelpScreen
from tui.screens.live import LiveScreen
from tui.screens.monitor import MonitorScreen
from tui.screens.outages import Outages
from tui.tab_commands import LayoutCommands, TabCommands
from tui.terminal.browser_driver import BrowserDriver
from tui.terminal.driver import TerminalDriver
from tui.terminal.paced_driver import PacedDriver
from tui.terminal.shell import shell_waits
from tui.text import clean
from tui.theme import theme_folders, usual_kind, variable_defaults
from tui.wardrobe import Wardrobe
from tui.widgets.grid import PaneGrid
from tui.widgets.pane import Pane
from tui.widgets.refusal import refuse
from tui.widgets.remembered import Changed
from tui.workspace import Workspace

log = logging.getLogger(__name__)


class TradexApp(FramedApp, inherit_bindings=False):
    """A live grid over an engine that somebody else starts and stops.

    `workspace_path` None keeps nothing beyond the end. `plug` is the demo's market. `notices` are
    shown at the start.
    """

    TITLE = "tradex-tui"
    BINDINGS = bindings(APP)
    COMMANDS: ClassVar = {MonitorCommands, SymbolCommands, TabCommands, LayoutCommands}
    COMMAND_PALETTE_BINDING = "ctrl+p"
    ALLOW_SELECT = False
    CSS = """
    * { scrollbar-size-vertical: 1; }
    .-plain {
        Pane:focus > .header { text-style: underline; }
        Input > .input--cursor { text-style: underline; }
        OptionList > .option-list--option-highlighted { text-style: bold underline; }
    }
    CommandPalette {
        & > Vertical { width: 80; max-width: 100%; }
        SearchIcon { display: none; }
    }
    """

    def __init__(
        self,
        engine: Engine,
        config: Config,
        workspace: Workspace,
        workspace_path: Path | None,
        plug: Plug | None = None,
        notices: Sequence[str] = (),
    ) -> None:
        plain = is_plain(os.environ)
        super().__init__(engine, config.frame_rate, clock(config), ansi_color=plain or None)
        # Textual has no public way to name those who carry out actions: see the properties below.
        self._action_targets |= {GRID, PANE, TABS, WATCHLIST}
        self.config = config
        self.plug = plug
        self.remembering = Remembering(workspace, workspace_path, self.tell)
        self.key_table, problems = used_keys(config)
        start = filled(workspace, configured(config))
        look = Look(bool(start.swapped), bool(start.transparent), plain)
        self.wardrobe = Wardrobe(self, look, theme_folders(config_folder()))
        self.set_class(plain, "-plain")
        self.reload = Reload(self)
        self._notices = [
            *notices,
            *self.wardrobe.open(start.theme or config.theme),
            *problems,
        ]
        options = chart_options.chosen(workspace, self._usual_options)
        defaults = config.exchange, config.interval
        demo = plug is not None
        self.monitor = MonitorScreen(engine, workspace, options, defaults, demo=demo)
        # Who carries out actions, by the names that keys.py gives them; `pane` below.
        self.grid, self.tabs = self.monitor.grid, self.monitor.tabs
        self.watchlist = self.monitor.watchlist
        beside = workspace_path and workspace_path.with_stem("demo-alerts" if demo else "alerts")
        screen = Screen(self.tell, self.warn, self.bell, self.write)
        self.alarm = Alarm(engine, config.alerts, beside, screen)
        self._notices += filter(None, [self.alarm.notice])
        self._outages = Outages()

    # --- start and end --------------------------------------------------------------------

    def on_mount(self) -> None:
        self.push_screen(self.monitor)
        self._use_keys()
        for notice in self._notices:
            self.tell(notice)
        self.frames()
        self.run_worker(self.alarm.run(), group="alerts", exit_on_error=False)
        self.run_worker(self.reload.follow_themes(), group="themes", exit_on_error=False)
        self.run_worker(self.reload.follow_config(), group="config", exit_on_error=False)
        if path := self.remembering.path:
            if not path.exists():
                self.monitor.bar.welcome(self.key_table)
            self.run_worker(self.remembering.keeper.run(), group="workspace", exit_on_error=False)

    def on_ready(self) -> None:
        """What stands now stays: no garbage collection need look at it while charts move."""
        if not self.is_headless:
            gc.collect()
            gc.freeze()

    def on_unmount(self) -> None:
        self.alarm.finish()
        self.remembering.keeper.finish()

    @property
    def pane(self) -> Pane | PaneGrid:
        """Who carries out the actions of a pane; nobody does where there is none."""
        screen = self.screen
        return (screen.current if isinstance(screen, LiveScreen) else None) or self.grid

    @property
    def _usual_options(self) -> Options:
        kind = usual_kind(self.current_theme, self.wardrobe.look.plain)
        return chart_options.usual(self.config, kind, os.environ, self.tz)

    def get_theme_variable_defaults(self) -> dict[str, str]:
        return variable_defaults(self.current_theme)

    def _use_keys(self) -> None:
        self.set_keymap({key.id: key.keys for key in self.key_table if key.id in self.config.keys})
        self.monitor.bar.use_keys(self.key_table)

    def use_config(self, config: Config) -> None:
        """Go on with this one; what decides on exchanges and connections is as before."""
        old, self.config = self.config, config
        self.tz = clock(config)
        self.pace.use(config.frame_rate)
        self.key_table, problems = used_keys(config)
        self._use_keys()
        for notice in (*problems, *self.wardrobe.configure(old, config)):
            self.tell(notice)
        here, usual = self.grid.options, self._usual_options
        glyphs = here.glyphs if config.glyphs == old.glyphs else usual.glyphs
        kind = here.kind if config.chart == old.chart else usual.kind
        self.grid.use_options(replace(here, glyphs=glyphs, kind=kind, tz=self.tz))

    # --- what the frames tell -------------------------------------------------------------

    def hear(self, drained: Drained, now: float) -> None:
        self.monitor.hear(drained.events, now)
        for event in drained.events:
            self._outages.add(event, now)
            if isinstance(event, Notice):
                self.tell(event.text)
        self.alarm.hear(drained, now)

    def second(self, now: float) -> None:
        watched = {pane.subscription for pane in self.grid.panes}
        if notice := self._outages.notice(now, watched):
            self.tell(notice)

    # --- workspace ------------------------------------------------------------------------

    @on(Changed)
    def remember(self) -> None:
        """Note what the screen looks like now; it is written soon."""
        look = self.wardrobe.look
        seen = replace(
            self.monitor.snapshot(),
            theme=self.theme,
            swapped=look.swapped,
            transparent=look.transparent,
        )
        kept = chart_options.remembered(seen, self.remembering.workspace, self._usual_options)
        self.remembering.note(kept, configured(self.config))

    def on_worker_state_changed(self, event: Worker.StateChanged) -> None:
        """A worker of the app that failed is not lost in silence."""
        if event.state is WorkerState.ERROR:
            log.error("worker %s", event.worker.name, exc_info=event.worker.error)

    def get_driver_class(self) -> type[Driver]:
        usual = super().get_driver_class()
        return {LinuxDriver: TerminalDriver, WebDriver: BrowserDriver}.get(usual, usual)

    def rate(self) -> float:
        return self._driver.flow.rate if isinstance(self._driver, PacedDriver) else inf

    def group(self, x: int, y: int) -> int:
        if self.screen is self.monitor:
            return self.monitor.group(x, y)
        return -1 if self.focused and self.focused.region.contains(x, y) else 0

    def restore_terminal(self) -> None:
        """Give the terminal back though this app may hang; harmless when it is back."""
        if isinstance(self._driver, TerminalDriver):
            self._driver.restore()

    # --- actions --------------------------------------------------------------------------

    def tell(self, text: str) -> None:
        """A notice; never read as markup."""
        self.notify(text, markup=False)

    def warn(self, text: str) -> None:
        """An alert rang."""
        self.notify(text, title="Alert", severity="warning", timeout=15, markup=False)

    def write(self, sequence: str) -> None:
        """To the terminal, between two frames."""
        if self._driver:
            self._driver.write(sequence)

    def action_alerts(self) -> None:
        if not isinstance(self.screen, AlertsScreen):
            usual = self.config.exchange, self.config.interval
            self.push_screen(AlertsScreen(self.alarm.desk, self.engine, usual, self.tz))

    def action_help(self) -> None:
        if not isinstance(self.screen, HelpScreen):
            self.push_screen(HelpScreen(self.key_table))

    def action_intervals(self) -> None:
        """Offer the intervals of the current pane."""
        self.push_screen(CommandPalette([IntervalCommands], placeholder="Interval of this pane"))

    def action_interrupt(self) -> None:
        """Quit as other programs do on ctrl+c, with their exit code."""
        self.exit(return_code=128 + SIGINT)

    def action_suspend_process(self) -> None:
        self.monitor.bar.end_welcome()  # this key comes to the app alone
        if self._driver and self._driver.can_suspend and shell_waits():
            super().action_suspend_process()
        else:
            refuse(self.screen, "No shell here could make it go on.")

    def action_traffic(self) -> None:
        """Show how much the terminal is sent, or do not."""
        self.drawing.shows_traffic = not self.drawing.shows_traffic

    def action_next_theme(self) -> None:
        self.theme = self.wardrobe.after(self.theme)

    def watch_theme(self, theme: str) -> None:
        if not self.is_running:
            return
        if not self.remembering.workspace.chart:
            self.grid.use_options(replace(self.grid.options, kind=self._usual_options.kind))
        self.remember()

    @work(group="files", exit_on_error=False)
    async def action_save_screen(self) -> None:
        await save_screen(self)

    @work(group="files", exit_on_error=False)
    async def action_save_series(self, form: str = "csv") -> None:
        """Write the candles of the current pane; `form` is `csv` or `parquet`."""
        await save_series(self, self.grid.current, form)

    def on_delivery_complete(self, event: DeliveryComplete) -> None:
        """Only a browser is delivered to: it keeps files where it keeps all of them."""
        self.tell(f"{event.name} is among the downloads of your browser")

    def on_delivery_failed(self, event: DeliveryFailed) -> None:
        self.tell(f"{event.name} did not get to your browser: {clean(str(event.exception))}")
