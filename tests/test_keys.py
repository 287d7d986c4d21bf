"""The one table of keys: complete, without clashes, and what is made from it."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest

from tui.app import TradexApp
from tui.config import DEFAULT_TEXT
from tui.keys import KEYS, Key, help_groups, hints, markdown_table, remapped, shown
from tui.screens.monitor import MonitorScreen
from tui.widgets.grid import PaneGrid
from tui.widgets.pane import Pane
from tui.widgets.tabs import Tabs
from tui.widgets.watchlist import Watchlist

_OWNERS = {
    "app": TradexApp,
    "screen": MonitorScreen,
    "grid": PaneGrid,
    "pane": Pane,
    "tabs": Tabs,
    "watchlist": Watchlist,
}
README = (Path(__file__).parents[1] / "README.md").read_text("utf-8")


def test_no_key_and_no_id_stands_twice() -> None:
    keys = Counter(name for key in KEYS for name in key.keys.split(","))
    ids = Counter(key.id for key in KEYS)
    assert max(keys.values()) == max(ids.values()) == 1


@pytest.mark.parametrize("key", KEYS, ids=lambda key: key.id)
def test_every_key_has_an_action_that_exists(key: Key) -> None:
    assert hasattr(_OWNERS[key.scope], f"action_{key.action.partition('(')[0]}")


def test_an_override_replaces_the_keys_of_its_action() -> None:
    table, problems = remapped({"volume": "W"})
    assert not problems
    assert {key.id: key.keys for key in table}["volume"] == "W"
    assert [hint.keys for hint in hints(remapped({"add": "f3"})[0])].count("f3") == 1


def test_an_override_on_a_key_that_is_taken_is_left_out_and_named() -> None:
    table, problems = remapped({"volume": "W,q"})
    assert table == KEYS
    assert problems == ["'q' for 'volume' is the key of 'quit' already."]


def test_two_actions_may_change_their_keys() -> None:
    table, problems = remapped({"volume": "q", "quit": "v"})
    assert problems == []
    keys = {key.id: key.keys for key in table}
    assert (keys["volume"], keys["quit"]) == ("q", "v")


def test_of_two_overrides_with_one_key_the_later_gives_way_and_both_are_named() -> None:
    table, problems = remapped({"volume": "f9", "freeze": "f9"})
    assert problems == ["'f9' for 'freeze' is the key of 'volume' already."]
    assert {key.id: key.keys for key in table}["freeze"] == "p"


def test_an_override_that_counted_on_another_s_key_falls_with_it() -> None:
    table, problems = remapped({"quit": "v", "volume": "q,d"})
    assert table == KEYS
    assert problems == [
        "'d' for 'volume' is the key of 'remove' already.",
        "'v' for 'quit' is the key of 'volume' already.",
    ]


def test_a_key_clashes_in_whichever_way_it_is_spelled() -> None:
    assert remapped({"quit": "question_mark"})[1] == [
        "'question_mark' for 'quit' is the key of 'help' already."
    ]


@pytest.mark.parametrize(
    ("keys", "people"),
    [("comma", [","]), ("exclamation_mark,f5", ["!", "f5"]), ("space,tab", ["space", "tab"]),
     ("ctrl+left,minus", ["ctrl+←", "-"]), ("+,ctrl+w", ["+", "ctrl+w"])],
)  # fmt: skip
def test_keys_are_shown_as_people_write_them(keys: str, people: list[str]) -> None:
    assert list(shown(replace(KEYS[0], keys=keys))) == people


def test_an_unknown_action_is_named_with_the_ids_that_there_are() -> None:
    table, problems = remapped({"volum": "W", "foo": "F"})
    assert table == KEYS
    valid = ", ".join(key.id for key in KEYS)
    assert problems == [f"There is no action 'volum', 'foo'. Valid: {valid}."]


@pytest.mark.parametrize("key", ["zz", "", "Ctrl+c", "ctrl+", "+q", "odd+q"])
def test_what_is_no_key_is_named_and_the_override_left_out(key: str) -> None:
    table, problems = remapped({"quit": f"W,{key}"})
    assert table == KEYS
    assert problems == [f"'{key}' for 'quit' is no key."]


@pytest.mark.parametrize("key", ["W", "ctrl+w", "shift+f5", "alt+w", "full_stop", "minus", "Ü"])
def test_every_spelling_of_a_key_can_be_used(key: str) -> None:
    remaining = {"zoom-out": "f9", "pan-on": "f10"}
    table, problems = remapped(remaining | {"quit": key})
    assert problems == []
    assert {k.id: k.keys for k in table}["quit"] == key


def test_actions_of_one_description_share_a_row_of_the_help() -> None:
    panes = {row.description: row.keys for row in help_groups()["Panes"]}
    assert panes["Pane by its number"] == "1…9"
    assert panes["Add symbols, with search"] == "a /"
    chart = {row.description: row.keys for row in help_groups()["Chart"]}
    assert chart["Earlier, later"] == "shift+← , shift+→ ."


def test_actions_of_one_word_share_a_hint() -> None:
    assert ("[ ]", "interval") in [(hint.keys, hint.description) for hint in hints()]


def test_readme_has_the_table_with_every_description_once() -> None:
    table = markdown_table()
    assert all(table.count(f"| {key.description} |") == 1 for key in KEYS)
    assert table in README


def test_readme_has_the_config_file() -> None:
    assert f"```toml\n{DEFAULT_TEXT.rstrip()}\n```" in README
