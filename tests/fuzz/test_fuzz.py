"""All decoders, fuzzed: at least 200,000 inputs in all, each a true message made wrong."""

from __future__ import annotations

import json
from random import Random

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from tests.fuzz.decoders import DECODERS, Decoder
from tests.fuzz.mutate import mutated
from tests.fuzz.replay import replayable

BATCH = 200
_odd = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner),
    max_leaves=6,
)


def test_the_decoders_share_at_least_two_hundred_thousand_inputs() -> None:
    assert sum(decoder.share for decoder in DECODERS) >= 200_000


@pytest.mark.parametrize("decoder", DECODERS, ids=lambda decoder: decoder.name)
def test_p16_p18_p19_a_decoder_holds_against(decoder: Decoder) -> None:
    """Hypothesis draws odd values and a seed; each example is a batch of inputs made of them."""
    inputs = 0

    @settings(
        max_examples=-(-decoder.share // BATCH),
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(odd=st.lists(_odd.map(json.dumps), max_size=4), seed=st.integers(0, 2**64))
    def batch(odd: list[str], seed: int) -> None:
        nonlocal inputs
        rng = Random(seed)
        for _ in range(BATCH):
            data = mutated(rng.choice(decoder.true), odd, rng)
            with replayable(decoder.name, data):
                decoder.check(data)
            inputs += 1

    batch()
    assert inputs >= decoder.share


@given(data=st.binary(max_size=64))
@settings(max_examples=200)
def test_no_decoder_fails_at_raw_bytes(data: bytes) -> None:
    for decoder in DECODERS:
        with replayable(decoder.name, data):
            decoder.check(data)
