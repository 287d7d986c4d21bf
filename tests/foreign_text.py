"""Text that attacks: what an exchange, a file or a person might hand over to be shown."""

from __future__ import annotations

ENDS = ["\x07", "\x1b\\", "\x9c", ""]
# Escape sequences of every class, controls, and characters that draw nothing or disorder a line.
ATTACKS = [
    *(f"\x1b]52;c;ZXZpbA=={end}" for end in ENDS),
    *(f"\x1b{kind}payload{end}" for kind in "PX^_" for end in ENDS),
    *(f"{chr(c1)}payload{end}" for c1 in (0x90, 0x98, 0x9D, 0x9E, 0x9F) for end in ENDS),
    *("\x1b[31m", "\x1b[2J", "\x1b[?1049h", "\x9b1;1H", "\x1b[", "\x1b", "\x1bc", "\x1b(0"),
    "\x1b#8",
    *(chr(code) for code in [*range(0x20), *range(0x7F, 0xA0)]),
    *"\u200b\u200c\u200d\u2060\ufeff\u00ad\u180e",
    *"\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u200e\u200f\u061c",
    *"\u2028\u2029\ud800\udfff\ue000\U000f0000\uffff\U000e0041\U000e0001",
    *"\ufe0f\ufe0e\u034f\u3164\uffa0\U000e0100",
    *("e\u0301\u0302\u0303\u0304\u0305", "\u0301\u0301\u0301", "\u20dd", "\u0e33"),
]
MARKUP = ["[@click=app.quit]", "[/", "[0]", "[/]", "[red]", "[[", "a\\[b]", "[link=file:///]x[/]"]
# What stays, but may be wider than it looks, look like something else, or name another place.
ODD = [
    *("BTC-USD", "a", " ", "  ", "\t", "\u3000", "\u00a0", "日本", "💥", "👩‍👩‍👧", "❤️", "ﷺ"),
    *("ВТСUSDT", "ＢＴＣ", "𝐁𝐓𝐂", "ſol", "ß", "../..", "C:\\con", "=1+1", "'; --", '"'),
]
PIECES = [*ATTACKS, *MARKUP, *ODD]
