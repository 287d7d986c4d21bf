"""The simulated Kraken's REST API over real HTTP, and that it agrees with the sockets."""

from __future__ import annotations

from collections import defaultdict
from decimal import Decimal
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from tests.simulated import NOON
from tests.simulated_kraken import Kraken, heard, of, play_kraken, subscribe, subscribe_v1
from tui.market.interval import DAY, HOUR, MINUTE, SECOND, Interval
from tui.simulator.catalogue import CATALOGUE
from tui.simulator.kraken.names import pair_of
from tui.simulator.ledger import Ledger
from tui.simulator.market import ORIGIN

_MINUTE = NOON // 1000
_MINUTES = Interval.parse("1m")


def test_a_page_has_720_committed_rows_and_the_forming_one_whatever_was_asked() -> None:
    async def scenario(kraken: Kraken) -> None:
        kraken.exchange.clock.now += 30_500
        whole = await kraken.rows("OHLC", pair="XBTUSD", interval=1)
        assert [row[0] for row in whole] == [_MINUTE + 60 * i for i in range(-720, 1)]
        for since in (0, _MINUTE - 60 * 800):
            assert await kraken.rows("OHLC", pair="XBTUSD", interval=1, since=since) == whole
        assert (await kraken.result("OHLC", pair="XBTUSD"))["last"] == _MINUTE - 60

    play_kraken(scenario)


@pytest.mark.parametrize(
    ("since", "first"), [(-3 * 60, -2), (-3 * 60 - 1, -3), (-60, 0), (0, 0), (60, 0)]
)
def test_since_is_exclusive_and_the_forming_row_comes_always(since: int, first: int) -> None:
    async def scenario(kraken: Kraken) -> None:
        kraken.exchange.clock.now += 30_500
        rows = await kraken.rows("OHLC", pair="XBTUSD", interval=1, since=_MINUTE + since)
        assert [row[0] for row in rows] == [_MINUTE + 60 * i for i in range(first, 1)]

    play_kraken(scenario)


def test_rows_are_strings_with_the_weighted_price_before_the_volume() -> None:
    async def scenario(kraken: Kraken) -> None:
        kraken.exchange.clock.now += 30_500
        for pair in ("XBTUSD", "KSMUSDT"):
            for row in await kraken.rows("OHLC", pair=pair):
                assert [type(value) for value in row] == [int, *[str] * 6, int]
                open_, high, low, close, weighted, volume = map(Decimal, row[1:7])
                assert low <= min(open_, close) <= max(open_, close) <= high
                assert low <= weighted <= high or not row[7]
                assert (volume > 0) == (row[7] > 0)

    play_kraken(scenario)


def test_empty_minutes_are_there_at_the_close_before_them() -> None:
    async def scenario(kraken: Kraken) -> None:
        rows = await kraken.rows("OHLC", pair="KSMUSDT", interval=1)
        empty = [(a, b) for a, b in pairwise(rows) if not b[7]]
        assert 50 < len(empty) < 700
        for before, row in empty:
            assert row[1:] == [before[4]] * 4 + ["0.0", "0.00000000", 0]

    play_kraken(scenario)


@pytest.mark.parametrize(
    ("minutes", "step"), [(5, 5 * MINUTE), (240, 4 * HOUR), (10080, 7 * DAY), (21600, 15 * DAY)]
)
def test_longer_candles_stand_on_the_epochs_grid(minutes: int, step: int) -> None:
    async def scenario(kraken: Kraken) -> None:
        rows = await kraken.rows("OHLC", pair="ETHXBT", interval=minutes)
        opens = [row[0] * 1000 for row in rows]
        assert opens[-1] <= NOON < opens[-1] + step
        assert opens == list(range(opens[0], opens[-1] + 1, step))
        assert opens[0] % step == 0
        assert opens[0] >= ORIGIN * 1000

    play_kraken(scenario)


def test_the_key_of_a_result_is_the_name_inside_kraken() -> None:
    async def scenario(kraken: Kraken) -> None:
        for asked in ("XBTUSD", "XXBTZUSD", "XBT/USD"):
            assert "XXBTZUSD" in await kraken.result("OHLC", pair=asked)
        assert "XDGUSD" in await kraken.result("Trades", pair="XDGUSD")

    play_kraken(scenario)


@pytest.mark.parametrize(
    ("name", "params", "reason"),
    [
        ("OHLC", {"pair": "NOSUCH"}, "EQuery:Unknown asset pair"),
        ("OHLC", {"pair": "BTCUSD"}, "EQuery:Unknown asset pair"),
        ("Trades", {"pair": "BTC/USD"}, "EQuery:Unknown asset pair"),
        ("AssetPairs", {"pair": "XBTUSD,NOSUCH"}, "EQuery:Unknown asset pair"),
        ("OHLC", {}, "EGeneral:Invalid arguments"),
        ("OHLC", {"pair": "XBTUSD", "interval": "3"}, "EGeneral:Invalid arguments"),
        ("OHLC", {"pair": "XBTUSD", "since": "-1"}, "EGeneral:Invalid arguments"),
        ("Trades", {"pair": "XBTUSD", "since": "x"}, "EGeneral:Invalid arguments"),
    ],
)
def test_errors_come_with_status_200_and_without_a_result(
    name: str, params: dict[str, str], reason: str
) -> None:
    async def scenario(kraken: Kraken) -> None:
        assert await kraken.get(name, **params) == {"error": [reason]}

    play_kraken(scenario)


def test_thirty_quick_requests_are_allowed_and_one_more_each_second() -> None:
    async def scenario(kraken: Kraken) -> None:
        async def errors(count: int) -> list[Any]:
            return [(await kraken.get("Time"))["error"] for _ in range(count)]

        too_many = ["EGeneral:Too many requests"]
        assert await errors(32) == [[]] * 30 + [too_many] * 2
        kraken.exchange.clock.now += 999
        assert await errors(1) == [too_many]
        kraken.exchange.clock.now += 1
        assert await errors(2) == [[], too_many]
        kraken.exchange.clock.now += HOUR
        assert await errors(31) == [[]] * 30 + [too_many]

    play_kraken(scenario)


def test_the_pages_of_trades_join_without_a_jump_or_a_repeat() -> None:
    async def scenario(kraken: Kraken) -> None:
        since = NOON - 10 * MINUTE
        pages = [page async for page in kraken.pages(since, pair="XBTUSD")]
        assert len(pages) >= 2
        assert all(len(page) == 1000 for page in pages[:-1])
        trades = [trade for page in pages for trade in page]
        assert trades[0][2] * 1000 > since
        for before, after in pairwise(trades):
            assert after[6] == before[6] + 1
            assert after[2] > before[2]
        assert await kraken.rows("Trades", pair="XBTUSD") == trades[-1000:]
        assert (await kraken.result("Trades", pair="XBTUSD", since=5 * 10**18))["last"] == str(
            5 * 10**18
        )

    play_kraken(scenario)


def test_trades_go_back_to_the_first_of_all() -> None:
    async def scenario(kraken: Kraken) -> None:
        rows = await kraken.rows("Trades", pair="XBTUSDT", since=0)
        assert rows[0][6] == 0
        assert len(rows) == 1000

    play_kraken(scenario)


def test_the_table_of_pairs_can_be_had_whole_in_part_and_by_modern_names() -> None:
    async def scenario(kraken: Kraken) -> None:
        whole = await kraken.result("AssetPairs")
        assert whole["XXBTZUSD"]["wsname"] == "XBT/USD"
        assert "wsname" not in whole["XXBTZUSD.d"]
        assert {row["status"] for row in whole.values()} == {
            "online",
            "cancel_only",
            "reduce_only",
        }
        part = await kraken.result("AssetPairs", pair="XDGUSD,ETHXBT")
        assert list(part) == ["XDGUSD", "XETHXXBT"]
        modern = await kraken.result("AssetPairs", pair="XDGUSD", assetVersion=1)
        assert modern["DOGE/USD"]["wsname"] == "XDG/USD"

    play_kraken(scenario)


def test_the_time_and_the_status_are_told() -> None:
    async def scenario(kraken: Kraken) -> None:
        assert await kraken.result("Time") == {
            "unixtime": _MINUTE,
            "rfc1123": "Mon, 23 Nov 26 12:00:00 +0000",
        }
        status = await kraken.result("SystemStatus")
        assert status == {"status": "online", "timestamp": "2026-11-23T12:00:00Z"}

    play_kraken(scenario)


_Values = tuple[Decimal, Decimal, Decimal, Decimal, Decimal]


def _of_trades(trades: list[tuple[Decimal, Decimal, int]]) -> dict[int, _Values]:
    """Minutes from price, volume and time in ms."""
    by_minute: defaultdict[int, list[tuple[Decimal, Decimal]]] = defaultdict(list)
    for price, volume, at in trades:
        by_minute[at // MINUTE * MINUTE].append((price, volume))
    return {
        at: (rows[0][0], max(p for p, _ in rows), min(p for p, _ in rows), rows[-1][0],
             sum((v for _, v in rows), Decimal(0)))
        for at, rows in by_minute.items()
    }  # fmt: skip


@pytest.mark.parametrize("name", ["BTC/USD", "KSM/USDT"])
def test_frames_trades_rows_and_the_ledger_are_one_to_the_last_digit(
    name: str, tmp_path: Path
) -> None:
    path = tmp_path / "ledger"

    async def scenario(kraken: Kraken) -> None:
        pair = pair_of(CATALOGUE[name.replace("/", "")])
        client, old = await kraken.dial("/v2"), await kraken.dial("/")
        await subscribe(client, "ohlc", name, interval=1, snapshot=False)
        await subscribe_v1(old, pair.wsname, name="ohlc", interval=1)
        for _ in range(13):
            await kraken.move(28 * SECOND)
        messages, arrays = await heard(client), (await heard(old))[2:]

        framed = {}
        for row in (row for frame in of(messages, "ohlc") for row in frame["data"]):
            values = tuple(row[key] for key in ("open", "high", "low", "close", "volume"))
            framed[row["interval_begin"]] = values, row["trades"]
        ended = {}
        for array in (array for array in arrays if isinstance(array, list)):
            values = tuple(Decimal(array[1][i]) for i in (2, 3, 4, 5, 7))
            ended[array[1][1]] = values, array[1][8]
        assert list(framed.values()) == list(ended.values())

        rows = {row[0] * 1000: row for row in await kraken.rows("OHLC", pair=pair.altname)}
        pages = [page async for page in kraken.pages(NOON - 1, pair=pair.altname)]
        built = _of_trades(
            [(Decimal(t[0]), Decimal(t[1]), int(t[2] * 1000)) for page in pages for t in page]
        )
        candles = kraken.exchange.simulator.ledger.candles(name, _MINUTES)
        assert [candle.open_time for candle in candles] == [NOON + i * MINUTE for i in range(6)]
        for candle in candles:
            row = rows[candle.open_time]
            values = tuple(Decimal(row[i]) for i in (1, 2, 3, 4, 6))
            assert candle.values == tuple(map(float, values))
            assert candle.trades == row[7]
            begin = f"2026-11-23T12:{candle.open_time // MINUTE % 60:02d}:00.000000000Z"
            if row[7]:
                assert framed[begin] == (values, row[7])
                assert built[candle.open_time] == values
            else:
                assert begin not in framed
                assert candle.open_time not in built

    play_kraken(scenario, ledger=path)
    lines = path.read_text().splitlines()
    assert all(f'"exchange":"kraken","symbol":"{name}","interval":"1m"' in line for line in lines)
    assert len(Ledger(path, "kraken").candles(name, _MINUTES)) == len(lines) == 6


def test_a_snapshot_has_the_rows_of_rest_that_have_trades() -> None:
    async def scenario(kraken: Kraken) -> None:
        await kraken.move(30_500)
        client = await kraken.dial("/v2")
        await subscribe(client, "ohlc", "KSM/USDT", interval=1)
        snapshot = of(await heard(client), "ohlc", "snapshot")[0]["data"]
        rows = [row for row in await kraken.rows("OHLC", pair="KSMUSDT") if row[7]]
        keys = ("open", "high", "low", "close", "vwap", "volume")
        told = [[*(row[key] for key in keys), row["trades"]] for row in snapshot]
        assert told == [[*map(Decimal, row[1:7]), row[7]] for row in rows[-len(snapshot) :]]

    play_kraken(scenario)
