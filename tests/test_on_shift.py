"""Which shifts are worked for which queue, and what shifts must cover: by hand."""

import numpy as np
import pandas as pd
import pytest

from ccplan.data import Centre, OpeningHours, Queue, Shift, Shrinkage
from ccplan.planning import compare_erlang, desk_requirement, shifts_of_queue
from ccplan.planning.service.comparison import erlang_bill
from ccplan.planning.staffing import staff
from ccplan.queueing import Targets

SHOP = Queue(name="shop", hours=OpeningHours.of(weekdays="08:00-20:00"))
DESK = Queue(name="desk", hours=OpeningHours.of(weekdays="09:00-17:00"))
ROUND = Queue(name="round the clock", hours=OpeningHours.of(every_day="00:00-24:00"))
NOON = Queue(name="noon", hours=OpeningHours.of(weekdays="10:00-12:00"))
SHIFTS = (
    Shift(
        name="full", starts="08:00-12:00", length_s=8 * 3600
    ),  # 08:00 to 20:00 at the latest: the shop's, not the desk's
    Shift(name="office", starts="09:00", length_s=8 * 3600),  # just the desk's hours
    Shift(name="night", starts="22:00", length_s=8 * 3600),  # over midnight: only where somebody always answers
    Shift(name="short", starts="10:30", length_s=4 * 3600),  # within the desk's hours, and begins within noon's
)


@pytest.mark.parametrize(
    "queue, names",
    [("shop", ["full"]), ("desk", ["office", "short"]), ("round the clock", ["night"]), ("noon", ["short"])],
)
def test_a_shift_is_worked_for_the_narrowest_queue_that_it_lies_in(queue, names):
    centre = Centre(name="x", queues=(SHOP, DESK, ROUND, NOON), shifts=SHIFTS)
    assert [shift.name for shift in shifts_of_queue(centre, queue)] == names


def test_the_desk_requirement_leaves_out_what_the_roster_holds():
    # Of 100 paid hours 20 are leave, which the roster knows, and 20 training: of 80 on shift 60 are at the desk,
    # so 6 at desks are 8 on shift.
    centre = Centre(
        name="x", queues=(SHOP,), shrinkage=Shrinkage(external={"annual leave": 0.2}, internal={"training": 0.2})
    )
    staffed = pd.DataFrame(
        {
            "queue": "shop",
            "start": pd.date_range("2026-09-28 08:00", periods=2, freq="30min"),
            "agents": [6, 0],
            "offered": 9.0,
            "aht_s": 200.0,
        }
    )
    found = desk_requirement(staffed, centre)
    assert found["agents"].round(9).tolist() == [8, 0] and found["net"].tolist() == [6, 0]
    assert list(found) == ["queue", "start", "agents", "net", "offered", "aht_s"]


def test_erlang_c_beside_erlang_a_costs_the_agents_that_patience_saves():
    # Textbook: 100 calls of 180 s in half an hour are 10 Erlang, for which Erlang C asks 14 agents at 80 % in 20 s.
    queue = Queue(name="shop", hours=SHOP.hours, targets=Targets(service_level=0.8, target_s=20), patience_s=60.0)
    centre = Centre(
        name="x", queues=(queue,), interval_s=1800, shrinkage=Shrinkage(external={}, internal={"training": 0.5})
    )
    day = pd.DataFrame(
        {
            "queue": "shop",
            "start": pd.date_range("2026-09-28 08:00", periods=2, freq="30min"),
            "offered": [100.0, 0.0],
            "aht_s": 180.0,
        }
    )
    compared = compare_erlang(day, centre)
    assert compared["erlang_c"].tolist() == [14, 0] and compared["load"].tolist() == [10, 0]
    saved = compared["erlang_c"] - compared["erlang_a"]
    assert saved[0] > 0 and np.allclose(
        compared["cost_difference"], saved * centre.costs.loaded_hourly_cost
    )  # ½ h ÷ (1 − ½) each
    bill = erlang_bill(compared, centre)
    assert bill["agent_hours"].tolist() == [compared["erlang_c"].sum() / 2, compared["erlang_a"].sum() / 2]
    assert (
        bill["cost"].iloc[0] > bill["cost"].iloc[1]
        and bill["service_level"].iloc[0] > bill["service_level"].iloc[1] >= 0.8
    )
    assert bill["abandonment"].iloc[1] == pytest.approx(staff(day, centre)["abandonment"].iloc[0])


@pytest.mark.parametrize("at_desk, words", [(75, "write 75 % as 0.75"), (0, "at_desk must be in"), ("all", "number")])
def test_a_share_at_desks_that_cannot_be_is_refused(at_desk, words):
    staffed = pd.DataFrame({"queue": "shop", "start": [pd.Timestamp("2026-09-28 08:00")], "agents": [6.0]})
    with pytest.raises(ValueError, match=words):
        desk_requirement(staffed, Centre(name="x", queues=(SHOP,)), at_desk=at_desk)
    with pytest.raises(ValueError, match="missing: agents"):
        desk_requirement(staffed.drop(columns="agents"), Centre(name="x", queues=(SHOP,)))
