"""The registry of KPIs, what a centre aims at, and the table of both for readers (`python -m ccplan.auditing.kpis`)."""

from ..data.settings import unknown
from .measuring.contact_kpis import CONTACT_KPIS
from .measuring.kpi import KPI
from .measuring.people_kpis import PEOPLE_KPIS

KPIS = {kpi.key: kpi for kpi in (*CONTACT_KPIS, *PEOPLE_KPIS)}
PROMISED = {
    "service_level": "service_level",
    "abandonment": "max_abandonment",
    "asa_s": "max_asa_s",
    "occupancy": "max_occupancy",
    "blocked": "max_blocking",
}  # KPI → what a queue's targets call it


def kpi_of(kpi):
    """The KPI of a key, or a KPI itself; ValueError that lists what there is.

    >>> kpi_of("aht_s").name
    'Average handle time'
    """
    if isinstance(kpi, KPI):
        return kpi
    if kpi not in KPIS:
        raise ValueError(f"KPI must be one of {', '.join(KPIS)}, got {kpi!r}")
    return KPIS[kpi]


def target_of(kpi, centre, queue=None):
    """What the centre aims at, a number, or None where nothing is said.

    For a queue what its targets promise; else what [kpi_targets] of centre.toml says. `kpi` is a key or a KPI.
    Raises ValueError for a KPI that is not known, or a queue that the centre does not have.
    """
    key = kpi_of(kpi).key
    if queue is not None and key in PROMISED:
        return getattr(centre.queue(queue).targets, PROMISED[key])
    return centre.kpi_targets.get(key)


def unknown_targets(centre):
    """A sentence for every goal of [kpi_targets] that no KPI bears the name of, with the nearest that does."""
    return tuple(unknown(centre.kpi_targets, list(KPIS), "kpi_targets."))


def kpi_table():
    """The registry for readers, Markdown: what each KPI is, how it is reckoned, what is usual, which variants there
    are.
    """
    head = [
        "# KPIs",
        "",
        "Made by `python -m ccplan.auditing.kpis` from the registry `ccplan.auditing.KPIS`. Every value is Σ top ÷ Σ bottom, at any grain.",
        "",
        "| key | name | formula | unit | better | typical (source) | tables | variants | sources disagree |",
        "|---|---|---|---|---|---|---|---|---|",
    ]
    return "\n".join([*head, *(_line(kpi) for kpi in KPIS.values())]) + "\n"


def _line(kpi):
    typical = f"{kpi.typical} ({kpi.source})" if kpi.typical else kpi.source
    variants = "; ".join(
        f"`{name}`: " + (", ".join(map(str, option.words)) if option.words else option.says)
        for name, option in kpi.options.items()
    )
    cells = (
        f"`{kpi.key}`",
        kpi.name,
        kpi.formula,
        kpi.unit,
        kpi.better,
        typical,
        kpi.tables,
        variants or "–",
        kpi.disagree or "–",
    )
    return "| " + " | ".join(str(cell).replace("|", "\\|") for cell in cells) + " |"


if __name__ == "__main__":
    from pathlib import Path

    Path("docs/kpis.md").write_text(kpi_table(), encoding="utf-8")
