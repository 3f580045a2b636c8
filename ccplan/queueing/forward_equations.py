"""The queue through one interval of the day, compiled: the Kolmogorov equations, forwards and backwards.

Forwards: the probabilities of the states. A state is the number of calls in the system on the *line*, or,
on a *layer* d = 1, 2, …, that d agents more are on a call than the roster has (they should have left and
finish it) while q calls wait. A layer ends in the one below when any call ends; the first ends on the line.
Where very many leave at once, a layer stands for a `crew` of them, and lasts as long as crew calls take to end.

Backwards: what awaits a caller with j others ahead, by line (layer 0) and layer: the chance of an answer,
of one by a deadline, and the seconds until it. Imported only where it runs; compiled code is kept on disk.

One step multiplies by the (2, 3) Padé approximation of exp(h A), which is of fifth order and damps what it
cannot resolve; its poles, one real and one conjugate pair, turn the step into tridiagonal systems.
Source: Kolmogorov (1931); Hairer & Wanner, Solving Ordinary Differential Equations II, IV.5 (Radau IIA).
"""

import numpy as np

from .compiled import compiled

_TOP, _BOTTOM = np.array([1 / 20, 2 / 5, 1.0]), np.array([-1 / 60, 3 / 20, -3 / 5, 1.0])
_POLES = np.roots(_BOTTOM)
_WEIGHTS = -np.polyval(_TOP, _POLES) / np.polyval(np.polyder(_BOTTOM), _POLES)
_REAL, _PAIR = int(np.argmin(abs(_POLES.imag))), int(np.argmax(_POLES.imag))
# The step is w y + 2 Re(c y'), with (z - hA) y = p and (z' - hA) y' = p.
Z, W = float(_POLES[_REAL].real), float(_WEIGHTS[_REAL].real)
ZR, ZI = float(_POLES[_PAIR].real), float(_POLES[_PAIR].imag)
CR, CI = 2 * float(_WEIGHTS[_PAIR].real), 2 * float(_WEIGHTS[_PAIR].imag)
CLOSE = 1e-6  # seconds that rounding may take
SMALL = 1e-8  # probability of states in which service within the target is not worked out
TINY = 1e-12  # probability that is let go at the edges of the window of states
# What is added up of each interval.
FLOWS = (
    "offered", "at_once", "in_target", "virtual", "short", "answered", "wait_answered_s",
    "busy_s", "beyond_s", "waiting_s",
)  # fmt: skip
OFFERED, AT_ONCE, IN_TARGET, VIRTUAL, SHORT, ANSWERED, WAIT, BUSY, BEYOND, WAITING = range(10)


@compiled
def mesh(marks, rate, longest, fresh, until):
    """The nodes of an interval between `marks`: (times, steps, rate in each step, weights).

    Pairs of steps, so that Simpson's rule adds up seconds and calls (those before a node's moment and those
    after it); short ones after a change of staff (`fresh`) and before the next, at `until`. No pair is longer
    than 2 `longest`. `rate` as in `arrival_rate`, with a mark at each of its segments.
    """
    shortest = longest / 8
    pairs, counts, used = np.empty(64), np.zeros(marks.size - 1, np.int64), 0
    for m in range(marks.size - 1):
        at, begin = marks[m], used
        while at < marks[m + 1]:
            pair = min(2 * longest, max((shortest + until - at) / 2, shortest / 2))
            if fresh:
                pair = min(pair, shortest + at - marks[0])
            if used == pairs.size:
                pairs = _stretch(pairs, 0, 2 * used)
            pairs[used] = pair
            at += pair
            used += 1
        for i in range(begin, used):
            pairs[i] *= (marks[m + 1] - marks[m]) / (at - marks[m])
        counts[m] = used - begin
    times, steps, rates = np.empty(2 * used + 1), np.empty(2 * used), np.empty(2 * used)
    weights, i, row = np.zeros((2 * used + 1, 3)), 0, 0
    times[0] = marks[0]
    for m in range(marks.size - 1):
        middle = (marks[m] + marks[m + 1]) / 2
        while row < rate.shape[0] - 1 and rate[row, 1] < middle:
            row += 1
        for _ in range(counts[m]):
            half, at = pairs[i] / 2, 2 * i
            times[at + 1], times[at + 2] = times[at] + half, times[at] + 2 * half
            steps[at] = steps[at + 1] = half
            rates[at] = rates[at + 1] = 0.0
            for turn in range(3):
                level = max(rate[row, 2] + rate[row, 3] * (times[at + turn] - rate[row, 0]), 0.0)
                weight = half * (4.0 if turn == 1 else 1.0) / 3.0
                weights[at + turn, 0] += weight
                weights[at + turn, 2 if turn == 0 else 1] += weight * level
                if turn < 2:
                    rates[at + turn] += level / 2
                if turn > 0:
                    rates[at + turn - 1] += level / 2
            i += 1
        times[2 * i] = marks[m + 1]
    return times, steps, rates, weights


@compiled
def change_staff(line, low, layers, first, before, after, crew):
    """The state when the agents change from `before` to `after`: (line, low, layers, first).

    `line[i]` is the probability of low + i calls in the system; `layers[d - 1, i]` of `before` + d × crew agents on
    a call and first + i calls waiting.
    """
    high = low + line.size - 1
    deep, wide = layers.shape
    most = max(before + deep * crew if deep else min(high, before), after)  # agents on a call
    from_line = after < before and high > after
    top = high if after < before else max(high, before + deep * crew + first + wide - 1 if deep else 0)
    begin = first if deep else max(low - before, 0)
    last = first + wide - 1 if deep else begin
    if from_line:
        begin, last = min(begin, max(low - before, 0)), max(last, high - before)
    bottom = min(low, after + begin)
    new = np.zeros(max(top, after + last) - bottom + 1)
    lay = np.zeros(((most - after + crew - 1) // crew, last - begin + 1))
    for i in range(line.size):
        x = low + i
        if from_line and x > after:
            _place(new, bottom, lay, begin, min(x, before), max(x - before, 0), after, crew, line[i])
        else:
            new[x - bottom] += line[i]
    for d in range(1, deep + 1):
        for i in range(wide):
            _place(new, bottom, lay, begin, before + d * crew, first + i, after, crew, layers[d - 1, i])
    a, b = 0, new.size
    while a < b - 1 and new[a] == 0.0:
        a += 1
    while b > a + 1 and new[b - 1] == 0.0:
        b -= 1
    return _stretch(new[a:b], 0, b - a), bottom + a, lay, begin


@compiled
def _place(line, low, layers, first, busy, waiting, n, crew, p):
    """Probability p of `busy` agents on a call and some waiting, on the line or between the nearest two layers."""
    if busy <= n:
        line[busy + waiting - low] += p
        return
    d, rest = (busy - n) // crew, (busy - n) % crew / crew
    if d == 0:
        line[n + waiting - low] += (1 - rest) * p
    else:
        layers[d - 1, waiting - first] += (1 - rest) * p
    if rest > 0.0:
        layers[d, waiting - first] += rest * p


@compiled
def _solve(p, x0, n, arrive, serve, leave, extra, feed, feed_at, fr, fc, fi, er, ec, ei, yr, yc, yi):
    """One block of the step: p becomes the new probabilities, y the solutions for the block that it feeds.

    Rows are states x0, x0 + 1, …; all rates are times the step: `arrive` up, `serve` a call in hand (at most n
    of them) and `leave` a call waiting down, `extra` out of the block. `feed` × the solutions y of the block
    before comes in from row `feed_at` on.
    """
    size = p.size
    last_r, last_c, last_i = 0.0, 0.0, 0.0
    prev_r, prev_c, prev_i = 0.0, 0.0, 0.0
    for i in range(size):
        x = x0 + i
        down = serve * min(x, n) + leave * max(x - n, 0) if i > 0 else 0.0
        up = arrive if i < size - 1 else 0.0
        over = serve * min(x + 1, n) + leave * max(x + 1 - n, 0)
        d = down + up + extra
        in_r = in_c = p[i]
        in_i = 0.0
        if feed > 0.0 and i >= feed_at and i - feed_at < yr.size:
            in_r += feed * yr[i - feed_at]
            in_c += feed * yc[i - feed_at]
            in_i += feed * yi[i - feed_at]
        den = d + Z - arrive * last_r
        inv = 1.0 / den
        den_c = d + ZR - arrive * last_c
        den_i = ZI - arrive * last_i
        scale = 1.0 / (den_c * den_c + den_i * den_i)
        inv_c, inv_i = den_c * scale, -den_i * scale
        last_r, last_c, last_i = over * inv, over * inv_c, over * inv_i
        top_r = in_r + arrive * prev_r
        top_c, top_i = in_c + arrive * prev_c, in_i + arrive * prev_i
        prev_r = top_r * inv
        prev_c, prev_i = top_c * inv_c - top_i * inv_i, top_c * inv_i + top_i * inv_c
        er[i], ec[i], ei[i] = last_r, last_c, last_i
        fr[i], fc[i], fi[i] = prev_r, prev_c, prev_i
    a, b, c = 0.0, 0.0, 0.0
    for i in range(size - 1, -1, -1):
        a = fr[i] + er[i] * a
        b, c = fc[i] + ec[i] * b - ei[i] * c, fi[i] + ec[i] * c + ei[i] * b
        fr[i], fc[i], fi[i] = a, b, c
        p[i] = W * a + CR * b - CI * c


@compiled
def _widen(low, high, n, rate, mu, theta, h):
    """The window of states that a step may reach from low … high."""
    down_low = mu * min(low, n) + theta * max(low - n, 0)
    down_high = mu * min(high, n) + theta * max(high - n, 0)
    below = max((down_low - rate) * h, 0.0) + 4 * np.sqrt((rate + down_low) * h) + 6
    above = max((rate - down_high) * h, 0.0) + 4 * np.sqrt((rate + min(rate, down_high)) * h) + 6
    return max(low - int(below), 0), high + (int(above) if rate > 0 else 0)


@compiled
def forward(line, low, layers, first, n, mu, theta, steps, rates, crew):
    """Through one interval: the state at its end and, at every node, what it holds.

    `steps` are seconds, `rates` calls a second in each. Returns (line, low, layers, first, moments, shape,
    waiting): moments (node: P(an agent is free), agents on calls, of these beyond the roster, waiting),
    shape (node: first q, last q, layers, offset) of the probabilities of waiting states in `waiting`.
    """
    nodes = steps.size + 1
    moments, shape = np.zeros((nodes, 4)), np.zeros((nodes, 4), np.int64)
    waiting, used = np.empty(4096), 0
    room = 256
    fr, fc, fi, er, ec = np.empty(room), np.empty(room), np.empty(room), np.empty(room), np.empty(room)
    ei, yr, yc, yi = np.empty(room), np.empty(room), np.empty(room), np.empty(room)
    for node in range(nodes):
        if node > 0:
            h, rate = steps[node - 1], rates[node - 1]
            deep, wide = layers.shape
            lo, hi = low, low + line.size - 1
            if deep:  # the layers' window of q, then room on the line for what comes down
                begin, end = first, first + wide - 1
                begin, end = _widen(begin, end, 0, rate, mu, theta, h)
                layers, first, wide = _window(layers, deep, first - begin, end - begin + 1), begin, end - begin + 1
                lo, hi = min(lo, n + first), max(hi, n + end)
            lo, hi = _widen(lo, hi, n, rate, mu, theta, h)
            line, low = _stretch(line, low - lo, hi - lo + 1), lo
            if max(line.size, wide) > room:
                room = 2 * max(line.size, wide)
                fr, fc, fi, er, ec = np.empty(room), np.empty(room), np.empty(room), np.empty(room), np.empty(room)
                ei, yr, yc, yi = np.empty(room), np.empty(room), np.empty(room), np.empty(room)
            feed = 0.0
            for d in range(deep, 0, -1):
                serve = (n + d * crew) * mu / crew * h
                _solve(
                    layers[d - 1], first, 0, rate * h, 0.0, theta * h, serve, feed, 0, fr, fc, fi, er, ec, ei,
                    yr[:wide], yc[:wide], yi[:wide],
                )  # fmt: skip
                fr, yr, fc, yc, fi, yi = yr, fr, yc, fc, yi, fi
                feed = serve
            _solve(
                line, low, n, rate * h, mu * h, theta * h, 0.0, feed, n + first - low, fr, fc, fi, er, ec, ei,
                yr[:wide], yc[:wide], yi[:wide],
            )  # fmt: skip
            line, low, layers, first = _trim(line, low, layers, first)
            _share_out(line, layers)
        deep, wide = layers.shape
        high = low + line.size - 1
        begin, end = max(low - n, 0), max(high - n, 0)
        if deep:
            begin, end = min(begin, first), max(end, first + wide - 1)
        width = end - begin + 1
        need = (deep + 1) * width
        if used + need > waiting.size:
            waiting = _stretch(waiting[:used], 0, 2 * (used + need))
        waiting[used : used + need] = 0.0
        shape[node, 0], shape[node, 1], shape[node, 2], shape[node, 3] = begin, end, deep, used
        for i in range(line.size):
            x, p = low + i, line[i]
            if x < n:
                moments[node, 0] += p
                moments[node, 1] += x * p
            else:
                waiting[used + x - n - begin] = p
                moments[node, 1] += n * p
                moments[node, 3] += (x - n) * p
        for d in range(1, deep + 1):
            for i in range(wide):
                p = layers[d - 1, i]
                waiting[used + d * width + first + i - begin] = p
                moments[node, 1] += (n + d * crew) * p
                moments[node, 2] += d * crew * p
                moments[node, 3] += (first + i) * p
        used += need
    return line, low, layers, first, moments, shape, waiting[:used]


@compiled
def _stretch(values, at, size):
    """The values from place `at` on in zeros."""
    longer = np.zeros(size)
    for i in range(values.size):
        longer[at + i] = values[i]
    return longer


@compiled
def _window(layers, deep, at, wide):
    """The first `deep` layers from place `at` on (or, if negative, without their first places) in zeros."""
    grown = np.zeros((deep, wide))
    for d in range(deep):
        for i in range(max(-at, 0), min(layers.shape[1], wide - at)):
            grown[d, at + i] = layers[d, i]
    return grown


@compiled
def _share_out(line, layers):
    """Make all probabilities add up to 1."""
    total = 0.0
    for i in range(line.size):
        total += line[i]
    for d in range(layers.shape[0]):
        for i in range(layers.shape[1]):
            total += layers[d, i]
    for i in range(line.size):
        line[i] /= total
    for d in range(layers.shape[0]):
        for i in range(layers.shape[1]):
            layers[d, i] /= total


@compiled
def _trim(line, low, layers, first):
    """Without the edges that hold next to nothing, and without empty layers."""
    a, b = 0, line.size
    while a < b - 1 and abs(line[a]) < TINY:
        a += 1
    while b > a + 1 and abs(line[b - 1]) < TINY:
        b -= 1
    deep, wide = layers.shape
    while deep > 0:
        held = 0.0
        for i in range(wide):
            held += abs(layers[deep - 1, i])
        if held >= TINY:
            break
        deep -= 1
    c, d = wide, 0
    for i in range(deep):
        for j in range(wide):
            if abs(layers[i, j]) >= TINY:
                c, d = min(c, j), max(d, j + 1)
    c = min(c, wide - 1)
    return _stretch(line[a:b], 0, b - a), low + a, _window(layers, deep, -c, max(d - c, 1)), first + c


@compiled
def _back(value, seconds, deep, most, n, mu, theta, own, h, timed, work, crew):
    """One step back in time, in place: `value[d, j]` the chance, `seconds[d, j]` until the answer if `timed`.

    `own` is the rate at which the caller hangs up. `work[:, :, j]`: solutions of the layer before.
    """
    chance_r, chance_c, chance_i = 1 / Z, ZR / (ZR * ZR + ZI * ZI), -ZI / (ZR * ZR + ZI * ZI)  # answered stays answered
    for d in range(deep + 1):
        base = n * mu * h if d == 0 else 0.0
        drain = (n + d * crew) * mu / crew * h if d > 0 else 0.0
        gr, gc, gi = chance_r, chance_c, chance_i
        ur, uc, ui = 0.0, 0.0, 0.0
        for j in range(most + 1):
            rate = base + j * theta * h
            out = rate + drain + own * h
            inv = 1.0 / (out + Z)
            re = out + ZR
            scale = 1.0 / (re * re + ZI * ZI)
            inv_c, inv_i = re * scale, -ZI * scale
            v = value[d, j]
            top, top_c, top_i = v + rate * gr, v + rate * gc, rate * gi
            if d > 0:
                top += drain * work[0, 0, j]
                top_c += drain * work[0, 1, j]
                top_i += drain * work[0, 2, j]
            gr = top * inv
            gc, gi = top_c * inv_c - top_i * inv_i, top_c * inv_i + top_i * inv_c
            if deep > 0:
                work[0, 0, j], work[0, 1, j], work[0, 2, j] = gr, gc, gi
            value[d, j] = W * gr + CR * gc - CI * gi
            if timed:
                v = seconds[d, j]
                top, top_c, top_i = v + rate * ur + h * gr, v + rate * uc + h * gc, rate * ui + h * gi
                if d > 0:
                    top += drain * work[1, 0, j]
                    top_c += drain * work[1, 1, j]
                    top_i += drain * work[1, 2, j]
                ur = top * inv
                uc, ui = top_c * inv_c - top_i * inv_i, top_c * inv_i + top_i * inv_c
                if deep > 0:
                    work[1, 0, j], work[1, 1, j], work[1, 2, j] = ur, uc, ui
                seconds[d, j] = W * ur + CR * uc - CI * ui


@compiled
def closing(n, mu, theta, deep, most, crew):
    """(chance, seconds) of an answer where the staff stays as it is for ever."""
    value, seconds = np.zeros((deep + 1, most + 1)), np.zeros((deep + 1, most + 1))
    for d in range(deep + 1):
        for j in range(most + 1):
            out, good, wait = theta, 0.0, 0.0
            rate = n * mu + j * theta if d == 0 else j * theta
            if d == 0 and j == 0:
                good += rate
            elif j > 0:
                good += rate * value[d, j - 1]
                wait += rate * seconds[d, j - 1]
            out += rate
            if d > 0:
                drain = (n + d * crew) * mu / crew
                out += drain
                good += drain * value[d - 1, j]
                wait += drain * seconds[d - 1, j]
            if out > 0:
                value[d, j] = good / out
                seconds[d, j] = (wait + value[d, j]) / out
    return value, seconds


@compiled
def staff_before(value, seconds, deep, most, before, after, new_deep, new_most, crew):
    """The same just before the agents change: those who come take the first calls at once."""
    chance, wait = np.ones((new_deep + 1, new_most + 1)), np.zeros((new_deep + 1, new_most + 1))
    for d in range(new_deep + 1):
        seats = after - before - d * crew  # agents who become free, or, if negative, layers
        over = max(-seats, 0)
        layer, rest = min(over // crew, deep), over % crew / crew
        above = min(layer + 1, deep)
        for j in range(max(seats, 0), new_most + 1):
            ahead = min(j - max(seats, 0), most)
            chance[d, j] = (1 - rest) * value[layer, ahead] + rest * value[above, ahead]
            wait[d, j] = (1 - rest) * seconds[layer, ahead] + rest * seconds[above, ahead]
    return chance, wait


@compiled
def _by_deadline(moment, target_s, k, deep, most, changes, agents, mu, theta, patient, just_after, crew):
    """Chance of an answer within `target_s` of a caller who comes at `moment` in interval k; [layer, ahead].

    If `patient`, of a caller who would not hang up. `just_after`: a change of staff at the very deadline helps.
    """
    deadline = moment + target_s
    last = k
    while last < changes.size and changes[last] < deadline + (CLOSE if just_after else -CLOSE):
        last += 1
    top = agents[k] + deep * crew  # the most agents on a call, by interval
    tops = np.empty(last - k + 1, np.int64)
    for i in range(k, last + 1):
        top = max(top, agents[i])
        tops[i - k] = top
    served = 0.0  # calls answered by the deadline; callers with many more ahead have no chance
    for i in range(k, last + 1):
        until = deadline if i == last else changes[i]
        served += tops[i - k] * mu[i] * (until - (moment if i == k else changes[i - 1]))
        served += max(tops[i - k] - agents[k], 0)
    reach = (served + 10 * np.sqrt(served) + 30) * np.exp(min(theta * target_s, 40.0))
    most = min(most, int(min(reach, 1e9)))
    value = np.zeros(((tops[last - k] - agents[last] + crew - 1) // crew + 1, most + 1))
    for i in range(last, k - 1, -1):
        layers = (tops[i - k] - agents[i] + crew - 1) // crew
        if i < last:
            deep = value.shape[0] - 1
            value, _ = staff_before(value, value, deep, most, agents[i], agents[i + 1], layers, most, crew)
        begin = moment if i == k else changes[i - 1]
        length = (deadline if i == last else changes[i]) - begin
        if length > 0:
            own = 0.0 if patient else theta
            ends = (agents[i] + layers * crew) * mu[i] * length + min(most * theta * length, 30.0)
            count = int(2 + 1.2 * np.sqrt(ends))
            work = np.empty((2, 3, most + 1))
            for _ in range(count):
                _back(value, value, layers, most, agents[i], mu[i], theta, own, length / count, False, work, crew)
    return value


@compiled
def _both_by_deadline(moment, target_s, k, deep, most, changes, agents, mu, theta, both, just_after, crew):
    """The same for callers as they are and, if `both`, for callers who would not hang up."""
    early = _by_deadline(moment, target_s, k, deep, most, changes, agents, mu, theta, False, just_after, crew)
    if not both:
        return early, early
    return early, _by_deadline(moment, target_s, k, deep, most, changes, agents, mu, theta, True, just_after, crew)


@compiled
def _where_it_matters(held, layers, width):
    """(Calls ahead, layers) beyond which lies less than SMALL of the probability; `held` layer by layer."""
    ahead, beyond = width - 1, 0.0
    while ahead > 0:
        for d in range(layers + 1):
            beyond += abs(held[d * width + ahead])
        if beyond > SMALL:
            break
        ahead -= 1
    deeper, beyond = layers, 0.0
    while deeper > 0:
        for i in range(width):
            beyond += abs(held[deeper * width + i])
        if beyond > SMALL:
            break
        deeper -= 1
    return ahead, deeper


@compiled
def _expected(held, layers, width, chance, begin):
    """The chance over the states held; states beyond it have next to none, or are next to never held."""
    total = 0.0
    for d in range(min(layers + 1, chance.shape[0])):
        for i in range(min(width, chance.shape[1] - begin)):
            total += held[d * width + i] * chance[d, begin + i]
    return total


@compiled
def backward(
    value, seconds, deep, most, k, times, steps, weights, moments, shape, waiting, target_s, until, changes, agents, mu,
    theta, survival, both, crew,
):  # fmt: skip
    """Back through interval k: (flows, value, seconds) with what awaits a caller at its first node.

    `weights[node]`: the seconds that the node stands for, and the calls before and after its moment. `until`: when
    the staff changes next; `changes`: the ends of all intervals but the last. `survival`: the chance of patience beyond
    the target. `both`: also the wait that nobody cuts short by hanging up.
    """
    flows = np.zeros(10)
    nodes = times.size
    widest, deepest = 0, 0
    for node in range(nodes):
        widest, deepest = max(widest, shape[node, 1]), max(deepest, shape[node, 2])
    if widest > most or deepest > deep:
        value, seconds = staff_before(value, seconds, deep, most, agents[k], agents[k], deepest, widest, crew)
    else:
        value, seconds = value.copy(), seconds.copy()
    work = np.empty((2, 3, value.shape[1]))
    n, m, th = agents[k], mu[k], theta
    steady = steady_patient = np.zeros((1, 1))
    if times[0] + target_s <= until + CLOSE:
        steady, steady_patient = _both_by_deadline(
            times[0], target_s, k, deepest, widest, changes[:k], agents, mu, theta, both, False, crew
        )
    for node in range(nodes - 1, -1, -1):
        begin, end, layers, offset = shape[node, 0], shape[node, 1], shape[node, 2], shape[node, 3]
        if node < nodes - 1:
            for d in range(layers + 1):  # states that the later node held next to nothing of
                for j in range(end + 1):
                    if d > deep or j > most:
                        value[d, j] = value[min(d, deep), min(j, most)]
                        seconds[d, j] = seconds[min(d, deep), min(j, most)]
            _back(value, seconds, layers, end, n, m, th, th, steps[node], True, work, crew)
        deep, most = layers, end
        period, calls = weights[node, 0], weights[node, 1] + weights[node, 2]
        flows[OFFERED] += calls
        flows[AT_ONCE] += calls * moments[node, 0]
        flows[BUSY] += period * moments[node, 1]
        flows[BEYOND] += period * moments[node, 2]
        flows[WAITING] += period * moments[node, 3]
        if calls == 0.0:
            continue
        width = end - begin + 1
        held = waiting[offset : offset + (layers + 1) * width]
        total, good, wait = 0.0, 0.0, 0.0
        for d in range(layers + 1):
            for j in range(begin, end + 1):
                p = held[d * width + j - begin]
                total += p
                good += p * value[d, j]
                wait += p * seconds[d, j]
        flows[ANSWERED] += calls * good
        flows[WAIT] += calls * wait
        ahead, deeper = _where_it_matters(held, layers, width)
        ahead += begin
        for side in range(2):
            calls = weights[node, 1 + side]
            if calls == 0.0:
                continue
            early, patient = steady, steady_patient
            if times[node] + target_s > until + (-CLOSE if side else CLOSE):
                early, patient = _both_by_deadline(
                    times[node], target_s, k, deeper, ahead, changes, agents, mu, theta, both, side == 1, crew
                )
            in_time = _expected(held, layers, width, early, begin)
            unhurried = _expected(held, layers, width, patient, begin) if both else in_time
            flows[IN_TARGET] += calls * in_time
            flows[VIRTUAL] += calls * unhurried
            flows[SHORT] += calls * max(total - in_time - survival * (total - unhurried), 0.0)
    return flows, value[: deep + 1, : most + 1].copy(), seconds[: deep + 1, : most + 1].copy()
