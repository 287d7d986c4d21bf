"""What the simulated exchanges list."""

from __future__ import annotations

import pytest

from tui.simulator.catalogue import CATALOGUE
from tui.simulator.dialect import World
from tui.simulator.dialects import DIALECTS
from tui.simulator.limits import Limits
from tui.simulator.server import wall_ms


def test_every_price_and_size_can_be_told_from_its_neighbour() -> None:
    for listing in CATALOGUE.values():
        assert listing.base_ticks > 100, listing.name
        assert listing.lots_a_print >= 3, listing.name
        assert listing.price_digits <= 8 and listing.volume_digits <= 8, listing.name


@pytest.mark.parametrize("name", DIALECTS)
def test_an_exchange_lists_many_markets_each_by_a_spelling_of_its_own(name: str) -> None:
    dialect = DIALECTS[name](World(7, wall_ms, Limits()))
    listed = [listing for listing in CATALOGUE.values() if dialect.lists(listing)]
    assert len({dialect.spelled(listing) for listing in listed}) == len(listed)
    assert dialect.markets.keys() == {dialect.spelled(listing) for listing in listed}
    assert sum(listing.until is None for listing in listed) >= 150
