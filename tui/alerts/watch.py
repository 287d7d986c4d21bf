"""From look to look: which rules ring. Pure; whoever calls it has the views and the clock."""

from __future__ import annotations

from dataclasses import dataclass, replace

from tui.alerts.crossing import Reading, step
from tui.alerts.measure import Trace, Views, age, is_live, measured, trace_of
from tui.alerts.rule import Rule, Stale


@dataclass(frozen=True, slots=True)
class Watched:
    """A rule and what is known of it since the last look.

    `armed` is whether it can ring, None before the first look; it is worth keeping over a restart.
    `trace` is None after data were not live, or not known: what happened meanwhile is the past.
    """

    rule: Rule
    armed: bool | None = None
    trace: Trace | None = None


@dataclass(frozen=True, slots=True)
class Ring:
    """A rule came true: it `reached` a value, and has another `now`; prices have `digits`.

    `late` is true when that happened at some time without live data, and is known only now.
    """

    rule: Rule
    reached: float
    now: float
    digits: int = 2
    late: bool = False


def look(watched: Watched, views: Views, waited: float) -> tuple[Watched, Ring | None]:
    """What is known after a look at the views of the rule's subscriptions, and whether it rings.

    Nothing is judged while a view is not live, but staleness. `waited` is for how many seconds
    the rule has been watched.
    """
    rule = watched.rule
    if isinstance(rule, Stale):
        return _judge(watched, age(views[rule.subject], waited), views, late=False)
    if not all(is_live(views[each]) for each in rule.subscriptions):
        return replace(watched, trace=None), None
    reading = measured(rule, views, watched.trace)
    if reading is None:
        return replace(watched, trace=None), None
    late = watched.trace is None
    trace = trace_of(views[rule.subscriptions[0]], watched.trace)
    return _judge(replace(watched, trace=trace), reading, views, late=late)


def _judge(
    watched: Watched, reading: Reading, views: Views, *, late: bool
) -> tuple[Watched, Ring | None]:
    gate, rule = watched.rule.gate, watched.rule
    toward = reading.toward(gate)
    armed, rings = step(watched.armed, toward, gate)
    after = replace(watched, armed=armed)
    if not rings:
        return after, None
    reached = max(toward.most, toward.now) * gate.sign
    digits = views[rule.subscriptions[0]].price_digits
    return after, Ring(rule, reached, reading.now, digits, late)
