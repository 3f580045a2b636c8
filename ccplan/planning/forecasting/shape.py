"""How a day's contacts spread over its slots: a shape for each weekday, borrowing from weekdays like it."""

import numpy as np

HALF_LIVES = (60, 365)  # days after which an old day counts half; which of the two is found from the data
POOL = 4000.0  # contacts that weekdays of a like shape lend to one another
LIKENESS = 8.0  # how fast lending falls with the difference between two shapes
TEST_DAYS = 28


def shapes(counts, weekdays, weights, open_slots):
    """Shares of a day's contacts by slot, 7 × slots, each row adding up to 1; nan counts are left out.

    `counts` days × slots, `weekdays` 0–6, `weights` ≥ 0 a day (0: a day unlike others). A weekday's own counts are
    joined with POOL contacts spread as on weekdays of like shape, so that a day with few contacts does not get a
    ragged shape; only open slots (7 × slots) take part. The memory is the one of HALF_LIVES that fits the last
    weeks better.
    """
    usable = (weights > 0) & ~np.isnan(counts).any(axis=1) & (counts.sum(axis=1) > 0)
    if not usable.any():
        return _whole(np.where(open_slots.any(axis=1, keepdims=True), open_slots, True).astype(float))
    counts, weekdays, weights = counts[usable], weekdays[usable], weights[usable]
    found = _shapes(counts, weekdays, weights, _memory(counts, weekdays, weights))
    return _whole(np.where(open_slots.any(axis=1, keepdims=True), found * open_slots, found))


def _whole(shares):
    sums = shares.sum(axis=1, keepdims=True)
    return np.where(sums > 0, shares / np.where(sums > 0, sums, 1), 1 / shares.shape[1])


def _memory(counts, weekdays, weights):
    """The half-life under which the last weeks were likelier, shapes learned before them."""
    cut = len(counts) - TEST_DAYS
    if cut < TEST_DAYS:
        return HALF_LIVES[0]
    fits = [
        _log_likelihood(counts[cut:], _shapes(counts[:cut], weekdays[:cut], weights[:cut], half)[weekdays[cut:]])
        for half in HALF_LIVES
    ]
    return HALF_LIVES[int(np.argmax(fits))]


def _log_likelihood(counts, shares):
    return float((counts * np.log(np.maximum(shares, 1e-6))).sum())


def _shapes(counts, weekdays, weights, half_life):
    fading = weights * 0.5 ** (np.arange(len(counts))[::-1] / half_life)
    own = np.array([(fading[weekdays == k, None] * counts[weekdays == k]).sum(axis=0) for k in range(7)])
    number = own.sum(axis=1)
    share = own / np.maximum(number, 1e-12)[:, None]
    apart = np.abs(share[:, None] - share[None]).sum(axis=2)
    like = np.exp(-LIKENESS * apart) * (number > 0)
    lent = np.where(number[:, None] > 0, like, (number > 0)[None, :]) @ own
    lent = lent / np.maximum(lent.sum(axis=1), 1e-12)[:, None]
    return (own + POOL * lent) / (number + POOL)[:, None]
