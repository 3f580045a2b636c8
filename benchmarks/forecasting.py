"""The league of forecasts on real series and on the bundled centre: rolling origins, what came against what was said.

Real centres' tables stand beside the repository on some machines (shared/data); where they are absent the
bundled centre alone plays. The reference accuracies are those of shared/data/README.md.
"""

import sys
import time
from pathlib import Path

import numpy as np
import pandas as pd

SHARED = Path(__file__).parents[2] / "shared" / "data"
SPANS = {"day 1": (0, 1), "days 1-7": (0, 7), "days 8-14": (7, 14)}
HORIZON = 14
BANK_BEST = {"day 1": 23.6, "days 1-7": 27.5, "days 8-14": 26.1}  # the best of each column in shared/data/README.md


def rows(quick=False):
    """The table's rows: what, ccplan, peer, ratio, answers, promise."""
    found = []
    for name, (history, centre, origins) in series().items():
        print(f"forecasts of {name} from {len(origins)} origins ...", file=sys.stderr)
        found += league_rows(name, history, centre, origins[::4] if quick else origins)
    return found + many_rows()


def series():
    """{name: (history, centre, origins)} of what is on this machine."""
    found = {"the bundled centre's service line": bundled()}
    if (SHARED / "technion_1999").is_dir():
        found["a bank, 1999 (half hours)"] = bank()
    if (SHARED / "seattle_fire").is_dir():
        found["a city's fire calls (hours)"] = fire()
    return found


def bundled():
    from ccplan.data import load_centre, load_intervals, sample_centre

    centre, frame = load_centre(sample_centre()), load_intervals(sample_centre()).frame
    mine = frame[frame["queue"] == "service"]
    return mine, centre, pd.date_range("2025-12-01", periods=24, freq="11D")


def bank():
    """33 origins from 2 April, stride 8 days, 07-24 h, seven days a week: the trial of shared/data/README.md."""
    six = pd.read_csv(SHARED / "technion_1999" / "volume_6min.csv.gz", parse_dates=["interval_start"])
    half = six.set_index("interval_start")["calls"].resample("30min").sum()
    return _history(half[half.index.hour >= 7]), _centre(1800, "IL", "Asia/Jerusalem"), pd.date_range("1999-04-02", periods=33, freq="8D")


def fire():
    hourly = pd.read_csv(SHARED / "seattle_fire" / "volume_hourly.csv.gz", parse_dates=["interval_start"]).set_index("interval_start")["calls"]
    last = hourly.index.max().normalize()  # the last day is cut
    return _history(hourly[hourly.index < last]), _centre(3600, "US", "America/Los_Angeles"), pd.date_range("2020-01-01", periods=16, freq="65D")


def trial(history, centre, origins, method="auto"):
    """What one method said and what came: frame of origin, ahead (days), offered, said, low, high."""
    from joblib import Parallel, delayed

    return pd.concat(Parallel(n_jobs=-1)(delayed(_one)(history, centre, origin, method) for origin in origins), ignore_index=True)


def _one(history, centre, origin, method):
    from ccplan.planning import forecast

    said = forecast(history, centre, f"{HORIZON}d", at=origin, method=method)
    both = said.merge(history[["start", "offered"]], on="start", suffixes=("", "_came"))
    wall = both["start"].dt.tz_localize(None)
    return pd.DataFrame({"origin": origin, "ahead": (wall.dt.normalize() - origin).dt.days, "offered": both["offered_came"],
                         "said": both["offered"], "low": both["offered_p10"], "high": both["offered_p90"]})


def wapes(found):
    """WAPE in per cent by span of days ahead, and the coverage of the 80 % band (share)."""
    inside = found["offered"].between(found["low"], found["high"]).mean()
    spans = {}
    for name, (first, last) in SPANS.items():
        rows = found[found["ahead"].between(first, last - 1)]
        spans[name] = 100 * (rows["offered"] - rows["said"]).abs().sum() / rows["offered"].sum()
    return spans, inside


def league_rows(name, history, centre, origins):
    from ccplan.planning.forecasting.models import MODELS

    table, coverage = {}, {}
    for method in ("auto", *MODELS):
        begun = time.perf_counter()
        table[method], coverage[method] = wapes(trial(history, centre, origins, method))
        each = (time.perf_counter() - begun) / len(origins)
        print(f"  {method:24} " + "  ".join(f"{span} {value:5.1f} %" for span, value in table[method].items())
              + f"  band {coverage[method]:.1%}  {each:.2f} s each", file=sys.stderr)
    naive, auto = table["same weekday last week"], table["auto"]
    singles = {span: min(table[method][span] for method in MODELS) for span in SPANS}
    worst = max(auto[span] / singles[span] for span in SPANS)
    gain = min(1 - auto[span] / naive[span] for span in ("day 1", "days 8-14"))
    good = worst <= 1.02 and gain >= 0.15 and 0.76 <= coverage["auto"] <= 0.84
    said = " / ".join(f"{value:.1f}" for value in auto.values())
    found = [(f"forecast of {name}: WAPE % at day 1 / 1-7 / 8-14; peer same weekday last week", said, " / ".join(f"{v:.1f}" for v in naive.values()),
              f"{gain:.0%} better", f"band of 80 % held {coverage['auto']:.1%}; {worst:.3f}x the best single model",
              _kept(good, "≥ 15 %, 76-84 %, ≤ 1.02x"))]
    if "bank" in name and len(origins) == 33:
        found.append(("  the same, peer the best of the reference accuracies", said, " / ".join(f"{v:.1f}" for v in BANK_BEST.values()),
                      f"{1 - np.mean(list(auto.values())) / np.mean(list(BANK_BEST.values())):.0%} better", "",
                      _kept(all(auto[span] < BANK_BEST[span] for span in SPANS), "beat the best")))
    return found


def many_rows(queues=24, days=730):
    """Queues a minute: two years of half hours each, on all cores."""
    from ccplan.data import Centre, Queue
    from ccplan.planning import forecast_queues

    history = pd.concat([made_up(f"queue {number}", days, number) for number in range(queues)], ignore_index=True)
    centre = Centre(name="many", interval_s=1800, time_zone="Europe/Helsinki", country="FI",
                    queues=tuple(Queue(name=name) for name in history["queue"].unique()))
    found = []
    for method in ("auto", "calendar regression"):
        begun = time.perf_counter()
        forecast_queues(history, centre, "14d", method=method, jobs=-1)
        speed = 60 * queues / (time.perf_counter() - begun)
        found.append((f"{queues} queues of {days / 365:.0f} years of half hours forecast, {method}", f"{speed:.0f} queues a minute", "", "",
                      f"2,000 queues in {2000 / speed:.0f} minutes", ""))
    return found


def made_up(queue, days, seed):
    """A queue made up for the speed of many: half hours round the clock."""
    generator = np.random.default_rng(seed)
    start = pd.date_range("2024-01-01", periods=days * 48, freq="30min")
    course = np.clip(np.sin((start.hour - 6) / 24 * 2 * np.pi), 0.05, None) * np.where(start.day_of_week < 5, 1.0, 0.5)
    level = 20 * np.exp(np.repeat(generator.normal(0, 0.1, days), 48))
    return pd.DataFrame({"queue": queue, "start": start, "offered": generator.poisson(level * course)})


def _history(counts):
    return pd.DataFrame({"queue": "all", "start": counts.index, "offered": counts.to_numpy()})


def _centre(interval_s, country, zone):
    from ccplan.data import Centre, Queue

    return Centre(name="real", interval_s=interval_s, country=country, time_zone=zone, queues=(Queue(name="all"),))


def _kept(kept, promise):
    return f"kept ({promise})" if kept else f"NOT KEPT ({promise})"
