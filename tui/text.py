"""Foreign text made harmless: every string from outside passes here before it is shown or kept."""

from __future__ import annotations

import re
import unicodedata

# Control, format (bidi and zero-width too), surrogate, private use, unassigned, line separators.
_DROPPED = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}
# A whole escape sequence goes, so that no "[31m" stays behind.
_ESCAPES = re.compile(
    r"(?:\x1b\]|\x9d)[^\x07\x1b\x9c]*(?:\x07|\x1b\\|\x9c)?"  # OSC
    r"|(?:\x1b[PX^_]|[\x90\x98\x9e\x9f])[^\x1b\x9c]*(?:\x1b\\|\x9c)?"  # DCS, SOS, PM, APC
    r"|(?:\x1b\[|\x9b)[0-?]*[ -/]*[@-~]?"  # CSI
    r"|\x1b[ -/]*[0-~]?"
)
# Letters and marks by category that draw nothing (Unicode's Default_Ignorable_Code_Point).
_INVISIBLE = re.compile(
    "[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u3164\ufe00-\ufe0f\uffa0\U000e0100-\U000e01ef]"
)
# Two cells wide since Unicode 16, which Python's own tables may not know yet.
_NEWLY_WIDE = re.compile("[\u2630-\u2637\u268a-\u268f\u4dc0-\u4dff\U0001d300-\U0001d376]")
_USER = re.compile(r"://.*@")
_MARKS_ALLOWED = 2
SYMBOL_CELLS = 32
TEXT_CELLS = 500
_STEM_BYTES = 200


def clean(foreign: str, limit: int = TEXT_CELLS) -> str:
    """Text that is safe on a screen, in a log line or in a file name's stem.

    Drops escape sequences, control, bidi, invisible and private characters, all but two
    combining marks in a row; folds white space to single spaces; cuts at `limit` cells.
    """
    kept: list[str] = []
    marks = cells = uncut = 0
    for char in _INVISIBLE.sub("", _ESCAPES.sub("", foreign[: limit * 20])).rstrip():
        category = unicodedata.category(char)
        if char.isspace():
            char = " "
        elif category in _DROPPED:
            continue
        marks = marks + 1 if category.startswith("M") else 0
        if marks > _MARKS_ALLOWED or (char == " " and kept[-1:] in ([], [" "])):
            continue
        cells += _width(char, category)
        if cells > limit:
            return "".join(kept[:uncut]).rstrip() + "…"
        kept.append(char)
        if cells < limit:
            uncut = len(kept)
    return "".join(kept).rstrip()


def without_passwords(text: str) -> str:
    """`wss://user:secret@host` as `wss://***@host`: for whatever is shown or kept of a url.

    What stands between a `://` and the last `@` of the line goes: too much rather than too little.
    """
    return _USER.sub("://***@", text)


def file_stem(foreign: str) -> str:
    """A file name's stem from foreign text: letters, digits, dot, dash and underscore.

    At most 200 bytes in UTF-8, since file systems take 255 for the whole name.
    """
    stem = re.sub(r"[^\w.-]+", "-", clean(foreign)).lstrip(".-")
    return stem.encode()[:_STEM_BYTES].decode(errors="ignore").rstrip(".-") or "unnamed"


def _width(char: str, category: str) -> int:
    if category.startswith("M"):
        return 0
    return 2 if unicodedata.east_asian_width(char) in "WF" or _NEWLY_WIDE.match(char) else 1
