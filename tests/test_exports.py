"""Every file that people take away, made from names that try to do harm: text stays text, numbers stay numbers,
nothing leaves the folder.
"""

import base64
import csv
import io
import json
import re
import tomllib
import zipfile
from xml.etree import ElementTree

import openpyxl
import pandas as pd
import pytest

from ccplan.auditing.concluding.actions import keep_actions, read_actions
from ccplan.auditing.evaluating.evaluation_store import Evaluation, EvaluationStore
from ccplan.auditing.findings import Finding
from ccplan.auditing.setting_up.goals import Goal, save_goals
from ccplan.data import Centre, FileMapping, Queue, check_folder, read_mapping, write_mapping
from ccplan.data.files import as_written, harmless, write_csv
from ccplan.display.data.tables import findings_link
from ccplan.display.panels.exports import Chart, Screen, export
from ccplan.display.panels.shelf import Shelf, as_file, from_file
from ccplan.display.reporting.book import sheets_bytes
from ccplan.display.scheduling.exports import duties_to_ics, roster_to_csv, roster_to_xlsx
from ccplan.planning import add_override, overrides_of
from ccplan.planning.scenarios import load_scenarios, save_scenario
from tests.read_page import Read
from tests.commands import run

LINK = '=HYPERLINK("http://x")'
NAMES = (
    LINK,
    "+1",
    "@SUM(A1)",
    "-1+1",
    "=cmd|' /C calc'!A0",
    "\t=1",
    "\r=1",
    "\n=1",
    "x;=1+1",
    "x\n=1+1",
    "x\t@SUM(1)",
    "＝1+1",
    "<script>alert(1)</script>",
    "</script><b>",
    "</style></title><img src=x onerror=alert(1)>",
    "javascript:alert(1)",
    '" onmouseover="alert(1)',
    "a\u202e=1",
    "a\nATTENDEE:mailto:x",
    "]]><x/>",
    "{{1+1}}",
    "{title}",
)
SIGNS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")  # after OWASP's page on CSV injection
NUMBER = re.compile(r"-?\d+(\.\d+)?(e[+-]?\d+)?")
DAY = pd.Timestamp("2026-10-05")


def is_harmless_csv(text):
    """No cell runs, whatever separator the spreadsheet takes; numbers are numbers, in the file's own separator
    without an apostrophe.
    """
    for separator in ",;\t":
        for row in csv.reader(
            io.StringIO(text, newline=""),
            delimiter=separator,
            quoting=csv.QUOTE_MINIMAL if separator == "," else csv.QUOTE_NONE,
        ):
            for cell in row:
                number = NUMBER.fullmatch(cell if separator == "," else cell.split(",")[0])
                assert not cell.startswith(SIGNS) or number, (separator, cell)
    assert not re.search(r"(^|,)'-?\d+(\.\d+)?(,|$)", text, re.M), "a number became text"


def is_harmless_book(content):
    book = openpyxl.load_workbook(io.BytesIO(content))
    assert not [
        cell for sheet in book for row in sheet.iter_rows() for cell in row if cell.data_type == "f" or cell.hyperlink
    ]
    assert not [
        name
        for name in zipfile.ZipFile(io.BytesIO(content)).namelist()
        if re.search("externalLink|vba|hyperlink|connections", name, re.I)
    ]


def is_harmless_page(text):
    page = Read(text)
    assert not {"script", "iframe", "object", "embed", "form", "link", "base", "x"} & page.tags, page.tags
    assert not [name for name, _ in page.attributes if name.startswith("on")]
    assert not [
        value
        for name, value in page.attributes
        if name in ("href", "src", "xlink:href", "action")
        and not value.startswith(("data:image/", "data:text/csv;", "#"))
    ]


def is_harmless_drawing(text):
    for element in ElementTree.fromstring(text).iter():
        assert element.tag.split("}")[-1] not in ("script", "foreignObject", "x", "img", "b")
        assert not [name for name in element.attrib if name.startswith("on")]
        assert not [
            value
            for name, value in element.attrib.items()
            if name.endswith("href") and not value.startswith(("#", "data:image/"))
        ]


def is_harmless_calendar(text):
    lines = text.replace("\r\n ", "").split("\r\n")
    assert "\n" not in text.replace("\r\n", "") and not [
        line for line in lines if line.startswith(("ATTENDEE", "ATTACH"))
    ]
    assert {re.split("[:;]", line)[0] for line in lines if line} <= {
        "BEGIN",
        "END",
        "PRODID",
        "VERSION",
        "METHOD",
        "X-WR-CALNAME",
        "UID",
        "DTSTAMP",
        "SUMMARY",
        "DTSTART",
        "DTEND",
        "SEQUENCE",
        "DESCRIPTION",
        "TZID",
    }


KINDS = {
    ".csv": is_harmless_csv,
    ".xlsx": is_harmless_book,
    ".html": is_harmless_page,
    ".svg": is_harmless_drawing,
    ".ics": is_harmless_calendar,
    ".json": json.loads,
    ".toml": tomllib.loads,
}

# ------------------------------------------------------------------------------------------ what is exported


def frame():
    return pd.DataFrame(
        {"name": NAMES, "number": [-1.5, *range(len(NAMES) - 1)], "=1": "text", "kind": pd.Categorical(NAMES)}
    )


def duties():
    return pd.DataFrame(
        {
            "agent": NAMES,
            "day": DAY,
            "shift": NAMES[::-1],
            "start": DAY + pd.Timedelta("8h"),
            "end": DAY + pd.Timedelta("16h"),
        }
    )


def one_line(name):
    """A name as a cell gives it back: without blanks around, its lines ended by a line feed."""
    return name.replace("\r", "\n").strip()


def screen():
    """What a panel shows, each of its words a name that tries to do harm."""
    rows = [{"x": number, "y": -number, "name": name} for number, name in enumerate(NAMES)]
    spec = {
        "$schema": "https://vega.github.io/schema/vega-lite/v6.json",
        "data": {"name": "bars"},
        "mark": "bar",
        "title": LINK,
        "encoding": {"x": {"field": "name", "type": "nominal"}, "y": {"field": "y", "type": "quantitative"}},
    }
    words = " ".join(NAMES)
    chart = Chart(
        "bars", spec, rows, words, words, [{"label": name, "shape": "dot", "colour": "#000"} for name in NAMES]
    )
    text = pd.DataFrame({"a": NAMES, "b": NAMES, "c": NAMES})
    return Screen(
        words,
        words,
        text.set_axis(["setting", "value", "unit"], axis=1),
        text.set_axis(["number", "value", "change"], axis=1),
        words,
        NAMES,
        NAMES,
        (chart,),
        {name: frame() for name in NAMES[:3]},
        text.set_axis(["number", *NAMES[:2]], axis=1),
    )


def of_a_panel(kind):
    def made(place):
        told = export(kind, screen(), "name")
        return {told["name"]: base64.b64decode(told["base64"]) if "base64" in told else told["text"]}

    return made


def table(place):
    return {"t.csv": write_csv(place / "t.csv", frame()).read_text("utf-8")}


def report_book(place):
    return {"b.xlsx": sheets_bytes({name: frame() for name in NAMES}, title=LINK, made=DAY)}


def rosters(place):
    calendars = duties_to_ics(duties(), place, zone="UTC", title=NAMES[-3])
    assert set(calendars["file"]) == {file.name for file in place.iterdir()}
    return {
        **dict(zip(calendars["file"], calendars["text"], strict=True)),
        "r.csv": roster_to_csv(duties(), place / "r.csv").read_text("utf-8"),
        "r.xlsx": roster_to_xlsx(duties(), place / "r.xlsx", title="Roster").read_bytes(),
    }


def evaluations(place):
    people = [
        f"a {name}" for name in NAMES if name.isprintable()
    ]  # those that begin as a formula are refused: see below
    pd.DataFrame({"agent": people, "team": people[::-1]}).to_csv(place / "agents.csv", index=False)
    store = EvaluationStore(place, who=LINK)
    for name in people:
        store.save(
            Evaluation(
                call_id=name,
                agent=name,
                evaluator=f"b {name}",
                date="2026-09-01",
                marks={step.name: "full" for step in store.card.steps},
            )
        )
    with pytest.raises(ValueError, match="would run as a formula"):
        store.save(
            Evaluation(
                call_id="C",
                agent=LINK,
                evaluator="Eve",
                date="2026-09-01",
                marks={step.name: "full" for step in store.card.steps},
            )
        )
    return {"e.csv": store.export()}


def actions(place):
    found = [
        Finding(key=f"k{number}", area="money", severity="red", says=name, evidence=name, action=name, owner=name)
        for number, name in enumerate(NAMES)
    ]
    keep_actions(place / "actions.csv", found, "2026Q3")
    assert [as_written(one) for one in read_actions(place).frame["says"]] == [one_line(name) for name in NAMES], (
        "what was written comes back"
    )
    return {"actions.csv": (place / "actions.csv").read_text("utf-8")}


def overrides(place):
    centre = Centre(name="x", queues=(Queue(name=LINK),))
    told = dict(queue=LINK, start="2026-08-01", end="2026-08-02", made_on="2026-07-20", factor=1.1)
    for number, name in enumerate(NAMES):
        add_override(place, centre, who=f"{name}{number}", why=name, **told)
    with pytest.raises(ValueError, match="stands in overrides.csv already"):
        add_override(place, centre, who=f"{LINK}0", why=LINK, **told)
    assert len(overrides_of(place, centre)) == len(NAMES)
    return {"overrides.csv": (place / "overrides.csv").read_text("utf-8")}


def goals(place):
    (place / "centre.toml").write_text('name = "x"\n[queues.q]\n')
    save_goals(
        place,
        [
            Goal(goal=name, factor=name, until="2026-12-31", kpi="abandonment", target=0.05, plan=name, likely="medium")
            for name in NAMES
        ],
    )
    return {
        "goals.csv": (place / "goals.csv").read_text("utf-8"),
        "centre.toml": (place / "centre.toml").read_text("utf-8"),
    }


def mappings(place):
    for name in NAMES:
        write_mapping(
            place / name.replace("/", ""),
            FileMapping(table="calls", columns={name: "agent"}, constants={"queue": name}),
        )
    assert {name.replace("/", "") for name in NAMES} == set(read_mapping(place))
    return {"mapping.toml": (place / "mapping.toml").read_text("utf-8")}


def scenarios(place):
    for name in NAMES:
        save_scenario(place, name, {"volume": 1.1}, note=name)
    kept = load_scenarios(place)
    assert set(kept) == {name.strip() for name in NAMES} and all(
        one["note"].strip() == name for name, one in kept.items()
    )
    shared = [as_file(name, "staffing", {"inputs": name}) for name in NAMES]
    assert [from_file(one["text"], "staffing")[1] for one, name in zip(shared, NAMES) if name.isprintable()] == [
        {"inputs": name} for name in NAMES if name.isprintable()
    ]
    assert all(re.fullmatch(r"[\w-]+\.scenario\.json", one["name"]) for one in shared)
    return {
        "scenarios.json": (place / "scenarios.json").read_text("utf-8"),
        **{one["name"]: one["text"] for one in shared},
    }


def checked_folder(place):
    """`ccplan check --csv`, and the link of the data page."""
    write_intervals(place)
    (place / "agents.csv").write_text(
        "agent,team,hired\n"
        + "".join(f'"{name.replace(chr(34), "")}",{number},soon\n' for number, name in enumerate(NAMES))
    )
    assert "Traceback" not in run("check", place, "--csv", place.parent / "findings.csv", "--names").stderr
    link = str(findings_link(check_folder(place), names=True)._repr_html_())
    return {
        "findings.csv": (place.parent / "findings.csv").read_text("utf-8"),
        "link.html": link,
        "link.csv": base64.b64decode(re.search('base64,([^"]+)', link)[1]).decode(),
    }


def write_intervals(place):
    queues = [name for name in NAMES if name.isprintable()]
    pd.DataFrame(
        [(name, f"2026-09-01 {hour:02d}:00", 20, 19, 19 * 240) for name in queues for hour in (9, 10)],
        columns=["queue", "start", "offered", "answered", "talk_s"],
    ).to_csv(place / "intervals.csv", index=False)


def plan(place):
    write_intervals(place)
    told = run("plan", place)
    assert told.returncode == 0, told.stderr
    return {file.name: file.read_text("utf-8") for file in (place / "plan").glob("[!.]*")}


EXPORTS = [
    table,
    report_book,
    rosters,
    evaluations,
    actions,
    overrides,
    goals,
    mappings,
    scenarios,
    checked_folder,
    plan,
    *map(of_a_panel, ("csv", "xlsx", "svg", "html")),
]
LABELS = [one.__name__ for one in EXPORTS[:-4]] + ["panel.csv", "panel.xlsx", "panel.svg", "panel.html"]


@pytest.mark.parametrize("made", EXPORTS, ids=LABELS)
def test_nothing_that_is_exported_runs(made, tmp_path):
    place = tmp_path / "in"
    place.mkdir()
    files = made(place)
    assert files
    for name, content in files.items():
        KINDS[name[name.rindex(".") :]](content)
    assert {one.name for one in tmp_path.iterdir()} <= {"in", "findings.csv"}, "something was written outside"


def test_numbers_below_zero_stay_numbers_and_text_comes_back():
    told = harmless(frame())
    assert told["number"].iloc[0] == -1.5 and [as_written(one) for one in told["name"]] == [
        name.replace("\r", "\n") for name in NAMES
    ]
    read = pd.read_csv(io.StringIO(told.to_csv(index=False, lineterminator="\n")), keep_default_na=False)
    assert (
        read["number"].iloc[0] == -1.5
        and read["name"].tolist() == told["name"].tolist()
        and list(read) == ["name", "number", "'=1", "kind"]
    )
    book = openpyxl.load_workbook(io.BytesIO(sheets_bytes({"a": frame()}, title="t", made=DAY)))
    assert -1.5 in [cell.value for row in book.worksheets[0].iter_rows() for cell in row if cell.data_type == "n"]


@pytest.mark.parametrize(
    "check, harm",
    [
        (is_harmless_csv, "a,b\n1,=1+1\n"),
        (is_harmless_csv, "a,b\n1,x;=1+1\n"),
        (is_harmless_csv, "a,b\n1,x;-1+1\n"),
        (is_harmless_csv, "a\n'-5\n"),
        (is_harmless_csv, 'a,b\n1,"x\n=1+1"\n'),
        (is_harmless_page, "<p><script>1</script>"),
        (is_harmless_page, "<img src=x>"),
        (is_harmless_page, "<p onclick=x>"),
        (is_harmless_page, "<a href='javascript:1'>"),
        (is_harmless_drawing, "<svg><script/></svg>"),
        (is_harmless_drawing, "<svg onload='x'/>"),
        (is_harmless_calendar, "BEGIN:VEVENT\r\nATTENDEE:x\r\n"),
    ],
)
def test_the_checks_find_what_they_look_for(check, harm):
    with pytest.raises(AssertionError):
        check(harm)


# ---------------------------------------------------------------------------------------- names that are ways out

WAYS = (
    "../out",
    "..\\out",
    "../../out",
    "/out",
    "a/../../out",
    "..",
    ".",
    "~/out",
    "C:\\out",
    "\0out",
    "a\0b",
    "..%2fout",
    "CON",
    "out\n",
    "x" * 300,
    "//host/share",
    "file:///out",
    "",
)


@pytest.mark.parametrize("way", WAYS)
def test_no_name_leads_out_of_the_folder(way, tmp_path):
    """Scenarios, quarters, people, queues and uploaded files: a name is kept as a name, or refused in words;
    nothing appears outside.
    """
    place = tmp_path / "deep" / "in"
    place.mkdir(parents=True)
    (place / "centre.toml").write_text('name = "x"\n')
    deeds = [
        lambda: save_scenario(place, way, {"volume": 1.1}),
        lambda: Shelf(place, "staffing").keep(way, {"inputs": {}}),
        lambda: duties_to_ics(duties().head(1).assign(agent=way), place, zone="UTC"),
    ]
    for deed in deeds:
        try:
            deed()
        except ValueError as problem:
            assert len(str(problem)) > 10
    for words in (["audit", place, "--quarter", way], ["audit", place, "--quarter", f"2026Q3/{way}"]):
        told = run(*words)
        assert told.returncode in (1, 2) and "Traceback" not in told.stderr
    assert re.fullmatch(r"[\w-]+\.scenario\.json", as_file(way, "staffing", {})["name"])
    outside = [file for file in tmp_path.rglob("*") if file.is_file() and place not in file.parents]
    assert outside == [] and all(file.parent == place for file in place.rglob("*") if file.is_file())
