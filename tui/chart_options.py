"""How charts are drawn when nobody has chosen, and what of a choice is remembered."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import tzinfo

from tui.chart.frame import Options
from tui.chart.glyphs import Glyphs, usual_glyphs
from tui.chart.kinds import Kind
from tui.chart.layout import Zoom
from tui.config import Config
from tui.workspace import Workspace


def usual(config: Config, kind: Kind, environ: Mapping[str, str], tz: tzinfo) -> Options:
    """As configured; without that, the `kind` that suits the theme and what the terminal has."""
    return Options(
        glyphs=Glyphs(config.glyphs) if config.glyphs else usual_glyphs(environ),
        tz=tz,
        kind=Kind(config.chart) if config.chart else kind,
    )


def chosen(workspace: Workspace, usual: Options) -> Options:
    """As remembered, else as `usual`."""
    return replace(
        usual,
        glyphs=Glyphs(workspace.glyphs) if workspace.glyphs else usual.glyphs,
        zoom=Zoom(workspace.zoom),
        show_volume=workspace.volume,
        kind=Kind(workspace.chart) if workspace.chart else usual.kind,
        log=workspace.log,
    )


def remembered(seen: Workspace, before: Workspace, usual: Options) -> Workspace:
    """`seen` without the kind and the glyphs that nobody chose: they follow theme and terminal."""
    glyphs = before.glyphs or seen.glyphs != usual.glyphs.value
    chart = before.chart or seen.chart != usual.kind.value
    return replace(
        seen, glyphs=seen.glyphs if glyphs else None, chart=seen.chart if chart else None
    )
