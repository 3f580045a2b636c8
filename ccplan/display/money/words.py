"""Money and assumptions in words: an amount to three digits, a change with its sign, a value with its unit."""

NARROW = "\N{NO-BREAK SPACE}"  # between a number and what it counts
LABELS = {  # assumptions as a chart names them
    "volume": "volume", "aht": "handle time", "patience": "patience", "service_level": "service target", "max_occupancy": "occupancy cap",
    "shrinkage": "shrinkage", "attrition_per_year": "attrition", "training_weeks": "training", "hourly_wage": "hourly wage",
    "on_costs": "on-costs", "overtime_factor": "overtime factor", "seat_per_month": "a seat", "per_hire": "adverts and selection",
    "outsourced_hourly": "outsourcer's hour", "growth": "growth a year", "inflation": "inflation",
    "class_cost": "a class", "overtime": "overtime limit", "outsourced_output": "outsourcer's output",
}  # fmt: skip
CHANGES = ("volume", "aht", "patience", "growth", "inflation")  # told as a change of what is planned
SHARES = (
    "service_level",
    "max_occupancy",
    "shrinkage",
    "attrition_per_year",
    "on_costs",
    "overtime",
    "outsourced_output",
)


def money(amount, currency):
    """An amount to three digits, in words.

    >>> money(3_498_762, "EUR").replace(NARROW, " "), money(94_120, "EUR").replace(NARROW, " ")
    ('EUR 3.50 million', 'EUR 94,100')
    """
    amount = float(amount)
    if abs(amount) >= 1e6:
        return f"{currency}{NARROW}{amount / 1e6:,.2f}{NARROW}million"
    digits = 3 - len(str(int(abs(amount))))
    return f"{currency}{NARROW}{round(amount, min(digits, 0)):,.0f}"


def signed(amount):
    """A difference in thousands with its sign.

    >>> signed(-12_340.0), signed(250.0), signed(0.0)
    ('−12.3', '+0.2', '0')
    """
    thousands = amount / 1000
    words = f"{abs(thousands):,.0f}" if abs(thousands) >= 100 else f"{abs(thousands):,.1f}"
    return "0" if not words.strip("0.,") else ("+" if amount > 0 else "−") + words


def percent(share):
    """A share to a whole percent; a small one to a tenth.

    >>> percent(0.843), percent(0.004)
    ('84 %', '0.4 %')
    """
    return f"{100 * share:.1f} %" if 0 < abs(share) < 0.0095 else f"{100 * share:.0f} %"


def value_words(name, value):
    """An assumption's value in words.

    >>> value_words("volume", 0.1), value_words("attrition_per_year", 0.24), value_words("hourly_wage", 14.2)
    ('+10 %', '24 %', '14.20')
    """
    if name in CHANGES:
        return "as planned" if value == 0 else f"{'+' if value > 0 else '−'}{_short(100 * abs(value))} %"
    if name in SHARES:
        return f"{_short(100 * value)} %"
    if name == "training_weeks":
        return f"{_short(value)} weeks"
    return f"{value:,.2f}" if value < 100 else f"{value:,.0f}"


def assumption_words(row):
    """The low and the high of an assumption: a row of `usual_ranges`."""
    low = value_words(row["name"], row["low"]).removesuffix(" weeks")
    return f"{low} to {value_words(row['name'], row['high'])}"


def _short(value):
    return f"{value:,.1f}".removesuffix(".0")
