"""The registry of KPIs, what a centre aims at, and the table of both for readers (`python -m ccplan.auditing.kpis`)."""

from .contact_kpis import CONTACT_KPIS
from .kpi import KPI
from .people_kpis import PEOPLE_KPIS

KPIS = {kpi.key: kpi for kpi in (*CONTACT_KPIS, *PEOPLE_KPIS)}
PROMISED = {"service_level": "service_level", "abandonment": "max_abandonment", "asa_s": "max_asa_s", "occupancy": "max_occupancy",
            "blocked": "max_blocking"}  # KPI → what a queue's targets call it


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
    return getattr(centre, "kpi_targets", {}).get(key)
