"""What the words, the marks and the mouse mean, as the help explains them."""

from __future__ import annotations

from tui.keys import HelpRow

WORDS = (
    HelpRow("LIVE, LIVE 4.2 s", "data come in; with a number, the last came so long ago"),
    HelpRow("QUIET", "the exchange confirms that nothing is traded"),
    HelpRow("SYNCING", "connected; history is being loaded, or the first price awaited"),
    HelpRow("STALE", "the line is open but nothing comes; the price is old, so it is dimmed"),
    HelpRow("UNSTABLE", "the line was lost four times or more within five minutes"),
    HelpRow("RETRY 3 in 4 s", "the line broke; try 3 since it last held follows in four seconds"),
    HelpRow("12 s old, OLD 12 s", "the price is not live and as old as that; it is dimmed"),
    HelpRow("STOPPED", "it is not tried again by itself, or rarely (next in 14 min); r tries"),
)
PANEL = (
    HelpRow("dialing, subscribing", "the connection is being made"),
    HelpRow("syncing, live, stale", "as in the header of a pane"),
    HelpRow("backoff", "waiting until the next try: RETRY in the header"),
    HelpRow("parked", "given up, or tried again only rarely: STOPPED in the header"),
    HelpRow("unstable", "lost four times or more within five minutes, whatever it does now"),
    HelpRow("try · next", "the number of the next try since the line last held; the wait for it"),
    HelpRow("data · ping", "age of the last data, and the round trip to the exchange"),
    HelpRow("msg/s · B/s", "messages and bytes that come in each second"),
    HelpRow("up · again", "how long the line has held, and how often it came back"),
    HelpRow("gaps 2/3", "three gaps were found, two are repaired"),
    HelpRow("bad", "messages that could not be read; they are left out"),
    HelpRow("last close", "why the connection before this one ended, with the code of the close"),
)
MARKS = (
    HelpRow("╱╱╱", "candles that are missing"),
    HelpRow("×", "on the rule: missing"),
    HelpRow("?", "on the rule: not yet confirmed by the exchange"),
    HelpRow("═", "on the rule: was missing, filled in later"),
    HelpRow("▲ ▼", "the change beside the price is up, down"),
)
MOUSE = (
    HelpRow("click", "select the pane; on a word of the last line: do it"),
    HelpRow("double click", "fill the screen with the pane, and back"),
    HelpRow("wheel", "pan the chart; with ctrl: wider, narrower candles"),
    HelpRow("click on the interval", "choose another for the pane"),
    HelpRow("middle click", "on a header: remove the pane"),
    HelpRow("right click", "everything by name, for that pane"),
)
