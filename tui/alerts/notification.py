"""A notification of the desktop, shown by the terminal that is asked for it."""

from __future__ import annotations

from collections.abc import Mapping

from tui.text import clean

TITLE = "tradex-tui"
_LONGEST = 200


def form_for(wanted: str, environ: Mapping[str, str]) -> str:
    """`osc9`, `osc777` or `off`; `auto` goes by the terminal's name.

    Those that know OSC 777 alone are rxvt (its notify extension) and VTE's, such as GNOME's.
    """
    if wanted != "auto":
        return wanted
    by_777 = environ.get("TERM", "").startswith(("rxvt", "foot")) or "VTE_VERSION" in environ
    return "osc777" if by_777 else "osc9"


def notification(text: str, form: str) -> str:
    """The sequence that shows `text`, clean and at most 200 cells; empty for `off`.

    OSC 9 is iTerm2's ("Post a notification"); the title in front keeps a text that begins with a
    number from being one of ConEmu's commands. OSC 777 is rxvt's; `;` ends its fields.
    """
    body = clean(text, _LONGEST).replace(";", ",")
    match form:
        case "osc9":
            return f"\x1b]9;{TITLE}: {body}\x07"
        case "osc777":
            return f"\x1b]777;notify;{TITLE};{body}\x07"
        case _:
            return ""
