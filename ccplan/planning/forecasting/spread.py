"""How sure a forecast is: a band for every interval, and paths in which days and intervals move together.

A count varies around its forecast m with variance m + (v m)²: chance alone, and the share v by which the
forecast itself errs, which grows with the days ahead. Both the share and the form of the distribution are
taken from errors on days that were held out, so that a band of 80 % holds 80 % of such days.
"""

from dataclasses import dataclass

import numpy as np
from scipy.special import gammainc, gammaincinv, ndtr

UNKNOWN = 0.25  # share of error where nothing could be held out
SPECIAL = 0.50  # ... and on days with a strong calendar effect
ENOUGH = 300  # held-out intervals for the form of the distribution; fewer lean on the gamma form
NORMAL_80 = 1.2816  # standard deviations on either side that hold 80 %
QUIET = 1.0  # contacts an interval below which whole counts hide the form, and a band is wider than it says
LIFT = 1.15  # of a busy interval's tails, at most, to make up for quiet intervals whose band holds nearly all
EVEN = (np.arange(200) + 0.5) / 200
ROUNDING_STEPS = 10
# Of v² a day ahead, at least: a level wanders by 6 % in a year, though no backtest was long enough to see it.
DRIFT = 1e-5
COMMON = 0.15  # of a day's error that all days of a forecast share, at least
LEAST = 0.02  # contacts below which an interval is taken as empty


@dataclass(frozen=True, kw_only=True)
class Spread:
    """Error shares by days ahead, and the form of the distribution.

    `share` and `day_share` are (a, b): v² = a + b × days ahead, of intervals and of whole days; `special` v of days
    with a strong calendar effect; `form` (3 × 200) sorted levels of the gamma distribution at held-out counts, as
    the lower end of a band, the count itself, and the upper end meet them; `lifts` of the tails below and above;
    `neighbours` correlation of one interval's error with the next; `days` the correlation of days (common, next).
    """

    share: tuple = (UNKNOWN**2, 0.0)
    day_share: tuple = (0.5 * UNKNOWN**2, 0.0)
    special: float = SPECIAL
    form: np.ndarray = None
    lifts: tuple = (1.0, 1.0)
    neighbours: float = 0.5
    days: tuple = (0.3, 0.3)

    def quantile(self, mean, special, p):
        """Contacts that are not exceeded with chance `p`; `mean` days × slots, `special` a day."""
        value = self.contacts_at(mean, special, np.where(mean < QUIET, p, self._end(p)))
        return np.where(value >= 0.5, value, 0.0)

    def paths(self, mean, special, number, generator):
        """Whole contacts: `number` × days × slots, joint over days and slots."""
        together = self.together(mean, special)[None]
        days = generator.standard_normal((number, len(mean))) @ np.linalg.cholesky(self._day_matrix(len(mean))).T
        noise = _chained(generator.standard_normal((number, *mean.shape)), self.neighbours)
        chance = ndtr(np.sqrt(together) * days[:, :, None] + np.sqrt(1 - together) * noise)
        return whole(np.array([self.contacts_at(mean, special, self.level(each)) for each in chance]), mean)

    def rates(self, special, scores):
        """Rate ÷ forecast of each day (row) at normal scores: what is unsure of the forecast without the chance of
        single calls.

        A plan needs the rate that calls come at; their chance is the queueing formulas' own. The mean over the
        scores is 1.
        """
        share = _by_day(self.share, len(special), special, self.special)[:, None]

        def at(z):
            return gammaincinv(1 / share, np.clip(self.level(ndtr(z)), 1e-6, 1 - 1e-6)[None]) * share

        fine = np.linspace(-5, 5, 101)
        weight = np.exp(-(fine**2) / 2)
        return at(np.asarray(scores)) / ((at(fine) @ weight) / weight.sum())[:, None]

    def together_of_rates(self, special):
        """Share of a rate's variance, by day, that its whole day has in common."""
        number = len(special)
        day, share = (_by_day(each, number, special, self.special) for each in (self.day_share, self.share))
        return np.clip(day / np.maximum(share, 1e-12), 0, 0.98)

    def _end(self, p):
        """The gamma distribution's level of a band's end: of busy held-out intervals, the share `p` did not exceed
        it.
        """
        if p < 0.5:
            return self.level(p * self.lifts[0], 0)
        return self.level(1 - (1 - p) * self.lifts[1], 2) if p > 0.5 else self.level(p)

    def level(self, p, row=1):
        """The gamma distribution's level at which the share `p` of the held-out counts lay."""
        if self.form is None:
            return p
        return np.interp(p, EVEN, self.form[row])

    def contacts_at(self, mean, special, level):
        """Contacts at a level of the gamma distribution, none where next to none are expected; shapes as `mean`."""
        busy = mean > LEAST
        shape, scale = _gamma(np.where(busy, mean, 1.0), self.variance(mean, special))
        value = gammaincinv(shape, np.clip(level, 1e-6, 1 - 1e-6)) * scale
        return np.where(busy, value, 0.0)

    def variance(self, mean, special):
        """Variance of each count around its forecast `mean` (days × slots)."""
        share = _by_day(self.share, len(mean), special, self.special)
        return mean + share[:, None] * mean**2

    def together(self, mean, special):
        """Share of an interval's variance that its whole day has in common."""
        day = _by_day(self.day_share, len(mean), special, self.special)
        return np.clip(day[:, None] * mean**2 / np.maximum(self.variance(mean, special), 1e-12), 0, 0.98)

    def _day_matrix(self, number):
        common, following = self.days
        apart = np.abs(np.subtract.outer(np.arange(number), np.arange(number)))
        return common + (1 - common) * following**apart + 1e-9 * np.eye(number)


def whole(paths, mean):
    """Paths (number × …) in whole contacts, rounded at the point that keeps each interval's mean as near as
    rounding can.

    At the half, an interval of 0.4 contacts would lose a third of them.
    """
    low, high = np.zeros(mean.shape), np.ones(mean.shape)
    for _ in range(ROUNDING_STEPS):
        middle = (low + high) / 2
        few = np.floor(paths + middle).mean(axis=0) < mean
        low, high = np.where(few, middle, low), np.where(few, high, middle)
    return np.floor(paths + (low + high) / 2)


def learn_spread(actual, mean, special):
    """Spread from held-out counts: `actual` and `mean` origins × days ahead × slots (nan unknown), `special`
    origins × days.
    """
    plain = np.where(special[:, :, None], np.nan, 1.0)
    mean, actual = np.where(mean > LEAST, mean, np.nan), actual.astype(float)
    if not np.isfinite(actual * mean * plain).any():
        return Spread()
    share = _error_share(actual * plain, mean)
    totals, means = _day_totals(actual, mean)
    day_share = _error_share(totals * plain, means)
    neighbours = _neighbours(actual * plain, mean)
    day_share = _usual_day_share(day_share, share, neighbours, totals * plain, means, actual * plain, mean)
    odd = _special_share(actual, mean, special)
    found = Spread(share=share, day_share=day_share, special=odd)
    form, lifts = _form(found, actual * plain, mean)
    return Spread(
        share=share,
        day_share=day_share,
        special=odd,
        form=form,
        lifts=lifts,
        neighbours=neighbours,
        days=_day_correlation(totals * plain, means),
    )


def _gamma(mean, variance):
    """Shape and scale of the gamma distribution of that mean and variance."""
    return mean**2 / np.maximum(variance, 1e-12), variance / mean


def _by_day(share, number, special, odd):
    plain = share[0] + share[1] * np.arange(1, number + 1)
    return np.where(special, np.maximum(odd**2, plain), plain)


def _error_share(actual, mean):
    """(a, b) of v² = a + b × days ahead, both ≥ 0, from squared errors beyond chance."""
    from scipy.optimize import nnls  # loads where it is used

    known = np.isfinite(actual) & np.isfinite(mean)
    error = np.where(known, (actual - mean) ** 2 - mean, 0.0).sum(axis=(0, 2))
    size = np.where(known, mean**2, 0.0).sum(axis=(0, 2))
    ahead = np.arange(1, actual.shape[1] + 1)
    use = size > 0
    if not use.any():
        return UNKNOWN**2, 0.0
    weight = np.sqrt(size[use])
    lines = np.column_stack([np.ones(use.sum()), ahead[use]])
    found, _ = nnls(lines * weight[:, None], np.maximum(error[use] / size[use], 0) * weight)
    return max(float(found[0]), 1e-4), max(float(found[1]), DRIFT)


def _usual_day_share(day_share, share, neighbours, totals, means, actual, mean):
    """The share of error of whole days, scaled so that a band of 80 % holds 80 % of them.

    Mean squares would let a handful of storms widen every day. What the intervals' own noise adds up to
    (neighbours together) is left to them.
    """
    ahead = np.arange(1, totals.shape[1] + 1)[None, :, None]
    both = np.isfinite(actual) & np.isfinite(mean)
    beyond = max(share[0] - day_share[0], 0.0)
    alone = np.where(both, mean + beyond * mean**2, 0.0).sum(axis=2, keepdims=True)
    noise = alone * (1 + neighbours) / (1 - neighbours)
    shape = (day_share[0] + day_share[1] * ahead) / max(day_share[0] + day_share[1] * ahead.mean(), 1e-9)
    usable = np.isfinite(totals) & (means > 0)
    if not usable.any():
        return day_share
    wanted = (((totals - means) ** 2 / NORMAL_80**2 - noise) / np.maximum(means, 1e-9) ** 2 / shape)[usable]
    scale = (max(float(np.quantile(wanted, 0.8)), 1e-5) / max(day_share[0] + day_share[1] * ahead.mean(), 1e-9)) ** 0.75
    return float(min(day_share[0] * scale, share[0])), float(max(day_share[1] * scale, DRIFT))


def _special_share(actual, mean, special):
    error, size = [
        np.where(special[:, :, None] & np.isfinite(actual * mean), x, 0.0).sum()
        for x in ((actual - mean) ** 2 - mean, mean**2)
    ]
    seen = special.sum()
    return float(np.sqrt((max(error / size, 0.0) * seen + 3 * SPECIAL**2) / (seen + 3))) if size > 0 else SPECIAL


def _day_totals(actual, mean):
    known = np.isfinite(actual) & np.isfinite(mean)
    return [np.where(known, x, 0.0).sum(axis=2, keepdims=True) for x in (actual, mean)]


def _form(found, actual, mean):
    """(form, lifts) of a Spread from held-out counts of busy intervals, leaning on the gamma form where they are
    few.
    """
    known = np.isfinite(actual) & np.isfinite(mean)
    variance = np.array([found.variance(np.where(np.isfinite(m), m, 1.0), np.zeros(len(m), bool)) for m in mean])
    y, m, variance = actual[known], mean[known], variance[known]
    busy = m >= QUIET
    if not busy.any():
        return None, (1.0, 1.0)
    shape, scale = _gamma(m, variance)
    steps = y[:, None] + (np.arange(5) - 2) / 5  # a count stands for all that is rounded to it
    rows = (np.maximum(y, 0.5)[busy, None], np.maximum(steps[busy], 0.1), y[busy, None])
    levels = [np.quantile(gammainc(shape[busy, None], row / scale[busy, None]), EVEN) for row in rows]
    trust = min(busy.sum() / ENOUGH, 1.0)
    return trust * np.array(levels) + (1 - trust) * EVEN, _lifts(y[~busy], shape[~busy], scale[~busy], busy.mean())


def _lifts(y, shape, scale, busy):
    """By how much the tails of busy intervals grow so that all intervals together hold 80 %; a little at most."""
    if not len(y):
        return 1.0, 1.0
    low, high = [np.where(value >= 0.5, value, 0.0) for value in (gammaincinv(shape, p) * scale for p in (0.1, 0.9))]
    wanted = [(0.1 - (1 - busy) * outside) / busy / 0.1 for outside in ((y < low).mean(), (y > high).mean())]
    return tuple(float(np.clip(each, 1.0, LIFT)) for each in wanted)


def _standard(actual, mean):
    """Errors in standard deviations within each day, the day's own level taken out."""
    ratio = np.nansum(actual, axis=2, keepdims=True) / np.maximum(
        np.nansum(np.where(np.isfinite(actual), mean, np.nan), axis=2, keepdims=True), 1e-9
    )
    return (actual - mean * ratio) / np.sqrt(mean)


def _neighbours(actual, mean):
    error = _standard(actual, mean)
    one, two = error[:, :, :-1], error[:, :, 1:]
    both = np.isfinite(one) & np.isfinite(two)
    if both.sum() < 50:
        return 0.5
    return float(np.clip((one[both] * two[both]).sum() / max((one[both] ** 2).sum(), 1e-9), 0.0, 0.95))


def _day_correlation(totals, means):
    """(common to all days of a forecast, one day to the next beyond that) of the error in whole days."""
    error = np.log((totals[:, :, 0] + 0.5) / (means[:, :, 0] + 0.5))
    error = np.where(means[:, :, 0] > 0, error, np.nan)
    if np.isfinite(error).sum() < 30 or error.shape[1] < 3:
        return 0.3, 0.3
    variance = max(float(np.nanmean(error**2)), 1e-9)
    far = max(error.shape[1] // 2, 2)
    common = np.clip(_lagged(error, far) / variance, COMMON, 0.9)
    next_day = np.clip((_lagged(error, 1) / variance - common) / max(1 - common, 0.1), 0.0, 0.9)
    return float(common), float(next_day)


def _lagged(error, lag):
    product = error[:, :-lag] * error[:, lag:]
    return float(np.nanmean(product)) if np.isfinite(product).any() else 0.0


def _chained(noise, correlation):
    """Each slot's noise joined with the one before it, unit variance kept."""
    for slot in range(1, noise.shape[2]):
        noise[:, :, slot] = correlation * noise[:, :, slot - 1] + np.sqrt(1 - correlation**2) * noise[:, :, slot]
    return noise
