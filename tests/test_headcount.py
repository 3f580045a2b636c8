"""Headcount month by month: by hand, and against people who are hired, trained and lost one by one."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from ccplan.data import Centre, CentreError, Costs, Flex, Hiring, OpeningHours, Queue, Shrinkage, starter_toml
from ccplan.data.centre_file import read_centre_text
from ccplan.data.evidence.seasons import shrinkage_by_month, with_months
from ccplan.planning import monthly_requirement, plan_budget, plan_deferred, plan_headcount, staff
from ccplan.planning.people.cohorts import people_here, teams_of
from ccplan.planning.people.gap_service import gap_for_service, service_curves, service_of
from ccplan.planning.people.headcount_notes import headcount_notes
from ccplan.planning.money.labour_prices import headcount_costs
from ccplan.queueing import chat_performance, performance

STEADY = Hiring(attrition_per_year=0, training_weeks=0, ramp=(), lead_time_weeks=0)
NOBODY = pd.DataFrame({"queue": [], "month": [], "heads": []})


def centre_of(*queues, **parts):
    return Centre(name="Small", queues=tuple(Queue(name=name) for name in queues or ("a",)), **parts)


def requirement_of(first="2027-01-01", **fte):
    parts = [
        pd.DataFrame(
            {
                "queue": queue,
                "month": pd.date_range(first, periods=len(values), freq="MS"),
                "fte": np.asarray(values, float),
            }
        )
        for queue, values in fte.items()
    ]
    return pd.concat(parts, ignore_index=True)


def people_of(**heads):
    return pd.DataFrame(
        {
            "queue": list(heads),
            "started": pd.Timestamp("1970-01-01"),
            "heads": list(heads.values()),
            "fte": list(heads.values()),
        }
    )


def one(**row):
    return pd.DataFrame([{"queue": "a"} | row])


# ------------------------------------------------------------------------------------------ agent by agent


def lives_one_by_one(hiring, heads, months, seed):
    """Heads at the end, in training and output of each month: each person leaves at a day of their own, by chance."""
    rng = np.random.default_rng(seed)
    days = np.arange(months * 30)
    here = np.ones((heads, len(days)), dtype=bool)
    for person in range(heads):
        for month in range(months):
            yearly = next(
                (share for until, share in hiring.attrition_by_tenure if month < until), hiring.attrition_per_year
            )
            if rng.random() < (yearly / 12) / (1 + yearly / 24):
                here[person, month * 30 + int(rng.integers(0, 30)) :] = False
                break
    since = (days / 30 - hiring.training_weeks / (365.25 / 12 / 7)).round(9)
    ramp = np.array([*hiring.ramp, 1.0])
    output = np.where(since >= 0, ramp[np.clip(since.astype(int), 0, len(hiring.ramp))], 0.0)
    by_month = here.reshape(heads, months, 30)
    return (
        by_month[:, :, -1].sum(axis=0),
        (here * (since < 0)).reshape(heads, months, 30).mean(axis=2).sum(axis=0),
        (here * output).reshape(heads, months, 30).mean(axis=2).sum(axis=0),
    )


def test_a_class_is_what_its_people_are_one_by_one():
    hiring = Hiring(
        attrition_per_year=0.4,
        attrition_by_tenure=((3, 1.5), (6, 0.8)),
        training_weeks=1.4 * 365.25 / 12 / 7,
        ramp=(0.5, 0.7, 0.9),
        class_size=5000,
    )
    plan = plan_headcount(
        requirement_of(a=[0] * 9),
        centre_of(hiring=hiring),
        people=people_of(a=0),
        hires=one(month="2027-01-01", heads=4000),
    )
    ends, trainees, output = lives_one_by_one(hiring, 4000, 9, seed=1)
    assert plan["heads_end"].to_numpy() == pytest.approx(ends, rel=0.02)
    assert plan["trainees"].to_numpy() == pytest.approx(
        trainees, rel=0.02, abs=60
    )  # those who leave in a month are there at its start
    assert plan["productive_fte"].to_numpy() == pytest.approx(output, rel=0.02, abs=60)


def test_leavers_over_average_headcount_is_the_attrition_of_the_centre():
    centre = centre_of(hiring=Hiring(attrition_per_year=0.24))
    plan = plan_headcount(requirement_of(a=[0] * 12), centre, people=people_of(a=100), hires=NOBODY)
    average = (plan["heads_start"] + plan["heads_end"]) / 2
    assert (plan["leavers"] / average * 12).to_numpy() == pytest.approx(0.24)


# ------------------------------------------------------------------------------------------ by hand


def test_the_months_add_up_with_everything_in_them():
    centre = centre_of(
        "a",
        "b",
        hiring=Hiring(training_weeks=5, class_size=8, seasonal_months=2),
        flex=Flex(overtime=0.1, outsourced_fte=2, part_time=0.5),
    )
    hires = pd.DataFrame(
        {
            "queue": ["a", "a", "b"],
            "month": ["2027-02-01", "2027-03-01", "2027-02-01"],
            "heads": [9, 4, 3],
            "contract_months": [0, 2, 0],
        }
    )
    moves = pd.DataFrame(
        {"queue": ["b"], "to": ["a"], "month": ["2027-02-01"], "heads": [2], "fte": [2], "retraining_weeks": [4]}
    )
    plan = plan_headcount(
        requirement_of(a=[20] * 6, b=[10] * 6), centre, people=people_of(a=18, b=12), hires=hires, moves=moves
    )
    assert (plan["heads_start"] + plan["starters"] + plan["moved"] - plan["leavers"]).to_numpy() == pytest.approx(
        plan["heads_end"]
    )
    for _, rows in plan.groupby("queue"):
        assert rows["heads_start"].to_numpy()[1:] == pytest.approx(rows["heads_end"].to_numpy()[:-1])
    assert plan.groupby("queue")["moved"].sum().to_dict() == {"a": 2, "b": -2}
    assert plan["available_fte"].to_numpy() == pytest.approx(
        plan[["productive_fte", "overtime_fte", "outsourced_fte"]].sum(axis=1)
    )
    assert plan["gap_fte"].to_numpy() == pytest.approx(plan["available_fte"] - plan["required_fte"])
    assert plan["contracts_ended"].to_numpy()[3] > 3 and plan["classes"].tolist()[:3] == [0, 2, 1]


def test_retraining_takes_people_from_the_phones():
    moves = pd.DataFrame(
        {
            "queue": ["b"],
            "to": ["a"],
            "month": ["2027-02-01"],
            "heads": [1],
            "fte": [1],
            "retraining_weeks": [365.25 / 12 / 7 * 1.5],
        }
    )
    plan = plan_headcount(
        requirement_of(a=[5] * 4, b=[5] * 4),
        centre_of("a", "b", hiring=STEADY),
        people=people_of(a=5, b=5),
        hires=NOBODY,
        moves=moves,
    )
    mine = plan[plan["queue"] == "a"]
    assert mine["productive_fte"].tolist() == pytest.approx([5, 5, 5.5, 6]) and mine[
        "trainees"
    ].tolist() == pytest.approx([0, 1, 0.5, 0])


def test_overtime_and_the_outsourcer_fill_the_cheaper_first_and_share():
    flex = Flex(overtime=0.1, outsourced_fte=1.5, outsourced_hourly=90)
    needed = requirement_of(a=[11, 12], b=[10, 12])
    plan = plan_headcount(
        needed, centre_of("a", "b", hiring=STEADY, flex=flex), people=people_of(a=10, b=10), hires=NOBODY
    )
    assert plan["overtime_fte"].tolist() == pytest.approx([1, 1, 0, 1])  # overtime is cheaper than 90 an hour
    assert plan["outsourced_fte"].tolist() == pytest.approx([0, 0.75, 0, 0.75])
    cheap = plan_headcount(
        needed,
        centre_of("a", "b", hiring=STEADY, flex=replace(flex, outsourced_hourly=10)),
        people=people_of(a=10, b=10),
        hires=NOBODY,
    )
    assert cheap["outsourced_fte"].tolist() == pytest.approx([1, 0.75, 0, 0.75])
    assert cheap["gap_fte"].tolist() == pytest.approx([0, -0.25, 0, -0.25])


def test_the_outsourcer_comes_after_its_notice():
    centre = centre_of(hiring=STEADY, flex=Flex(overtime=0, outsourced_fte=5, outsourced_notice_weeks=6))
    plan = plan_headcount(requirement_of(a=[6, 6, 6]), centre, people=people_of(a=5), hires=NOBODY, at="2026-12-28")
    assert plan["outsourced_fte"].tolist() == [0, 0, 1]  # 42 days on it is 8 February


def test_costs_by_hand():
    """January 2027: 4 people × 31 ÷ 7 × 37.5 h × 19.50, one starter for 1,000, a class for 500, five seats for 100."""
    centre = centre_of(
        hiring=replace(STEADY, class_cost=500), flex=Flex(overtime=0), costs=Costs(per_hire=1000, seat_per_month=100)
    )
    plan = plan_headcount(requirement_of(a=[5]), centre, people=people_of(a=4), hires=one(month="2027-01-01", heads=1))
    costs = headcount_costs(plan, centre).iloc[0]
    assert costs[["wages", "seats", "recruiting", "classes"]].tolist() == pytest.approx(
        [5 * 31 / 7 * 37.5 * 19.5, 500, 1000, 500]
    )
    assert costs["cost"] == pytest.approx(5 * 31 / 7 * 37.5 * 19.5 + 2000)


def test_the_budget_of_a_plan_is_what_the_plan_costs():
    """Two reckonings of one plan's money: the hiring plan's prices, and the ledger's lines to the cent."""
    costs = Costs(per_hire=1000, seat_per_month=100)
    centre = centre_of(
        hiring=Hiring(class_cost=500, class_size=4), flex=Flex(overtime=0.1, outsourced_fte=1), costs=costs
    )
    plan = plan_headcount(
        requirement_of(a=[10, 11, 12, 14]), centre, people=people_of(a=10), hires=one(month="2027-02-01", heads=2)
    )
    assert float(plan_budget(plan, centre, lines=()).total) == pytest.approx(
        headcount_costs(plan, centre)["cost"].sum(), abs=0.5
    )


def test_a_month_without_need_asks_for_nobody():
    plan = plan_headcount(requirement_of(a=[0, 0]), centre_of(), people=people_of(a=0))
    assert (plan.drop(columns=["queue", "month"]) == 0).all().all()


def test_no_hires_given_means_the_cheapest_and_they_keep_the_requirement():
    plan = plan_headcount(
        requirement_of(a=[10, 10, 11, 12]), centre_of(hiring=replace(STEADY, class_size=4)), people=people_of(a=10)
    )
    assert plan["gap_fte"].min() >= -1e-6 and plan["starters"].sum() > 0


# ------------------------------------------------------------------------------------------ months and shrinkage


def staffed_half_year(queues=("a",), closed=()):
    """Half an hour's calls day and night for six months, but for queues that are closed in March."""
    start = pd.date_range("2027-01-01", "2027-07-01", freq="30min", inclusive="left")
    rows = [
        pd.DataFrame(
            {"queue": q, "start": start[start.month != 3] if q in closed else start, "offered": 50.0, "aht_s": 180.0}
        )
        for q in queues
    ]
    return pd.concat(rows, ignore_index=True)


def test_shrinkage_by_month_grosses_up_each_month_and_its_causes_add_up():
    shrinkage = Shrinkage(
        external={"leave": 0.1}, internal={"breaks": 0.1}, by_month={"leave": [0, 0, 0, 0, 0, 6, 6, 0, 0, 0, 0, 0]}
    )
    centre = centre_of(shrinkage=shrinkage)
    months = monthly_requirement(staff(staffed_half_year(), centre), centre)
    assert months["shrinkage_paid"].tolist() == pytest.approx([0.1] * 5 + [0.7])
    assert months["shrinkage_scheduled"].tolist() == pytest.approx([0.1] * 5 + [0.1 / 0.4])
    assert (months["fte_net"] / months["fte"]).tolist() == pytest.approx([0.9] * 5 + [0.3])
    assert (months["fte_net"] + months["fte_leave"] + months["fte_breaks"]).to_numpy() == pytest.approx(months["fte"])
    assert (months["fte_scheduled"] + months["fte_leave"]).to_numpy() == pytest.approx(months["fte"])


def test_causes_that_multiply_add_up_too():
    shrinkage = Shrinkage(combine="multiplicative", external={"leave": 0.1}, internal={"breaks": 0.2})
    assert sum(shrinkage.in_month(5).values()) == pytest.approx(1 - 0.9 * 0.8)


def test_a_closed_month_needs_nobody():
    centre = centre_of("a", "b")
    months = monthly_requirement(staff(staffed_half_year(("a", "b"), closed=("b",)), centre), centre)
    march = months[(months["queue"] == "b") & (months["month"] == "2027-03-01")].iloc[0]
    assert march["fte"] == 0 and march["days"] == 0 and len(months) == 12
    plan = plan_headcount(
        months,
        centre,
        hires=NOBODY,
        curves=service_curves(staff(staffed_half_year(("a", "b"), closed=("b",)), centre), centre),
    )
    assert plan.loc[(plan["queue"] == "b") & (plan["month"] == "2027-03-01"), "service_level"].item() == 1.0


@pytest.mark.parametrize(
    "by_month, words",
    [
        ("leave = [1, 1]", "twelve factors, January first, got 2"),
        ("leave = [2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2]", "average 1"),
        ("leav = [1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1]", "did you mean leave"),
        ("leave = [12, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]", "month 1 must be in"),
        ("leave = [-1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 3]", "leave"),
        ('leave = "summer"', "twelve factors"),
    ],
)
def test_wrong_factors_are_told(by_month, words):
    text = f'name = "x"\n[queues.a]\n[shrinkage.external]\nleave = 0.1\n[shrinkage.internal]\nbreaks = 0.1\n[shrinkage.by_month]\n{by_month}\n'
    with pytest.raises(CentreError, match=words):
        read_centre_text(text)


def test_a_file_with_months_says_the_same_when_written_and_read_again():
    text = (
        'name = "x"\n[queues.a]\n[shrinkage.external]\n"annual leave" = 0.1\n[shrinkage.internal]\nbreaks = 0.1\n'
        '[shrinkage.by_month]\n"annual leave" = [0.5, 0.5, 0.5, 0.5, 0.5, 1, 3, 3, 1, 0.5, 0.5, 0.5]\n'
    )
    centre = read_centre_text(text)
    assert (
        read_centre_text(starter_toml(centre)).shrinkage == centre.shrinkage
        and centre.shrinkage.by_month["annual leave"][6] == 3
    )


def a_year_of_activities(seed=0):
    """Ten people's days of 2027: leave is twice as likely in July and August, sickness alike all year."""
    rng, rows = np.random.default_rng(seed), []
    for day in pd.date_range("2027-01-04", "2027-12-31", freq="B"):
        for person in range(10):
            luck = rng.random()
            away = 0.30 if day.month in (7, 8) else 0.05
            what = "leave" if luck < away else "sickness" if luck < away + 0.05 else "work"
            rows.append((f"p{person}", day + pd.Timedelta(hours=8), day + pd.Timedelta(hours=16), what))
    return pd.DataFrame(rows, columns=["agent", "start", "end", "actual"])


def test_seasons_come_from_the_records_and_chance_makes_none():
    activities = a_year_of_activities()
    found = shrinkage_by_month(activities)
    counted = activities[activities["start"].dt.month == 7]["actual"].eq("leave").mean()
    july = found[(found["cause"] == "annual leave") & (found["month"] == 7)].iloc[0]
    assert july["share"] == pytest.approx(counted, abs=0.05)  # a week counts to one month
    assert found.groupby("cause")["seasonal"].first().to_dict() == {
        "annual leave": True,
        "sickness": False,
        "work": True,
    }
    centre = with_months(
        centre_of(shrinkage=Shrinkage(external={"annual leave": 0.1, "sickness": 0.05}, internal={})), activities
    )
    assert list(centre.shrinkage.by_month) == ["annual leave"]
    assert np.mean(centre.shrinkage.by_month["annual leave"]) == pytest.approx(1, abs=0.01)
    assert with_months(centre, activities) is centre
    with pytest.raises(ValueError, match="too few weeks of month 7, 8"):
        shrinkage_by_month(activities[~activities["start"].dt.month.isin([7, 8])])


# ------------------------------------------------------------------------------------------ service


def test_service_of_a_gap_is_that_of_fewer_agents():
    """Half of 20 required agents are 10; of 13 they are 6 on half the days and 7 on the others."""
    centre = Centre(name="x", queues=(Queue(name="a", patience_s=120.0),))
    start = pd.date_range("2027-01-01", periods=2, freq="30min")
    staffed = staff(
        pd.DataFrame({"queue": "a", "start": start, "offered": [160.0, 95.0], "aht_s": 180.0}),
        centre,
        agents=np.array([20, 13]),
    )
    row = service_curves(staffed, centre, shares=(0, 0.5, 1)).iloc[1]
    big, low, high = (
        performance(calls, 180, agents, patience_s=120, target_s=20) for calls, agents in ((160, 10), (95, 6), (95, 7))
    )
    in_time = 160 * big.service_level + 95 * (low.service_level + high.service_level) / 2
    lost = 160 * big.abandonment + 95 * (low.abandonment + high.abandonment) / 2
    assert row["service_level"] == pytest.approx(in_time / 255) and row["abandonment"] == pytest.approx(lost / 255)


def test_mail_that_too_few_people_answer_comes_late():
    """Against the plan of a given staff, which is told interval by interval; a live queue's answer time stays its
    own.
    """
    mail = Queue(name="mail", channel="email", deadline_s=14_400, worked=OpeningHours.of(weekdays="09:00-17:00"))
    chat = Queue(
        name="chat",
        channel="chat",
        patience_s=240,
        at_once=2,
        slowdown=0.2,
        hours=OpeningHours.of(weekdays="09:00-12:00"),
    )
    centre = Centre(name="x", queues=(mail, chat))
    start = pd.date_range("2027-03-01 09:00", "2027-03-02 09:00", freq="30min")[[*range(8), -1]]
    rows = pd.concat(
        [pd.DataFrame({"queue": name, "start": start, "offered": 60.0, "aht_s": 300.0}) for name in ("mail", "chat")],
        ignore_index=True,
    )
    staffed = staff(rows, centre)
    found = service_curves(staffed, centre, shares=(0, 0.8, 1)).set_index(["queue", "share"])
    mine = staffed[staffed["queue"] == "mail"].reset_index(drop=True)
    given = plan_deferred(mine[["queue", "start", "offered", "aht_s"]], centre, agents=mine["agents"].to_numpy() * 0.8)
    in_time = (
        given.intervals["service_level"] * given.intervals["offered"]
    ).sum()  # the second day comes too late: it waits for the first
    assert found.loc[("mail", 0.8), "service_level"] * 540 == pytest.approx(in_time, abs=0.1) and 0 < in_time < 480
    assert found.loc[("mail", 0), "service_level"] == 0 and found.loc[("mail", 1), "service_level"] >= 0.8
    assert found.loc[("mail", 0), "asa_s"] == np.inf and (found["abandonment"]["mail"] == 0).all()
    both = service_curves(staffed, centre, teams={"all": ("mail", "chat")}, shares=(0, 0.8, 1)).set_index("share")
    assert both["asa_s"].loc[1] == pytest.approx(found.loc[("chat", 1), "asa_s"])
    assert both["service_level"].loc[0.8] == pytest.approx(found["service_level"].xs(0.8, level="share").mean())
    whole = staffed[staffed["queue"] == "chat"].iloc[0]
    crew = chat_performance(60, 300, whole["agents"], at_once=2, slowdown=0.2, patience_s=240)
    assert found.loc[("chat", 1), "service_level"] == pytest.approx(crew.service_level)


def test_the_full_requirement_gives_the_service_that_was_staffed_for():
    centre = Centre(name="x", queues=(Queue(name="a", patience_s=120.0), Queue(name="b", patience_s=300.0)))
    staffed = staff(staffed_half_year(("a", "b")), centre)
    curves = service_curves(staffed, centre, teams={"all": ("a", "b")}, shares=(0.5, 1.0))
    months = monthly_requirement(staffed, centre, teams={"all": ("a", "b")})
    full = service_of(curves, months["queue"], months["month"], np.ones(len(months)))
    assert full["service_level"].to_numpy() == pytest.approx(months["service_level"])


def test_between_two_shares_the_line_is_close():
    centre = Centre(name="x", queues=(Queue(name="a", patience_s=120.0),))
    staffed = staff(staffed_half_year(), centre)
    coarse, fine = (
        service_curves(staffed, centre),
        service_curves(staffed, centre, shares=(0.0, 0.63, 0.82, 0.925, 1.08, 1.3)),
    )
    read = service_of(coarse, fine["queue"], fine["month"], fine["share"])
    assert (read["service_level"] - fine["service_level"]).abs().max() < 0.02


def test_a_service_floor_is_a_gap_that_gives_it():
    centre = Centre(name="x", queues=(Queue(name="a", patience_s=120.0),))
    curves = service_curves(staff(staffed_half_year(), centre), centre)
    gaps = gap_for_service(curves, 0.7)
    given = service_of(curves, gaps["queue"], gaps["month"], 1 - gaps["allowed_gap"])
    assert given["service_level"].to_numpy() == pytest.approx(0.7, abs=1e-6)
    needed = monthly_requirement(staff(staffed_half_year(), centre), centre)
    plan = plan_headcount(needed, centre, people=people_of(a=0), allowed_gap=gaps, curves=curves, at="2026-01-01")
    assert plan["service_level"].min() == pytest.approx(0.7, abs=0.005) and plan["gap_fte"].min() < 0
    with pytest.raises(ValueError, match="a: 2027-01 cannot give a service level of 100%"):
        gap_for_service(curves, 1.0)


# ------------------------------------------------------------------------------------------ who is here


def agents_table():
    rows = [
        ("Ann", "2020-01-15", None, 37.5, "a"),
        ("Bo", "2026-11-20", None, 18.75, "a;b"),
        ("Cy", "2021-05-01", "2026-12-31", 37.5, "b"),
        ("Di", "2027-01-01", None, 37.5, "b"),
        ("Ed", "2022-02-02", "2027-03-01", 37.5, " b ; a"),
    ]
    table = pd.DataFrame(rows, columns=["agent", "hired", "left", "weekly_hours", "skills"])
    return table.assign(hired=pd.to_datetime(table["hired"]), left=pd.to_datetime(table["left"]))


def test_people_here_are_those_of_the_day_by_their_first_skill():
    people = people_here(agents_table(), centre_of("a", "b"), "2027-01-01", teams={})
    assert people.groupby("queue")[["heads", "fte"]].sum().to_dict("index") == {
        "a": {"heads": 2, "fte": 1.5},
        "b": {"heads": 1, "fte": 1},
    }
    undated = agents_table().assign(hired=pd.NaT)
    assert (
        people_here(undated, centre_of("a", "b"), "2027-01-01", teams={})["heads"].sum() == 4
    )  # all but Cy, who has left
    with pytest.raises(ValueError, match="nobody is here on 2010-01-01"):
        people_here(agents_table(), centre_of("a", "b"), "2010-01-01")
    with pytest.raises(ValueError, match="no skill of anybody is a queue"):
        people_here(agents_table(), centre_of("c"), "2027-01-01")


def test_the_bundled_centre_opens_with_the_people_of_its_table():
    from ccplan.data import load_centre, load_table, sample_centre

    centre, agents = load_centre(sample_centre()), load_table(sample_centre(), "agents").frame
    people = people_here(agents, centre, "2026-10-01")
    assert people["heads"].sum() == agents["left"].isna().sum() == 88
    assert people["fte"].sum() == pytest.approx(
        agents.loc[agents["left"].isna(), "weekly_hours"].sum() / 37.5 * centre.costs.paid_share
    )
    assert teams_of(agents, centre) == {"chat + email": ("chat", "email")}


# ------------------------------------------------------------------------------------------ bad input


@pytest.mark.parametrize(
    "given, words",
    [
        ({"hires": one(month="2027-01-15", heads=3)}, "first day of a month"),
        ({"hires": one(month="2026-12-01", heads=3)}, "before the plan's first month"),
        ({"hires": one(month="2027-01-01", heads=-3)}, "heads must be numbers from 0 on, got -3 in a"),
        ({"hires": one(month="2027-01-01", heads=np.nan)}, "heads must be numbers"),
        ({"hires": one(month="2027-01-01", heads="many")}, "got 'many'"),
        ({"hires": one(month="spring", heads=3)}, "dates such as 2027-01-01"),
        ({"hires": pd.DataFrame({"queue": ["aa"], "month": ["2027-01-01"], "heads": [3]})}, "did you mean a"),
        ({"hires": pd.DataFrame({"queue": ["a"]})}, "missing: month, heads"),
        ({"people": one(started="2027-02-01", heads=1, fte=1)}, "who starts later belongs into hires"),
        ({"people": one(started="2020-02-01", heads=1, fte=-1)}, "fte must be numbers from 0 on"),
        ({"moves": one(to="b", month="2027-01-01")}, "missing: heads"),
        ({"moves": one(to="z", month="2027-01-01", heads=1)}, "to z is not in the requirement"),
        ({"months": 13}, "from 1 to 3"),
        ({"months": 0}, "from 1 to 3"),
        ({"allowed_gap": 1.5}, "write 5 % as 0.05"),
        ({"allowed_gap": -0.1}, "allowed_gap"),
    ],
)
def test_bad_tables_are_told_in_words(given, words):
    given = {"people": people_of(a=5), "hires": NOBODY} | given
    with pytest.raises(ValueError, match=words):
        plan_headcount(requirement_of(a=[5, 5, 5]), centre_of(), **given)


def test_more_people_than_there_are_cannot_move():
    moves = pd.DataFrame({"queue": ["a"], "to": ["b"], "month": ["2027-02-01"], "heads": [7], "fte": [7]})
    with pytest.raises(ValueError, match="more people leave a in 2027-02 than are there, 2.0 too many"):
        plan_headcount(
            requirement_of(a=[5] * 3, b=[5] * 3),
            centre_of("a", "b", hiring=STEADY),
            people=people_of(a=5, b=5),
            hires=NOBODY,
            moves=moves,
        )


def test_a_class_larger_than_the_training_room_is_refused():
    with pytest.raises(ValueError, match="class_size must fit the training room: training_seats = 8, got 12"):
        Hiring(training_seats=8)
    centre = centre_of(hiring=Hiring(class_size=8, training_seats=8))
    plan = plan_headcount(requirement_of(a=[5] * 3), centre, hires=one(month="2027-01-01", heads=20))
    notes = headcount_notes(plan, centre, one(month="2027-01-01", heads=20))
    assert any("2027-01: 20 people are in training at once, the training room holds 8" in note for note in notes)


def test_requirements_with_holes_doubles_or_without_days_are_refused():
    needed = requirement_of(a=[5, 5, 5], b=[1, 1, 1])
    with pytest.raises(ValueError, match="b has no row for 2027-02"):
        plan_headcount(needed.drop(index=4), centre_of("a", "b"))
    with pytest.raises(ValueError, match="a has the month 2027-01 twice"):
        plan_headcount(pd.concat([needed, needed.iloc[:1]]), centre_of("a", "b"))
    with pytest.raises(ValueError, match="no month with open days"):
        plan_headcount(needed.assign(days=0), centre_of("a", "b"))
    with pytest.raises(ValueError, match="fte must be numbers from 0 on"):
        plan_headcount(needed.assign(fte=-1.0), centre_of("a", "b"))
    with pytest.raises(ValueError, match="without one there is no month"):
        monthly_requirement(staff(staffed_half_year().iloc[:0], centre_of()), centre_of())


def test_attrition_above_all_is_allowed_with_a_word_and_percent_is_refused():
    wild = centre_of(hiring=Hiring(attrition_per_year=2.5))
    plan = plan_headcount(requirement_of(a=[5] * 12), wild, hires=NOBODY)
    assert (plan["heads_end"] > 0).all() and "250%" in headcount_notes(plan, wild)[0]
    with pytest.raises(ValueError, match="write 30 % as 0.30"):
        Hiring(attrition_per_year=30)
    with pytest.raises(ValueError, match="hourly_wage"):
        Costs(hourly_wage=-1)
    with pytest.raises(ValueError, match="smallest_class must be at most class_size"):
        Hiring(smallest_class=20)


def test_notes_name_the_worst_month():
    plan = plan_headcount(
        requirement_of(a=[5, 7, 6]),
        centre_of(hiring=STEADY, flex=Flex(overtime=0)),
        people=people_of(a=5),
        hires=NOBODY,
    )
    assert headcount_notes(plan, centre_of(hiring=STEADY)) == (
        "a misses people in 2 of 3 months, most in 2027-02: 2.0 of 7.0 FTE",
    )


def test_the_staffing_panel_takes_a_centre_with_months():
    from ccplan.display.staffing.panel import StaffingInputs, staffing_view

    day = pd.DataFrame(
        {
            "queue": "a",
            "start": pd.date_range("2027-06-01 08:00", periods=4, freq="30min"),
            "offered": 50.0,
            "aht_s": 180.0,
        }
    )
    centre = centre_of(
        shrinkage=Shrinkage(
            external={"leave": 0.1}, internal={}, by_month={"leave": [0, 0, 0, 0, 0, 6, 6, 0, 0, 0, 0, 0]}
        )
    )
    assert staffing_view(day, StaffingInputs(), centre).totals.scheduled > 0


@pytest.mark.parametrize(
    "given, words",
    [
        ({"fte": np.inf}, "fte must be numbers from 0 on, got inf"),
        ({"queue": 1}, "queue must be a column of text"),
        ({"zone": "Europe/Helsinki"}, "month must be a day without a time zone"),
        ({"started": pd.NaT}, "started must be a date in every row"),
        ({"started": pd.Timestamp("2020-01-01", tz="UTC")}, "started must be days without a time zone"),
        ({"allowed_gap": -np.inf}, "allowed_gap must hold a share up to 1"),
    ],
)
def test_what_would_end_in_a_traceback_is_told_in_words(given, words):
    needed = pd.DataFrame({"queue": "a", "month": pd.date_range("2027-01-01", periods=2, freq="MS"), "fte": [3.0, 3.0]})
    people = pd.DataFrame({"queue": ["a"], "started": [pd.Timestamp("2020-01-01")], "heads": [3.0], "fte": [3.0]})
    gaps = needed[["queue", "month"]].assign(allowed_gap=given.get("allowed_gap", 0.0))
    people = people.assign(**{name: value for name, value in given.items() if name == "started"})
    needed = needed.assign(**{name: value for name, value in given.items() if name in ("fte", "queue")})
    if "zone" in given:
        needed["month"] = needed["month"].dt.tz_localize(given["zone"])
    with pytest.raises(ValueError, match=words):
        plan_headcount(needed, centre_of("a"), people=people, hires=[], allowed_gap=gaps)


def test_curves_in_another_order_are_refused_not_misread():
    table = pd.DataFrame(
        {"queue": ["a", "a", "b", "b"], "month": pd.Timestamp("2027-01-01"), "share": [0.0, 1.0, 0.0, 1.0]}
    ).assign(service_level=[0.0, 0.8, 0.0, 0.4], asa_s=0.0, abandonment=0.0, occupancy=0.0)
    month = [pd.Timestamp("2027-01-01")]
    assert service_of(table, ["a"], month, [0.5])["service_level"].item() == pytest.approx(0.4)
    with pytest.raises(ValueError, match="the same shares for every queue and month"):
        service_of(table.sort_values("share", kind="stable"), ["a"], month, [0.5])
