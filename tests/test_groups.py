"""Groups of agents in centre.toml: what is said is held, faults are told in words, and what a table of agents
suggests.
"""

import shutil

import pandas as pd
import pytest

from ccplan.data import (
    Centre,
    CentreError,
    Group,
    Queue,
    groups_of,
    init_centre,
    load_centre,
    load_table,
    sample_centre,
    starter_toml,
)
from ccplan.data.centre_file import read_centre_text

TWO = 'name = "x"\n[queues.service]\n[queues.sales]\n'


def test_a_section_is_read():
    found = read_centre_text(
        TWO
        + """
[groups.front]
skills = ["sales", ["service"]]
most = 12
[groups."back office"]
skills = [["service", "sales"]]
hourly_wage = 17.5
"""
    ).groups
    assert found == (
        Group(name="front", skills=("sales", "service"), most=12),
        Group(name="back office", skills=(("service", "sales"),), hourly_wage=17.5),
    )
    assert found[1].queues == ("service", "sales") and found[1].most == float("inf")


@pytest.mark.parametrize(
    ("section", "words"),
    [
        (
            '[groups.a]\nskills = ["servise", "sales"]',
            "groups.a.skills names servise, which is no queue — did you mean service?",
        ),
        ('[groups.a]\nskills = ["sales"]', "queue service is taken by no group — add it to the skills of one"),
        ("[groups.a]\nskills = []", "groups.a.skills must name one queue at least"),
        ("[groups.a]\nskills = [[]]", "groups.a.skills must hold queues as words in quotes"),
        ('[groups.a]\nskills = "sales"', "groups.a.skills must be a list of queues"),
        (
            '[groups.a]\nskills = ["sales", ["service", "sales"]]',
            "groups.a.skills must name a queue once, got sales twice",
        ),
        ('[groups.a]\nskil = ["sales"]', "groups.a.skil is not a known setting — did you mean skills?"),
        ("[groups.a]\nmost = 3", "groups.a.skills is missing"),
        ('[groups.a]\nskills = ["sales", "service"]\nmost = 2.5', "groups.a.most must be a whole number"),
        ('[groups.a]\nskills = ["sales", "service"]\nhourly_wage = "15"', "write it without quotes"),
        ("[groups]\na = 3", "groups.a must be a table"),
        ("[[groups]]\nname = 'a'", "groups.NAME must be a table"),
    ],
)
def test_faults_are_told_in_words(section, words):
    with pytest.raises(CentreError) as caught:
        read_centre_text(TWO + section)
    assert any(words in fault for fault in caught.value.faults), caught.value.faults


def test_a_group_stands_once():
    one = Group(name="a", skills=("q",))
    with pytest.raises(ValueError, match="a group must stand once, got a twice"):
        Centre(name="x", queues=(Queue(name="q"),), groups=(one, one))


def test_a_starter_keeps_the_groups():
    groups = (
        Group(name='front "1"', skills=("a", ("b", "c")), most=7, hourly_wage=13.25),
        Group(name="all", skills=(("c", "a"),)),
    )
    centre = Centre(name="x", queues=tuple(Queue(name=name) for name in "abc"), groups=groups)
    assert read_centre_text(starter_toml(centre)).groups == groups


def test_groups_of_a_table_count_who_is_there():
    table = pd.DataFrame(
        {
            "agent": list("abcdef"),
            "left": pd.to_datetime([None, None, "2026-01-31", None, None, None]),
            "skills": ["x; y", "y", "y", "y", None, "x;y;x;unknown"],
        }
    )
    assert groups_of(table, ["x", "y"]) == (
        Group(name="x and y", skills=("x", "y"), most=2),
        Group(name="y", skills=("y",), most=2),
    )
    assert groups_of(table.drop(columns="skills")) == () and groups_of(table.iloc[:0]) == ()


def test_the_bundled_centre_says_what_its_agents_table_shows():
    """Counted from the file itself."""
    agents = pd.read_csv(sample_centre() / "agents.csv")
    here = agents[agents["left"].isna()]
    shown = {tuple(skills.split(";")): len(rows) for skills, rows in here.groupby("skills")}
    assert {group.skills for group in load_centre(sample_centre()).groups} == set(shown)
    assert {group.skills: group.most for group in groups_of(load_table(sample_centre(), "agents").frame)} == shown
    storm = here[here["team"] == "Storm"]["hourly_wage"].mean()
    assert load_centre(sample_centre()).groups[1].hourly_wage == pytest.approx(storm, abs=0.05)


def test_init_writes_groups_where_there_are_several(tmp_path):
    for name in ("intervals.csv", "agents.csv"):
        shutil.copy(sample_centre() / name, tmp_path)
    init_centre(tmp_path)
    assert [(group.name, group.most) for group in load_centre(tmp_path).groups] == [
        ("service", 59),
        ("outage and service", 20),
        ("chat and email", 9),
    ]


def test_init_writes_none_for_one_set_of_skills_or_for_queues_left_alone(tmp_path):
    shutil.copy(sample_centre() / "intervals.csv", tmp_path)
    agents = pd.read_csv(sample_centre() / "agents.csv")
    for number, skills in enumerate(("service", agents["skills"].replace("chat;email", "chat"))):
        folder = tmp_path / str(number)
        folder.mkdir()
        shutil.copy(sample_centre() / "intervals.csv", folder)
        agents.assign(skills=skills).to_csv(folder / "agents.csv", index=False)
        init_centre(folder)
        assert load_centre(folder).groups == ()
