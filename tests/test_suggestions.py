"""Suggestions for centre.toml: from evidence, one by one, and nothing else of the file changes."""

import subprocess
import sys
import tomllib

import numpy as np
import pandas as pd
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

import ccplan.data
from ccplan.data import load_centre, sample_centre
from ccplan.data.evidence.suggestions import (
    SuggestionError,
    accept,
    evidence_only,
    set_value,
    suggest,
    suggestions_frame,
)

from .effort import examples

CENTRE = """# The centre of the tests; "ä" and = signs stay.
name = "x"
time_zone = "Europe/Helsinki"

[queues.service]
patience_s = 180                # mean patience, "seconds" = s
aht_s = 300   # handle time

[queues."new sales".targets]
service_level = 0.9

[shrinkage]
base = "paid"
[shrinkage.external]            # away
sickness = 0.06                 # of paid time
"annual leave" = 0.10

[shrinkage.internal]
breaks = 0.08
"""


def calls(patience_s=90.0, n=4000, queue="service", seed=1):
    chance = np.random.default_rng(seed)
    patience, offered = chance.exponential(patience_s, n), chance.exponential(40.0, n)
    left = patience < offered
    return pd.DataFrame(
        {
            "queue": queue,
            "arrived": pd.Timestamp("2026-03-02", tz="Europe/Helsinki"),
            "wait_s": np.minimum(patience, offered),
            "outcome": np.where(left, "abandoned", "answered"),
            "talk_s": np.where(left, 0, chance.lognormal(6.0, 0.3, n)),
        }
    )


def activities(sick=12):
    """A hundred days of an agent; `sick` of them sick: a share of sick ÷ 100."""
    start = pd.date_range("2026-01-05 08:00", periods=100, tz="Europe/Helsinki")
    actual = np.where(np.diff(np.arange(101) * sick // 100), "sickness", "work")  # spread evenly
    return pd.DataFrame(
        {"agent": "A", "start": start, "end": start + pd.Timedelta(hours=8), "scheduled": "work", "actual": actual}
    )


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "centre.toml").write_text(CENTRE, encoding="utf-8")
    return tmp_path


def text(folder):
    return (folder / "centre.toml").read_text(encoding="utf-8")


def test_suggestions_say_what_why_and_from_how_much(folder):
    found = {one.name: one for one in suggest(folder, {"calls": calls(), "activities": activities()})}
    assert set(found) == {"queues.service.patience_s", "queues.service.aht_s", "shrinkage.external.sickness"}
    patience = found["queues.service.patience_s"]
    assert (
        patience.current == 180
        and patience.suggested == pytest.approx(90, rel=0.1)
        and patience.low < 90 < patience.high
    )
    assert patience.n == 4000 and "would wait" in patience.why and "(calls)" in patience.why
    # exp(6 + 0.3² ÷ 2) = 422 s
    assert found["queues.service.aht_s"].suggested == pytest.approx(422, rel=0.02)
    assert found["shrinkage.external.sickness"].suggested == 0.12
    frame = suggestions_frame(found.values())
    assert frame["setting"].tolist() == list(found) and list(frame) == [
        "setting",
        "current",
        "suggested",
        "low",
        "high",
        "n",
        "unit",
        "why",
    ]


def test_what_fits_is_not_suggested(folder):
    assert (
        suggest(folder, {"calls": calls(patience_s=180.0).assign(talk_s=300.0), "activities": activities(sick=6)}) == ()
    )
    assert suggest(folder, {}) == ()


def test_looking_changes_nothing(folder):
    suggest(folder, {"calls": calls(), "activities": activities()})
    assert text(folder) == CENTRE


def test_accepting_changes_one_value_and_keeps_the_rest(folder):
    (patience,) = [one for one in suggest(folder, {"calls": calls()}) if one.key[-1] == "patience_s"]
    accept(folder, patience)
    assert text(folder) == CENTRE.replace("patience_s = 180  ", f"patience_s = {patience.suggested}  ")
    assert load_centre(folder).queue("service").patience_s == patience.suggested
    assert [file.name for file in folder.iterdir() if file.suffix != ".lock"] == ["centre.toml"], (
        "no temporary file is left"
    )


def test_one_by_one_all_can_be_accepted(folder):
    made = suggest(folder, {"calls": calls(), "activities": activities()})
    for one in made:
        accept(folder, one)
    centre = load_centre(folder)
    assert centre.shrinkage.external["sickness"] == 0.12 and centre.queue("service").aht_s == made[1].suggested
    assert text(folder).count("#") == CENTRE.count("#") and len(text(folder).splitlines()) == len(CENTRE.splitlines())
    assert suggest(folder, {"calls": calls(), "activities": activities()}) == ()


@pytest.mark.parametrize(
    "change", [("sickness = 0.06", "sickness = 0.05"), ("service_level = 0.9", "service_level = 0.8"), ("", "")]
)
def test_a_file_that_changed_since_is_not_touched(folder, change):
    """By hand in the same value, in another one; and accepting twice."""
    sickness = suggest(folder, {"activities": activities()})[0]
    if change[0]:
        (folder / "centre.toml").write_text(CENTRE.replace(*change), encoding="utf-8")
    else:
        accept(folder, sickness)
    before = text(folder)
    with pytest.raises(SuggestionError, match="changed since shrinkage.external.sickness was suggested"):
        accept(folder, sickness)
    assert text(folder) == before


def test_a_value_that_is_not_there_is_added_to_its_section(folder):
    (folder / "centre.toml").write_text(
        CENTRE.replace('patience_s = 180                # mean patience, "seconds" = s\n', ""), encoding="utf-8"
    )
    patience = suggest(folder, {"calls": calls()})[0]
    assert patience.current is None
    accept(folder, patience)
    assert f'aht_s = 300   # handle time\npatience_s = {patience.suggested}\n\n[queues."new sales".targets]' in text(
        folder
    )


def test_a_section_that_is_not_there_is_added_at_the_end(folder):
    agents = pd.DataFrame({"agent": list("ABCDEF"), "hourly_wage": [19.0, 20.0, 21.0, 20.0, 20.5, 19.5]})
    wage = suggest(folder, {"agents": agents})[0]
    accept(folder, wage)
    assert text(folder) == CENTRE + "\n[costs]\nhourly_wage = 20.0\n"


def test_the_usual_causes_are_written_down_together(tmp_path):
    """A file without shrinkage stands for the usual causes: one written down alone would drop the others."""
    (tmp_path / "centre.toml").write_text('name = "x"   # mine\n[queues.service]\n')
    (external,) = suggest(tmp_path, {"activities": activities()})
    assert external.name == "shrinkage.external" and external.current is None
    assert (
        external.suggested == {"annual leave": 0.10, "sickness": 0.12}
        and "annual leave as usual, not being" in external.why
    )
    assert f"{external.suggested:g}" == "annual leave 0.1, sickness 0.12" and external.interval == "none"
    accept(tmp_path, external)
    assert (
        text(tmp_path)
        == 'name = "x"   # mine\n[queues.service]\n\n[shrinkage.external]\n"annual leave" = 0.1\nsickness = 0.12\n'
    )
    assert load_centre(tmp_path).shrinkage.total == pytest.approx(0.22 + 0.15)
    assert suggest(tmp_path, {"activities": activities()}) == ()


def intervals(spans, weeks=4, queue="service"):
    """Half-hours of some weeks from Monday 2026-03-02, ten contacts in each that lies in the spans of its weekday:
    {0: (8, 20), …}.
    """
    start = pd.date_range("2026-03-02", periods=weeks * 7 * 48, freq="30min", tz="Europe/Helsinki", name="start")
    first, last = (start.day_of_week.map(lambda day, i=i: spans.get(day, (0, 0))[i]) for i in (0, 1))
    inside = (start.hour >= first) & (start.hour < last)
    return pd.DataFrame({"queue": queue, "start": start, "offered": np.where(inside, 10, 0)})


WEEK = {day: (8, 20) for day in range(5)} | {5: (10, 16)}


def test_opening_hours_that_nobody_named_are_suggested(folder):
    """60 hours on weekdays and 6 on Saturdays; nothing on Sundays."""
    (hours,) = suggest(folder, {"intervals": intervals(WEEK)})
    assert hours.name == "queues.service.hours" and hours.current is None and hours.n == 10 * 2 * (60 + 6) * 4
    assert hours.suggested == {"weekdays": "08:00-20:00", "saturday": "10:00-16:00", "sunday": "closed"}
    assert "100.0% of 5,280 contacts came in these 66 hours a week" in hours.why
    accept(folder, hours)
    assert load_centre(folder).queue("service").hours.words()["saturday"] == "10:00-16:00"
    assert text(folder).startswith(CENTRE) and suggest(folder, {"intervals": intervals(WEEK)}) == ()


@pytest.mark.parametrize(
    ("written", "left"),
    [
        (
            '[queues.service.hours]  # local\nweekdays = "09:00-20:00" # as agreed\nsunday = "10:00-12:00"\nholidays = "closed"  # law\n',
            '[queues.service.hours]  # local\nweekdays = "08:00-20:00" # as agreed\nsunday = "closed"\nholidays = "closed"  # law\nsaturday = "10:00-16:00"\n',
        ),
        (
            '[queues.service.hours]\nevery_day = "09:00-20:00"\n',
            '[queues.service.hours]\nweekdays = "08:00-20:00"\nsaturday = "10:00-16:00"\nsunday = "closed"\n',
        ),
    ],
)
def test_hours_that_were_decided_are_doubted_by_contacts_outside(folder, written, left):
    """One hour of twelve a day lies outside: 5 of 60, more than two in a hundred."""
    (folder / "centre.toml").write_text(CENTRE + "\n" + written, encoding="utf-8")
    (hours,) = suggest(folder, {"intervals": intervals(WEEK)})
    assert "came outside its hours" in hours.why
    accept(folder, hours)
    assert text(folder) == CENTRE + "\n" + left


def test_hours_in_one_word_become_a_section(folder):
    (folder / "centre.toml").write_text(
        CENTRE.replace("aht_s = 300", 'hours = "09:00-20:00"\naht_s = 300'), encoding="utf-8"
    )
    (hours,) = suggest(folder, {"intervals": intervals(WEEK)})
    assert f"{hours.current:g}" == "09:00-20:00"
    accept(folder, hours)
    assert "[queues.service.hours]\nweekdays = " in text(folder) and text(folder).count("#") == CENTRE.count("#")


def test_quiet_hours_that_were_decided_are_left_alone_but_a_day_without_anybody_is_told(folder):
    wide = '\n[queues.service.hours]\nweekdays = "07:00-21:00"\nsaturday = "10:00-16:00"\n'
    (folder / "centre.toml").write_text(CENTRE + wide, encoding="utf-8")
    assert suggest(folder, {"intervals": intervals(WEEK)}) == ()
    (folder / "centre.toml").write_text(CENTRE + wide + 'sunday = "10:00-16:00"\n', encoding="utf-8")
    assert "came on a sunday, which is open" in suggest(folder, {"intervals": intervals(WEEK)})[0].why
    assert suggest(folder, {"intervals": intervals(WEEK, weeks=1)}) == (), "one week tells no hours"


def test_weekly_hours_are_the_longest_usual_contract(folder):
    """Six of 20 agents have 36 hours, one has 48, the others 20: a full-time agent has 36."""
    agents = pd.DataFrame({"agent": range(20), "weekly_hours": [36.0] * 6 + [48.0] + [20.0] * 13})
    (hours,) = suggest(folder, {"agents": agents})
    assert (hours.name, hours.suggested, hours.n) == ("costs.weekly_hours", 36.0, 6) and "6 of 20 agents" in hours.why
    accept(folder, hours)
    assert load_centre(folder).costs.weekly_hours == 36.0
    assert suggest(folder, {"agents": agents}) == ()


def test_what_has_no_setting_is_told_as_evidence(folder):
    """Every second week twice as many: the mean is 15, half the squared difference 50, so the ratio is 10/3."""
    counts = intervals(WEEK)
    week = (counts["start"].dt.day_of_year - 61) // 7
    counts["offered"] = np.where(week % 2, 2, 1) * counts["offered"]
    found = evidence_only(load_centre(folder), {"intervals": counts, "calls": calls()}).set_index(["queue", "name"])[
        "estimate"
    ]
    assert found["service", "variance_to_mean"] == pytest.approx(50 / 15)
    assert 0 < found["service", "short_abandon_share"] < 1 and "new sales" not in found.index.get_level_values(0)


def test_a_queue_with_a_quoted_name(folder):
    made = suggest(folder, {"calls": calls(queue="new sales")})
    assert 'queues."new sales".patience_s' in {one.name for one in made}
    for one in made:
        accept(folder, one)
    assert load_centre(folder).queue("new sales").patience_s == made[0].suggested


@pytest.mark.parametrize(
    "words",
    ["x = {a = 1}\n", '"x"."a" = 1\n', "x.a = 1 # a\n", "[x]\r\na = 1 # c\r\n", "[ x ]\n  a=1", "[x]\na = 1.0e0#\n"],
)
def test_every_way_to_write_it_keeps_its_meaning(words):
    """An inline table cannot be changed in its line safely, and is refused in words; the others are changed in
    place.
    """
    try:
        changed = set_value(words, ("x", "a"), 2.5)
    except SuggestionError as problem:
        assert "by hand" in str(problem) and "{" in words
        return
    assert tomllib.loads(changed) == {"x": {"a": 2.5}}
    assert changed.replace("2.5", "") == words.replace("1.0e0", "").replace("1", "")


@examples(80)
@given(
    names=st.lists(st.text(min_size=1, max_size=6), min_size=2, max_size=4, unique=True),
    words=st.text(max_size=12),
    value=st.floats(0, 1e6),
)
def test_any_names_and_comments_survive(names, words, value):
    import json

    assume(not any(ch in json.dumps("".join(names), ensure_ascii=False) for ch in "\x7f"))
    note = "".join(ch for ch in words if ch.isprintable())
    keys = [json.dumps(name, ensure_ascii=False) for name in names]
    lines = [f"[{keys[0]}]  # {note}", *(f'{key} = {i} # = {note} "' for i, key in enumerate(keys[1:])), f"# {note}"]
    before = "\n".join(lines) + "\n"
    after = set_value(before, (names[0], names[1]), value)
    said = tomllib.loads(after)[names[0]]
    assert said[names[1]] == value and [said[name] for name in names[2:]] == list(range(1, len(names) - 1))
    changed = [a for a, b in zip(after.split("\n"), before.split("\n"), strict=True) if a != b]
    assert len(changed) <= 1


def test_an_editor_that_marks_utf8_is_kept(folder):
    (folder / "centre.toml").write_bytes(b"\xef\xbb\xbf" + CENTRE.encode())
    accept(folder, suggest(folder, {"activities": activities()})[0])
    assert (folder / "centre.toml").read_bytes().startswith(b"\xef\xbb\xbf# The centre")


def test_no_centre_file_is_said_in_words(tmp_path):
    with pytest.raises(ValueError, match="ccplan init"):
        suggest(tmp_path, {})


def test_the_bundled_centre_is_not_changed_by_looking():
    before = (sample_centre() / "centre.toml").read_bytes()
    suggest(sample_centre(), {"calls": calls()})
    assert (sample_centre() / "centre.toml").read_bytes() == before


def test_the_names_are_public_and_load_when_they_are_asked_for():
    code = """if True:
        import sys
        import ccplan.data as data
        late = ["ccplan.data.evidence.suggestions", "ccplan.data.evidence.estimates"]
        assert not set(late) & set(sys.modules), "importing the room loads neither"
        missing = [name for name in data.__all__ if getattr(data, name, None) is None or name not in dir(data)]
        assert not missing, missing
        assert data.suggest is data.suggestions.suggest and data.patience is data.estimates.patience and data.read_key is data.privacy.read_key
        assert not {"scipy.stats", "pandera", "ibis"} & set(sys.modules), "names alone load no library"
    """
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True).stderr == ""
    with pytest.raises(AttributeError, match="no attribute 'suggestion'"):
        ccplan.data.suggestion
