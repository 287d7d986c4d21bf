"""A series as a file: what stands in it, where it goes, and what is said when it cannot."""

from __future__ import annotations

import csv
import os
import resource
import subprocess
import sys
from dataclasses import replace
from datetime import UTC, datetime
from io import BytesIO, StringIO
from pathlib import Path

import pytest
from pyarrow import parquet

from tests.chart_series import Drawn, series, walk
from tests.stage import THREE, play, stage
from tui.errors import TradexError
from tui.export.csv_text import csv_of
from tui.export.parquet import parquet_of
from tui.export.place import write_new
from tui.export.rows import CandleRow, rows
from tui.market.candle import Candle
from tui.market.series import Hole

_MINUTE = 60_000
_START = 1_790_000_040_000  # 2026-09-21 14:14:00 UTC


def candle(minute: int, closed: bool = True) -> Candle:
    return Candle(_START + minute * _MINUTE, 1.0, 4.0, 0.5, 2.25, 1e-7, closed, trades=3)


def broken() -> Drawn:
    """Minutes 0, 1, then two missing, 4 repaired, 5 to 7 not confirmed, 7 forming."""
    minutes = [*map(candle, (0, 1, 4, 5)), candle(6, closed=False), candle(7, closed=False)]
    repaired = (Hole(_START + 4 * _MINUTE, _START + 5 * _MINUTE),)
    return series(minutes, repaired=repaired, uncertain_from=_START + 5 * _MINUTE)


def test_a_candle_is_a_line_with_its_time_twice_and_numbers_in_full() -> None:
    names, first, *_ = csv_of(broken()).decode().split("\n")
    assert names.split(",") == list(CandleRow._fields)
    assert first == (
        "2026-09-21T14:14:00Z,1790000040000,1.0,4.0,0.5,2.25,1e-07,3,true,false,false,0"
    )


def test_what_is_missing_has_no_line_and_is_counted_on_the_next() -> None:
    assert [row.missing_before for row in rows(broken())] == [0, 0, 2, 0, 0, 0]
    assert len(csv_of(broken()).splitlines()) == 1 + 6


def test_a_time_without_trades_counts_as_nothing_missing() -> None:
    quiet = replace(broken(), holes=())
    assert {row.missing_before for row in rows(quiet)} == {0}


def test_a_hole_before_the_first_candle_and_one_that_reaches_to_now_are_no_rows() -> None:
    older, newer = Hole(_START - 9 * _MINUTE, _START), Hole(_START + 8 * _MINUTE, _START * 2)
    assert {row.missing_before for row in rows(replace(broken(), holes=(older, newer)))} == {0}


def test_repaired_and_uncertain_candles_are_marked() -> None:
    found = rows(broken())
    assert [row.repaired for row in found] == [False, False, True, False, False, False]
    assert [row.uncertain for row in found] == [False, False, False, True, True, True]


def test_of_a_whole_series_only_a_candle_left_open_is_uncertain_and_not_the_newest() -> None:
    whole = series([candle(0), candle(1, closed=False), candle(2), candle(3, closed=False)])
    assert [row.uncertain for row in rows(whole)] == [False, True, False, False]


def test_a_series_without_candles_is_a_line_of_names() -> None:
    assert csv_of(series([])).decode() == ",".join(CandleRow._fields) + "\n"


def test_csv_gives_back_every_number_to_the_last_bit() -> None:
    view = series(walk(300))
    lines = list(csv.DictReader(StringIO(csv_of(view).decode())))
    for line, known in zip(lines, view.candles, strict=True):
        assert tuple(map(float, (line[n] for n in CandleRow._fields[2:7]))) == known.values
        moment = datetime.fromisoformat(line["open_time"])
        assert int(line["open_time_ms"]) == moment.timestamp() * 1000 == known.open_time


def test_parquet_has_the_same_rows_in_types_of_its_own_and_names_the_series() -> None:
    table = parquet.read_table(BytesIO(parquet_of(broken())))
    assert [CandleRow(**row) for row in table.to_pylist()] == rows(broken())
    assert str(table.schema.field("open_time").type) == "timestamp[ms, tz=UTC]"
    assert table.schema.metadata[b"symbol"] == b"BTCUSDT"
    assert table.to_pylist()[0]["open_time"] == datetime(2026, 9, 21, 14, 14, tzinfo=UTC)
    assert parquet.read_table(BytesIO(parquet_of(series([])))).num_rows == 0


def test_without_pyarrow_a_sentence_says_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    with pytest.raises(TradexError, match=r"needs the package pyarrow\. pip install pyarrow adds"):
        parquet_of(broken())


def test_a_name_that_is_taken_gets_a_number_and_no_file_is_touched(tmp_path: Path) -> None:
    for number in range(3):
        write_new(tmp_path, "a.b-1m.csv", b"%d" % number)
    contents = {path.name: path.read_text() for path in tmp_path.iterdir()}
    assert contents == {"a.b-1m.csv": "0", "a.b-1m-2.csv": "1", "a.b-1m-3.csv": "2"}


def test_l13_on_a_full_disk_one_sentence_says_so_and_no_half_of_a_file_stays(
    tmp_path: Path,
) -> None:
    script = (
        "import sys; from pathlib import Path; from tui.errors import TradexError\n"
        "from tui.export.place import write_new\n"
        "try: write_new(Path(sys.argv[1]), 'prices.csv', b'1,2')\n"
        "except TradexError as error: print(error)\n"
    )
    ended = subprocess.run(
        [sys.executable, "-c", script, str(tmp_path)],
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (1, 1)),
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert ended.stdout == f"prices.csv could not be written to {tmp_path}: File too large.\n"
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_is_none_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(TradexError, match=r"could not be written to .*/file: Not a directory\.$"):
        write_new(tmp_path / "file", "prices.csv", b"")


def test_the_key_and_the_palette_save_all_candles_of_the_current_pane_and_say_where(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    counts: list[int] = []

    async def scenario() -> None:
        async with stage(THREE[:2]) as s:
            await s.until(s.says("LIVE", 1))
            await s.pilot.press("tab", "ctrl+e")
            await s.until(lambda: any("ETHUSDT@1m are saved as" in n for n in s.notices))
            await s.app.run_action("app.save_series('parquet')")
            await s.until(lambda: any(n.endswith(".parquet") for n in s.notices))
            counts.append(len(s.app.engine.view(THREE[1], sys.maxsize).candles))

    play(scenario)
    (text,) = tmp_path.glob("tradex-tui-binance-ETHUSDT-1m-*.csv")
    (table,) = tmp_path.glob("tradex-tui-binance-ETHUSDT-1m-*.parquet")
    (known,) = counts
    assert known - 1 <= len(text.read_text().splitlines()) - 1 <= known
    assert known - 1 <= parquet.read_table(table).num_rows <= known


def test_in_a_folder_that_is_gone_one_sentence_says_that_nothing_was_saved(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    (gone := tmp_path / "gone").mkdir()
    monkeypatch.chdir(gone)
    gone.rmdir()

    async def scenario() -> None:
        async with stage(THREE[:1]) as s:
            await s.pilot.press("ctrl+e", "ctrl+s")
            await s.until(lambda: len(s.notices) == 2)
            assert all("could not be written to" in notice for notice in s.notices), s.notices

    play(scenario)
    os.chdir("/")
