"""`ccplan audit` as people run it: what is asked for is refused or done, a report is verified and signed; its
notebook is a quick one.
"""

import re
import shutil

import pytest

from ccplan.cli import audit as command
from ccplan.display.audit import report as audit_report

from .commands import run
from .report_notebooks import audit_notebook, small_centre


@pytest.fixture
def centre(tmp_path):
    return small_centre(tmp_path / "centre")


@pytest.fixture
def shell(tmp_path, monkeypatch):
    """The command in this process, on a quick notebook, without a browser: gives (exit code, stdout, words of the
    error).
    """
    from typer.testing import CliRunner

    audit_notebook(tmp_path / audit_report.NOTEBOOK)
    monkeypatch.setattr(audit_report, "notebooks_folder", lambda: tmp_path)
    monkeypatch.setenv("CCPLAN_BROWSER", "no-such-browser")

    def call(*words):
        from ccplan.cli import app

        told = CliRunner().invoke(app, ["audit", *map(str, words)])
        return told.exit_code, told.stdout, f"{told.stderr}{told.exception or ''}"

    return call


def test_an_audit_is_run_signed_verified_and_void(shell, centre):
    code, said, err = shell(centre, "--by", "Ann Lee")
    report = centre / "audit" / "2026Q3"
    assert code == 0, err
    assert (
        said.startswith("6 rows were read\n")
        and f"Report in {report}:" in said
        and "audit.html" in said
        and "no PDF was made" in err
    )
    assert {file.name for file in report.iterdir()} == set(re.findall(r"^  (\S+)", said, re.MULTILINE))
    code, said, _ = shell("--verify", report)
    assert code == 0 and "nothing changed" in said and "run by Ann Lee" in said and "nobody has signed it" in said
    assert shell("--sign", report)[0] == 1 and "--sign needs --by" in shell("--sign", report)[2]
    code, said, _ = shell("--sign", report, "--by", "Bo Berg")
    assert code == 0 and "signed by Bo Berg" in said and "holds" in said
    small_centre(centre, rows=7)
    code, said, _ = shell("--verify", report)
    assert (
        code == 1
        and "void, because" in said
        and "intervals.csv changed: 1 row more, 7 instead of 6" in said
        and "signed by Bo Berg" in said
    )
    shutil.move(centre / "intervals.csv", centre.parent / "kept.csv")
    assert "intervals.csv is gone (6 rows)" in shell("--verify", report)[1]
    shutil.move(centre / "centre.toml", centre.parent / "kept.toml")
    assert "was moved or removed" in shell("--verify", report)[1]


@pytest.mark.parametrize(
    "words, said",
    [
        (["--quarter", "2026Q5"], "quarter must be written as a year and a quarter"),
        (["--quarter", "2026Q3", "--out", "."], "must not be the centre's folder"),
        (["--quarter", "2026Q3", "--out", ".."], "must not hold the centre's folder"),
        (["--quarter", "2026Q3", "--out", "others"], "holds other files and no earlier report"),
        (["--quarter", "2026Q3", "--names", "--key", "k"], "exclude one another"),
        (["--quarter", "2026Q3", "--previous", "nowhere"], "which is no folder"),
        (["--quarter", "2026Q3", "--previous", "audit/2026Q3"], "which is no folder"),
        (["--quarter", "2026Q3", "--by", " "], "--by must be the name of a person"),
        (["--verify", ".", "--sign", "."], "exclude one another"),
        (["--verify", ".", "--quarter", "2026Q3", "--names"], "--quarter and --names are for a run"),
        (["--verify", "."], "has no sign_off.json"),
    ],
)
def test_what_cannot_be_is_refused_in_words(shell, centre, monkeypatch, words, said):
    (centre / "others").mkdir()
    (centre / "others" / "mine.txt").write_text("mine")
    monkeypatch.chdir(centre)
    code, _, err = shell(centre, *words)
    assert code == 1 and said in err
    assert not (centre / "audit").exists() and (centre / "others" / "mine.txt").read_text() == "mine"


@pytest.mark.parametrize(
    "days, found",
    [
        (["2026-07-01", "2026-09-30"], "2026Q3"),
        (["2026-04-01", "2026-09-28"], "2026Q3"),
        (["2026-04-01", "2026-08-31"], "2026Q2"),
        (["2026-08-01", "2026-08-31"], "2026Q3"),
        (["2025-12-01", "2026-01-05"], "2025Q4"),
    ],
)
def test_the_last_whole_quarter_is_audited_if_none_is_named(tmp_path, days, found):
    rows = ["start;offered;answered;aht_s", *(f"{day} 10:{minute:02};1;1;60" for day in days for minute in (0, 30))]
    (tmp_path / "intervals.csv").write_text("\n".join(rows) + "\n")
    (tmp_path / "centre.toml").write_text('name = "x"\ntime_zone = "UTC"\n[queues.service]\n')
    assert str(command._last_quarter(tmp_path)) == found


def test_the_quarter_before_beside_it_is_carried_over(tmp_path):
    from ccplan.auditing.quarter import Quarter

    assert command._previous(None, tmp_path / "2026Q3", Quarter(2026, 3)) is None
    (tmp_path / "2026Q2").mkdir()
    (tmp_path / "2026Q2" / "sign_off.json").write_text("{}")
    assert command._previous(None, tmp_path / "2026Q3", Quarter(2026, 3)) == tmp_path / "2026Q2"


def test_help_shows_an_example_and_errors_end_in_one_sentence(tmp_path):
    told = run("audit", "--help")
    assert told.returncode == 0 and "Example" in told.stdout and "--verify" in told.stdout
    told = run("audit", "--verify", tmp_path)
    assert told.returncode == 1 and told.stderr.startswith("ccplan: ") and "Traceback" not in told.stderr
