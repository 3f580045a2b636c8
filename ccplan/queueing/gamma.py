"""Incomplete gamma functions divided by the Poisson term, with all their digits.

Every stationary queue of this package is a ratio of two sums around the state *all agents busy*:
the states below it add up to Q/f, the states above it (with impatient callers) to P/f, where P and Q
are the regularised incomplete gamma functions and f(b, x) = x^b e^-x / Γ(b+1). The ratios stay
finite and precise where P, Q and f underflow, from 1e-3 to 1e6 Erlang.

Source of the ratios: DLMF 8.2, 8.6; of the deviance form of f: Loader (2000), "Fast and accurate
computation of binomial probabilities".
"""

import numpy as np
import scipy  # its special functions load where they are first used: a quarter of a second

# Gauss–Legendre on [0, 1]: 40 nodes give 1e-12 on every window that `_laplace` cuts out.
_NODES, _WEIGHTS = np.polynomial.legendre.leggauss(40)
_NODES, _WEIGHTS = (_NODES + 1) / 2, _WEIGHTS / 2
_DROP = 39.0  # the window ends where the integrand has fallen by e^-39, below double precision
_TAIL = 4.0  # deviations from the mean at which scipy's gammainc begins to lose digits (b > 200)


def log_poisson(b, x):
    """ln f(b, x) = ln(x^b e^-x / Γ(b+1)) for arrays b ≥ 0, x > 0, without cancellation near b = x."""
    safe = np.maximum(b, 1e-300)
    excess = (x - b) / safe
    near = np.log1p(np.maximum(excess, -0.5)) - excess
    far = np.log(np.minimum(x / safe, 0.5)) - excess
    deviance = np.where(b > 0, b * np.where(excess < -0.5, far, near), -x)
    return deviance - np.where(b > 0, _stirling_error(safe) + 0.5 * np.log(2 * np.pi * safe), 0.0)


def _stirling_error(b):
    """ln Γ(b+1) minus Stirling's formula; the series from 50 on, where it is exact to rounding."""
    small = np.minimum(b, 50.0)
    direct = scipy.special.gammaln(small + 1) - (small + 0.5) * np.log(small) + small - 0.5 * np.log(2 * np.pi)
    square = 1 / np.maximum(b, 50.0) ** 2
    series = (1 / 12 - square * (1 / 360 - square * (1 / 1260 - square / 1680))) / np.maximum(b, 50.0)
    return np.where(b < 50, direct, series)


def states_below(n, load):
    """Σ of the states 0..n relative to state n, = 1 / Erlang B, for arrays n ≥ 0, load > 0.

    Fractional n follows the analytic continuation ∫ load e^(-load t) (1+t)^n dt (Jagerman 1974).
    """
    deep = n + 1 < load - 15 * np.sqrt(load)  # Q underflows: many fewer agents than load
    with np.errstate(over="ignore", invalid="ignore"):
        middle = scipy.special.gammaincc(n + 1, load) * np.exp(-log_poisson(n, load))
    if deep.any():
        middle[deep] = load[deep] * _laplace(load[deep] - n[deep] - 1, load[deep], upward=True)
    return np.maximum(middle, 1.0)  # state n itself


def log_lower(b, x):
    """ln ∫ exp(-b u + x (1 - e^-u)) du over u > 0, = ln(P(b, x) / (b f(b, x))), for b ≥ 1, x ≥ 0.

    A logarithm, since with many more callers than agents the integral itself overflows.
    """
    tail = _in_tail(b, x)
    result, bulk = np.empty_like(b), ~tail
    result[bulk] = np.log(scipy.special.gammainc(b[bulk], x[bulk]) / b[bulk]) - log_poisson(b[bulk], x[bulk])
    if tail.any():
        result[tail] = np.log(_laplace(b[tail] - x[tail], x[tail]))
    return result


def share_past(b, x, u):
    """The share of the integral of `log_lower` that lies past u, in [0, 1].

    In the bulk it is P(b, x e^-u) / P(b, x), where the two large exponents cancel by themselves.
    """
    y = x * np.exp(-u)
    easy = ~_in_tail(b, x) & ~_in_tail(b, y)
    result, hard = np.empty_like(b), ~easy
    result[easy] = scipy.special.gammainc(b[easy], y[easy]) / scipy.special.gammainc(b[easy], x[easy])
    if hard.any():
        b, x, u, y = b[hard], x[hard], u[hard], y[hard]
        result[hard] = np.exp(log_density(b, x, u) + log_lower(b, y))
    return np.minimum(result, 1.0)


def log_density(b, x, u):
    """ln of exp(-b u + x (1 - e^-u)) over its integral: the density of u."""
    tail = _in_tail(b, x)
    result = -b * u - x * np.expm1(-u)
    bulk = ~tail
    falling = log_poisson(b[bulk], np.maximum(x[bulk] * np.exp(-u[bulk]), 1e-300))
    result[bulk] = np.where(
        x[bulk] * np.exp(-u[bulk]) > 1e-290,
        np.log(b[bulk] / scipy.special.gammainc(b[bulk], x[bulk])) + falling,
        result[bulk] - log_lower(b[bulk], x[bulk]),
    )
    result[tail] -= log_lower(b[tail], x[tail])
    return result


def _in_tail(b, x):
    return (b - x > _TAIL * np.sqrt(b)) | (x < b / 4)


def mean_lower(b, x):
    """Mean of u under the density ∝ exp(-b u + x (1 - e^-u)), u > 0: no closed form, so quadrature."""
    mode = np.log(np.maximum(x / b, 1.0))
    right = _moments(np.maximum(b - x, 0.0), np.minimum(b, x))
    mass, first = right[0], right[1] + mode * right[0]
    over = x > b
    if over.any():
        left = _moments(np.zeros(over.sum()), b[over], upward=True, width=mode[over])
        mass[over] += left[0]
        first[over] += mode[over] * left[0] - left[1]
    return first / mass


def weighted_lower(b, x):
    """∫ (e^u - 1) exp(-b u + x (1 - e^-u)) du over u > 0, for b > x + 1: all terms positive."""
    u, density = _window(b - x, x, False, np.inf)
    return _integral(u, density * np.expm1(u))


def _laplace(slope, curve, upward=False):
    return _integral(*_window(slope, curve, upward, np.inf))


def _moments(slope, curve, upward=False, width=np.inf):
    u, density = _window(slope, curve, upward, width)
    return _integral(u, density), _integral(u, density * u)


def _integral(u, values):
    # A matrix product sums the nodes; the window's width is the last node over its place in [0, 1].
    return u[:, -1] / _NODES[-1] * (values @ _WEIGHTS)


def _window(slope, curve, upward, width):
    """Nodes u and exp(-slope u - curve g(u)) on [0, width], cut where the integrand has vanished.

    g(u) = u - 1 + e^-u, or e^u - 1 - u when `upward`; both convex with g(0) = g'(0) = 0, so that the
    ends come from g(u) ≥ u² / (2 + u) and, upward, from e^u ≤ 1 + k + √(2k) at g(u) = k.
    """
    if upward:
        k = _DROP / curve
        end = np.minimum(np.log1p(k + np.sqrt(2 * k)), _DROP / np.maximum(slope, 1e-300))
    else:
        p, total = _DROP - 2 * slope, slope + curve
        root = np.sqrt(p * p + 8 * _DROP * total)
        end = np.where(p > 0, (p + root) / (2 * total), 4 * _DROP / np.maximum(root - p, 1e-300))
    u = np.minimum(end, width)[:, None] * _NODES
    g = np.expm1(u) - u if upward else np.expm1(-u) + u
    return u, np.exp(-slope[:, None] * u - curve[:, None] * g)
