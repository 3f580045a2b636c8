"""The sums of a way to a KPI as expressions, each with as little to work out a row as its meaning allows."""


def sums_of_one(way, row):
    """{name: sum} of a way whose parts are of one table: a row counts where all that it needs is known."""
    x, y = _value(way.top, row), _value(way.bottom, row)
    over, under = _counted(way, row, x, y)
    sums = {"top": _summed(row, (x,), over), "bottom": _summed(row, (y,), under)}
    if not way.is_counts:
        sums |= {
            "n": _summed(row, (), under),
            "xx": _summed(row, (x, x), over),
            "xy": _summed(row, (x, y), over),
            "yy": _summed(row, (y, y), under),
        }
    return sums | {
        name: _summed(row, (_value(part, row),), [*_where(part, row), *under]) for name, part in way.more.items()
    }


def sums_in_clusters(way, row):
    """({name: sum within a cluster}, {name: sum over the clusters, of their table}) of a way whose rows are not
    independent.

    `n` counts the clusters in which a row counts; names within are the caller's to choose: the second takes {name:
    column}.
    """
    x, y = _value(way.top, row), _value(way.bottom, row)
    over, under = _counted(way, row, x, y)
    within = {"x": _summed(row, (x,), over), "y": _summed(row, (y,), under), "rows": _summed(row, (), under)}

    def product(one, other):
        return lambda column: (column[one].fill_null(0).cast("float64") * column[other].fill_null(0)).sum()

    return within, {
        "top": lambda column: column["x"].sum(),
        "bottom": lambda column: column["y"].sum(),
        "n": lambda column: (column["rows"] > 0).sum(),
        "xx": product("x", "x"),
        "xy": product("x", "y"),
        "yy": product("y", "y"),
    }


def sums_of_two(way, above, below):
    """{name: sum} of a way whose parts are of two tables."""
    return {
        "top": _summed(above, (_value(way.top, above),), _where(way.top, above)),
        "bottom": _summed(below, (_value(way.bottom, below),), _where(way.bottom, below)),
        "n": _summed(below, (), _where(way.bottom, below)),
    }


def _counted(way, row, x, y):
    """The conditions under which a row counts on top, and below."""
    over, under = _where(way.top, row), _where(way.bottom, row)
    alike = not over or [one.op() for one in over] == [one.op() for one in under]
    if x is not None:  # a row that is not on top needs no value for it
        under = [*under, x.notnull() if alike else x.notnull() | ~over[0].fill_null(False)]
    if y is not None:
        under = [*under, y.notnull()]
    return (under if alike else [*over, *under]), under


def _value(part, row):
    """A part's number of a row in floating point: whole numbers would overflow when squared."""
    return None if part.value is None else part.value(row).cast("float64")


def _where(part, row):
    return [] if part.where is None else [part.where(row)]


def _summed(row, factors, conditions):
    """Σ of a product over the rows for which all conditions hold; without factors: how many rows those are.

    An empty cell makes a product empty, and sums leave it out: that it is not empty need not be asked as well.
    """
    factors, terms = [one for one in factors if one is not None], _needed(conditions)
    if factors:
        rest = [term for term in terms if not any(_not_empty(term, factor) for factor in factors)]
        return (factors[0] * factors[1] if len(factors) == 2 else factors[0]).sum(where=_all(rest))
    full = next((term for term in terms if _asks_not_empty(term)), None)
    if full is None:
        return row.table.count(where=_all(terms))
    return full.op().arg.to_expr().count(where=_all([term for term in terms if term is not full]))


# Engines do not see that one condition follows from another, and would work both out for every row.


def _needed(conditions):
    """The conditions as terms that must all hold, without those that follow from another."""
    terms = list({term.op(): term for condition in conditions for term in _terms(condition)}.values())
    return [term for term in terms if not any(term is not other and _follows(term, other) for other in terms)]


def _terms(condition):
    import ibis.expr.operations as ops

    op = condition.op()
    return [*_terms(op.left.to_expr()), *_terms(op.right.to_expr())] if isinstance(op, ops.And) else [condition]


def _follows(term, other):
    """Whether `term` is true wherever `other` is: a choice of which the other is one, or that something compared is
    not empty.
    """
    import ibis.expr.operations as ops

    op, known = term.op(), other.op()
    if isinstance(op, ops.Or):
        return any(_follows(side.to_expr(), other) or side == known for side in (op.left, op.right))
    compared = isinstance(known, ops.Comparison) and not isinstance(known, ops.IdenticalTo)
    return isinstance(op, ops.NotNull) and (op.arg == known or compared and op.arg in (known.left, known.right))


def _asks_not_empty(term):
    import ibis.expr.operations as ops

    return isinstance(term.op(), ops.NotNull)


def _not_empty(term, factor):
    return _asks_not_empty(term) and term.op().arg == factor.op()


def _all(terms):
    return None if not terms else terms[0] if len(terms) == 1 else terms[0] & _all(terms[1:])
