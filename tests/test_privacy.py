"""Privacy: one person, one code; nobody without the key; nobody shown in a group too small to hide in."""

import hashlib
import os
import subprocess

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ccplan.data import privacy

from .effort import examples

KEY, OTHER_KEY = bytes(range(32)), bytes(reversed(range(32)))


def test_a_code_is_the_keyed_hash_of_the_standard():
    """BLAKE2b with key and personalisation, straight from the standard library; base32 by hand."""
    digest = hashlib.blake2b(b"Ann", digest_size=8, key=KEY, person=b"person").digest()
    bits = "".join(f"{byte:08b}" for byte in digest)[:60]
    letters = "".join("abcdefghijklmnopqrstuvwxyz234567"[int(bits[i:i + 5], 2)] for i in range(0, 60, 5))
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
    return pd.DataFrame([{"team": team, "agent": f"{team}{i}", "calls": 1} for team, size in sizes.items() for i in range(size)])


def test_small_groups_are_pooled():
    pooled = privacy.pool_small_groups(people(A=9, B=8, C=3, D=2), "team", "agent")
    assert pooled.groupby("team")["agent"].nunique().to_dict() == {"A": 9, "B": 8, privacy.OTHER: 5}
    assert pooled["calls"].sum() == 22


@pytest.mark.parametrize(("sizes", "left"), [({"A": 9, "B": 7, "C": 1}, {"A": 9, privacy.OTHER: 8}), ({"A": 5, "B": 5}, {"A": 5, "B": 5}),
                                             ({"A": 3, "B": 1}, {}), ({"A": 4, "B": 4}, {privacy.OTHER: 8})])
def test_nobody_can_be_had_from_the_rest(sizes, left):
    """A pool that is too small takes in the next smallest group; too few in all are not shown at all."""
    assert privacy.pool_small_groups(people(**sizes), "team", "agent").groupby("team")["agent"].nunique().to_dict() == left


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
    log = pd.DataFrame({"call_id": range(200), "arrived": arrived, "wait_s": 3, "outcome": "answered", "talk_s": 400,
                        "agent": [names[i % 3] for i in range(200)], "customer": [f"555 {i:04d}" for i in range(200)]})
    log.to_csv(tmp_path / "calls.csv", index=False)
    pd.DataFrame({"agent": ["Bertta Virtanen"], "team": "red"}).to_csv(tmp_path / "agents.csv", index=False)
    (tmp_path / "centre.toml").write_text('name = "x"\n[queues.all]\n')
    open_report, coded = check_folder(tmp_path), check_folder(tmp_path, key=KEY)
    assert "Anneli" in open_report.findings.to_csv() and len(coded.findings) == len(open_report.findings)
    for text in (coded.findings.to_csv(), *(reading.frame.to_csv() for reading in coded.readings.values())):
        assert not any(part in text for name in names for part in name.split()) and "555 0" not in text
    assert privacy.code("Anneli KorhonenX", KEY) in coded.findings.to_csv()
