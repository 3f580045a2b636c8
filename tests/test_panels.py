"""Panels: the plain function behind the dials, then its controls in a real browser, served by Voila; every slider:
`test_every_panel.py`.
"""

import dataclasses
import shutil
import statistics
from pathlib import Path

import nbformat
import numpy as np
import pandas as pd
import pytest

from ccplan.data import load_centre, load_intervals, sample_centre
from ccplan.display import frontend
from ccplan.display.panels.dials import dial_fields
from ccplan.display.panels.saying import shown, tiles
from ccplan.display.staffing import panel as panels
from ccplan.planning import staff, totals
from ccplan.queueing import Infeasible, Targets
from tests.browsers import browser, opened, outside, voila, write_notebook  # noqa: F401
from tests.effort import DEEP
from tests.panel_actions import message

ROOT = Path(__file__).parents[1]
DAY = "2026-09-21"  # the busiest of the last four weeks, where the notebook opens


@pytest.fixture(scope="module")
def centre():
    return load_centre(sample_centre())


@pytest.fixture(scope="module")
def intervals(centre):
    return load_intervals(sample_centre(), centre).frame


@pytest.fixture
def day(intervals):
    return panels.queue_day(intervals, "service", DAY)


@pytest.fixture
def desk(intervals, centre):
    desk = panels._Desk(intervals, centre)
    desk.go("service", DAY)
    return desk


def asked_of(day, inputs, centre):
    """The centre as the inputs ask."""
    queue = centre.queue(day["queue"].iloc[0])
    targets = dataclasses.replace(
        queue.targets,
        service_level=inputs.service_level,
        target_s=inputs.target_s,
        max_occupancy=inputs.max_occupancy if inputs.cap else None,
    )
    queue = dataclasses.replace(queue, targets=targets, patience_s=inputs.patience_s if inputs.hang_up else np.inf)
    lost = dataclasses.replace(centre.shrinkage, external={"all": inputs.shrinkage}, internal={})
    return dataclasses.replace(centre, queues=(queue,), shrinkage=lost)


def by_the_library(day, inputs, centre):
    """The day staffed for the inputs without the panel: straight through planning.staff."""
    mean = (day["aht_s"] * day["offered"]).sum() / day["offered"].sum()
    moved = day.assign(offered=day["offered"] * (1 + inputs.volume), aht_s=day["aht_s"] / mean * inputs.aht_s)
    return staff(moved.drop(columns="agents", errors="ignore"), asked_of(day, inputs, centre))


def expected_tiles(day, inputs, centre):
    """The tiles' words from the library's numbers."""
    staffed = by_the_library(day, inputs, centre)
    through = staff(
        staffed[["queue", "start", "offered", "aht_s"]],
        asked_of(day, inputs, centre),
        rule="through the day",
        agents=staffed["agents"].to_numpy(),
    )
    sums, answered = totals(staffed).iloc[0], staffed["offered"] * (1 - staffed["abandonment"])
    numbers = {
        "agents": staffed["agents"].max(),
        "scheduled": staffed["scheduled"].max(),
        "fte": sums["fte"] * 5,
        "cost": sums["cost"],
        "cost_per_contact": sums["cost"] / answered.sum(),
        "service_level": sums["service_level"],
        "given": totals(through).iloc[0]["service_level"],
        "abandonment": sums["abandonment"],
        "occupancy": sums["occupancy"],
        "asa_s": (staffed["asa_s"] * answered).sum() / answered.sum(),
    }
    forms = {field.name: field.metadata["form"] for field in dataclasses.fields(panels.DayTotals)}
    return {name: shown(float(value), forms[name], centre.currency) for name, value in numbers.items()}


# --------------------------------------------------------------------------------- the plain function


def test_as_it_is_the_panel_is_the_librarys_plan(day, centre):
    view = panels.staffing_view(day, panels.start_inputs(day, centre), centre)
    plan = staff(day.drop(columns="agents"), centre)
    assert view.day["agents"].tolist() == plan["agents"].tolist()
    assert view.day["scheduled"].tolist() == plan["scheduled"].tolist()
    assert view.totals.cost == pytest.approx(plan["cost"].sum())
    assert view.totals.service_level == pytest.approx(totals(plan)["service_level"].iloc[0], rel=1e-12)


@pytest.mark.parametrize("field", dial_fields(panels.StaffingInputs), ids=lambda field: field.name)
def test_each_dial_at_both_ends_gives_the_librarys_numbers(day, centre, field):
    for value in field.metadata["slider"]:
        inputs = dataclasses.replace(panels.start_inputs(day, centre), **{field.name: value})
        view = panels.staffing_view(day, inputs, centre)
        told = tiles(view.totals, None, centre.currency)
        assert {name: tile["value"] for name, tile in told.items()} == expected_tiles(day, inputs, centre)


def test_the_dials_ranges_and_defaults_are_the_fields():
    ranges = {
        field.name: tuple(round(end * field.metadata["scale"]) for end in field.metadata["slider"])
        for field in dial_fields(panels.StaffingInputs)
    }
    assert ranges == {
        "volume": (-30, 50),
        "aht_s": (60, 1200),
        "patience_s": (15, 600),
        "service_level": (50, 99),
        "target_s": (5, 300),
        "max_occupancy": (60, 95),
        "shrinkage": (0, 60),
    }
    usual = panels.StaffingInputs()
    assert (usual.volume, usual.aht_s, usual.service_level, usual.target_s) == (0, 300, 0.8, 20)
    assert (usual.max_occupancy, usual.shrinkage, usual.patience_s) == (0.85, 0.3, 120)


def test_the_same_metadata_validates():
    with pytest.raises(ValueError, match=r"shrinkage must be in \[0, 1\), got 30"):
        panels.StaffingInputs(shrinkage=30)
    with pytest.raises(ValueError, match="aht_s must be a number"):
        panels.StaffingInputs(aht_s="long")


def test_the_handle_time_dial_scales_the_days_profile(day, centre):
    start = panels.start_inputs(day, centre)
    view = panels.staffing_view(day, dataclasses.replace(start, aht_s=2 * start.aht_s), centre)
    assert (view.day["aht_s"] / day["aht_s"]).to_numpy() == pytest.approx(2)
    assert panels.mean_aht(view.day) == pytest.approx(2 * start.aht_s)


def test_net_and_gross_are_named_in_every_label():
    labels = {field.name: field.metadata["label"] for field in dataclasses.fields(panels.DayTotals)}
    assert "(net)" in labels["agents"] and "(gross)" in labels["scheduled"] and "(gross)" in labels["fte"]
    assert "incl. shrinkage" in labels["scheduled"]


def test_warnings_speak_of_burnout_and_of_the_roster(day, centre):
    inputs = dataclasses.replace(panels.start_inputs(day, centre), cap=False, service_level=0.5, volume=0.5)
    words = " ".join(panels.staffing_view(day, inputs, centre).warnings)
    assert "burns people out" in words and "The roster as it stands would answer" in words


@pytest.mark.parametrize("rule", panels.RULES)
def test_each_rule_is_the_librarys_plan(day, centre, rule):
    inputs = dataclasses.replace(panels.start_inputs(day, centre), rule=rule)
    asked, calls = asked_of(day, inputs, centre), day.drop(columns="agents")
    name, meet = panels.RULES[rule]
    plan = staff(calls, asked, rule=name, meet=meet)
    view = panels.staffing_view(day, inputs, centre)
    assert view.day["agents"].tolist() == plan["agents"].tolist() and view.totals.cost == pytest.approx(
        plan["cost"].sum()
    )
    through = (
        plan if name != "stationary" else staff(calls, asked, rule="through the day", agents=plan["agents"].to_numpy())
    )
    assert view.day["given"].tolist() == pytest.approx(through["service_level"].tolist())


def test_the_given_service_is_that_of_days_played_call_by_call(day, centre):
    from ccplan.queueing import simulate_day

    view, queue = panels.staffing_view(day, panels.start_inputs(day, centre), centre), centre.queue("service")
    played = simulate_day(
        view.day["offered"].to_numpy(),
        view.day["aht_s"].to_numpy(),
        view.day["agents"].to_numpy(),
        patience_s=queue.patience_s,
        days=3000,
        seed=8,
    ).intervals
    error = np.abs(played["service_level"] - view.day["given"])
    assert error.mean() < 0.006 and error.max() < 0.02


def test_a_promise_that_the_day_breaks_is_said_in_words(day, centre):
    start = panels.start_inputs(day, centre)
    long = panels.staffing_view(day, dataclasses.replace(start, aht_s=1200), centre)
    less = (long.day["promised"] - long.day["given"] > 0.02).sum()
    assert less > 5 and f"more than 2 points in {less} of 24 intervals" in " ".join(long.warnings)
    kept = panels.staffing_view(
        day, dataclasses.replace(start, aht_s=1200, rule="through the day: every interval"), centre
    )
    assert kept.day["given"].min() >= 0.8 - 1e-6
    whole = panels.staffing_view(day, dataclasses.replace(start, rule="through the day: the day as a whole"), centre)
    assert "than the target of 80%" in " ".join(whole.warnings) and whole.totals.given >= 0.8 - 1e-6


def test_limited_lines_leave_out_what_the_day_as_a_whole_gives(day, centre):
    limited = dataclasses.replace(centre, queues=(dataclasses.replace(centre.queue("service"), lines=60.0),))
    view = panels.staffing_view(day, panels.start_inputs(day, limited), limited)
    assert np.isnan(view.totals.given) and view.day["given"].isna().all() and "as a whole" not in str(view.answer())
    assert tiles(view.totals, None, "")["given"]["value"] == "–" and panels.chart_data(view)["service"]["rows"]


def test_work_that_may_wait_is_not_in_the_picker(intervals, centre, desk):
    assert centre.queue("email").deferred and (intervals["queue"] == "email").any()
    picker = next(one for one in desk.layout()["pickers"] if one["name"] == "queue")
    assert picker["options"] == ["service", "outage", "chat"]
    told = desk.answer(message(desk, pickers={"queue": "email"}))
    assert "work that may wait is no matter of one day" in told["warnings"][0] and told["charts"] is None
    with pytest.raises(ValueError, match="queue must be one of service, outage, chat, got 'email'"):
        panels.staffing_panel(intervals, centre, queue="email")


def test_the_largest_queue_is_one_that_does_not_wait(intervals, centre):
    mail = intervals[intervals["queue"] == "email"]
    much = pd.concat([intervals[intervals["queue"] == "outage"], mail.assign(offered=mail["offered"] * 100)])
    assert panels.queue_day(much, centre=centre)["queue"].iloc[0] == "outage"
    assert panels.queue_day(much)["queue"].iloc[0] == "email"


def test_chats_held_together_are_judged_by_their_own_model(intervals, centre):
    """The day's equations know one call an agent: two chats at a time would look like a queue that breaks its
    promise.
    """
    chats = panels.queue_day(intervals, "chat", "2026-09-21", centre=centre)
    for rule in panels.RULES:
        asked = dataclasses.replace(panels.start_inputs(chats, centre), rule=rule)
        view, plan = (
            panels.staffing_view(chats, asked, centre),
            staff(chats.drop(columns="agents", errors="ignore"), centre),
        )
        assert view.day["agents"].tolist() == plan["agents"].tolist() and view.day["given"].isna().all()
        assert view.totals.service_level == pytest.approx(totals(plan)["service_level"].iloc[0])
    rich = panels.staffing_view(chats.assign(agents=plan["agents"] + 1), panels.start_inputs(chats, centre), centre)
    assert not any("roster as it stands would answer" in words for words in rich.warnings)


def test_a_rule_is_picked_pinned_and_reset(desk):
    before = desk.answer({"seq": 0})
    picked = desk.answer(message(desk, "pin", pickers={"rule": "through the day: every interval"}))
    assert (
        picked["now"]["pickers"]["rule"] == "through the day: every interval"
        and "staffed through the day" in picked["against"]
    )
    assert picked["tiles"]["agents"] != before["tiles"]["agents"] or picked["tiles"]["cost"] != before["tiles"]["cost"]
    back = desk.answer(message(desk, "reset"))
    assert back["settings"]["pickers"]["rule"] == panels.ALONE and back["tiles"] == before["tiles"]
    assert "rule must be one of" in desk.answer(message(desk, pickers={"rule": "by luck"}))["warnings"][0].lower()


def test_while_the_equations_are_compiled_the_panel_says_so_and_shows_the_rest(desk, monkeypatch):
    monkeypatch.setattr(panels, "is_compiled", lambda: False)
    monkeypatch.setattr(panels, "warm_up", lambda: None)
    waiting = desk.answer({"seq": 0})
    assert (
        "are being compiled, once" in waiting["warnings"][-1]
        and waiting["tiles"]["given"]["value"] == "–"
        and waiting["charts"]
    )
    refused = desk.answer(message(desk, pickers={"rule": "through the day: every interval"}))
    assert "are being compiled, once" in refused["warnings"][0] and refused["charts"] is None
    monkeypatch.setattr(panels, "is_compiled", lambda: True)
    assert desk.answer(message(desk))["tiles"]["given"]["value"].endswith("%")


@pytest.mark.parametrize(
    "dial, text, words",
    [
        ("volume", "a lot", "Volume must be a number, in %."),
        ("aht_s", "", "Handle time must be a number, in s."),
        ("shrinkage", "75", "Shrinkage must be between 0 and 60 %, got 75."),
        ("target_s", "nan", "Answered within must be between 5 and 300 s, got nan."),
        ("patience_s", "1e400", "Patience must be between 15 and 600 s, got inf."),
    ],
)
def test_a_bad_value_is_refused_in_words(desk, dial, text, words):
    good = desk.answer(message(desk))
    answer = desk.answer(message(desk, **{dial: text}))
    assert answer["faults"] == {dial: words} and answer["charts"] is None
    assert answer["tiles"] == good["tiles"]
    assert desk.answer(message(desk))["faults"] == {}


@pytest.mark.parametrize(
    "pickers, words",
    [
        ({"day": "2026-09-06"}, "Service has no intervals on Sunday 6 September 2026"),
        ({"day": ""}, "Day must be a date"),
        ({"queue": "nobody"}, "Queue must be one of service, outage"),
    ],
)
def test_a_day_or_queue_without_data_is_refused_in_words(desk, pickers, words):
    desk.answer({"seq": 0})
    answer = desk.answer(message(desk, pickers=pickers))
    assert answer["warnings"][0].startswith(words) and answer["charts"] is None


def test_pin_compares_and_reset_goes_back(desk):
    start = desk.answer({"seq": 0})
    more = desk.answer(message(desk, volume=20))
    assert more["tiles"]["agents"]["delta"].startswith("+")
    pinned = desk.answer(message(desk, "pin", volume=20))
    assert pinned["tiles"]["agents"]["delta"] == "" and "volume 20 %" in pinned["against"]
    back = desk.answer(message(desk, "reset"))
    assert back["tiles"] == start["tiles"] and back["settings"] == start["settings"]


def test_another_day_keeps_what_was_chosen_and_follows_its_handle_time(desk):
    desk.answer(message(desk, volume=20))
    desk.answer(message(desk, pickers={"day": "2026-09-02"}))
    assert desk.inputs.volume == 0.2
    assert desk.inputs.aht_s == pytest.approx(panels.mean_aht(desk.day)) and str(desk.date) == "2026-09-02"


def test_a_target_that_nobody_can_meet_is_said_in_words(day, centre):
    queue = dataclasses.replace(centre.queue("service"), lines=5.0, targets=Targets(max_blocking=0.01))
    desk = panels._Desk(day.assign(queue="service"), dataclasses.replace(centre, queues=(queue,)))
    desk.go("service", DAY)
    with pytest.raises(Infeasible):
        panels.staffing_view(desk.day, desk.inputs, desk.centre)
    answer = desk.answer({"seq": 0})
    assert answer["charts"] is None and "service_level = 0.8 cannot be met with 5 lines" in answer["warnings"][0]


def test_a_day_without_calls_is_said_in_words(day, centre):
    empty = day.assign(offered=0)
    with pytest.raises(ValueError, match="no calls were offered"):
        panels.staffing_view(empty, panels.StaffingInputs(), centre)


def test_a_figure_of_the_centre_outside_the_usual_range_widens_the_dial(day, centre):
    queue = dataclasses.replace(centre.queue("service"), patience_s=900.0)
    desk = panels._Desk(day, dataclasses.replace(centre, queues=(queue,)))
    desk.go("service", DAY)
    dials = {dial["name"]: dial for group in desk.layout()["groups"] for dial in group["dials"]}
    assert dials["patience_s"]["high"] == 900 and desk.answer({"seq": 0})["faults"] == {}


def test_the_bundle_is_cached_and_survives_a_cache_that_cannot_be_written(tmp_path, monkeypatch):
    blocked = tmp_path / "file"
    blocked.write_text("not a folder")
    monkeypatch.setattr(frontend, "_cache_folder", lambda: tmp_path / "cache")
    first = frontend.vega_bundle.__wrapped__()
    (kept,) = (tmp_path / "cache").iterdir()
    assert kept.read_text(encoding="utf-8") == first == frontend.vega_bundle.__wrapped__()
    assert "ccplanVegaEmbed" in first and len(first) < 1_500_000
    monkeypatch.setattr(frontend, "_cache_folder", lambda: blocked / "cache")
    assert frontend.vega_bundle.__wrapped__() == first


# ------------------------------------------------------------------------------------- in the browser

EVIL = """\
import pandas as pd
from ccplan.data import Centre, Queue
from ccplan.display import staffing_panel
name = "<img src=x onerror=document.title='broken'>"
start = pd.date_range("2026-03-02 09:00", periods=4, freq="30min", tz="UTC")
calls = pd.DataFrame({"queue": name, "start": start, "offered": [40, 60, 50, 30], "aht_s": 240.0})
staffing_panel(calls, Centre(name=name, queues=(Queue(name=name),)))
"""
TURN = """([name, value]) => {
  const range = document.querySelector(`[data-dial=${name}] input[type=range]`);
  range.value = value; range.dispatchEvent(new Event('input', {bubbles: true}));
}"""
LATE_CHARTS = """let embed; Object.defineProperty(globalThis, 'ccplanVegaEmbed', {
  set(made) { embed = (...given) => new Promise((done) => setTimeout(() => done(made(...given)), 3000)); },
  get() { return embed; },
});"""
LATENCY = """async (turns) => {
  const root = document.querySelector('.ccplan'), times = [];
  const range = root.querySelector('[data-dial=volume] input[type=range]');
  for (let i = 0; i < turns; i++) {
    const start = performance.now();
    range.value = (i * 7) % 80 - 30; range.dispatchEvent(new Event('input', {bubbles: true}));
    const asked = Number(root.dataset.asked);
    while (Number(root.dataset.painted) < asked) {
      await new Promise(done => setTimeout(done, 1));
      if (performance.now() - start > 5000) throw new Error('nothing was painted for five seconds');
    }
    await new Promise(done => requestAnimationFrame(done));
    times.push(performance.now() - start);
  }
  return times;
}"""


@pytest.fixture(scope="module")
def served(tmp_path_factory):
    """The address of a Voila that serves the staffing notebook and a centre with a name of ill intent.

    Of the notebook the cells that make the panel, all of them when deep: what is between takes half a minute.
    """
    folder, whole = tmp_path_factory.mktemp("served"), ROOT / "notebooks" / "03_staffing.ipynb"
    code = [cell.source for cell in nbformat.read(whole, as_version=4).cells if cell.cell_type == "code"]
    panel = next(source for source in code if "staffing_panel(" in source)
    shutil.copy(whole, folder) if DEEP else write_notebook(folder / whole.name, *code[:2], panel)
    write_notebook(folder / "evil.ipynb", EVIL)
    with voila(folder) as address:
        yield address


@pytest.fixture(scope="module")
def page(browser, served):  # noqa: F811
    page = opened(browser, f"{served}/voila/render/03_staffing.ipynb")
    yield page
    page.close()


@pytest.fixture
def fresh(page):
    """The page with its panel at the start."""
    page.set_viewport_size({"width": 1280, "height": 900})
    act(page, lambda: page.click("[data-action=reset]"))
    return page


def act(page, doing):
    """Do something to the panel and wait until its answer is painted."""
    doing()  # what is asked is counted when the browser asks; a file is read first
    page.wait_for_function(
        "() => { const {painted, asked} = document.querySelector('.ccplan').dataset; return Number(painted) >= Number(asked); }",
        timeout=10_000,
    )


def settled(page):
    """Wait until what follows at rest, the week and the played days, has come."""
    page.wait_for_function("document.querySelector('.ccplan').dataset.settled === 'true'", timeout=30_000)


def tiles_on(page):
    return page.evaluate(
        "() => Object.fromEntries([...document.querySelectorAll('[data-tile]')].map(n => [n.dataset.tile, n.textContent]))"
    )


def test_exact_entry_keyboard_and_switches(fresh, day, centre):
    start = panels.start_inputs(day, centre)
    act(fresh, lambda: fresh.locator("[data-dial=target_s] input[type=number]").fill("33"))
    assert tiles_on(fresh) == expected_tiles(day, dataclasses.replace(start, target_s=33), centre)
    fresh.locator("[data-dial=volume] input[type=range]").focus()
    act(fresh, lambda: fresh.keyboard.press("ArrowRight"))
    both = dataclasses.replace(start, target_s=33, volume=0.01)
    assert tiles_on(fresh) == expected_tiles(day, both, centre)
    act(fresh, lambda: fresh.locator("[data-dial=patience_s] input[type=checkbox]").uncheck())
    assert tiles_on(fresh) == expected_tiles(day, dataclasses.replace(both, hang_up=False), centre)


def test_a_bad_entry_is_answered_in_words_and_mended(fresh):
    good = tiles_on(fresh)
    box = fresh.locator("[data-dial=shrinkage] input[type=number]")
    act(fresh, lambda: box.fill("75"))
    assert (
        fresh.locator("[data-dial=shrinkage] [role=alert]").inner_text()
        == "Shrinkage must be between 0 and 60 %, got 75."
    )
    assert box.get_attribute("aria-invalid") == "true" and "Traceback" not in fresh.inner_text("body")
    act(fresh, lambda: box.fill("33"))
    assert tiles_on(fresh) == good and fresh.locator(".ccplan [role=alert]").all_inner_texts().count("") == 7


def test_queue_and_day_pickers_and_pin(fresh, intervals, centre):
    offered = fresh.locator(".ccplan select").first.locator("option").all_inner_texts()
    assert offered == ["service", "outage", "chat"]  # mail may wait: a day by itself cannot say when it is answered
    act(fresh, lambda: fresh.locator(".ccplan select").first.select_option("chat"))
    assert (
        not fresh.locator(".ccplan [role=status]:not(.ccplan-heard)").inner_text().count("must be")
        and tiles_on(fresh)["given"] == "–"
    )
    act(fresh, lambda: fresh.locator(".ccplan select").first.select_option("outage"))
    other = panels.queue_day(intervals, "outage", DAY)
    assert tiles_on(fresh) == expected_tiles(other, panels.start_inputs(other, centre), centre)
    act(fresh, lambda: fresh.locator(".ccplan select").first.select_option("service"))
    act(fresh, lambda: fresh.evaluate(TURN, ["volume", 30]))
    assert fresh.locator("[data-tile=agents] + dd").inner_text().startswith("+")
    act(fresh, lambda: fresh.click("[data-action=pin]"))
    assert fresh.locator("[data-tile=agents] + dd").inner_text() == ""
    act(fresh, lambda: fresh.locator(".ccplan input[type=date]").fill("2026-09-06"))
    assert (
        "no intervals on Sunday 6 September 2026"
        in fresh.locator(".ccplan [role=status]:not(.ccplan-heard)").inner_text()
    )
    act(fresh, lambda: fresh.locator(".ccplan input[type=date]").fill(DAY))


def test_a_dial_moved_before_another_queue_is_shown_belongs_to_no_queue(fresh, intervals, centre):
    act(fresh, lambda: fresh.evaluate(TURN, ["aht_s", 600]))
    act(
        fresh,
        lambda: fresh.evaluate("""() => {
          const select = document.querySelector('.ccplan select');
          select.value = 'outage'; select.dispatchEvent(new Event('change', {bubbles: true}));
          const range = document.querySelector('[data-dial=volume] input[type=range]');
          range.value = 30; range.dispatchEvent(new Event('input', {bubbles: true}));
        }"""),
    )
    other = panels.queue_day(intervals, "outage", DAY)
    start = panels.start_inputs(other, centre)
    assert tiles_on(fresh) == expected_tiles(other, start, centre)
    shown = {
        name: fresh.locator(f"[data-dial={name}] input[type=number]").input_value() for name in ("volume", "aht_s")
    }
    assert shown == {"volume": "0", "aht_s": f"{round(start.aht_s, 1):g}"}
    act(fresh, lambda: fresh.evaluate(TURN, ["volume", 30]))
    assert tiles_on(fresh) == expected_tiles(other, dataclasses.replace(start, volume=0.3), centre)
    act(fresh, lambda: fresh.locator(".ccplan select").first.select_option("service"))


def test_the_final_picture_matches_the_final_position_of_a_drag(fresh, day, centre):
    drag = """async () => {
      const range = document.querySelector('[data-dial=volume] input[type=range]');
      for (let i = 0; i < 60; i++) { range.value = i % 50; range.dispatchEvent(new Event('input', {bubbles: true}));
        await new Promise(done => setTimeout(done, 16)); }
      range.value = 17; range.dispatchEvent(new Event('input', {bubbles: true}));
    }"""
    act(fresh, lambda: fresh.evaluate(drag))
    inputs = dataclasses.replace(panels.start_inputs(day, centre), volume=0.17)
    assert tiles_on(fresh) == expected_tiles(day, inputs, centre)


def test_a_slider_move_is_painted_at_once(fresh):
    times = sorted(fresh.evaluate(LATENCY, 40))
    median, late = statistics.median(times), times[37]
    print(f"slider to painted: median {median:.0f} ms, 95th percentile {late:.0f} ms")
    assert median < 2000, "the aim is 100 ms on a quiet machine: make bench; here only that it answers"


def test_text_from_data_never_runs(browser, served):  # noqa: F811
    page = opened(browser, f"{served}/voila/render/evil.ipynb")
    assert "<img src=x" in page.locator(".ccplan h2").inner_text()
    assert page.locator(".ccplan img").count() == 0 and page.title() != "broken"
    act(page, lambda: page.evaluate(TURN, ["volume", 20]))
    assert page.log == [] and outside(page) == []
    page.close()


def test_a_dial_turned_before_the_charts_are_there_is_followed(browser, served):  # noqa: F811
    page = browser.new_page()
    page.add_init_script(LATE_CHARTS)
    page.goto(f"{served}/voila/render/evil.ipynb", timeout=150_000)
    page.wait_for_selector("[data-dial=volume] input[type=range]", state="attached", timeout=60_000)
    assert not page.evaluate("document.querySelector('.ccplan').dataset.painted")
    act(page, lambda: page.evaluate(TURN, ["volume", 20]))
    early = tiles_on(page), page.locator("[data-dial=volume] input[type=number]").input_value()
    page.close()
    page = opened(browser, f"{served}/voila/render/evil.ipynb")
    act(page, lambda: page.evaluate(TURN, ["volume", 20]))
    assert early == (tiles_on(page), "20")
    page.close()


def test_no_request_left_the_machine_and_nothing_complained(fresh):
    assert outside(fresh) == [] and fresh.log == []
