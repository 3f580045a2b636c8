"""95 % intervals of shares and of ratios of sums, from sums alone."""

import numpy as np

Z = 1.959963984540054  # of 95 %


def wilson(top, bottom, z=Z):
    """(low, high) of top of bottom things, arrays; NaN where there are none. Source: Wilson, JASA 1927.

    >>> [round(float(bound), 4) for bound in wilson(np.array(8.0), np.array(10.0))]
    [0.4902, 0.9433]
    """
    with np.errstate(all="ignore"):
        share, w = top / bottom, z * z / bottom
        centre = (share + w / 2) / (1 + w)
        spread = z / (1 + w) * np.sqrt(np.maximum(share * (1 - share), 0) / bottom + w / (4 * bottom))
    known = (bottom > 0) & (share <= 1) & (share >= 0)
    low = np.where(share == 0, 0.0, centre - spread)  # an end is itself, not a rounding beside it
    high = np.where(share == 1, 1.0, centre + spread)
    return np.where(known, low, np.nan), np.where(known, high, np.nan)


def delta(value, sums, z=Z):
    """(low, high) of a ratio Σx ÷ Σy over n rows by the delta method; NaN below two rows. Source: Cochran, Sampling
    Techniques, 1977, 6.4.

    `sums` has n, xx, xy, yy and bottom: Σx², Σxy, Σy², Σy of the rows.
    """
    n, bottom, xx, xy, yy = (sums[name].to_numpy(float) for name in ("n", "bottom", "xx", "xy", "yy"))
    with np.errstate(all="ignore"):
        off = xx - 2 * value * xy + value**2 * yy
        error = np.sqrt(np.maximum(off, 0) * n / (n - 1)) / np.abs(bottom)
    error = np.where((n > 1) & (bottom != 0), error, np.nan)
    return value - z * error, value + z * error


def garwood(events, exposure, confidence=0.95):
    """(low, high) of a rate of events ÷ exposure, arrays; NaN without exposure. Source: Garwood, Biometrika 1936.

    >>> [round(float(bound), 3) for bound in garwood(np.array(10.0), np.array(1.0))]
    [4.795, 18.39]
    """
    from scipy.stats import chi2  # loads where it is used

    tail = (1 - confidence) / 2
    with np.errstate(all="ignore"):
        low = np.where(events > 0, chi2.ppf(tail, 2 * events) / 2, 0.0) / exposure
        high = chi2.ppf(1 - tail, 2 * events + 2) / 2 / exposure
    return np.where(exposure > 0, low, np.nan), np.where(exposure > 0, high, np.nan)
