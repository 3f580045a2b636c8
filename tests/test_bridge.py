"""Bridges: parts that add up to the cent, whatever the order, checked against every order one by one."""

import random
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from itertools import permutations

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ccplan.auditing import CostState, bridge, cost_bridge
from ccplan.data import Centre, Queue, Shrinkage
from ccplan.queueing import Targets, required_agents
from tests.effort import examples

NAMES = ("volume", "aht", "wage", "shrinkage")


def cost(volume, aht, wage, shrinkage):
    return volume * aht / 3600 / (1 - shrinkage) * wage


def by_every_order(value, before, after):
    """The definition word by word: the mean over all orders of what each change did, in fractions."""
    names, effects, orders = list(before), dict.fromkeys(before, Fraction(0)), list(permutations(before))
    for order in orders:
        state, last = dict(before), Fraction(value(**before))
        for name in order:
            state[name] = after[name]
            now = Fraction(value(**state))
            effects[name] += (now - last) / len(orders)
            last = now
    return {name: effects[name] for name in names}


def test_the_effects_are_the_mean_over_every_order():
    rng = random.Random(1)
    for _ in range(20):
        before = dict(
            zip(
                NAMES,
                (rng.uniform(1e3, 1e5), rng.uniform(100, 500), rng.uniform(10, 30), rng.uniform(0.2, 0.4)),
                strict=True,
            )
        )
        after = {name: value * rng.uniform(0.7, 1.3) for name, value in before.items()}
        table = bridge(cost, before, after).set_index("driver")["effect"]
        for name, effect in by_every_order(cost, before, after).items():
            assert abs(float(table[name]) - float(effect)) < 0.0101, name


@examples(60)
@given(st.lists(st.tuples(st.floats(-1e6, 1e6), st.floats(-1e6, 1e6)), min_size=1, max_size=6), st.randoms())
def test_it_adds_up_to_the_cent_in_whatever_order(pairs, rng):
    names = [f"d{i}" for i in range(len(pairs))]
    before, after = ({name: pair[side] for name, pair in zip(names, pairs, strict=True)} for side in (0, 1))

    def value(**drivers):  # sums and products, so that drivers interact
        numbers = [drivers[name] for name in names]
        return sum(numbers) + 1e-5 * numbers[0] * numbers[-1]

    table = bridge(value, before, after)
    assert sum(table["effect"][:-1], Decimal(0)) == table["effect"].iloc[-1] == table["total"].iloc[-1]
    shuffled = rng.sample(names, len(names))
    again = bridge(value, {name: before[name] for name in shuffled}, after)
    first, other = (t.set_index("driver")["effect"].astype(float) for t in (table, again))
    assert (first - other.reindex(first.index)).abs().max() < 0.0201  # a cent or two of rounding lands elsewhere


def test_what_two_do_together_is_shared_evenly():
    table = bridge(lambda a, b: a * b, {"a": 0, "b": 0}, {"a": 10, "b": 10}).set_index("driver")["effect"]
    assert table["a"] == table["b"] == Decimal("50.00")


def test_a_driver_that_stays_is_no_step_and_nothing_changed_is_no_difference():
    assert bridge(cost, dict(volume=1, aht=1, wage=1, shrinkage=0), dict(volume=2, aht=1, wage=1, shrinkage=0))[
        "driver"
    ].tolist() == ["before", "volume", "after"]
    assert (
        len(bridge(cost, dict(volume=1, aht=1, wage=1, shrinkage=0), dict(volume=1, aht=1, wage=1, shrinkage=0))) == 2
    )


@pytest.mark.parametrize(
    ("before", "after", "words"),
    [
        ({"a": 1}, {"b": 1}, "same drivers"),
        ({"a": 1.0}, {"a": float("inf")}, "finite"),
        ({f"d{i}": 0 for i in range(15)}, {f"d{i}": 1 for i in range(15)}, "at most 14"),
    ],
)
def test_bad_input_is_told_in_words(before, after, words):
    with pytest.raises(ValueError, match=words):
        bridge(lambda **d: sum(d.values()), before, after)


# ------------------------------------------------------------------------------------------- the cost bridge

START = pd.date_range("2026-09-07 08:00", periods=20, freq="30min")


def state(calls=100.0, aht_s=300.0, staffing=1.1, wage=15.0, shrinkage=0.3, target=0.8, **money):
    centre = Centre(
        name="x",
        shrinkage=Shrinkage(external={"leave": 0.3}, internal={}),
        queues=tuple(Queue(name=name, patience_s=120, targets=Targets(service_level=target)) for name in ("a", "b")),
    )
    rows = pd.concat(
        [
            pd.DataFrame({"queue": q, "start": START, "offered": calls * f, "aht_s": aht_s})
            for q, f in (("a", 1.0), ("b", 0.5))
        ]
    )
    hours = {
        q: float(
            staffing * len(START) / 2 * required_agents(calls * f, aht_s, Targets(service_level=target), patience_s=120)
        )
        for q, f in (("a", 1.0), ("b", 0.5))
    }
    paid = sum(hours.values()) / (1 - shrinkage)
    return CostState(
        intervals=rows,
        centre=centre,
        agent_hours=hours,
        paid_hours=paid,
        labour=Decimal(repr(round(paid * wage, 2))),
        **money,
    )


def effects(before, after):
    table = cost_bridge(before, after)
    assert table["total"].iloc[-1] == after.cost.quantize(Decimal("0.01")) == sum(table["effect"][:-1], Decimal(0))
    assert table["effect"].iloc[0] == before.cost.quantize(Decimal("0.01"))
    return {row.driver: float(row.effect) for row in table.iloc[1:-1].itertuples()}


@pytest.mark.parametrize(
    ("driver", "change"),
    [
        ("volume", {"calls": 130.0}),
        ("aht", {"aht_s": 330.0}),
        ("occupancy", {"staffing": 1.3}),
        ("wage", {"wage": 16.5}),
        ("shrinkage", {"shrinkage": 0.35}),
        ("target", {"target": 0.9}),
        ("one_offs", {"one_offs": 58000}),
        ("other", {"other": Decimal("12.34")}),
    ],
)
def test_one_change_is_the_whole_difference(driver, change):
    before, after = state(), state(**change)
    found = effects(before, after)
    assert found[driver] == pytest.approx(float(after.cost - before.cost), rel=1e-3, abs=1.0)
    assert all(abs(effect) < 0.02 * abs(found[driver]) + 1 for name, effect in found.items() if name != driver)


def test_a_wage_and_a_volume_rise_by_hand():
    # Labour alone: hours h0 → h1 and wage w0 → w1, so the wage's part is (w1 − w0) × (h0 + h1) ÷ 2.
    before, after = state(), state(calls=140.0, wage=18.0)
    found = effects(before, after)
    assert found["wage"] == pytest.approx(3.0 * (before.paid_hours + after.paid_hours) / 2, rel=1e-4)


def test_the_mix_costs_though_the_calls_are_as_many():
    def mixed(a, b):
        shares = {"a": (a, 300.0), "b": (b, 600.0)}
        rows = pd.concat(
            [
                pd.DataFrame({"queue": q, "start": START, "offered": calls, "aht_s": aht})
                for q, (calls, aht) in shares.items()
            ]
        )
        hours = {q: 10.0 * required_agents(calls, aht, Targets(), patience_s=120) for q, (calls, aht) in shares.items()}
        paid = sum(hours.values()) / 0.7
        return replace(
            state(), intervals=rows, agent_hours=hours, paid_hours=paid, labour=Decimal(repr(round(paid * 15, 2)))
        )

    before, after = mixed(100.0, 50.0), mixed(75.0, 75.0)
    found = effects(before, after)
    assert set(found) >= {"mix"} and "aht" not in found and "occupancy" not in found
    assert found["mix"] == pytest.approx(float(after.cost - before.cost), abs=1.0) and found["mix"] > 0


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"paid_hours": 1.0}, "paid_hours"),
        ({"agent_hours": {"a": 10.0}}, "missing: b"),
        ({"labour": "12"}, "must be an amount"),
        ({"labour": float("nan")}, "must be an amount"),
    ],
)
def test_a_bad_state_is_told_in_words(change, words):
    with pytest.raises(ValueError, match=words):
        replace(state(), **change)


def test_currencies_never_mix():
    after = state()
    with pytest.raises(ValueError, match="EUR and USD"):
        cost_bridge(state(), replace(after, centre=replace(after.centre, currency="USD")))
