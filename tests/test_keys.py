"""The one table of keys: complete, without clashes, and what is made from it."""

from __future__ import annotations

from collections import Counter

import pytest

from tui.app import TradexApp
from tui.keys import KEYS, Key, help_groups, hints, markdown_table, remapped
from tui.screens.monitor import MonitorScreen


def test_no_key_and_no_id_stands_twice() -> None:
    keys = Counter(name for key in KEYS for name in key.keys.split(","))
    ids = Counter(key.id for key in KEYS)
    assert max(keys.values()) == max(ids.values()) == 1


@pytest.mark.parametrize("key", KEYS, ids=lambda key: key.id)
def test_every_key_has_an_action_that_exists(key: Key) -> None:
    owner = TradexApp if key.scope == "app" else MonitorScreen
    assert hasattr(owner, f"action_{key.action.partition('(')[0]}")


def test_an_override_replaces_the_keys_of_its_action() -> None:
    table, problems = remapped({"volume": "w"})
    assert not problems
    assert {key.id: key.keys for key in table}["volume"] == "w"
    assert [hint.keys for hint in hints(remapped({"add": "n1"})[0])].count("n1") == 1


def test_an_override_on_a_key_that_is_taken_is_left_out_and_named() -> None:
    table, problems = remapped({"volume": "w,q"})
    assert table == KEYS
    assert problems == ["'q' for 'volume' has another action already"]


def test_an_unknown_action_is_named_with_the_nearest() -> None:
    table, problems = remapped({"volum": "w"})
    assert table == KEYS
    assert problems == ["there is no action 'volum'; did you mean volume?"]


def test_actions_of_one_description_share_a_row_of_the_help() -> None:
    panes = {row.description: row.keys for row in help_groups()["Panes"]}
    assert panes["Pane by its number"] == "1…9"
    assert panes["Add symbols, with search"] == "a /"
    chart = {row.description: row.keys for row in help_groups()["Chart"]}
    assert chart["Earlier, later"] == "shift+← , shift+→ ."


def test_actions_of_one_word_share_a_hint() -> None:
    assert ("[ ]", "interval") in [(hint.keys, hint.description) for hint in hints()]


def test_the_readme_table_has_every_description_once() -> None:
    table = markdown_table()
    assert all(table.count(f"| {key.description} |") == 1 for key in KEYS)
