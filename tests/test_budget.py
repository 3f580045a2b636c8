"""The budget against hand calculation and against a second one in plain loops of fractions and calendar dates."""

import time
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from itertools import combinations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ccplan.data import Centre, Costs, Flex, Hiring, Queue, Shrinkage, load_centre, load_table, sample_centre
from ccplan.data.budget_lines import CATEGORIES, DRIVERS, BudgetLine
from ccplan.data.files import write_csv
from ccplan.planning.money.against_ledger import against_ledger, by_category
from ccplan.planning.budget import Budget, driver_quantities, plan_budget
from ccplan.planning.money.budget_rows import LEDGER, ledger_of
from ccplan.planning.money.cents import cents_of, written_off
from ccplan.planning.money.checklist_costs import checklist_lines
from ccplan.planning.people.past_people import past_headcount
from ccplan.planning.money.wages import mean_wages

from .effort import examples

JANUARY = pd.Timestamp("2027-01-01")


def centre(**more):
    costs = more.pop("costs", Costs(hourly_wage=20, on_costs=0.3, weekly_hours=35))
    return Centre(name="x", queues=(Queue(name="a"), Queue(name="b")), costs=costs, **more)


def people(months=3, first="2027-01-01", queues=("a",), **more):
    """A headcount plan of ten people a queue who neither come nor go, unless told."""
    plain = dict(
        heads_start=10.0,
        starters=0.0,
        moved=0.0,
        leavers=0.0,
        heads_end=10.0,
        paid_fte=10.0,
        trainees=0.0,
        ramping=0.0,
        productive_fte=10.0,
        overtime_fte=0.0,
        outsourced_fte=0.0,
        available_fte=10.0,
        gap_fte=0.0,
        required_fte=10.0,
    )
    return pd.DataFrame(
        [
            {"queue": queue, "month": month} | plain | more
            for queue in queues
            for month in pd.date_range(first, periods=months, freq="MS")
        ]
    )


def amounts(budget, line):
    return [str(amount) for amount in budget.ledger.loc[budget.ledger["line"] == line, "amount"]]


def one_line(months=3, plan=None, where=None, contacts=None, **said):
    """The amounts of one line."""
    line = BudgetLine(**{"name": "it"} | said)
    return amounts(
        plan_budget(people(months) if plan is None else plan, where or centre(), contacts=contacts, lines=(line,)), "it"
    )


# ---- by hand


def test_wages_and_on_costs_by_hand():
    """Ten full-time people, 35 hours a week: February has 28 days, so 10 × 140 h × 20.00."""
    budget = plan_budget(people(1, "2027-02-01"), centre())
    assert amounts(budget, "agents' wages") == ["28000.00"] and amounts(budget, "on-costs of wages") == ["8400.00"]
    assert budget.total == Decimal("36400.00") == budget.running and budget.set_up == 0
    assert list(budget.ledger.columns) == list(LEDGER)


def test_on_costs_are_a_share_of_the_wages_that_were_rounded():
    """10 × 155 h × 7.777777 = 12,055.55435 → 12,055.55, and 30 % of that is 3,616.665 → 3,616.67."""
    budget = plan_budget(people(1), centre(costs=Costs(hourly_wage=7.777777, on_costs=0.3, weekly_hours=35)))
    assert amounts(budget, "agents' wages") == ["12055.55"] and amounts(budget, "on-costs of wages") == ["3616.67"]


def test_prices_rise_in_january_after_the_plans_first_month():
    plan = people(15, "2026-11-01")
    told = one_line(plan=plan, price=100, inflation=0.03)
    assert told == ["100.00"] * 2 + ["103.00"] * 12 + ["106.09"]


def test_a_line_may_say_of_which_month_its_price_is_and_when_it_rises():
    plan = people(4, "2027-02-01")
    assert one_line(plan=plan, price=100, inflation=0.10, as_of="2025-06") == ["121.00"] * 4
    assert one_line(plan=plan, price=100, inflation=0.10, rises_in=4) == ["100.00"] * 2 + ["110.00"] * 2
    assert (
        one_line(plan=plan, price=110, inflation=0.10, rises_in=4, as_of="2027-04") == ["100.00"] * 2 + ["110.00"] * 2
    )
    assert (
        one_line(plan=plan, price=100, inflation=0.10, start="2027-04", rises_in=3) == ["110.00"] * 2
    )  # a start is no new price


def test_wages_overtime_and_on_costs_rise_together():
    costs = Costs(hourly_wage=10, on_costs=0.5, weekly_hours=7, wage_rise=0.1, wages_rise_in=3)
    budget = plan_budget(people(3, "2027-01-01"), centre(costs=costs))
    assert amounts(budget, "agents' wages") == ["3100.00", "2800.00", "3410.00"]
    assert amounts(budget, "on-costs of wages") == ["1550.00", "1400.00", "1705.00"]


def test_overtime_is_paid_for_hours_worked_and_double_late():
    """One FTE of overtime in a week of 7 × 5 h does 155 h × 0.6 of work; of an overtime hour 0.75 is work: 124 h ×
    20 × 1.3 × 1.75.
    """
    where = centre(
        shrinkage=Shrinkage(external={"leave": 0.2}, internal={"breaks": 0.2}),
        costs=Costs(hourly_wage=20, on_costs=0.3, weekly_hours=35, overtime_factor=1.5, overtime_double=0.5),
    )
    budget = plan_budget(people(1, overtime_fte=1.0), where)
    assert amounts(budget, "overtime") == [str(Decimal(124) * 20 * Decimal("1.3") * Decimal("1.75"))[:7]] == ["5642.00"]


def test_an_outsourcer_is_paid_for_hours_on_the_phones():
    where = centre(
        shrinkage=Shrinkage(external={"leave": 0.2}, internal={"breaks": 0.2}),
        flex=Flex(outsourced_hourly=30, outsourced_output=0.8),
    )
    assert amounts(plan_budget(people(1, outsourced_fte=1.0), where), "outsourcing") == [
        "3487.50"
    ]  # 155 × 0.6 ÷ 0.8 × 30


def test_each_unit_costs_the_price_of_its_step_over_the_whole_centre():
    """700 + 800 calls: 1,000 at 0.05 and 500 at 0.04; a row each, so that quantity × price is the amount."""
    contacts = pd.DataFrame({"queue": ["a", "b"], "month": JANUARY, "offered": [700.0, 800.0], "load_hours": 1.0})
    line = BudgetLine(name="minutes", driver="call", steps=((0, 0.05), (1000, 0.04), (2000, 0.03)))
    rows = plan_budget(people(1, queues=("a", "b")), centre(), contacts=contacts, lines=(line,)).ledger.query(
        "line == 'minutes'"
    )
    assert [(str(q), str(p), str(a)) for q, p, a in rows[["quantity", "price", "amount"]].itertuples(index=False)] == [
        ("1000.000000", "0.050000", "50.00"),
        ("500.000000", "0.040000", "20.00"),
    ]


def test_bonuses_by_wages_by_head_and_by_call():
    contacts = pd.DataFrame({"queue": "a", "month": [JANUARY], "offered": 1234.0, "load_hours": 100.0})
    assert one_line(1, driver="wages", price=0.05) == ["1550.00"]
    assert one_line(1, driver="agent", price=12.5) == ["125.00"]
    assert one_line(1, driver="call", price=0.07, contacts=contacts) == ["86.38"]
    assert one_line(1, driver="minute", price=0.01, contacts=contacts) == ["60.00"]


def test_drivers_of_people_who_come_and_go():
    """10 here, 6 start, 2 move in, 1 leaves: mean 17.5 heads, 18 workplaces, 6 hires in two classes of 4."""
    plan = people(1, starters=6.0, moved=2.0, leavers=1.0, heads_end=17.0, trainees=5.0)
    row = driver_quantities(plan, centre(hiring=Hiring(class_size=4))).iloc[0]
    assert row[["agent", "seat", "hire", "class", "training hour"]].tolist() == [17.5, 18.0, 6.0, 2.0, 775.0]


def test_callers_who_hang_up_are_no_calls_answered():
    contacts = pd.DataFrame({"queue": "a", "month": [JANUARY], "offered": 1000.0, "load_hours": 50.0})
    row = driver_quantities(people(1, abandonment=0.1), centre(), contacts).iloc[0]
    assert row["call"] == 900 and row["minute"] == 2700


def test_what_is_bought_is_written_off_to_the_cent():
    """1,000.00 over 3 months, bought in February; and what was bought before the plan began is still written off."""
    assert one_line(6, driver="once", price=1000, start="2027-02", life_months=3) == ["333.33", "333.34", "333.33"]
    assert one_line(6, driver="once", price=1000, start="2026-11", life_months=3) == ["333.33"]
    assert one_line(4, price=120, every=2, life_months=2, start="2026-12") == ["60.00"] * 4


def test_a_row_written_off_is_still_quantity_times_price():
    plan = people(12, starters=3.0)
    rows = plan_budget(
        plan, centre(), lines=(BudgetLine(name="it", driver="hire", price=997.13, life_months=7, inflation=0.5),)
    ).ledger
    for row in rows[rows["line"] == "it"].itertuples():
        assert (row.quantity * row.price).quantize(Decimal("0.01"), ROUND_HALF_UP) == row.amount


def test_every_third_month_from_start_to_end():
    plan = people(12)
    assert (
        one_line(plan=plan, price=5, every=3, start="2027-02", end="2027-09") == ["5.00"] * 3
    )  # February, May, August
    assert one_line(plan=plan, price=5, every=3) == ["5.00"] * 4


def test_another_currency_is_changed_at_the_stated_rate_or_refused():
    assert one_line(1, price=100, currency="USD", where=centre(exchange={"USD": 0.92})) == ["92.00"]
    assert one_line(1, price=100, currency="EUR") == ["100.00"]
    with pytest.raises(
        ValueError, match=r"it: the price is in USD, whose rate is not given — write it into \[exchange\]"
    ):
        one_line(1, price=100, currency="USD")
    with pytest.raises(ValueError, match="whose rate is not given"):
        centre(budget=(BudgetLine(name="it", price=1, currency="USD"),))


def test_the_wages_of_the_people_who_are_here():
    agents = pd.DataFrame(
        {
            "hired": pd.to_datetime(["2020-01-01"] * 7 + ["2027-05-01", "2020-01-01"]),
            "weekly_hours": [35.0] * 3 + [17.5, 35.0] + [17.5] * 4,
            "left": pd.to_datetime([None] * 8 + ["2026-01-01"]),
            "hourly_wage": [16.0] * 3 + [26.0, 15.5, 10.0, 22.0, 99.0, 99.0],
            "skills": ["a"] * 5 + ["b"] * 4,
        }
    )
    wages = mean_wages(agents, centre(), "2027-01-01")
    assert wages.set_index("queue")["hourly_wage"].to_dict() == {"a": 17.0}, (
        "two people are too few to be told"
    )  # (3 × 16 × 35 + 26 × 17.5 + 15.5 × 35) ÷ 157.5
    budget = plan_budget(people(1, queues=("a", "b")), centre(), wages=wages)
    assert budget.assumptions.set_index("name").loc["wages.a", "value"] == 17.0
    assert amounts(budget, "agents' wages") == ["26350.00", "31000.00"]  # 1,550 h × 17.00, and × costs.hourly_wage


def test_a_line_with_a_standard_name_takes_its_place():
    where = centre(costs=Costs(hourly_wage=20, weekly_hours=35, seat_per_month=300))
    assert amounts(plan_budget(people(1), where), "seats") == ["3000.00"]
    assert amounts(
        plan_budget(people(1), where, lines=(BudgetLine(name="seats", driver="month", price=7),)), "seats"
    ) == ["7.00"]
    assert amounts(plan_budget(people(1), where, lines=(BudgetLine(name="seats", price=0),)), "seats") == []


def test_open_items_of_the_checklist_are_paid_when_due():
    table = pd.DataFrame(
        {
            "checklist": ["set-up", "security", "set-up", "set-up"],
            "step": ["training", "x", "technology", "goals"],
            "item": list("pqrs"),
            "due": pd.to_datetime(["2026-05-01", "2027-02-11", None, "2027-02-01"]),
            "status": ["open", "in progress", "open", "done"],
            "cost": [100.0, 20.5, 3.0, 999.0],
        }
    )
    budget = plan_budget(people(2), centre(), checklist=table)
    paid = {
        (row.line, f"{row.month:%Y-%m}", str(row.amount), row.set_up)
        for row in budget.ledger.itertuples()
        if ": " in row.line
    }
    assert paid == {
        ("set-up: p", "2027-01", "100.00", True),
        ("security: q", "2027-02", "20.50", False),
        ("set-up: r", "2027-01", "3.00", True),
    }
    assert budget.set_up == Decimal("103.00") and "overdue" in checklist_lines(table, JANUARY)[0].source


def test_what_is_not_in_the_budget_is_said():
    budget = plan_budget(
        people(2),
        centre(),
        lines=(BudgetLine(name="move", price=5, start="2027-03"), BudgetLine(name="old", price=5, end="2026-12")),
    )
    assert any("move: not in this budget" in note for note in budget.notes) and any(
        note.startswith("old: over before") for note in budget.notes
    )
    assert any("marketing (advertising, industry events)" in note for note in budget.notes)


# ---- a second budget in plain loops

DRIVEN = ("agent", "hire", "call", "paid hour", "month", "once", "wages")
prices = st.decimals(0, 5000, places=4).map(float)
months = st.dates(date(2025, 6, 1), date(2028, 12, 1)).map(lambda day: f"{day:%Y-%m}")


@st.composite
def lines(draw):
    number = draw(st.integers(1, 4))
    return tuple(draw(a_line(f"line {i}")) for i in range(number))


@st.composite
def a_line(draw, name):
    driver = draw(st.sampled_from(DRIVEN))
    stepped = draw(st.booleans()) and driver not in ("month", "once", "wages")
    start, end = draw(months), draw(st.one_of(st.just(""), months))
    first = start if driver == "once" or draw(st.booleans()) else ""
    said = dict(
        name=name,
        driver=driver,
        start=first,
        every=draw(st.integers(1, 5)),
        category=draw(st.sampled_from(CATEGORIES)),
        inflation=draw(st.sampled_from([0.0, 0.021, 0.1])),
        rises_in=draw(st.integers(1, 12)),
        as_of=draw(st.one_of(st.just(""), months)),
        end=end if end >= first else "",
        set_up=draw(st.booleans()),
        currency=draw(st.sampled_from(["", "USD"])) if driver != "wages" else "",
    )
    if stepped:
        return BudgetLine(**said, steps=((0, draw(prices)), (7, draw(prices)), (50, draw(prices))))
    return BudgetLine(**said, price=draw(prices), life_months=draw(st.sampled_from([0, 0, 1, 3, 36])))


def half_up(value, places):
    """A fraction of 0 or more rounded half up, by hand."""
    return Fraction((value * 10**places * 2 + 1) // 2, 10**places)


def price_by_hand(line, price, year, month, first):
    rate = Fraction("0.92") if line.currency == "USD" else Fraction(1)
    at = line.as_of or f"{first[0]}-{first[1]:02d}"
    y, m = int(at[:4]), int(at[5:])
    rises = 0
    while (y, m) < (year, month):
        y, m = (y, m + 1) if m < 12 else (y + 1, 1)
        rises += m == line.rises_in
    while (y, m) > (year, month):
        rises -= m == line.rises_in
        y, m = (y, m - 1) if m > 1 else (y - 1, 12)
    return half_up(Fraction(repr(float(price))) * rate * (1 + Fraction(repr(line.inflation))) ** rises, 6)


def budget_by_hand(lines, quantities):
    """{(year, month, line, queue): amount} as fractions, one month and one line after the other."""
    rows = [
        {"year": row["month"].year, "month_number": row["month"].month} | row for row in quantities.to_dict("records")
    ]
    calendar = sorted({(row["year"], row["month_number"]) for row in rows})
    found = {}
    for line in lines:
        for buyer, year, month, quantity in bought_by_hand(line, rows, calendar):
            if line.steps:
                cost, edges = Fraction(0), [Fraction(repr(float(at))) for at, _ in line.steps] + [None]
                for (_, price), low, high in zip(line.steps, edges, edges[1:], strict=False):
                    inside = max(Fraction(0), (quantity if high is None else min(quantity, high)) - low)
                    cost += half_up(inside * price_by_hand(line, price, year, month, calendar[0]), 2)
            else:
                cost = half_up(quantity * price_by_hand(line, line.price, year, month, calendar[0]), 2)
            life = int(line.life_months) or 1
            for k in range(life):
                y, m = year + (month - 1 + k) // 12, (month - 1 + k) % 12 + 1
                if (y, m) in calendar:
                    part = half_up(cost * (k + 1) / life, 2) - half_up(cost * k / life, 2)
                    found[y, m, line.name, buyer] = found.get((y, m, line.name, buyer), Fraction(0)) + part
    return found


def bought_by_hand(line, rows, calendar):
    """(queue, year, month, quantity) of every purchase of a line."""
    first = (int(line.start[:4]), int(line.start[5:])) if line.start else calendar[0]
    y, m, k = *first, 0
    while (y, m) <= calendar[-1]:
        due = k == 0 if line.driver == "once" else k % line.every == 0 and (not line.end or f"{y}-{m:02d}" <= line.end)
        if due and line.driver in ("month", "once") and ((y, m) >= calendar[0] or line.life_months):
            yield "", y, m, Fraction(1)
        elif due and line.steps:
            mine = [Fraction(repr(row[line.driver])) for row in rows if (row["year"], row["month_number"]) == (y, m)]
            yield from [("", y, m, sum(mine))] if mine else []
        elif due and line.driver not in ("month", "once"):
            yield from (
                (row["queue"], y, m, Fraction(repr(row[line.driver])))
                for row in rows
                if (row["year"], row["month_number"]) == (y, m)
            )
        y, m, k = (y, m + 1, k + 1) if m < 12 else (y + 1, 1, k + 1)


@examples(60)
@given(lines(), st.integers(1, 20), st.dates(date(2026, 1, 1), date(2027, 12, 1)), st.randoms(use_true_random=False))
def test_the_ledger_equals_plain_loops_of_fractions(some, count, begin, random):
    stamps = pd.date_range(begin.replace(day=1), periods=count, freq="MS")
    table = pd.DataFrame(
        [
            {"queue": queue, "month": month}
            | {name: round(random.uniform(0, 90), 6) for name in ("agent", "hire", "call", "paid hour")}
            for queue in ("a", "b")
            for month in stamps
        ]
    )
    where = centre(exchange={"USD": 0.92})
    wages = BudgetLine(name="agents' wages", driver="paid hour", price=14.2)
    ledger = ledger_of((wages, *some), table, where, {}, "agents' wages")
    got = {}
    for row in ledger.itertuples():
        key = row.month.year, row.month.month, row.line, row.queue
        got[key] = got.get(key, Fraction(0)) + Fraction(row.amount)
    paid = budget_by_hand((wages,), table)
    table["wages"] = [
        float(paid[row.month.year, row.month.month, "agents' wages", row.queue]) for row in table.itertuples()
    ]
    expected = paid | budget_by_hand(some, table)
    assert {key: value for key, value in got.items() if value} == {
        key: value for key, value in expected.items() if value
    }


@examples(12)
@given(lines(), st.integers(1, 8))
def test_the_total_is_the_sum_of_the_amounts_however_they_are_grouped(some, count):
    contacts = people(count, queues=("a", "b"))[["queue", "month"]].assign(offered=1234.5, load_hours=77.7)
    budget = plan_budget(
        people(count, queues=("a", "b"), starters=1.7), centre(exchange={"USD": 0.92}), contacts=contacts, lines=some
    )
    text = sum(int(str(amount).replace(".", "")) for amount in budget.ledger["amount"])  # the cents as they are shown
    assert int(budget.total * 100) == text and budget.total == budget.set_up + budget.running
    for size in (1, 2, 3):
        for columns in combinations(("month", "category", "line", "queue", "driver", "set_up"), size):
            assert sum(budget.by(*columns), Decimal(0)) == budget.total
    simple = budget.ledger[~budget.ledger["line"].isin([line.name for line in some if line.life_months])]
    for row in simple.itertuples():
        assert (row.quantity * row.price).quantize(Decimal("0.01"), ROUND_HALF_UP) == row.amount


@examples(200)
@given(st.integers(-(10**16), 10**16), st.integers(0, 10**13))
def test_cents_are_those_of_plain_decimals_even_where_64_bits_do_not_hold_them(quantity, price):
    exact = (
        (Decimal(quantity).scaleb(-6) * Decimal(price).scaleb(-6)).quantize(Decimal("0.01"), ROUND_HALF_UP)
        if abs(quantity) * price < 10**25
        else None
    )
    got = int(cents_of(np.array([quantity]), np.array([price]))[0])
    assert got == (abs(quantity * price) * 2 + 10**10) // (2 * 10**10) * (1 if quantity * price >= 0 else -1)
    assert exact is None or Decimal(got).scaleb(-2) == exact


@examples(100)
@given(st.integers(0, 10**11), st.integers(1, 200))
def test_what_is_written_off_adds_up_to_what_was_paid(cents, life):
    parts = written_off(np.array([3]), np.array([cents]), life, np.arange(210))[0]
    assert (
        parts.sum() == cents and (parts[:3] == 0).all() and parts[3 : 3 + life].max() - parts[3 : 3 + life].min() <= 1
    )


# ---- bad input, in words


@pytest.mark.parametrize(
    ("said", "words"),
    [
        (dict(name="rent", price=-5), r"rent: price must be .*got -5"),
        (dict(name="rent", driver="moon"), r"rent: driver must be one of month, once"),
        (dict(name="rent", category="fun"), r"rent: category must be one of labour"),
        (
            dict(name="rent", start="2027-05", end="2027-04"),
            "rent: start must not be after end, got 2027-05 and 2027-04",
        ),
        (dict(name="rent", start="May"), r'rent: start must be a month such as "2027-01"'),
        (dict(name="rent", driver="once"), "a line that comes once needs the month"),
        (dict(name="rent", steps=[[5, 1.0]]), "steps must begin at 0 and rise"),
        (dict(name="rent", steps=[[0, 1.0], [10, 2.0], [10, 1.0]]), "steps must begin at 0 and rise"),
        (dict(name="rent", steps=[[0, -1.0]]), r"steps\[0\] price"),
        (dict(name="rent", steps=[[0, 1.0]], price=3), "steps replace the price"),
        (dict(name="rent", price=3, currency="euro"), "three capital letters"),
        (dict(name="rent", price=3, inflation=3.0e1), "inflation"),
        (dict(name="rent", price=3, every=0), "every"),
        (dict(name="rent", price=3, rises_in=13), "rises_in"),
        (dict(name="rent", price=3, low=4), "low and high must lie around the price"),
        (dict(name="rent", price="3"), "write it without quotes"),
    ],
)
def test_a_line_that_cannot_be_is_refused_in_words(said, words):
    with pytest.raises(ValueError, match=words):
        BudgetLine(**said)


def test_a_budget_that_cannot_be_made_is_refused_in_words():
    with pytest.raises(ValueError, match="headcount has no month"):
        plan_budget(people(0).reindex(columns=people(1).columns), centre())
    with pytest.raises(ValueError, match="missing: paid_fte"):
        plan_budget(people(1).drop(columns="paid_fte"), centre())
    with pytest.raises(
        ValueError, match="months must be a whole number from 1 to 3, the months of the headcount plan, got 4"
    ):
        plan_budget(people(3), centre(), 4)
    with pytest.raises(ValueError, match="months must be a whole number from 1 to 3.*got 0"):
        plan_budget(people(3), centre(), 0)
    with pytest.raises(ValueError, match="paid_fte must be a number from 0 on, got -1"):
        plan_budget(people(1, paid_fte=-1.0), centre())
    with pytest.raises(ValueError, match="a has the month 2027-01 twice"):
        plan_budget(pd.concat([people(1), people(1)]), centre())
    with pytest.raises(ValueError, match="headcount has no row for 2027-02: a budget needs every month"):
        plan_budget(people(3).drop(index=1), centre())
    with pytest.raises(ValueError, match="month must be the first day of a month, got NaT"):
        plan_budget(people(1).assign(month=pd.NaT), centre())
    with pytest.raises(ValueError, match="got rent twice"):
        plan_budget(people(1), centre(), lines=(BudgetLine(name="rent"), BudgetLine(name="rent")))
    with pytest.raises(ValueError, match="calls are not known — give plan_budget contacts="):
        plan_budget(people(1), centre(), lines=(BudgetLine(name="x", driver="call", price=1),))
    with pytest.raises(ValueError, match="contacts has no row for a in 2027-02"):
        plan_budget(
            people(2),
            centre(),
            contacts=pd.DataFrame({"queue": ["a"], "month": [JANUARY], "offered": 1.0, "load_hours": 1.0}),
        )
    with pytest.raises(ValueError, match="hourly_wage must be a number from 0 on, got -3"):
        plan_budget(people(1), centre(), wages=pd.DataFrame({"queue": ["a"], "hourly_wage": [-3.0]}))
    with pytest.raises(ValueError, match="hourly_wage"):
        Costs(hourly_wage=-1)
    with pytest.raises(ValueError, match="by must name columns of the ledger"):
        plan_budget(people(1), centre()).by("colour")


def test_a_formula_in_a_name_stays_text(tmp_path):
    budget = plan_budget(
        people(1), centre(), lines=(BudgetLine(name="=cmd|' /C calc'!A0", price=1, category="marketing"),)
    )
    cells = write_csv(tmp_path / "ledger.csv", budget.ledger).read_text(encoding="utf-8").split(",")
    assert "'=cmd|' /C calc'!A0" in cells and not any(cell.lstrip('"').startswith("=") for cell in cells)


# ---- what it rests on, what it stands beside


def test_every_number_that_the_budget_rests_on_is_listed_once():
    where = centre(
        exchange={"USD": 0.92},
        budget=(BudgetLine(name="rent", price=5, low=4, high=9, source="lease", currency="USD"),),
    )
    table = plan_budget(people(1), where).assumptions.set_index("name")
    assert table.index.is_unique and (table["low"] <= table["value"]).all() and (table["value"] <= table["high"]).all()
    assert table.loc["budget.rent.price", ["value", "unit", "source", "low", "high"]].tolist() == [
        5,
        "USD for a month",
        "lease",
        4,
        9,
    ]
    assert {
        "costs.hourly_wage",
        "hiring.attrition_per_year",
        "flex.overtime",
        "shrinkage.external.sickness",
        "exchange.USD",
    } <= set(table.index)


def test_the_budget_stands_beside_the_same_month_or_the_last_of_its_name():
    ledger = pd.DataFrame(
        {
            "month": pd.to_datetime(["2026-01-01", "2026-02-01", "2027-01-01", "2026-01-01"]),
            "category": "facilities",
            "line": ["RENT", "rent", "rent", "gone"],
            "planned": [1.0, 2.0, 3.0, 9.0],
            "actual": [10.0, 20.0, np.nan, 8.0],
        }
    )
    budget = plan_budget(
        people(3),
        centre(costs=Costs(hourly_wage=0)),
        lines=(BudgetLine(name="house", price=11, ledger="rent", category="facilities"),),
    )
    table = against_ledger(budget, ledger).query("line in ('rent', 'gone')").set_index(["month", "line"])
    assert table.loc[(JANUARY, "rent"), ["budget", "planned", "actual", "difference"]].map(str).tolist() == [
        "11.00",
        "1.00",
        "10.00",
        "1.00",
    ]
    assert (
        str(table.loc[(JANUARY, "gone"), "difference"]) == "-8.00"
        and table.loc[(pd.Timestamp("2027-03-01"), "rent"), "actual"] is None
    )
    assert (
        str(by_category(against_ledger(budget, ledger)).set_index("category").loc["facilities", "difference"])
        == "-16.00"
    )


@pytest.fixture(scope="module")
def bundled():
    folder = sample_centre()
    where = load_centre(folder)
    return where, *(load_table(folder, name, where).frame for name in ("agents", "ledger"))


def test_the_bundled_centres_lines_give_back_the_year_that_was_spent(bundled):
    """The people who were there, priced by centre.toml, against what the ledger says was spent: 12 months to
    September 2026.
    """
    where, agents, ledger = bundled
    budget = plan_budget(past_headcount(agents, where, pd.date_range("2025-10-01", periods=12, freq="MS")), where)
    table = by_category(against_ledger(budget, ledger)).set_index("category")
    spent = ledger[(ledger["month"] >= "2025-10-01") & (ledger["month"] <= "2026-09-01")]
    for category, actual in spent.groupby("category")["actual"].sum().items():
        assert abs(float(table.loc[category, "budget"]) / actual - 1) < 0.05, category
    assert abs(float(budget.total) / spent["actual"].sum() - 1) < 0.02
    assert float(table.loc["total", "actual"]) == pytest.approx(spent["actual"].sum(), abs=0.005)


def test_the_past_counts_people_day_by_day(bundled):
    where, agents, _ = bundled
    table = past_headcount(agents, where, pd.date_range("2025-10-01", periods=12, freq="MS"))
    assert (table["heads_start"] + table["starters"] - table["leavers"] - table["heads_end"]).abs().max() < 1e-9
    days = pd.date_range("2026-03-01", "2026-03-31")
    hours = sum(
        agents.loc[(agents["hired"] <= day) & ~(agents["left"] < day), "weekly_hours"].sum() for day in days
    ) / len(days)
    march = table[table["month"] == "2026-03-01"]["paid_fte"].sum()
    assert march == pytest.approx(hours / 37.5 * where.costs.paid_share, rel=1e-9)


def test_three_years_of_five_queues_and_thirty_lines_are_quick():
    names = [name for name in DRIVERS if name not in ("once", "overtime hour", "outsourced hour")]
    some = tuple(
        BudgetLine(name=f"line {i}", driver=names[i % len(names)], price=1.5 + i, inflation=0.02) for i in range(30)
    )
    plan = people(36, queues=tuple("abcde"))
    contacts = plan[["queue", "month"]].assign(offered=20_000.0, load_hours=1800.0)
    taken = []
    for _ in range(7):
        begin = time.process_time()
        budget = plan_budget(plan, centre(), contacts=contacts, lines=some)
        taken.append(time.process_time() - begin)
    assert len(budget.ledger) > 4500 and isinstance(budget, Budget)
    assert min(taken) < 0.050


def test_a_share_of_wages_needs_wages_by_queue():
    own = BudgetLine(name="agents' wages", category="labour", driver="month", price=10_000)
    with pytest.raises(ValueError, match="on-costs of wages would be a share of nothing"):
        plan_budget(people(1), centre(), lines=(own,))
    without = BudgetLine(name="on-costs of wages", price=0)
    assert str(plan_budget(people(1), centre(), lines=(own, without)).by("line")["agents' wages"]) == "10000.00"


def test_contacts_and_wages_that_stand_twice_or_are_no_numbers_are_told_in_words():
    plan = people(1)
    contacts = plan[["queue", "month"]].assign(offered=1000.0, load_hours=100.0)
    with pytest.raises(ValueError, match="contacts: a has the month 2027-01 twice"):
        plan_budget(plan, centre(), contacts=pd.concat([contacts, contacts]))
    with pytest.raises(ValueError, match="contacts: offered must be a column of numbers"):
        plan_budget(plan, centre(), contacts=contacts.assign(offered="many"))
    with pytest.raises(ValueError, match="wages must have the columns queue and hourly_wage"):
        plan_budget(plan, centre(), wages=pd.DataFrame({"queue": ["a"]}))
    with pytest.raises(ValueError, match="wages: a must stand once"):
        plan_budget(plan, centre(), wages=pd.DataFrame({"queue": ["a", "a"], "hourly_wage": [1.0, 2.0]}))


def test_wages_and_past_people_count_the_same_people_to_the_same_queue():
    """The first skill that is a queue, whatever spaces stand around it; who has no day of hire is long here."""
    agents = pd.DataFrame(
        {
            "hired": pd.to_datetime([None] + ["2020-01-01"] * 4),
            "left": pd.NaT,
            "weekly_hours": 35.0,
            "hourly_wage": [30.0, 20.0, 20.0, 20.0, 20.0],
            "skills": ["old; a"] * 5,
        }
    )
    assert mean_wages(agents, centre(), "2027-01-01").values.tolist() == [["a", 22.0, 5]]
    past = past_headcount(agents, centre(), pd.to_datetime(["2026-01-01"]))
    assert past[["queue", "heads_end"]].values.tolist() == [["a", 5.0]]
