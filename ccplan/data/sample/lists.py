"""The tables `checklist` and `candidates`: written, not drawn. People and products are invented.

The centre opened its new floor and platform in summer 2025; what was left open is still to be found.
"""

import pandas as pd

# Tables, to be read as tables:
# fmt: off
SET_UP = (  # step, item, department, owner, due, done on, evidence, cost
    ("goals", "agree short- and long-term goals of each function", "management", "Tove Heron",
     "2025-02-14", "2025-02-12", "minutes of 12 February", 0),
    ("goals", "draw the process map and mark its bottlenecks", "operations", "Arvo Osprey",
     "2025-02-28", "2025-03-04", "process map, third draft", 0),
    ("type of centre", "choose inbound, cloud, voice over IP; say why", "management", "Tove Heron",
     "2025-02-28", "2025-02-27", "decision note 3", 0),
    ("budget", "set up the budget by category and month", "finance", "Sirkka Merlin",
     "2025-03-14", "2025-03-14", "budget 2025-26", 0),
    ("try tools", "try three telephone platforms with ten agents", "technology", "Ilpo Grebe",
     "2025-04-11", "2025-04-16", "trial report", 4_800),
    ("try tools", "try chat and e-mail routing", "technology", "Ilpo Grebe",
     "2025-04-25", "2025-04-25", "trial report, part two", 1_200),
    ("integrations", "connect the customer register to the phones", "technology", "Ilpo Grebe",
     "2025-05-30", "2025-06-06", "test log", 18_500),
    ("integrations", "connect the outage map", "technology", "Ilpo Grebe",
     "2025-06-13", "2025-06-12", "test log", 6_400),
    ("implementation plan", "write who does what before, during and after the move", "operations", "Arvo Osprey",
     "2025-03-28", "2025-03-27", "plan, signed", 0),
    ("onboarding", "define stages and goals of the first four weeks", "people", "Kyllikki Stork",
     "2025-05-09", "2025-05-08", "onboarding booklet", 2_300),
    ("onboarding", "name a mentor for every newcomer", "people", "Kyllikki Stork",
     "2025-06-01", "2025-05-30", "list of mentors", 0),
    ("training", "courses on products, contracts and procedures", "people", "Kyllikki Stork",
     "2025-06-13", "2025-06-13", "course list", 7_900),
    ("training", "course on the flex tariff before its launch", "people", "Kyllikki Stork",
     "2026-03-20", None, None, 5_600),
    ("positive environment", "rules for breaks, praise and bonuses", "people", "Kyllikki Stork",
     "2025-06-20", "2025-06-18", "house rules", 0),
    ("buffer time", "keep a tenth of each day unbooked", "planning", "Oili Bittern",
     "2025-06-27", "2025-06-27", "roster rules", 0),
    ("requirements", "walk through software, hardware, staff and training", "operations", "Arvo Osprey",
     "2025-06-06", "2025-06-05", "requirements list", 0),
    ("agent performance", "monthly talk with every agent", "operations", "Arvo Osprey",
     "2025-09-30", "2025-10-09", "calendar", 0),
    ("equipment care", "check every device each quarter", "technology", "Ilpo Grebe",
     "2025-07-31", "2025-07-25", "device list", 0),
    ("equipment care", "spare headsets for one station in ten", "technology", "Ilpo Grebe",
     "2026-05-29", None, None, 553),
    ("manager", "hire the manager of the centre", "people", "Kyllikki Stork",
     "2025-04-30", "2025-05-02", "contract", 3_900),
    ("floor plan", "place stations, cables and quiet rooms", "facilities", "Usko Gannet",
     "2025-05-16", "2025-05-15", "floor plan, revision B", 12_700),
    ("regular audit", "audit every quarter with sign-off", "management", "Tove Heron",
     "2026-07-17", None, "first two reports", 0),
    ("technology", "let callers keep their place and be called back", "technology", "Ilpo Grebe",
     "2026-06-30", None, None, 14_000),
    ("technology", "answer the simplest questions by a bot", "technology", "Ilpo Grebe",
     "2026-11-30", None, None, 22_000),
)
SECURITY = (
    ("access", "sign in with two factors", "technology", "Ilpo Grebe", "2025-06-27", "2025-06-26", "settings", 1_900),
    ("access", "take away rights on the last day", "people", "Kyllikki Stork",
     "2025-07-31", "2025-08-14", "leavers' form", 0),
    ("access", "review all rights once a year", "technology", "Ilpo Grebe", "2026-08-31", None, None, 0),
    ("encryption", "encrypt recordings at rest", "technology", "Ilpo Grebe",
     "2025-06-27", "2025-06-27", "settings", 2_600),
    ("encryption", "encrypt laptops", "technology", "Ilpo Grebe", "2025-06-27", "2025-06-20", "device list", 0),
    ("back-up", "restore the recorder from its back-up, as a rehearsal", "technology", "Ilpo Grebe",
     "2025-10-31", "2025-12-05", "rehearsal log", 3_200),
)
COMPLIANCE = (
    ("data protection", "keep recordings for six months, then delete", "legal", "Hilma Egret",
     "2025-12-31", "2025-12-19", "deletion log", 0),
    ("data protection", "tell callers at the start that calls are recorded", "operations", "Arvo Osprey",
     "2025-06-30", "2025-06-30", "announcement text", 400),
    ("card payments", "pause the recording while a card is read out", "technology", "Ilpo Grebe",
     "2026-04-30", None, None, 9_500),
    ("network", "separate voice from office traffic", "technology", "Ilpo Grebe",
     "2025-06-13", "2025-06-13", "network map", 5_300),
)
IN_PROGRESS = (
    "audit every quarter with sign-off", "pause the recording while a card is read out",
    "answer the simplest questions by a bot",
)
WEIGHED: dict[str, tuple[dict, dict]] = {  # list: ({criterion: weight}, {name: scores in that order})
    "manager": (
        {"similar projects": 0.30, "leading people": 0.30, "numbers": 0.20, "knows the trade": 0.20},
        {
            "Tove Heron": (8, 9, 7, 8),
            "Runo Pintail": (9, 6, 8, 7),
            "Saga Shoveler": (6, 8, 9, 5),
            "Otso Gadwall": (7, 7, 6, 9),
        },
    ),
    "telephone platform": (
        {"calls of our size": 0.25, "integrations": 0.25, "recording": 0.15, "price": 0.20, "support": 0.15},
        {"Pikkulinja": (8, 7, 8, 6, 8), "Northbell": (9, 8, 7, 4, 7), "Kaiku Cloud": (6, 9, 6, 8, 6)},
    ),
    "callback add-on": (
        {"keeps the place in the queue": 0.40, "price": 0.35, "works with our platform": 0.25},
        {"Soitto Later": (9, 6, 8), "Ringback Mini": (6, 9, 7)},
    ),
}

# fmt: on


def checklist_table():
    """All three lists; what has a day of being done is done."""
    rows = [
        (name, *row)
        for name, items in (("set-up", SET_UP), ("security", SECURITY), ("compliance", COMPLIANCE))
        for row in items
    ]
    table = pd.DataFrame(
        rows, columns=["checklist", "step", "item", "department", "owner", "due", "done_on", "evidence", "cost"]
    )
    table["status"] = [
        "done" if done else "in progress" if item in IN_PROGRESS else "open"
        for done, item in zip(table["done_on"].notna(), table["item"], strict=True)
    ]
    return table[["checklist", "step", "item", "department", "owner", "due", "done_on", "status", "evidence", "cost"]]


def candidates_table():
    """Applicants and tools with their scores (0 to 10) by criterion."""
    rows = [
        (kind, name, criterion, weight, score)
        for kind, (criteria, options) in WEIGHED.items()
        for name, scores in options.items()
        for (criterion, weight), score in zip(criteria.items(), scores, strict=True)
    ]
    return pd.DataFrame(rows, columns=["list", "name", "criterion", "weight", "score"])
