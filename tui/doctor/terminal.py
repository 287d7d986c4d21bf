"""Whether the monitor can be shown in this terminal, and how well."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterable, Mapping
from dataclasses import fields

from rich.console import Console

from tui.chart.glyphs import SETS, Glyphs, GlyphSet
from tui.doctor.findings import Finding, Group, State, of_error
from tui.doctor.questions import FOCUS_REPORTS, WHOLE_FRAMES, Answers, ask
from tui.errors import UsageError
from tui.terminal.requirements import need_terminal
from tui.text import clean

_SMALL = os.terminal_size((40, 12))
# What headers, panels and hints are written with.
_TEXT = "…·–▲▼×═"
_NARROW = "Let the terminal draw characters of ambiguous width in one cell."
# GNU screen 5.0 was the first with 24-bit colours; until then it takes them for something else.
_IF_SCREEN_HAS_THEM = (
    "GNU screen draws them from version 5 on, with truecolor on in ~/.screenrc; else unset it."
)
_IN_SCREENRC = (
    "In ~/.screenrc set term screen-256color; from GNU screen 5 on also truecolor on, and then "
    "COLORTERM=truecolor."
)
_TMUX_PATIENCE = 2.0


def examine_terminal(environ: Mapping[str, str], glyphs: Glyphs) -> Group:
    """The terminal on standard input and output; `glyphs` are those that charts are drawn with."""
    return Group("terminal", tuple(_findings(environ, glyphs)))


def _findings(environ: Mapping[str, str], glyphs: Glyphs) -> list[Finding]:
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        said = "This is none: run it in the terminal that you watch in."
        return [Finding("terminal", State.SKIPPED, said)]
    try:
        need_terminal(environ)
    except UsageError as error:
        return [of_error("terminal", error)]
    answers = ask(sys.stdin.fileno(), _characters(), (FOCUS_REPORTS, WHOLE_FRAMES))
    return [
        Finding("terminal", State.OK, f"TERM={clean(environ.get('TERM', ''), 64)}, with UTF-8."),
        _of_size(os.get_terminal_size(sys.stdout.fileno())),
        _of_colours(environ),
        *_of_glyphs(answers, glyphs),
        _of_focus(answers, environ),
        _of_frames(answers),
    ]


def _characters() -> list[str]:
    """All that the monitor draws with, but those of ASCII, which are one cell everywhere."""
    used = {*_TEXT, *(char for glyph_set in SETS.values() for char in _drawn_with(glyph_set))}
    return sorted(char for char in used if not char.isascii())


def _drawn_with(glyph_set: GlyphSet) -> set[str]:
    values = (getattr(glyph_set, field.name) for field in fields(glyph_set))
    return {char for value in values if not isinstance(value, bool) for char in "".join(value)}


def _of_size(size: os.terminal_size) -> Finding:
    if not (size.columns and size.lines):
        return Finding("size", State.NOTE, "This terminal does not tell how large it is.")
    said = f"{size.columns} columns, {size.lines} lines."
    if size.columns < _SMALL.columns or size.lines < _SMALL.lines:
        advice = f"A pane has its chart from {_SMALL.columns} columns and {_SMALL.lines} lines on."
        return Finding("size", State.NOTE, said, advice)
    return Finding("size", State.OK, said)


def _of_colours(environ: Mapping[str, str]) -> Finding:
    if "NO_COLOR" in environ:
        said = "NO_COLOR is set: nothing has a colour, and rising candles are hollow."
        return Finding("colours", State.NOTE, said, "Unset it to have colours.")
    colours = Console(force_terminal=True, _environ=environ).color_system
    if colours == "truecolor" and _in_screen(environ):
        return Finding("colours", State.NOTE, "16 million, as COLORTERM says.", _IF_SCREEN_HAS_THEM)
    if colours == "truecolor":
        return Finding("colours", State.OK, "16 million.")
    said = "Only 16: the terminal's own are used and no theme's, and rising candles are hollow."
    if colours == "256":
        said = "Only 256: a theme's colours are approximated."
    return Finding("colours", State.NOTE, said, _more_colours(environ))


def _more_colours(environ: Mapping[str, str]) -> str:
    set_it = "If your terminal has more, set COLORTERM=truecolor"
    if "TMUX" in environ:
        return f"{set_it}, and in tmux: set -as terminal-features ',*:RGB'."
    if _in_screen(environ):
        return _IN_SCREENRC
    return f"{set_it}."


def _in_screen(environ: Mapping[str, str]) -> bool:
    """Whether GNU screen is around this; tmux says TERM=screen, too."""
    named = environ.get("TERM", "").startswith("screen")
    return named and "STY" in environ and "TMUX" not in environ


def _of_glyphs(answers: Answers, chosen: Glyphs) -> Iterable[Finding]:
    if not answers.cells:
        said = "This terminal does not tell how wide it draws characters."
        yield Finding("glyphs", State.NOTE, said, 'If charts look torn, set glyphs = "ascii".')
        return
    odd = {char for char, cells in answers.cells.items() if cells != 1}
    found = [_of_glyph_set(each, odd, chosen) for each in Glyphs]
    yield from (finding for finding in found if finding)
    if text := "".join(sorted(odd & set(_TEXT))):
        said = f"Headers and hints are drawn with {text}, which take more or less than one cell."
        yield Finding("text", State.NOTE, said, _NARROW)
    if not odd:
        yield Finding("glyphs", State.OK, "All that charts are drawn with take one cell each.")


def _of_glyph_set(glyphs: Glyphs, odd: set[str], chosen: Glyphs) -> Finding | None:
    drawn = "".join(sorted(_drawn_with(SETS[glyphs]) & odd))
    if not drawn:
        return None
    said = f'"{glyphs.value}" draws with {drawn}, which take more or less than one cell.'
    if glyphs is not chosen:
        return Finding("glyphs", State.NOTE, said)
    advice = f'{_NARROW} Or set glyphs = "ascii".'
    return Finding("glyphs", State.FAIL, f"Candles would be torn: {said}", advice)


def _of_focus(answers: Answers, environ: Mapping[str, str]) -> Finding:
    if "TMUX" in environ and (said := _tmux("show-options", "-gv", "focus-events")):
        if said == "on":
            return Finding("focus", State.OK, "tmux passes on when you look elsewhere.")
        said = "tmux keeps it to itself when you look elsewhere; drawing does not slow down then."
        return Finding("focus", State.NOTE, said, "Run tmux set-option -g focus-events on.")
    if _in_screen(environ):
        said = "GNU screen keeps it to itself when you look elsewhere."
        return Finding("focus", State.NOTE, said)
    has = answers.modes.get(FOCUS_REPORTS)
    return _of_mode("focus", has, "report", "when you look elsewhere")


def _of_frames(answers: Answers) -> Finding:
    has = answers.modes.get(WHOLE_FRAMES)
    return _of_mode("frames", has, "hide", "a screen while it is half drawn")


def _of_mode(name: str, has: bool | None, verb: str, what: str) -> Finding:
    if has:
        return Finding(name, State.OK, f"This terminal {verb}s {what}.")
    does_not = f"tell whether it {verb}s" if has is None else verb
    return Finding(name, State.NOTE, f"This terminal does not {does_not} {what}.")


def _tmux(*words: str) -> str:
    """What tmux answers; empty when it does not."""
    try:
        ended = subprocess.run(
            ["tmux", *words], capture_output=True, text=True, timeout=_TMUX_PATIENCE, check=True
        )
    except (OSError, subprocess.SubprocessError):
        return ""
    return ended.stdout.strip()
