"""The pages of an audit: what a section shows, or in words why it cannot."""

from ...auditing.audit import SECTIONS
from ..charts import show
from ..tables import Words, plain

CANNOT = "*This cannot be shown here: {}*"


def audit_page(told):
    """A function that shows parts of an Audit: `page(key, part, *more)` is `part(section, *more)`, a chart drawn.

    Where the section could not be made, or has nothing of that part, it gives Words that say why; so the rest of a
    report is made all the same. A section's first part tells the reason, its later ones are only marked.

    >>> from types import SimpleNamespace
    >>> page = audit_page(SimpleNamespace(sections={}, missing={"quality": "the table evaluations is needed"}))
    >>> page("quality", len), page("quality", len)
    (*This cannot be shown here: the table evaluations is needed*, *Not shown, for the same reason.*)
    """
    told_why = set()

    def page(key, part, *more):
        if key not in told.sections:
            again, _ = key in told_why, told_why.add(key)
            return Words("*Not shown, for the same reason.*" if again else CANNOT.format(plain(_why(told, key))))
        try:
            made = part(told.sections[key], *more)
        except ValueError as problem:  # words for people; anything else is a fault of ours
            return Words(CANNOT.format(plain(problem)))
        return show(made) if _is_chart(made) else made

    return page


def _is_chart(made):
    import altair as alt

    return isinstance(made, alt.TopLevelMixin)


def _why(told, key):
    known = ", ".join(section.key for section in SECTIONS)
    return told.missing.get(key, f"the audit has no section {key}; it has {known}")


def busiest_of(told):
    """The queue with most contacts in the quarter of an Audit; "" where no table tells."""
    for table, weigh in (("intervals", "offered"), ("calls", None)):
        if table in told.evidence.tables:
            rows = told.evidence.of(table)
            many = rows.groupby("queue")[weigh].sum() if weigh else rows["queue"].value_counts()
            if len(many):
                return str(many.idxmax())
    return ""
