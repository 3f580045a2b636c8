"""Findings of one cause are told as one, in few words, and the next audit still finds each of them."""

from decimal import Decimal

import pytest

from ccplan.auditing import KPIS
from ccplan.auditing.concluding.actions import actions_of, carried
from ccplan.auditing.concluding.gathering import gathered
from ccplan.auditing.concluding.verdict import verdict
from ccplan.auditing.findings import Finding
from ccplan.auditing.standing.remedies import REMEDIES, remedy


def finds(key, area="customers", severity="red", says="x", evidence="why", **more):
    return Finding(
        key=key, area=area, severity=severity, says=says, evidence=evidence, **{"action": f"do {key}"} | more
    )


LAUNCH = [
    finds(
        "reason flex",
        severity="amber",
        says="Contacts about 'flex': handle time went in a from 1 to 2, in b from 1 to 3 s",
        brief="Flex made contacts longer",
    ),
    *(finds(key, evidence="kpis") for key in ("fcr a", "fcr b", "csat a")),
    finds("understaffed a", "people", "amber", evidence="promises"),
    finds("forecast_aht a", "improvements", "amber"),
    finds("forecast_aht b", "improvements", "amber"),
    finds("sickness Oak", "people"),
]


def test_a_cause_speaks_for_what_it_moved_and_plans_learn_apart():
    told = gathered(LAUNCH)
    assert {one.key: [other.key for other in one.also] for one in told} == {
        "reason flex": ["fcr a", "fcr b", "csat a", "understaffed a"],
        "sickness Oak": [],
        "forecast_aht a": ["forecast_aht b"],
    }
    flex = told[0]
    assert flex.severity == "red" and flex.action == "do reason flex", "as grave as the gravest; the cause's own action"
    assert "3 promises were missed with it: first contact resolution (a, b); customer satisfaction (a)" in flex.says
    assert sum(len(one.each) for one in told) == len(LAUNCH), "nothing is lost"


def test_areas_keep_the_colour_of_what_is_told_elsewhere():
    told = verdict(gathered(LAUNCH[:5]), "2026Q2")
    assert [area.colour for area in told.areas] == ["red", "amber", "green", "green"] and told.areas[1].reason == "x"
    assert told.sentence.startswith(
        "2026Q2: 1 finding; red: customer satisfaction; amber: employee productivity. First: "
    )


@pytest.mark.parametrize(("spent", "alone"), [(500, False), (499, True)])
def test_a_price_is_told_with_what_was_overspent_where_that_explains_it(spent, alone):
    over = finds("over plan rent", "money", cost=Decimal(spent))
    price = finds("cost_per_contact", "money", evidence="kpis", cost=Decimal(500), says="Cost per contact was 6")
    told = gathered([over, price])
    assert (len(told) == 2) == alone and (alone or "Cost per contact was 6" in told[0].says)


def test_what_is_told_with_another_is_still_there():
    before = actions_of([finds("csat a"), finds("gone a")], "2026Q1")
    became = carried(before, gathered(LAUNCH), "2026Q2").set_index("key")["became"]
    assert became.to_dict() == {"csat a": "still there", "gone a": "gone"}


def test_few_words_are_few():
    assert finds("k", says="One. Two.").short == "One" and finds("k", says="was 6.2 % of 3.").short == "was 6.2 % of 3"
    assert finds("k", brief=" ".join(["word"] * 30)).short.split() == ["word"] * 20 + ["…"]


def test_every_kpi_has_something_to_do_that_fits():
    assert set(REMEDIES) == set(KPIS)
    for kpi in ("fcr", "csat", "nps", "repeat_rate", "cost_per_contact", "absenteeism"):
        assert not remedy(kpi).action.startswith("Staff")
    assert (
        remedy("service_level")
        .action.format(where=" for a", of=" of a")
        .startswith("Staff for a so that the promise holds")
    )
