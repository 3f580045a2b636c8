"""centre.toml: what it says is what is held, and every fault is told at once."""

import re
import threading
from dataclasses import replace

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ccplan.data import (
    Centre,
    CentreError,
    Costs,
    Hiring,
    OpeningHours,
    Queue,
    Shrinkage,
    init_centre,
    load_centre,
    public_holidays,
    starter_toml,
)
from ccplan.queueing import Targets
from tests.effort import examples

SMALL = "[queues.service]\naht_s = 240\n"


def write(folder, text, encoding="utf-8"):
    file = folder / "centre.toml"
    file.write_bytes(text.encode(encoding))
    return file


def faults(folder, text):
    with pytest.raises(CentreError) as caught:
        load_centre(write(folder, text))
    return caught.value.faults


def test_a_file_is_read_whole(tmp_path):
    write(
        tmp_path,
        """
name = "Tuki"
time_zone = "Europe/Helsinki"
country = "FI"
interval_s = 900
[queues.service]
patience_s = 120
lines = 40
hours = { weekdays = "08:00-20:00", saturday = "10:00-16:00", holidays = "closed" }
targets = { service_level = 0.9, target_s = 15, max_occupancy = 0.85 }
[shrinkage]
combine = "multiplicative"
external = { leave = 0.1 }
internal = { breaks = 0.2 }
[hiring]
ramp = [0.5, 0.75]
[costs]
hourly_wage = 14.5
""",
    )
    centre = load_centre(tmp_path)
    queue = centre.queue("service")
    assert (centre.name, centre.time_zone, centre.country, centre.interval_s) == ("Tuki", "Europe/Helsinki", "FI", 900)
    assert (queue.patience_s, queue.lines, queue.channel) == (120, 40, "voice")
    assert queue.targets == Targets(service_level=0.9, target_s=15, max_occupancy=0.85)
    assert centre.shrinkage.total == 0.28
    assert centre.hiring.ramp == (0.5, 0.75)
    assert centre.costs.loaded_hourly_cost == 18.85
    assert centre.assumed == ("currency EUR",)


def test_what_is_not_said_is_assumed_and_told(tmp_path):
    centre = load_centre(write(tmp_path, 'name = "x"\n' + SMALL))
    told = "; ".join(centre.assumed)
    for words in ("time zone UTC", "80 % answered in 20 s", "30 % of paid time", "open at all times", "never hang up"):
        assert words in told
    assert centre.shrinkage.total == 0.3 and centre.costs.weekly_hours == 37.5 and centre.costs.on_costs == 0.3


def test_all_faults_of_a_file_are_told_together(tmp_path):
    told = faults(
        tmp_path,
        """
name = ""
time_zone = "Europe/Helsinky"
curency = "EUR"
[queues.service]
aht_s = -1
patiense_s = 30
hours = { mondy = "08:00-20:00", friday = "8 to 4" }
targets = { service_level = 80 }
[shrinkage.external]
leave = 30
[costs]
hourly_wage = "14.50"
""",
    )
    text = "\n".join(told)
    assert len(told) == 10
    assert "curency is not a known setting — did you mean currency?" in text
    assert "shrinkage.external.leave must be in [0, 1), got 30 — write 30 % as 0.30" in text
    assert "time_zone must be a zone of the IANA list such as Europe/Helsinki, got 'Europe/Helsinky'" in text
    assert "queues.service.aht_s must be in (0, inf), got -1" in text
    assert "queues.service.patiense_s is not a known setting — did you mean patience_s?" in text
    assert "queues.service.hours.mondy is not a known setting — did you mean monday?" in text
    assert "queues.service.hours.friday must be spans" in text
    assert "queues.service.targets.service_level must be in" in text
    assert "costs.hourly_wage must be a number, got '14.50' — write it without quotes" in text


def test_a_fault_names_its_file(tmp_path):
    with pytest.raises(ValueError, match=re.escape(str(tmp_path / "centre.toml"))):
        load_centre(write(tmp_path, "name = 3\n" + SMALL))


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("name = Tuki", "line 1"),
        ('name = "a"\nname = "b"\n', "line 2"),
        ('name = "x"', "queues must name one queue at least"),
        ('name = "x"\nqueues = 3', "queues must name one queue at least"),
        ('name = "x"\n[queues]\nservice = 3', "queues.service must be a table"),
        ('name = "x"\ncosts = 3\n' + SMALL, "costs must be a table"),
        ('name = "x"\ncountry = "Finland"\n' + SMALL, "two capital letters"),
        ('name = "x"\ncountry = "XX"\n' + SMALL, "whose holidays are known"),
        ('name = "x"\ncurrency = "euro"\n' + SMALL, "three capital letters"),
        ('name = "x"\ninterval_s = 90.5\n' + SMALL, "whole number"),
        ('name = "x"\n[shrinkage]\nbase = "payed"\n' + SMALL, "must be one of paid, scheduled"),
        ('name = "x"\n[shrinkage]\nexternal = {a = 0.6}\ninternal = {b = 0.6}\n' + SMALL, "its causes make 1.2"),
        ('name = "x"\n[shrinkage]\nexternal = {a = 0.1}\ninternal = {a = 0.1}\n' + SMALL, "must stand once"),
        ('name = "x"\n[shrinkage]\nexternal = 0.3\n' + SMALL, "must be causes with shares"),
        ('name = "x"\n[hiring]\nramp = [65]\n' + SMALL, "write 65 % as 0.65"),
        ('name = "x"\n[hiring]\nattrition_per_year = 30\n' + SMALL, "write 30 % as 0.30"),
        ('name = "x"\n[costs]\nweekly_hours = nan\n' + SMALL, "must be a number, got nan"),
        ('name = "x"\n[queues.a]\nlines = 10.5\n', "whole number"),
        ('name = "x"\n[queues.a]\nchannel = "phone"\n', "must be one of voice, chat, email, back office"),
        ('name = "x"\n[queues.a.hours]\nmonday = "08:00-12:00, 11:00-13:00"\n', "do not overlap"),
        ('name = "x"\n[queues.a.hours]\nmonday = "08:00-25:00"\n', "from 00:00 to 24:00"),
        ("name = true\n" + SMALL, "must be words in quotes"),
    ],
)
def test_a_fault_is_told_in_words(tmp_path, text, words):
    assert words in "\n".join(faults(tmp_path, text))


def test_a_wrong_encoding_is_told(tmp_path):
    file = write(tmp_path, 'name = "Päivystys"\n' + SMALL, "latin-1")
    with pytest.raises(CentreError, match="UTF-8"):
        load_centre(file)
    assert load_centre(write(tmp_path, 'name = "Päivystys"\n' + SMALL, "utf-8-sig")).name == "Päivystys"


def test_a_missing_folder_is_told(tmp_path):
    with pytest.raises(ValueError, match="does not exist"):
        load_centre(tmp_path / "nowhere")
    with pytest.raises(ValueError, match="does not exist"):
        load_centre(tmp_path / "centre.toml")


@examples(60)
@given(st.text(max_size=200))
def test_no_text_surprises(tmp_path_factory, text):
    file = tmp_path_factory.mktemp("any_text") / "centre.toml"
    file.write_bytes(text.encode("utf-8", "surrogatepass"))
    with pytest.raises(CentreError):
        load_centre(file)


def test_shares_keep_their_decimals():
    """0.1 + 0.2 is 0.3, and 1 − 0.9 × 0.8 is 0.28: by hand."""
    shrinkage = Shrinkage(external={"leave": 0.1}, internal={"breaks": 0.2})
    assert shrinkage.additive == 0.3 and shrinkage.multiplicative == 0.28
    ten = Shrinkage(external={str(i): 0.03 for i in range(10)}, internal={})
    assert ten.total == 0.3
    assert Shrinkage(external={}, internal={}).total == 0.0
    assert list(shrinkage.causes) == ["leave", "breaks"]


def test_costs_of_an_hour():
    costs = Costs(hourly_wage=14.2, on_costs=0.27, overtime_factor=1.5)
    assert costs.loaded_hourly_cost == 18.034 and costs.overtime_hourly_cost == 27.051


def test_records_refuse_what_the_file_refuses():
    for wrong in (
        lambda: Shrinkage(external={"leave": 30}),
        lambda: Hiring(ramp=(2,)),
        lambda: Costs(on_costs=30),
        lambda: Queue(name="a", patience_s=0),
        lambda: Centre(name="a", time_zone="Mars/Crater"),
        lambda: Centre(name="a", queues=(Queue(name="q"), Queue(name="q"))),
        lambda: OpeningHours(week=((),)),
        lambda: OpeningHours.of(monday="9-17"),
    ):
        with pytest.raises(ValueError):
            wrong()
    with pytest.raises(ValueError, match="queue must be one of q, got 'r'"):
        Centre(name="a", queues=(Queue(name="q"),)).queue("r")


def test_hours_over_midnight_and_several_spans():
    hours = OpeningHours.of(monday="22:00-06:00", wednesday="08:00-12:00, 13:00-17:00")
    stamps = pd.DatetimeIndex(
        [
            "2026-07-20 21:59",
            "2026-07-20 22:00",
            "2026-07-21 05:59",
            "2026-07-21 06:00",
            "2026-07-22 11:59",
            "2026-07-22 12:00",
            "2026-07-22 13:00",
            "2026-07-23 08:00",
        ]
    )
    assert hours.is_open(stamps).tolist() == [False, True, True, False, True, False, True, False]
    assert hours.minutes_per_week() == 16 * 60


def test_sunday_night_runs_into_monday():
    hours = OpeningHours.of(sunday="22:00-06:00")
    assert hours.is_open(pd.DatetimeIndex(["2026-07-20 05:00", "2026-07-21 05:00"])).tolist() == [True, False]


def test_the_finer_key_wins():
    hours = OpeningHours.of(every_day="00:00-24:00", weekend="closed", saturday="10:00-12:00")
    assert hours.words()["monday"] == "00:00-24:00"
    assert hours.words()["saturday"] == "10:00-12:00" and hours.words()["sunday"] == "closed"


@pytest.mark.parametrize("span", [(600, 500), (0, 2881), (-10, 60), (1440, 1500), (600,), "08:00"])
def test_impossible_spans_are_refused(span):
    with pytest.raises(ValueError, match="spans must be"):
        OpeningHours(week=((span,),) * 7)


def test_holidays_close_the_door():
    """Finland's 6 January 2026 is a Tuesday, 7 January a Wednesday (calendar)."""
    queue = Queue(name="service", hours=OpeningHours.of(weekdays="08:00-20:00", holidays="closed"))
    centre = Centre(name="x", time_zone="Europe/Helsinki", country="FI", queues=(queue,))
    stamps = pd.DatetimeIndex(["2026-01-06 10:00", "2026-01-07 10:00"]).tz_localize("Europe/Helsinki")
    assert centre.is_open("service", stamps).tolist() == [False, True]
    abroad = Centre(name="x", time_zone="Europe/Helsinki", queues=(queue,))
    assert abroad.is_open("service", stamps).tolist() == [True, True]


def test_a_clock_change_day_has_its_hours():
    queue = Queue(name="night")
    centre = Centre(name="x", time_zone="Europe/Helsinki", queues=(queue,))
    for day, count in (("2026-03-29", 46), ("2026-10-25", 50)):
        begin = pd.Timestamp(day, tz="Europe/Helsinki")
        starts = pd.date_range(begin, begin + pd.DateOffset(days=1), freq="30min", inclusive="left")
        assert centre.is_open("night", starts).sum() == count


def test_public_holidays_of_finland():
    """The thirteen to fifteen official days are known; Christmas Day and Independence Day are among them."""
    days = public_holidays("FI", "2026-01-01", "2026-12-31")
    assert {"2026-12-25", "2026-12-06", "2026-05-01"} <= {str(day) for day in days}
    assert public_holidays("", "2026-01-01", "2026-12-31") == {}
    for country in ("XX", "fi"):
        with pytest.raises(ValueError, match="country must be"):
            public_holidays(country, "2026-01-01", "2026-12-31")


def test_a_starter_says_the_same_when_read_again(tmp_path):
    odd = Queue(
        name='a "b" ä.\\c\n',
        hours=OpeningHours.of(monday="22:00-06:00", holidays="closed"),
        lines=30,
        targets=Targets(service_level=None, max_asa_s=30),
    )
    centre = Centre(
        name="x\x7f", time_zone="Asia/Tehran", country="IR", queues=(odd, Queue(name="plain")), assumed=("a\nname = 3",)
    )
    again = load_centre(write(tmp_path, starter_toml(centre, about=["line\nbreak"])))
    assert again.queue("plain") == centre.queue("plain")
    assert again.name == centre.name and again.queues[0].name == odd.name and again.queues[0].hours == odd.hours
    assert again.queues[0].targets.max_asa_s == 30 and again.shrinkage == centre.shrinkage


def test_init_never_writes_over_a_file_even_in_a_race(tmp_path):
    (tmp_path / "intervals.csv").write_text("start,offered\n2026-01-05 08:00,3\n2026-01-05 08:30,4\n")
    results = []

    def race():
        try:
            results.append(init_centre(tmp_path).name)
        except FileExistsError:
            results.append("there")

    threads = [threading.Thread(target=race) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(results) == ["centre.toml", "there", "there", "there"]
    before = (tmp_path / "centre.toml").read_bytes()
    with pytest.raises(FileExistsError, match="stays as it is"):
        init_centre(tmp_path)
    assert (tmp_path / "centre.toml").read_bytes() == before
    assert sorted(file.name for file in tmp_path.iterdir()) == ["centre.toml", "intervals.csv"]


def test_a_starter_file_says_what_chat_and_mail_can_have(tmp_path):
    """As comments where nothing is set: taken as lines, they are read; and what is set comes back as it was."""
    plain = Centre(
        name="x", queues=(Queue(name="chat", channel="chat"), Queue(name="mail", channel="email"), Queue(name="calls"))
    )
    words = starter_toml(plain)
    assert load_centre(write(tmp_path, words)).queues[:2] == plain.queues[:2]
    names = (
        "at_once",
        "slowdown",
        "deadline_s",
        "deadline_counts",
        "worked",
        "[campaigns.renewals]",
        "records",
        "contact_rate",
        "mode",
    )
    lines = [
        line.removeprefix("# ") if line.startswith(tuple(f"# {name}" for name in names)) else line
        for line in words.splitlines()
    ]
    told = load_centre(write(tmp_path, "\n".join(lines)))
    assert (told.queue("chat").at_once, told.queue("chat").slowdown) == (2, 0.3) and told.queue(
        "mail"
    ).deadline_s == 14_400
    assert told.queue("mail").worked.minutes_per_week() == 5 * 8 * 60 and told.campaign("renewals").records == 2000
    again = load_centre(write(tmp_path, starter_toml(told)))
    assert again.queues == told.queues and "at_once" not in starter_toml(replace(plain, queues=plain.queues[2:]))
