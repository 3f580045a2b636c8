"""Answers that are kept by content: the same at once, another for anything that differs, and none that is broken."""

from dataclasses import replace

import pandas as pd
import pytest

from ccplan.data import Centre, Queue
from ccplan.planning import kept
from ccplan.planning.people import headcount_case as case
from ccplan.queueing import Targets

MAIL = Queue(name="mail", channel="email", deadline_s=14_400)
CENTRE = Centre(name="x", queues=(MAIL, Queue(name="calls")))
START = pd.date_range("2026-09-01", periods=96, freq="30min", tz="Europe/Helsinki")
COMING = pd.DataFrame({"start": START, "offered": 12.5, "aht_s": 300.0})
COMING = pd.concat([COMING.assign(queue="mail"), COMING.assign(queue="calls")], ignore_index=True)


@pytest.fixture
def staffed(tmp_path, monkeypatch):
    """How often people were really staffed, and what does it."""
    monkeypatch.setenv(kept.SWITCH, str(tmp_path))
    done = []
    staff = case.staff
    monkeypatch.setattr(case, "staff", lambda *asked: done.append(asked) or staff(*asked))

    def told(coming=COMING, centre=CENTRE):
        frame = case._staffed(coming, centre)
        pd.testing.assert_frame_equal(frame, staff(coming, centre), check_exact=True)
        return len(done)

    return told


def test_the_same_question_is_answered_once_and_any_other_anew(staffed):
    assert [staffed(), staffed()] == [1, 1]
    busier = COMING.assign(offered=COMING["offered"].where(COMING.index != 50, 12.6))
    stricter = replace(CENTRE, queues=(MAIL, Queue(name="calls", targets=Targets(service_level=0.9, target_s=20))))
    later = COMING.assign(start=COMING["start"] + pd.Timedelta(days=7))
    assert [staffed(busier), staffed(centre=stricter), staffed(later), staffed(), staffed(busier)] == [2, 3, 4, 4, 4]


def test_another_version_of_the_code_answers_anew(staffed, monkeypatch):
    staffed()
    seen = []
    monkeypatch.setattr(case, "code_of", lambda files, libraries: seen.extend([*map(str, files), *libraries]) or "new")
    assert staffed() == 2
    for part in ("planning/staffing.py", "queueing/erlang.py", "data/centre.py"):  # all that an answer hangs on
        assert any(file.endswith(part) for file in seen), part
    assert "holidays" in seen


def test_what_cannot_be_read_is_made_anew_and_nothing_is_kept_where_nothing_is_wanted(staffed, tmp_path, monkeypatch):
    staffed()
    (file,) = tmp_path.rglob("frame.parquet")
    file.write_bytes(file.read_bytes()[:100])
    assert [staffed(), staffed()] == [2, 2] and len(list(tmp_path.rglob("frame.parquet"))) == 1
    monkeypatch.setenv(kept.SWITCH, "off")
    assert [staffed(), staffed()] == [3, 4]


def test_the_oldest_go_first(staffed, tmp_path, monkeypatch):
    monkeypatch.setitem(kept.KEPT, "staffed", 2)
    for share in (1.0, 1.1, 1.2):
        staffed(COMING.assign(offered=12.5 * share))
    assert len(list(tmp_path.rglob("frame.parquet"))) == 2
    assert staffed(COMING.assign(offered=12.5 * 1.2)) == 3, "the last two are there"
    assert staffed(COMING) == 4, "the first is not"
