"""The connection's reducer, with the clock in the test's hand."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from itertools import pairwise
from random import Random

from tui.exchange import load_exchange
from tui.feed import link as on
from tui.feed.faults import Fault, FaultKind, of_close, of_status
from tui.feed.link import OPEN, Link, Rules
from tui.feed.machine import step, wake
from tui.feed.settings import ConnectionSettings
from tui.feed.status import ConnectionState as State
from tui.market.events import Ack, Refusal
from tui.market.interval import Interval
from tui.market.symbol import Subscription, Symbol

BROKE = of_close(1006, "")


def subscription(name: str) -> Subscription:
    return Subscription(Symbol("binance", name), Interval(1, "m"))


BTC, ETH, SOL = (subscription(name) for name in ("BTCUSDT", "ETHUSDT", "SOLUSDT"))


@dataclass
class Harness:
    """A link on a clock that only the test moves; the network answers as the test says."""

    settings: ConnectionSettings = field(default_factory=ConnectionSettings)
    seed: int = 1
    now: float = 1000.0
    data_at: float = 0.0
    link: Link = field(default_factory=Link)
    sent: list[on.Effect] = field(default_factory=list)
    dials: list[float] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.rules = Rules(load_exchange("binance"), self.settings, Random(self.seed))

    def take(self, event: on.Event) -> list[on.Effect]:
        self.link, effects = step(self.link, event, self.now, self.rules)
        self.sent += effects
        for effect in effects:
            if isinstance(effect, on.AskDial):
                self.dials.append(self.now)
                effects = effects + self.take(on.DialGranted())
        return effects

    def until(self, time: float) -> list[on.Effect]:
        """Let time pass, with every tick that the link asks for on the way."""
        effects: list[on.Effect] = []
        while (due := wake(self.link, self.rules)) <= time:
            self.now = max(self.now, due)
            effects += self.take(on.Tick(self.data_at))
        self.now = time
        return effects

    def pass_time(self, seconds: float) -> list[on.Effect]:
        return self.until(self.now + seconds)

    def open(self, *wanted: Subscription) -> None:
        self.take(on.Want(frozenset(wanted or (BTC,))))
        self.take(on.Start())
        self.take(on.Opened(self.link.epoch))

    def acknowledge(self) -> None:
        while waiting := [p for p in self.link.pending if p.deadline < float("inf")]:
            self.take(on.Replied(self.link.epoch, Ack(waiting[0].command.id)))
            self.pass_time(0.5)

    def go_live(self, *wanted: Subscription) -> None:
        self.open(*wanted)
        self.acknowledge()
        for each in sorted(self.link.held):
            self.take(on.Synced(self.link.epoch, each))
        self.data()
        assert self.link.state is State.LIVE

    def data(self) -> None:
        self.data_at = self.now
        self.take(on.DataSeen(self.link.epoch))

    def lose(self, fault: Fault = BROKE) -> list[on.Effect]:
        return self.take(on.Lost(self.link.epoch, fault, self.data_at))

    def flow(self, seconds: float) -> None:
        """Data each second and a pong for each ping, for so long."""
        for _ in range(int(seconds)):
            self.data_at = self.now
            if any(isinstance(e, on.SendPing) for e in self.pass_time(1.0)):
                self.take(on.Ponged(self.link.epoch))


def params(effects: list[on.Effect]) -> list[list[str]]:
    return [json.loads(e.text)["params"] for e in effects if isinstance(e, on.Send)]


def test_the_way_up_passes_every_state_in_order() -> None:
    harness = Harness()
    harness.take(on.Want(frozenset({BTC})))
    states = [harness.link.state]
    for event in (on.Start(), None, on.Opened(1)):
        if event:
            harness.take(event)
        states.append(harness.link.state)
    harness.take(on.Replied(1, Ack(1)))
    states.append(harness.link.state)
    harness.take(on.Synced(1, BTC))
    harness.data()
    states.append(harness.link.state)
    assert states == [State.IDLE, State.DIALING, State.DIALING, State.SUBSCRIBING, State.SYNCING,
                      State.LIVE]  # fmt: skip


def test_data_alone_does_not_make_a_link_live_before_its_history_is_there() -> None:
    harness = Harness()
    harness.open()
    harness.acknowledge()
    harness.data()
    assert harness.link.state is State.SYNCING


def test_losing_the_link_makes_candles_uncertain_and_waits_with_jitter() -> None:
    harness = Harness()
    harness.go_live()
    effects = harness.lose()
    assert on.Lapse() in effects
    assert harness.link.state is State.BACKOFF
    assert harness.now <= harness.link.until <= harness.now + 0.5


def test_every_new_connection_asks_for_all_that_is_wanted_again() -> None:
    harness = Harness()
    harness.go_live(BTC, ETH)
    harness.lose()
    harness.pass_time(1.0)
    effects = harness.take(on.Opened(harness.link.epoch))
    assert {name.split("@")[0] for names in params(effects) for name in names} == {
        "btcusdt", "ethusdt",
    }  # fmt: skip


def test_a_server_that_accepts_and_closes_is_dialled_seldom() -> None:
    """Attempts are not reset at open: the waits grow though every dial succeeds."""
    harness = Harness()
    harness.open()
    start = harness.now
    while harness.now < start + 300:
        if harness.link.state is State.DIALING:
            harness.take(on.Opened(harness.link.epoch))
        if harness.link.state in OPEN:
            harness.lose(of_close(1000, ""))
        harness.until(min(wake(harness.link, harness.rules), start + 300))
    assert len([t for t in harness.dials if t < start + 60]) <= 11
    assert 5 <= len(harness.dials) <= 40


def test_one_candle_before_each_close_does_not_reset_the_attempts_either() -> None:
    harness = Harness()
    harness.go_live()
    for expected in range(1, 8):
        harness.lose()
        assert harness.link.attempt == expected
        harness.until(harness.link.until)
        harness.take(on.Opened(harness.link.epoch))
        harness.acknowledge()
        harness.take(on.Synced(harness.link.epoch, BTC))
        harness.data()


def test_a_stable_period_forgets_the_attempts() -> None:
    harness = Harness()
    harness.go_live()
    for _ in range(4):
        harness.lose()
        harness.until(harness.link.until)
        harness.take(on.Opened(harness.link.epoch))
    harness.acknowledge()
    harness.take(on.Synced(harness.link.epoch, BTC))
    harness.data()
    assert harness.link.attempt == 4
    harness.flow(60)
    harness.lose()
    assert harness.link.attempt == 1


def test_a_shorter_life_only_halves_the_attempts() -> None:
    harness = Harness(link=Link(attempt=8))
    harness.go_live()
    harness.flow(13)
    harness.lose()
    assert harness.link.attempt == 5


def test_events_of_an_earlier_socket_are_ignored() -> None:
    harness = Harness()
    harness.go_live()
    old = harness.link.epoch
    harness.lose()
    harness.until(harness.link.until)
    before = harness.link
    for event in (on.Opened(old), on.DataSeen(old), on.Lost(old, BROKE), on.Ponged(old)):
        assert harness.take(event) == []
    assert harness.link == before


def test_a_half_open_link_is_found_within_25_seconds() -> None:
    harness = Harness()
    harness.go_live()
    start = harness.now
    while harness.link.state is State.LIVE:  # data goes on, pongs do not come
        harness.data_at = harness.now
        harness.pass_time(0.5)
    assert harness.now - start <= 25.5
    assert harness.link.fault and "ping" in harness.link.fault.reason


def test_pongs_do_not_hide_that_no_data_comes() -> None:
    harness = Harness()
    harness.go_live()
    last_data = harness.now
    while harness.link.state is State.LIVE:
        if any(isinstance(e, on.SendPing) for e in harness.pass_time(0.5)):
            harness.take(on.Ponged(harness.link.epoch))
    assert harness.link.state is State.STALE
    assert harness.now - last_data <= 33.5  # three seconds of it for an answer over REST


def test_a_silent_link_resubscribes_and_asks_over_rest_before_it_is_called_stale() -> None:
    harness = Harness(ConnectionSettings(heartbeat_interval=1000))
    harness.go_live()
    effects = harness.pass_time(30)
    assert [e for e in effects if isinstance(e, on.Check)] == [on.Check(frozenset({BTC}))]
    assert params(effects) == [["btcusdt@kline_1m", "btcusdt@miniTicker", "btcusdt@aggTrade"]]
    states = [harness.link.state]
    harness.acknowledge()
    harness.take(on.Checked(harness.link.epoch, missed=True))
    states.append(harness.link.state)
    harness.pass_time(3)
    states.append(harness.link.state)
    assert states == [State.LIVE, State.STALE, State.BACKOFF]


def test_without_an_answer_over_rest_silence_is_staleness_after_a_moment() -> None:
    harness = Harness(ConnectionSettings(heartbeat_interval=1000))
    harness.go_live()
    harness.pass_time(32)
    states = [harness.link.state]
    harness.pass_time(2)
    states.append(harness.link.state)
    harness.acknowledge()
    effects = harness.pass_time(30)
    assert states == [State.LIVE, State.STALE]
    assert on.Lapse() in effects


def test_data_ends_staleness() -> None:
    harness = Harness(ConnectionSettings(heartbeat_interval=1000))
    harness.go_live()
    harness.pass_time(31)
    harness.take(on.Checked(harness.link.epoch, missed=None))
    stale = harness.link.state
    harness.data()
    assert (stale, harness.link.state) == (State.STALE, State.LIVE)


def test_a_quiet_market_that_the_exchange_confirms_stays_live_and_is_asked_less_and_less() -> None:
    harness = Harness(ConnectionSettings(heartbeat_interval=10_000))
    harness.go_live()
    start, asked = harness.now, []
    while harness.now < start + 1000:
        if any(isinstance(e, on.Check) for e in harness.pass_time(1)):
            asked.append(harness.now - start)
            harness.acknowledge()
            harness.take(on.Checked(harness.link.epoch, missed=False))
        assert harness.link.state is State.LIVE
    assert harness.link.quiet
    pauses = [b - a for a, b in pairwise(asked)]
    assert pauses == sorted(pauses)
    assert len(asked) <= 8


def test_a_subscription_that_a_shared_socket_forgot_is_asked_for_again_and_then_dialled() -> None:
    harness = Harness()
    harness.go_live(BTC, ETH)
    effects = harness.take(on.Forgotten(harness.link.epoch, ETH, again=False))
    assert params(effects) == [["ethusdt@kline_1m", "ethusdt@miniTicker", "ethusdt@aggTrade"]]
    harness.acknowledge()
    assert on.Lapse() in harness.take(on.Forgotten(harness.link.epoch, ETH, again=True))


def test_a_manual_retry_of_a_healthy_link_asks_for_a_successor_and_breaks_nothing() -> None:
    harness = Harness()
    harness.go_live()
    assert harness.take(on.RetryNow()) == []
    assert (harness.link.state, harness.link.succeed_at) == (State.LIVE, harness.now)


def test_a_dial_that_has_to_wait_for_its_turn_says_so_and_needs_no_second_turn() -> None:
    link = Link()
    rules = Rules(load_exchange("binance"), ConnectionSettings(), Random(1))
    link, _ = step(link, on.Start(), 0.0, rules)
    link, effects = step(link, on.DialGranted(4.0), 0.0, rules)
    assert (link.state, effects) == (State.BACKOFF, [])
    assert link.fault and link.fault.reason == "Waiting for a turn to dial."
    link, effects = step(link, on.Tick(0.0), 4.0, rules)
    assert effects == [on.AskDial(reserved=True)]
    link, effects = step(link, on.DialGranted(), 4.0, rules)
    assert effects == [on.Dial(link.epoch)]


def test_a_server_that_sends_one_candle_and_falls_silent_earns_no_stability() -> None:
    harness = Harness(ConnectionSettings(heartbeat_interval=10_000))
    for expected in range(1, 5):
        if harness.link.state is State.IDLE:
            harness.open()
        else:
            while harness.link.state is not State.DIALING:
                harness.pass_time(0.5)
            harness.take(on.Opened(harness.link.epoch))
        harness.acknowledge()
        harness.take(on.Synced(harness.link.epoch, BTC))
        harness.data()
        while harness.link.state in OPEN:
            harness.pass_time(1)
            harness.acknowledge()
        assert harness.link.attempt == expected


def test_only_the_refused_symbol_of_a_batch_is_rejected() -> None:
    harness = Harness()
    harness.open(BTC, ETH, SOL)
    harness.take(on.Replied(harness.link.epoch, Refusal(1, "no such symbol")))
    for _ in range(3):
        harness.pass_time(0.5)
        sent = next(p for p in harness.link.pending if p.deadline < float("inf"))
        bad = sent.command.covers == (ETH,)
        reply = Refusal(sent.command.id, "no such symbol") if bad else Ack(sent.command.id)
        harness.take(on.Replied(harness.link.epoch, reply))
    rejects = [e for e in harness.sent if isinstance(e, on.Reject)]
    assert rejects == [on.Reject(ETH, "no such symbol")]
    assert harness.link.held == {BTC, SOL} == harness.link.wanted


def test_a_reply_with_another_id_confirms_nothing() -> None:
    harness = Harness()
    harness.open()
    harness.take(on.Replied(harness.link.epoch, Ack(99)))
    assert not harness.link.held


def test_an_unanswered_command_is_sent_three_times_and_then_the_link_is_left() -> None:
    harness = Harness(ConnectionSettings(heartbeat_interval=1000, stale_after=1000))
    harness.open()
    effects = harness.pass_time(29)
    assert len(params(effects)) == 2  # and the first at open
    assert on.Lapse() in harness.pass_time(2)


def test_commands_keep_the_exchange_s_pace() -> None:
    harness = Harness()
    names = [subscription(f"LONGNAME{i:03}USDT") for i in range(300)]
    harness.open(*names)
    times = []
    for _ in range(40):
        before = len(params(harness.sent))
        harness.pass_time(0.1)
        times += [harness.now] * (len(params(harness.sent)) - before)
    assert len(times) >= 4
    assert all(b - a >= 0.3 for a, b in pairwise(times))


def test_the_exchange_s_word_when_to_come_back_is_kept_even_against_a_manual_retry() -> None:
    harness = Harness()
    harness.open()
    harness.lose(of_status(429, "20", now_wall=0.0))
    told = harness.now + 20
    assert harness.link.until >= told
    harness.take(on.RetryNow())
    assert harness.link.until == told


def test_a_manual_retry_does_not_wait() -> None:
    harness = Harness(link=Link(attempt=9))
    harness.open()
    harness.lose()
    harness.take(on.RetryNow())
    assert harness.link.until == harness.now


def test_a_region_that_is_not_served_is_parked_until_a_person_retries() -> None:
    harness = Harness()
    harness.open()
    harness.lose(of_status(451, None, 0.0))
    parked = harness.link.state
    assert harness.pass_time(100_000) == []
    harness.take(on.RetryNow())
    harness.pass_time(0.1)
    assert (parked, harness.link.state) == (State.PARKED, State.DIALING)


def test_a_limit_of_attempts_parks_with_the_last_reason() -> None:
    harness = Harness(ConnectionSettings(max_reconnect_attempts=3))
    harness.take(on.Start())
    for _ in range(4):
        harness.until(min(harness.link.until, harness.now + 60))
        harness.lose(Fault(FaultKind.TRANSIENT, "Nobody is there."))
    assert harness.link.state is State.PARKED
    assert harness.link.fault
    assert harness.link.fault.reason == "Gave up after 3 attempts; the last: Nobody is there."


def test_without_a_limit_it_still_tries_after_six_hours_at_the_cap() -> None:
    harness = Harness()
    harness.open()
    harness.lose()
    end = harness.now + 6 * 3600
    while harness.now < end:
        harness.until(min(wake(harness.link, harness.rules), end))
        if harness.link.state is State.DIALING:
            harness.lose(Fault(FaultKind.TRANSIENT, "down"))
    gaps = [b - a for a, b in pairwise(harness.dials)]
    assert max(gaps) <= 30.1
    assert len(harness.dials) > 1000


def test_a_server_that_announces_its_end_asks_for_a_successor_and_stays_until_then() -> None:
    harness = Harness()
    harness.go_live()
    assert harness.take(on.Leaving(harness.link.epoch)) == []
    assert (harness.link.state, harness.link.succeed_at) == (State.LIVE, harness.now)


def test_a_successor_is_due_an_hour_before_the_exchange_ends_the_connection() -> None:
    lives = []
    for seed in range(50):
        harness = Harness(seed=seed)
        harness.open()
        lives.append(harness.link.succeed_at - harness.now)
    assert all(22.8 * 3600 <= life <= 23.2 * 3600 for life in lives)
    assert max(lives) - min(lives) > 600, "not all at the same moment"


def test_our_own_sleep_is_not_held_against_the_exchange() -> None:
    """A tick that comes 60 s late finds an overdue pong: first what was sent is read."""
    harness = Harness()
    harness.go_live()
    harness.flow(14)
    harness.pass_time(2)
    assert harness.link.pong_by < float("inf")
    harness.now += 60
    harness.take(on.Tick(harness.data_at, late=50.0))
    assert harness.link.state in OPEN
    harness.take(on.Ponged(harness.link.epoch))
    harness.data()
    assert harness.link.state is State.LIVE


def test_nothing_leaves_closing_but_to_closed() -> None:
    harness = Harness()
    harness.go_live()
    harness.take(on.Stop())
    for event in (on.RetryNow(), on.DataSeen(harness.link.epoch), on.Want(frozenset({ETH}))):
        harness.take(event)
        assert harness.link.state is State.CLOSING
    harness.pass_time(1.0)
    assert harness.link.state is State.CLOSED
    assert harness.take(on.Start()) == []


def test_a_dropped_symbol_is_unsubscribed_and_a_new_one_joins_the_open_link() -> None:
    harness = Harness()
    harness.go_live(BTC, ETH)
    effects = harness.take(on.Want(frozenset({BTC, SOL}))) + harness.pass_time(1)
    methods = [json.loads(e.text)["method"] for e in effects if isinstance(e, on.Send)]
    assert sorted(methods) == ["SUBSCRIBE", "UNSUBSCRIBE"]
    harness.acknowledge()
    assert harness.link.held == {BTC, SOL}
    assert harness.link.state is State.LIVE


def test_more_subscriptions_than_the_queue_holds_all_come_in_the_end() -> None:
    harness = Harness(ConnectionSettings(queue_size=1, heartbeat_interval=1000, stale_after=1000))
    names = [subscription(f"LONGNAME{i:03}USDT") for i in range(200)]
    harness.open(*names)
    assert len(harness.link.pending) == 1
    for _ in range(10):
        harness.acknowledge()
        harness.pass_time(0.5)
    assert harness.link.held == frozenset(names)


def test_the_same_seed_gives_the_same_dials() -> None:
    def dials(seed: int) -> list[float]:
        harness = Harness(seed=seed)
        harness.open()
        for _ in range(6):
            harness.lose()
            harness.until(harness.link.until)
        return harness.dials

    assert dials(3) == dials(3) != dials(4)
