"""Files for the person at the screen: into a folder, or to the browser that shows the screen."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import datetime
from io import BytesIO
from pathlib import Path
from sys import maxsize
from typing import Any

from platformdirs import user_downloads_path
from textual.app import App

from tui.errors import TradexError
from tui.export.csv_text import csv_of
from tui.export.parquet import parquet_of
from tui.export.place import write_new
from tui.export.rows import Series
from tui.text import clean, file_stem
from tui.widgets.pane import Pane

FORMS: dict[str, Callable[[Series], bytes]] = {"csv": csv_of, "parquet": parquet_of}


async def save_screen(app: App[Any]) -> None:
    """Write the picture of the screen as SVG."""
    picture = app.export_screenshot().encode()
    await _deliver(app, "The screen is", f"{_now()}.svg", lambda: picture)


async def save_series(app: App[Any], pane: Pane | None, form: str) -> None:
    """Write all loaded candles of the pane; `form` is one of FORMS."""
    if not pane:
        app.notify("There is no pane whose candles could be saved.", markup=False)
        return
    view = pane.engine.view(pane.subscription, maxsize)
    name = f"{file_stem(str(pane.subscription))}-{_now()}.{form}"
    what = f"{len(view.candles)} candles of {pane.subscription} are"
    await _deliver(app, what, name, lambda: FORMS[form](view))


async def _deliver(app: App[Any], what: str, name: str, make: Callable[[], bytes]) -> None:
    """Make the file and say where it is, or in one sentence why it is nowhere."""
    name = f"tradex-tui-{name}"
    try:
        data = await asyncio.to_thread(make)
        if app.is_web:
            app.deliver_binary(BytesIO(data), save_filename=name, name=name)
            return
        path = await asyncio.to_thread(write_new, _folder(), name, data)
    except TradexError as error:
        app.notify(str(error), markup=False, severity="warning")
    else:
        app.notify(f"{what} saved as {clean(str(path))}", markup=False)


def _folder() -> Path:
    """The user's downloads; where there are none, the folder that the program was started in."""
    downloads = user_downloads_path()
    return downloads if downloads.is_dir() else Path()


def _now() -> str:
    return f"{datetime.now():%Y-%m-%d-%H%M%S}"
