"""One subscription's state in the hub: its series, its newest price, its health."""

from __future__ import annotations

from math import floor, log10

from tui.exchange.base import Exchange
from tui.feed.gaps import Gaps
from tui.feed.inference import JUMP_GRACE, Inference
from tui.feed.status import FeedStatus, Older, SeriesView
from tui.feed.tape import Tape
from tui.market.aggregate import CandleBuilder
from tui.market.candle import Candle
from tui.market.events import Ticker, Trade
from tui.market.series import CandleSeries
from tui.market.symbol import Subscription, SymbolInfo

# A candle that the exchange did not close this long (ms) after its end is asked for over REST, or
# later where it is not settled by then.
CLOSE_GRACE = 5_000
# So far (ms) a stamp may be ahead of what is known of the exchange's clock.
_AHEAD = 1_000


class Record:
    """Times are exchange ms, except `*_at` and `quiet_until`, which are monotonic seconds.

    `data_at` is when the stream said something last, `told_at` when that was of candles, `read_at`
    when a price that came over REST was new.
    `rejected` says why the subscription cannot be served, `trouble` why its history does not
    come; both are empty when all is well. `stale` is true when trades are known to be missed.
    `builder` makes the candles where the exchange's stream has only trades, `inference` closes them
    where it has no word for their end.
    """

    def __init__(
        self, subscription: Subscription, capacity: int, exchange: Exchange | None = None
    ) -> None:
        self.subscription = subscription
        built = exchange is not None and exchange.from_trades
        self.builder = CandleBuilder(subscription.interval) if built else None
        if self.builder:
            self.builder.tells_parts = False  # until REST was asked how the candle began
        settle = 0.0 if exchange is None else exchange.settle
        self._grace = max(CLOSE_GRACE, int(settle * 1_000) + JUMP_GRACE)
        # So old (s) may a page of history be when it comes.
        self._lag = 0.0 if exchange is None else exchange.history_lag
        self.series = CandleSeries(subscription.interval, capacity)
        self.inference = (
            Inference(self.series, omits_empty=exchange.omits_empty)
            if exchange and not exchange.marks_closed
            else None
        )
        self.gaps = Gaps(self.series)
        self.older = Older()
        self.tape: Tape | None = None  # while nobody watches
        self.leases = 0
        self.info: SymbolInfo | None = None
        self.ticker: Ticker | None = None
        self.price: float | None = None
        self.price_time = 0
        self.data_at: float | None = None
        self.told_at: float | None = None
        self.read_at: float | None = None
        self.loaded = False
        self.rejected = ""
        self.trouble = ""
        self.stale = False
        self.quiet_until = 0.0
        self.quiet_for = 0.0
        self._followed_from: int | None = None
        self._last_trade: int | None = None
        # The newest trade that the stream brought itself, and whether the exchange had a later one.
        self._brought: int | None = None
        self._owed = False
        # The newest candle of the stream, or at first of the load that it began with.
        self._streamed: Candle | None = None
        self._awaited_since: float | None = None
        # The first missing trade, since when it is missed, and the one that was told of last.
        self._missed: tuple[int, float] | None = None
        self._told_of = 0

    def quote(self, price: float, time: int) -> None:
        """The newest price wins, by exchange time."""
        if time >= self.price_time:
            self.price, self.price_time = price, time

    def doubt_price(self, present: int | None) -> None:
        """A price of the future, at exchange time `present`, holds up none that follows."""
        if present is not None and self.price_time > present + _AHEAD:
            self.price_time = 0

    def report(self, candle: Candle) -> None:
        """A live report: the price in it is at most as new as the candle's end."""
        end = self.subscription.interval.after(candle.open_time) - 1
        self.quote(candle.close, min(candle.as_of, end))
        told_of_the_past = self.builder is not None or (
            self.inference is not None and candle.as_of > end
        )
        if not told_of_the_past and (self._followed_from is None or not self.loaded):
            self._followed_from = min(candle.open_time, self._followed_from or candle.open_time)
        if self._streamed is None or candle.open_time >= self._streamed.open_time:
            self._streamed = candle
        if self.inference:
            self.inference.report(candle)

    def begin(self, candles: list[Candle]) -> None:
        """The first trades may be old, and prove that nothing followed: of the past, too."""
        if self.builder and candles and self._followed_from is None:
            newest, after = candles[-1], self.subscription.interval.after
            self._followed_from = after(newest.open_time) if newest.closed else newest.open_time

    def confirm_price(self, time: int) -> None:
        """The exchange says that nothing was traded up to `time` since the newest price."""
        if self.price is not None:
            self.quote(self.price, time)

    def bring(self, trade: Trade) -> bool:
        """The stream, of which candles are made, has a trade; whether it is a new one."""
        if trade.last_id is None:
            return True
        is_new = self._brought is None or trade.last_id > self._brought
        if is_new:
            self._brought, self._owed = trade.last_id, False
        return is_new

    def is_owed(self, last_id: int) -> bool:
        """Whether the exchange had a trade that the stream did not bring."""
        self._brought = last_id if self._brought is None else self._brought
        self._owed = last_id > self._brought
        return self._owed

    def torn(self, now: float) -> int | None:
        """From when on trades are missing among those that came, and do not come late."""
        gap = self.builder.gap if self.builder else None
        if gap is None or gap[0] == self._told_of:
            self._missed = None
        elif self._missed is None or self._missed[0] != gap[0]:
            self._missed = gap[0], now
        elif now - self._missed[1] >= JUMP_GRACE / 1000:
            self._told_of = gap[0]
            return self.subscription.interval.floor(gap[1])
        return None

    def take_load(self) -> None:
        """A load has ended: what comes from now on should come by the stream."""
        self.loaded = True
        self.trouble = ""
        self._streamed = self._streamed or self.series.last
        if self.builder:
            self.builder.tells_parts = True
            self._told_of = self.builder.gap[0] if self.builder.gap else self._told_of

    def unseen(self, row: Candle) -> bool:
        """Whether a candle over REST has trades that the stream did not bring.

        The series is no measure: what was repaired over REST is in it, too.
        """
        known = self._streamed or self.series.last
        if self._owed:
            return True
        if known is None or row.open_time > known.open_time:
            return row.volume > 0
        return row.open_time == known.open_time and row.volume > known.volume

    def skips(self, trade: Trade) -> bool:
        """Whether trades are missing before these: ids go up by one, until the link is lost."""
        if trade.first_id is None or trade.last_id is None:
            return False
        before = self._last_trade
        if before is None or trade.last_id > before:
            self._last_trade = trade.last_id
        return before is not None and trade.first_id > before + 1

    def origin(self, candle: Candle) -> str:
        """What a candle that comes over REST is to someone who follows this series."""
        if self._followed_from is not None and candle.open_time < self._followed_from:
            return "history"
        return "backfill" if candle.closed else "live"

    def stream_origin(self, candle: Candle) -> str:
        """The same of one that the stream tells: some begin with a few of the past."""
        followed = self._followed_from is not None and candle.open_time >= self._followed_from
        tells_of_the_past = self.inference is not None or self.builder is not None
        return "live" if followed or not tells_of_the_past else "history"

    def take_history(self, rows: list[Candle], now: float) -> None:
        """History is about to be merged: what it has closed by now is from before the start.

        Only a candle that still forms has a price of the present: pages come oldest first.
        """
        newest = rows[-1]
        self.gaps.confirm(rows)
        if not newest.closed:
            self.quote(newest.close, newest.open_time)
            self.read_at = now - self._lag
        if self._followed_from is None:
            following = self.subscription.interval.after(newest.open_time)
            self._followed_from = following if newest.closed else newest.open_time

    # What is missing

    def lapse(self, start: int | None = None) -> bool:
        """The link or trades were lost; True when that opens a gap that was not open before."""
        self._last_trade = self._streamed = None
        if self.inference:
            self.inference.lose()
        if self.builder:
            self.builder.break_off()
        if self.data_at is not None:
            self.gaps.lost(self.data_at)
        if self.series.last is None:
            return False
        return self.gaps.open(self._first_uncertain() if start is None else start)

    def _first_uncertain(self) -> int:
        closed = self.series.last_closed
        if closed:
            return self.subscription.interval.after(closed.open_time)
        return self._oldest

    @property
    def _oldest(self) -> int:
        first = self.series.first
        assert first  # only a series with candles is asked
        return first.open_time

    def skipped(self, time: int | None) -> int | None:
        """Where candles start that the stream left out, if nobody noticed before.

        Not those whose close may only be late: the first frame of the next candle can overtake it.
        """
        lost = self.gaps.uncertain_from
        starts = self._due([hole.start for hole in self.gaps.holes()[:1]], time, JUMP_GRACE)
        return next((start for start in starts if lost is None or start < lost), None)

    def reload_from(self) -> int | None:
        """Where a load starts: some candles before the first that is missing or not confirmed.

        None when nothing was loaded yet.
        """
        first = self.series.last_closed or self.series.last
        if not self.loaded or first is None:
            return None
        lost = self.gaps.uncertain_from
        missing = self._missing() if lost is None else [lost, *self._missing()]
        start = min([self.gaps.doubtful(min([first.open_time, *missing])), *self.gaps.doubted])
        return max(start, self._oldest)

    def repair_from(self, time: int | None, now: float) -> int | None:
        """The first candle to ask for at exchange `time`; None if all is well.

        It is missing or overdue, or it was in doubt and must be settled by that time.
        """
        if self.rejected or not self.gaps.may_ask(now) or not self.series.last:
            return None
        starts = self._due([hole.start for hole in self.gaps.holes()[:1]], time, JUMP_GRACE)
        if self.gaps.uncertain_from is not None:
            starts.append(self.gaps.uncertain_from)
        starts += self._due(self._unclosed(), time, self._grace)
        doubted = self._due(sorted(self.gaps.doubted)[-1:], time, self._grace)
        return min(starts or doubted, default=None)

    def _missing(self) -> list[int]:
        return [hole.start for hole in self.gaps.holes()[:1]] + self.series.unconfirmed()[:1]

    def _unclosed(self) -> list[int]:
        """Open times of what the exchange owes us next: unconfirmed, forming, or still to open."""
        last = self.series.last
        assert last
        following = self.subscription.interval.after(last.open_time)
        return [*self.series.unconfirmed()[:1], following if last.closed else last.open_time]

    def _due(self, open_times: list[int], time: int | None, grace: int) -> list[int]:
        """Those of the candles that ended at least `grace` ms before exchange `time`."""
        after = self.subscription.interval.after
        return [t for t in open_times if time is not None and after(t) + grace <= time]

    def silent_for(self, now: float) -> float:
        """Seconds without candles on this socket, at most since the first question; 0 while quiet.

        Tickers and heartbeats may go on when the candles, or the trades they are of, do not come.
        """
        if now < self.quiet_until:
            return 0.0
        if self._awaited_since is None:
            self._awaited_since = now
        return now - max(self._awaited_since, self.told_at or 0.0)

    def await_anew(self) -> None:
        """The socket is gone: how silent it was says nothing of the next one."""
        self._awaited_since = None
        self.stale = False

    def age(self, now: float, time: int | None) -> float | None:
        """How old the newest data are at exchange `time`, in seconds; None before the first.

        Since they came or, when they came late, by the exchange's own clock.
        """
        if self.data_at is None:
            return None if self.read_at is None else now - self.read_at
        behind = 0.0 if time is None else (time - self.price_time) / 1000
        return max(now - self.data_at, behind)

    # What is shown

    def view(self, count: int, status: FeedStatus) -> SeriesView:
        info = self.info
        return SeriesView(
            subscription=self.subscription,
            revision=self.series.revision,
            candles=self.series.newest(count),
            holes=self.series.holes(),
            repaired=tuple(self.gaps.repairs),
            uncertain_from=self.gaps.uncertain_from,
            price=self.price,
            price_time=self.price_time or None,
            price_digits=info.price_digits if info else _likely_digits(self.price),
            volume_digits=info.volume_digits if info else 3,
            ticker=self.ticker,
            status=status,
            known=len(self.series),
            older=self.older,
        )


def _likely_digits(price: float | None) -> int:
    """Decimals to show until the exchange's list of symbols is there: five significant ones."""
    if not price:
        return 2
    return max(2, min(18, 4 - floor(log10(price))))
