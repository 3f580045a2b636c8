"""Privacy: one person, one code; nobody without the key; nobody shown in a group too small to hide in."""

import hashlib
import os
import re
import subprocess

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ccplan.data import privacy

from .commands import own_process, run
from .effort import examples

KEY, OTHER_KEY = bytes(range(32)), bytes(reversed(range(32)))


def test_a_code_is_the_keyed_hash_of_the_standard():
    """BLAKE2b with key and personalisation, straight from the standard library; base32 by hand."""
    digest = hashlib.blake2b(b"Ann", digest_size=8, key=KEY, person=b"person").digest()
    bits = "".join(f"{byte:08b}" for byte in digest)[:60]
    letters = "".join("abcdefghijklmnopqrstuvwxyz234567"[int(bits[i : i + 5], 2)] for i in range(0, 60, 5))
    assert privacy.code("Ann", KEY) == "-".join([letters[:4], letters[4:8], letters[8:]])


def test_same_person_same_code_in_every_file():
    calls = pd.DataFrame({"call_id": ["1", "2", "3"], "agent": ["Ann", None, "Béa"], "customer": [17.0, None, 18.0]})
    evaluations = pd.DataFrame({"agent": ["Béa "], "evaluator": ["Ann"], "points": [3]})
    coded, scored = privacy.pseudonymise(calls, "calls", KEY), privacy.pseudonymise(evaluations, "evaluations", KEY)
    assert coded["agent"].iloc[0] == scored["evaluator"].iloc[0] and coded["agent"].iloc[2] == scored["agent"].iloc[0]
    assert coded["agent"].isna().tolist() == [False, True, False]
    assert coded["customer"].iloc[0] == privacy.code("17", KEY, "customer")
    assert calls["agent"].iloc[0] == "Ann", "the frame that was given stays as it is"
    assert not {"Ann", "Béa", "17", "17.0"} & set(coded.astype(str).to_numpy().ravel())


@examples(60)
@given(first=st.text(min_size=1), second=st.text(min_size=1))
def test_different_people_and_keys_have_different_codes(first, second):
    same = privacy._plain(first) == privacy._plain(second)
    assert (privacy.code(first, KEY) == privacy.code(second, KEY)) == same
    assert privacy.code(first, KEY) != privacy.code(first, OTHER_KEY)
    assert privacy.code(first, KEY) != privacy.code(first, KEY, "customer")


def test_a_hundred_thousand_people_have_a_hundred_thousand_codes():
    assert privacy.codes(pd.Series(range(100_000)), KEY, "customer").nunique() == 100_000


def test_two_people_with_one_code_are_not_let_through(monkeypatch):
    monkeypatch.setattr(privacy, "code", lambda *_: "same-same-same")
    with pytest.raises(ValueError, match="same code"):
        privacy.codes(pd.Series(["Ann", "Bea"]), KEY)


def test_every_table_that_names_people_is_covered():
    """Columns of the dictionary that hold people; a table without any comes back as it is."""
    from ccplan.data.tables import TABLES

    people = {"agent", "customer", "evaluator", "owner"}
    for name, table in TABLES.items():
        named = people & set(table.names)
        assert named <= set(privacy.PEOPLE.get(name, {})), name
    ledger = pd.DataFrame({"line": ["wages"]})
    assert privacy.pseudonymise(ledger, "ledger", KEY).equals(ledger)
    with pytest.raises(ValueError, match="table must be one of"):
        privacy.pseudonymise(ledger, "staff", KEY)


def test_a_key_is_made_once_for_its_owner_only(tmp_path):
    file = privacy.make_key(tmp_path / "keys" / "people.key")
    assert len(privacy.read_key(file)) == 32
    if os.name == "posix":
        assert file.stat().st_mode & 0o777 == 0o600
    with pytest.raises(FileExistsError, match="another code"):
        privacy.make_key(file)
    other = privacy.make_key(tmp_path / "other.key")
    assert privacy.read_key(file) != privacy.read_key(other)


def test_a_key_is_not_made_where_it_would_be_shared(tmp_path):
    subprocess.run(["git", "init", "-q", str(tmp_path)], check=True)
    with pytest.raises(ValueError, match="git checkout"):
        privacy.make_key(tmp_path / "deep" / "people.key")
    assert not (tmp_path / "deep").exists()


@pytest.mark.parametrize(("text", "words"), [("", "damaged"), ("zz" * 32, "damaged"), ("ab" * 31, "damaged")])
def test_a_damaged_key_is_refused(tmp_path, text, words):
    file = tmp_path / "people.key"
    file.write_text(text)
    file.chmod(0o600)
    with pytest.raises(ValueError, match=words):
        privacy.read_key(file)
    with pytest.raises(ValueError, match="make one"):
        privacy.read_key(tmp_path / "nowhere.key")


@pytest.mark.skipif(os.name != "posix", reason="permissions of files are those of POSIX")
def test_a_key_that_others_can_read_is_refused(tmp_path):
    file = privacy.make_key(tmp_path / "people.key")
    file.chmod(0o644)
    with pytest.raises(ValueError, match="read by others"):
        privacy.read_key(file)


def test_a_wrong_key_is_refused_in_words():
    for key in (b"short", "text", None):
        with pytest.raises(ValueError, match="32 bytes"):
            privacy.code("Ann", key)


def people(**sizes):
    return pd.DataFrame(
        [{"team": team, "agent": f"{team}{i}", "calls": 1} for team, size in sizes.items() for i in range(size)]
    )


def test_small_groups_are_pooled():
    pooled = privacy.pool_small_groups(people(A=9, B=8, C=3, D=2), "team", "agent")
    assert pooled.groupby("team")["agent"].nunique().to_dict() == {"A": 9, "B": 8, privacy.OTHER: 5}
    assert pooled["calls"].sum() == 22


@pytest.mark.parametrize(
    ("sizes", "left"),
    [
        ({"A": 9, "B": 7, "C": 1}, {"A": 9, privacy.OTHER: 8}),
        ({"A": 5, "B": 5}, {"A": 5, "B": 5}),
        ({"A": 3, "B": 1}, {}),
        ({"A": 4, "B": 4}, {privacy.OTHER: 8}),
    ],
)
def test_nobody_can_be_had_from_the_rest(sizes, left):
    """A pool that is too small takes in the next smallest group; too few in all are not shown at all."""
    assert (
        privacy.pool_small_groups(people(**sizes), "team", "agent").groupby("team")["agent"].nunique().to_dict() == left
    )


@examples(40)
@given(sizes=st.dictionaries(st.sampled_from("ABCDEFGH"), st.integers(1, 12), min_size=1), least=st.integers(2, 8))
def test_no_group_is_smaller_than_allowed(sizes, least):
    pooled = privacy.pool_small_groups(people(**sizes), "team", "agent", least)
    assert (pooled.groupby("team")["agent"].nunique() >= least).all()
    assert len(pooled) in (0, sum(sizes.values()))


def test_numbers_of_small_groups_are_left_blank():
    frame = pd.DataFrame({"team": list("ABCD"), "people": [9, 7, 4, 3], "aht_s": [300.0, 310.0, 320.0, 330.0]})
    assert privacy.blank_small_groups(frame, "people")["aht_s"].isna().tolist() == [False, False, True, True]
    assert privacy.blank_small_groups(frame.head(3), "people")["aht_s"].isna().tolist() == [False, True, True]


@pytest.mark.parametrize(
    ("sizes", "blank"),
    [
        ([9, 7, 1], [False, True, True]),  # one alone could be had by subtraction
        ([9, 8, 2, 1], [False, True, True, True]),  # three people could be had as a sum: not enough
        ([9, 8, 4, 3], [False, False, True, True]),
        ([9, 8, 0], [False, False, False]),
        ([9, 7, 1, 0], [False, True, True, False]),
        ([4], [True]),
        ([5, 5], [False, False]),
    ],
)
def test_what_is_blank_cannot_be_had_by_subtraction(sizes, blank):
    frame = pd.DataFrame({"people": sizes, "aht_s": 300.0})
    assert privacy.blank_small_groups(frame, "people")["aht_s"].isna().tolist() == blank


@examples(60)
@given(sizes=st.lists(st.integers(0, 12), min_size=1, max_size=8), least=st.integers(2, 8))
def test_blank_groups_hide_in_each_other(sizes, least):
    """Shown groups are large enough; blank ones are two and enough people together, or there is nothing left to
    blank.
    """
    shown = privacy.blank_small_groups(pd.DataFrame({"people": sizes, "x": 1.0}), "people", least)["x"].notna()
    assert all(not there or size == 0 or size >= least for size, there in zip(sizes, shown, strict=True))
    blank = [size for size, there in zip(sizes, shown, strict=True) if not there]
    assert not blank or (len(blank) > 1 and sum(blank) >= least) or sum(shown) == sizes.count(0)


def test_a_list_of_few_people_is_not_shared():
    team = people(A=5, B=7, C=2)
    with pytest.raises(ValueError, match="a list of 4 people is not shared.*5 are needed"):
        privacy.one_by_one(people(A=4), "agent")
    assert privacy.one_by_one(team, "agent").equals(team)
    assert privacy.one_by_one(team, "agent", by="team").groupby("team")["agent"].nunique().to_dict() == {
        "B": 7,
        privacy.OTHER: 7,
    }


def test_a_missing_column_and_a_group_of_one_are_refused():
    with pytest.raises(ValueError, match="column squad"):
        privacy.pool_small_groups(people(A=2), "squad", "agent")
    with pytest.raises(ValueError, match="least must be 2"):
        privacy.pool_small_groups(people(A=2), "team", "agent", least=1)


def test_a_report_with_a_key_names_nobody(tmp_path):
    """Agents that are unknown, garbled or on two calls at once stand in the findings, but by their codes."""
    from ccplan.data import check_folder

    arrived = pd.date_range("2026-02-02 08:00", periods=200, freq="2min").strftime("%Y-%m-%d %H:%M:%S")
    names = ["Anneli Korhonen", "Anneli KorhonenX", "Bertta Virtanen"]
    log = pd.DataFrame(
        {
            "call_id": range(200),
            "arrived": arrived,
            "wait_s": 3,
            "outcome": "answered",
            "talk_s": 400,
            "agent": [names[i % 3] for i in range(200)],
            "customer": [f"555 {i:04d}" for i in range(200)],
        }
    )
    log.to_csv(tmp_path / "calls.csv", index=False)
    pd.DataFrame({"agent": ["Bertta Virtanen"], "team": "red"}).to_csv(tmp_path / "agents.csv", index=False)
    (tmp_path / "centre.toml").write_text('name = "x"\n[queues.all]\n')
    open_report, coded = check_folder(tmp_path), check_folder(tmp_path, key=KEY)
    assert "Anneli" in open_report.findings.to_csv() and len(coded.findings) == len(open_report.findings)
    for text in (coded.findings.to_csv(), *(reading.frame.to_csv() for reading in coded.readings.values())):
        assert not any(part in text for name in names for part in name.split()) and "555 0" not in text
    assert privacy.code("Anneli KorhonenX", KEY) in coded.findings.to_csv()


# ------------------------------------------------------------------------------ the command line

NAMES = ("Anneli Korhonen", "Bertta O'Brien", "Cecilia Järvinen", "Tuomas Virtanen", "Ulla Elseknows")
SECRETS = sorted(
    {part for name in NAMES for part in name.replace("'", " ").split() if len(part) > 1}
    | {"0401", "358", "555", "matti.meikalainen"}
)


CODE = re.compile(r"\b[a-z2-7]{4}(-[a-z2-7]{4}){2}\b")


def revealing(folder):
    """A folder whose every fault could name somebody: unknown, garbled, doubled, in the wrong column, in columns of
    no meaning to us.
    """
    rows = 120
    arrived = pd.date_range("2026-02-02 08:00", periods=rows, freq="2min").strftime("%Y-%m-%d %H:%M:%S")
    log = pd.DataFrame(
        {
            "Call Id": range(rows),
            "Arrived": arrived,
            "Queue": "sales",
            "Wait": "3",
            "Outcome": "answered",
            "Talk": "400",
            "Agent Name": [(*NAMES[:2], NAMES[0] + "X")[i % 3] for i in range(rows)],
            "Customer": [f"0401{555000 + i}" for i in range(rows)],
            "Reason": "asked for Cecilia Järvinen",
            "Account holder": "Tuomas Virtanen",
            "Mobile": [str(358401112222 + i) for i in range(rows)],
            "E-mail": "matti.meikalainen@example.com",
        }
    )
    log.loc[3, ["Wait", "Queue"]] = [NAMES[4], NAMES[0]]
    log.loc[7, "Queue"] = NAMES[0]
    log.loc[4, ["Outcome", "Talk"]] = [NAMES[1], "358401112222"]
    log.loc[5, ["Arrived"]] = NAMES[2]
    log.loc[6, ["Account holder", "Mobile"]] = ["tuomas virtanen ", "999999999999999"]
    log.to_csv(folder / "calls.csv", index=False)
    pd.DataFrame(
        {
            "agent": [NAMES[1], NAMES[3]],
            "team": "red",
            "hired": ["2026-03-01", NAMES[4]],
            "hourly_wage": ["14", NAMES[4]],
        }
    ).to_csv(folder / "agents.csv", index=False)
    pd.DataFrame(
        {
            "evaluation": [1, 2],
            "call_id": [1, 9999],
            "agent": NAMES[:2],
            "evaluator": NAMES[:2],
            "step": "hello",
            "points": [1, 1],
            "possible": [1, 1],
        }
    ).to_csv(folder / "evaluations.csv", index=False)
    (folder / "export.txt").write_text(
        f"{NAMES[0]};0401112222;2026-01-31 08:30\n{NAMES[1]};0401112223;2026-01-31 08:31\n", encoding="utf-8"
    )
    (folder / "letter.txt").write_text(f"Dear {NAMES[3]},\nyour number 0401112222 is ours.\n", encoding="utf-8")
    (folder / "centre.toml").write_text('name = "x"\ntime_zone = "Europe/Helsinki"\n[queues.sales]\n', encoding="utf-8")
    return folder


def named(text):
    """The secrets that stand in a text; a code may hold 555 by chance."""
    text = CODE.sub("code", text.casefold())
    return [word for word in SECRETS if word.casefold() in text]


def test_no_command_names_anybody(tmp_path):
    """Terminal and files of check and plan, with a key, without one, and with names where they are asked for."""
    folder = tmp_path / "centre"
    folder.mkdir()
    revealing(folder)
    key = privacy.make_key(tmp_path / "keys" / "people.key")
    seen = {}
    for words in (
        ["check", folder, "--key", key, "--csv", tmp_path / "coded.csv"],
        ["check", folder, "--csv", tmp_path / "once.csv"],
        ["plan", folder, "--key", key],
        ["plan", folder],
        ["suggest", folder],
    ):
        result = (run if "--key" in words else own_process)(*words)
        assert "Traceback" not in result.stderr and not named(result.stdout + result.stderr), (
            words,
            named(result.stdout + result.stderr),
        )
        seen[words[0]] = result.stdout
    coded = (tmp_path / "coded.csv").read_text(encoding="utf-8")
    for file in ("coded.csv", "once.csv"):
        assert not named((tmp_path / file).read_text(encoding="utf-8"))
    secret = privacy.read_key(key)
    assert privacy.code(NAMES[0] + "X", secret) in coded and privacy.code(NAMES[0] + "X", secret) not in (
        tmp_path / "once.csv"
    ).read_text(encoding="utf-8")
    assert "codes of this report only" in run("check", folder).stdout
    result = run("check", folder, "--names", "--csv", tmp_path / "open.csv")
    assert (
        set(named((tmp_path / "open.csv").read_text(encoding="utf-8"))) >= {"Anneli", "Brien"}
        and "codes of" not in result.stdout
    )
    assert "exclude one another" in run("check", folder, "--names", "--key", key).stderr


def test_findings_with_a_key_are_as_many_and_as_grave(tmp_path):
    from ccplan.data import check_folder

    folder = revealing(tmp_path)
    plain, coded = check_folder(folder), check_folder(folder, key=KEY)
    assert coded.findings[["table", "row", "column", "severity", "rows"]].equals(
        plain.findings[["table", "row", "column", "severity", "rows"]]
    )
    assert len(named(plain.findings.to_csv())) > 5 and not named(coded.findings.to_csv())
    texts = [
        reading.frame.drop(columns=["reason", "queue"], errors="ignore").to_csv() for reading in coded.readings.values()
    ]
    assert not named("".join(texts)) and not named(
        "".join(str(reading.faults.to_dict()) for reading in coded.readings.values())
    )


def test_a_preview_of_a_mapping_names_nobody(tmp_path):
    from ccplan.data import FileMapping, preview

    folder = revealing(tmp_path)
    for file, mapping in (
        ("calls.csv", FileMapping(table="calls")),
        ("export.txt", FileMapping(table="calls")),
        ("calls.csv", FileMapping(table="calls", columns={"Mobile": "customer", "Account holder": "agent"})),
    ):
        shown = preview(folder / file, mapping, key=KEY)
        told = (
            shown.frame.drop(columns="queue", errors="ignore").to_csv()
            + shown.cells.drop(columns="Queue", errors="ignore").to_csv()
            + " ".join(shown.problems)
        )
        assert not named(told) and named(preview(folder / file, mapping).cells.to_csv())
    assert len(preview(folder / "calls.csv", FileMapping(table="calls"), key=KEY).cells) == 10


def test_known_people_are_coded_wherever_they_are_written():
    scrub = privacy._Scrub(
        {"Anneli Korhonen": "person", "17": "customer", "0401112222": "customer", "sales": "person"}, KEY, ("sales",)
    )
    text = scrub("row 17: anneli  KORHONEN of sales called 0401112222; Anneli-Mari did not")
    assert (
        text
        == f"row 17: {privacy.code('Anneli Korhonen', KEY)} of sales called {privacy.code('0401112222', KEY, 'customer')}; Anneli-Mari did not"
    )


def test_the_key_command(tmp_path):
    home = {"XDG_CONFIG_HOME": str(tmp_path / "config"), "HOME": str(tmp_path)}
    first = own_process("key", **home)
    (made,) = (tmp_path).rglob("people.key")
    assert (
        first.returncode == 0
        and str(made) in first.stdout
        and len(privacy.read_key(made)) == 32
        and "warning" not in first.stderr
    )
    before = made.read_bytes()
    again = run("key", **home)
    assert again.returncode == 1 and "stays as it is" in again.stderr and made.read_bytes() == before
    centre = tmp_path / "centre"
    centre.mkdir()
    revealing(centre)
    inside = run("key", centre / "people.key")
    assert inside.returncode == 0 and "warning" in inside.stderr and "Keep it elsewhere" in inside.stderr
    assert "Keep it elsewhere" in run("check", centre, "--key", centre / "people.key").stderr
    assert "make one with ccplan key" in run("check", centre, "--key", tmp_path / "none.key").stderr
