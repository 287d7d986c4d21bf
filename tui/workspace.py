"""What the program remembers from one run to the next; it may be lost, and never stops a start."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta
from platformdirs import user_state_path

from tui import lock
from tui.errors import TradexError
from tui.listing import NAME_CELLS, Listing, Sort
from tui.market.interval import Interval
from tui.market.symbol import Subscription, Symbol
from tui.state_file import set_aside, sweep, write_toml
from tui.tab import Tab
from tui.text import clean
from tui.toml_file import read_toml


@dataclass(frozen=True, slots=True)
class Workspace:
    """The panes of the tab on view, how they are laid out, the other tabs, and how charts look.

    The tab on view is called `name`; it stands between those `before` and those `after` it.
    `theme`, `chart`, `glyphs`, `swapped` (up and down) and `transparent` are None until they differ
    from the config's. `columns` 0 fits the grid to the terminal. `zoomed` is the index of the pane
    that fills the grid. `zoom`, `chart` (its kind) and `glyphs` are the chart's own names.
    `studies` are those of a symbol as they are written, in the order of choice: `binance:BTCUSDT`
    has `SMA 20`, `RSI 14`.
    """

    panes: tuple[Subscription, ...] = ()
    theme: str | None = None
    columns: int = 0
    zoomed: int | None = None
    panel_open: bool = False
    glyphs: str | None = None
    volume: bool = True
    zoom: str = "normal"
    chart: str | None = None
    log: bool = False
    studies: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    listing: Listing = field(default_factory=Listing)
    swapped: bool | None = None
    transparent: bool | None = None
    name: str = ""
    before: tuple[Tab, ...] = ()
    after: tuple[Tab, ...] = ()

    @property
    def tabs(self) -> tuple[Tab, ...]:
        """All tabs in their order."""
        shown = Tab(self.panes, self.name, self.columns, self.zoomed)
        return (*self.before, shown, *self.after)

    @property
    def watched(self) -> list[Subscription]:
        """The panes of all tabs."""
        return [pane for tab in self.tabs for pane in tab.panes]

    def with_tabs(self, tabs: Sequence[Tab], shown: int) -> Workspace:
        """The same with other tabs, the one of index `shown` on view."""
        here = tabs[shown]
        return replace(
            self,
            panes=here.panes,
            columns=here.columns,
            zoomed=here.zoomed,
            name=here.name,
            before=tuple(tabs[:shown]),
            after=tuple(tabs[shown + 1 :]),
        )


class _StoredTab(msgspec.Struct, omit_defaults=True):
    panes: list[str] = []
    name: str = ""
    columns: Annotated[int, Meta(ge=0, le=64)] = 0
    zoomed: Annotated[int, Meta(ge=0)] | None = None


class _StoredListing(msgspec.Struct, omit_defaults=True):
    """The table `listing`; a symbol is `binance:BTCUSDT`."""

    shown: bool = False
    sort: Sort = ""
    descending: bool = False
    names: dict[str, str] = {}
    groups: dict[str, str] = {}
    folded: list[str] = []


class _Stored(msgspec.Struct, omit_defaults=True):
    """The file: a pane is `binance:BTCUSDT@1m`; what is at its default is left out."""

    version: Literal[1]
    panes: list[str] = []
    theme: str | None = None
    columns: Annotated[int, Meta(ge=0, le=64)] = 0
    zoomed: Annotated[int, Meta(ge=0)] | None = None
    panel_open: bool = False
    glyphs: Literal["heavy", "blocks", "braille", "ascii", "hollow"] | None = None
    volume: bool = True
    zoom: Literal["widest", "wide", "normal", "pairs", "quads", "eights", "sixteens"] = "normal"
    chart: Literal["candles", "hollow", "bars", "line", "area", "heikin-ashi"] | None = None
    log: bool = False
    studies: dict[str, list[str]] = {}
    listing: _StoredListing | None = None
    swapped: bool | None = None
    transparent: bool | None = None
    name: str = ""
    before: list[_StoredTab] = []
    after: list[_StoredTab] = []


def default_path() -> Path:
    """The file in the user's state folder (`$XDG_STATE_HOME` on Linux)."""
    return user_state_path("tradex-tui", appauthor=False) / "workspace.toml"


@contextmanager
def claimed(path: Path) -> Iterator[bool]:
    """Whether this process may write the workspace until the block ends: only one at a time may."""
    with lock.claimed(path.with_name(f"{path.name}.lock")) as ours:
        if ours:
            sweep(path)
        yield ours


def load(path: Path) -> tuple[Workspace | None, str | None]:
    """The workspace, if there is one that can be used, and a notice for the user, if any.

    A file that is not a workspace is kept beside it as `workspace.toml.bad-N`. Never raises.
    """
    try:
        return read(path), None
    except FileNotFoundError:
        return None, None
    except OSError as error:
        return None, f"The workspace {clean(str(path))} cannot be read: {error.strerror}."
    except ValueError as error:
        return None, f"The workspace is damaged ({clean(str(error))}). {set_aside(path)}"


def read(path: Path) -> Workspace:
    """The workspace in a file. Raises OSError, or ValueError when it is none."""
    return _workspace(msgspec.convert(read_toml(path), _Stored))


def save(path: Path, workspace: Workspace) -> None:
    """Write the file whole or not at all: whoever reads sees the old one or the new one.

    Only its owner may read it. Raises TradexError when the disk is full or the folder cannot
    be written; the old file stands then.
    """
    try:
        write_toml(path, _table(workspace))
    except OSError as error:
        place = clean(str(path))
        raise TradexError(
            f"The workspace cannot be saved in {place}: {error.strerror}.",
            "Changes are kept until you quit.",
        ) from error


def _workspace(stored: _Stored) -> Workspace:
    shown = _tab(stored)
    is_kind = stored.glyphs == "hollow"  # a chart's kind, which may stand here, too
    return Workspace(
        panes=shown.panes,
        theme=stored.theme and clean(stored.theme),
        columns=shown.columns,
        zoomed=shown.zoomed,
        panel_open=stored.panel_open,
        glyphs=None if is_kind else stored.glyphs,
        volume=stored.volume,
        zoom=stored.zoom,
        chart=stored.chart or ("hollow" if is_kind else None),
        log=stored.log,
        studies={
            clean(symbol): tuple(clean(text) for text in texts)
            for symbol, texts in stored.studies.items()
        },
        listing=_listing(stored.listing) if stored.listing else Listing(),
        swapped=stored.swapped,
        transparent=stored.transparent,
        name=shown.name,
        before=tuple(map(_tab, stored.before)),
        after=tuple(map(_tab, stored.after)),
    )


def _tab(stored: _Stored | _StoredTab) -> Tab:
    panes = tuple(_pane(text) for text in stored.panes)
    zoomed = stored.zoomed if stored.zoomed is not None and stored.zoomed < len(panes) else None
    return Tab(panes, clean(stored.name), stored.columns, zoomed)


def _listing(stored: _StoredListing) -> Listing:
    return Listing(
        shown=stored.shown,
        sort=stored.sort,
        descending=stored.descending,
        names=_notes(stored.names),
        groups=_notes(stored.groups),
        folded=frozenset(clean(group, NAME_CELLS) for group in stored.folded),
    )


def _notes(stored: dict[str, str]) -> dict[Symbol, str]:
    return {
        Symbol.parse(clean(symbol), ""): note
        for symbol, text in stored.items()
        if (note := clean(text, NAME_CELLS))
    }


def _pane(text: str) -> Subscription:
    symbol, _, interval = clean(text).rpartition("@")
    return Subscription(Symbol.parse(symbol, ""), Interval.parse(interval))


def _table(workspace: Workspace) -> dict[str, Any]:
    values = {
        name: getattr(workspace, name) for name in _Stored.__struct_fields__ if name != "version"
    }
    values["panes"] = _texts(workspace.panes)
    values["before"] = [_stored_tab(tab) for tab in workspace.before]
    values["after"] = [_stored_tab(tab) for tab in workspace.after]
    values["listing"] = _stored_listing(workspace.listing)
    stored: dict[str, Any] = msgspec.to_builtins(_Stored(version=1, **values))
    return stored


def _stored_listing(listing: Listing) -> _StoredListing | None:
    if listing == Listing():
        return None
    return _StoredListing(
        listing.shown,
        listing.sort,
        listing.descending,
        {str(symbol): name for symbol, name in listing.names.items()},
        {str(symbol): group for symbol, group in listing.groups.items()},
        sorted(listing.folded),
    )


def _stored_tab(tab: Tab) -> _StoredTab:
    return _StoredTab(_texts(tab.panes), tab.name, tab.columns, tab.zoomed)


def _texts(panes: Iterable[Subscription]) -> list[str]:
    return [str(pane) for pane in panes]
