"""Everything that is looked at, in its order: the terminal, the files, the exchanges."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from tui import workspace
from tui.chart.glyphs import Glyphs, usual_glyphs
from tui.config import Config, default_path, load, named_path
from tui.doctor.exchange import examine_exchange
from tui.doctor.files import examine_files, usable_workspace
from tui.doctor.findings import Finding, Group, State
from tui.doctor.requests import Clocks
from tui.doctor.terminal import examine_terminal
from tui.errors import ConfigError
from tui.market.symbol import Subscription
from tui.targets import subscriptions

# Textual's own, which is shown in place of one that there is not.
_UNREAD = Finding("exchanges", State.SKIPPED, "Not looked at: the config cannot be used.")


class Examination:
    """What a person asked to have looked at.

    Without `exchanges`: the default one, those with a section in the config, those of the
    workspace's panes. Raises UsageError for one that there is not.
    """

    def __init__(
        self, config_file: Path | None, exchanges: Sequence[str], environ: Mapping[str, str]
    ) -> None:
        self._environ = environ
        self._config_path = named_path(config_file, environ) or default_path()
        self._failure: ConfigError | None = None
        self._config = Config()
        try:
            self._config = load(config_file, environ)
        except ConfigError as error:
            self._failure = error
        self._workspace = usable_workspace(workspace.default_path())
        self._exchanges = exchanges or self._in_use()
        if not self._failure:
            for name in exchanges:
                self._config.open_exchange(name)

    @property
    def unasked(self) -> list[str]:
        """The exchanges that are not looked at, and would be if they were named."""
        if self._failure:
            return []
        return [name for name in self._config.exchange_names if name not in self._exchanges]

    def groups(self) -> Iterator[Group]:
        """What is found, one group after the other."""
        yield examine_terminal(self._environ, self._glyphs())
        read = self._failure or self._config
        yield examine_files(read, self._config_path, workspace.default_path())
        if self._failure:
            yield Group("exchanges", (_UNREAD,))
        else:
            yield from asyncio.run(self._of_exchanges())

    def _glyphs(self) -> Glyphs:
        """Those that the monitor draws charts with when it starts from these files."""
        chosen = self._workspace.glyphs or self._config.glyphs
        return Glyphs(chosen) if chosen else usual_glyphs(self._environ)

    async def _of_exchanges(self) -> list[Group]:
        """All of them at the same time."""
        return await asyncio.gather(*(self._of_exchange(name) for name in self._exchanges))

    async def _of_exchange(self, name: str) -> Group:
        token = self._config.tokens.get(name)
        source = token.source if token else None
        clocks = Clocks(time.time, time.monotonic)
        exchange = self._config.open_exchange(name)
        return await examine_exchange(exchange, self._best_known(name), source, clocks)

    def _in_use(self) -> list[str]:
        panes = (pane.symbol.exchange for pane in self._workspace.watched)
        named = dict.fromkeys([self._config.exchange, *self._config.exchanges, *panes])
        return [name for name in named if name in self._config.exchange_names]

    def _best_known(self, name: str) -> Subscription | None:
        """What an exchange is asked for: its best known symbol, else one that was watched."""
        watched = [p.symbol.name for p in self._workspace.watched if p.symbol.exchange == name]
        symbols = [*self._config.open_exchange(name).default_symbols, *watched][:1]
        found = subscriptions([f"{name}:{symbol}" for symbol in symbols], None, self._config)
        return found[0] if found else None
