"""Ten thousand calls of public functions with odd input: an answer that can be right, or a refusal in words; never
a hang.

What a parameter may be is data: its kind. Each call takes good values, and for some parameters odd ones. All good:
there must be an answer. Deeper: `make test-deep`, fifty times as many.
"""

import contextlib
import inspect
import math
import signal
from datetime import date

import numpy as np
import pandas as pd
import pytest

from ccplan import planning, queueing
from ccplan.queueing import Infeasible, Targets
from tests.effort import DEEP
from tests.reference import by_sums

CALLS = 10_000 * (50 if DEEP else 1)
HANG_S = 20  # a call that takes longer hangs; the usual ones take a thousandth of a second
ODD = (
    math.nan,
    math.inf,
    -math.inf,
    -1,
    -0.5,
    0,
    1e-300,
    1e300,
    2**63,
    True,
    None,
    "",
    "12",
    "twenty",
    "80 %",
    [],
    [1, "a"],
    [[1, 2], [3, 4]],
    {},
    {"a": 1},
    b"12",
    1j,
    date(2026, 3, 1),
    pd.NaT,
    pd.NA,
    np.array([]),
    np.array(["a"]),
    np.ones((2, 2, 2)),
    object(),
    print,
    range(3),
    "1e5",
    "\x00",
    "=1+1",
    30,
)


def uniform(low, high):
    return lambda chance: float(chance.uniform(low, high))


def whole(low, high):
    return lambda chance: int(chance.integers(low, high + 1))


def one_of(*values):
    return lambda chance: values[int(chance.integers(len(values)))]


def array(kind, most=6):
    return lambda chance: np.array([kind(chance) for _ in range(most)])


def targets(chance):
    return Targets(
        service_level=float(chance.uniform(0.3, 0.97)),
        target_s=float(chance.uniform(0, 90)),
        max_occupancy=one_of(None, 0.85, 0.95)(chance),
    )


CALLS_S, AHT, PATIENCE = uniform(0.1, 300), uniform(20, 900), one_of(math.inf, 30.0, 180.0, 600.0)
KINDS = {  # parameter → what it may be
    "load": uniform(0.01, 200),
    "agents": whole(1, 120),
    "servers": whole(1, 120),
    "calls": CALLS_S,
    "chats": CALLS_S,
    "aht_s": AHT,
    "patience_s": PATIENCE,
    "patience_ratio": uniform(0.05, 20),
    "targets": targets,
    "interval_s": one_of(900, 1800, 3600),
    "lines": one_of(math.inf, 130, 200),
    "target_s": uniform(0, 120),
    "definition": one_of("offered", "answered"),
    "max_blocking": uniform(0.001, 0.2),
    "at_once": whole(1, 4),
    "slowdown": uniform(0, 1),
    "held": whole(1, 6),
    "talk_s": AHT,
    "wait_s": uniform(0, 300),
    "shrinkage": uniform(0, 0.9),
    "whole": one_of(True, False),
    "mode": one_of("preview", "progressive", "power"),
    "contact_rate": uniform(0.05, 0.9),
    "handle_s": AHT,
    "span": whole(1, 5),
    "most": uniform(1, 60),
    "chance": uniform(0, 1),
    "work_s": AHT,
    "work": uniform(0, 20),
    "reserve": whole(0, 5),
    "offered": array(uniform(0, 40)),
    "deadline_s": uniform(600, 20_000),
    "service_level": uniform(0.1, 0.95),
    "days": whole(1, 4),
    "seed": whole(0, 9),
    "meet": one_of("every", "day", 0.9),
    "start": one_of("empty", "steady"),
    "callbacks": lambda chance: queueing.Callbacks(accept=float(chance.uniform(0, 1))),
}
A_DAY = {"calls": array(uniform(0, 30)), "aht_s": uniform(60, 300)}
FUNCTIONS = {  # function → kinds of its own where a name means something else there
    queueing.erlang_b: {},
    queueing.erlang_c: {},
    queueing.erlang_a: {},
    queueing.performance: {},
    queueing.required_agents: {},
    queueing.max_calls: {},
    queueing.required_lines: {},
    queueing.line_load: {},
    queueing.chat_worth: {},
    queueing.chat_performance: {},
    queueing.required_chat_agents: {},
    queueing.dialling: {},
    queueing.work_off: {"aht_s": AHT, "agents": whole(1, 30), "deadline_s": uniform(3600, 20_000)},
    queueing.blended_service: {"agents": whole(6, 60)},
    queueing.stationary_agents: {"calls": array(uniform(0, 60))},
    planning.scheduled_agents: {"agents": uniform(0, 500)},
    queueing.predict_day: {"calls": array(uniform(0, 30)), "agents": array(whole(1, 20)), "aht_s": uniform(60, 600)},
    queueing.simulate_day: A_DAY | {"agents": array(whole(0, 20))},
    queueing.required_day: A_DAY,
    queueing.offered_load_agents: A_DAY,
    queueing.lagged_agents: A_DAY,
    queueing.max_chats: {"agents": whole(1, 20)},
    queueing.best_reserve: {"calls": uniform(1, 100), "agents": whole(1, 40)},
    queueing.required_blended: {"calls": uniform(1, 60)},
    queueing.simulate_callbacks: A_DAY | {"agents": array(whole(1, 20))},
    queueing.required_with_callbacks: A_DAY,
    planning.around_requirement: {"calls": uniform(1, 100), "at_once": one_of(1), "slowdown": one_of(0)},
}
HEAVY = {
    queueing.predict_day: 0.1,
    queueing.work_off: 0.3,
    queueing.blended_service: 0.3,
    queueing.required_chat_agents: 0.3,
    planning.around_requirement: 0.5,
    queueing.dialling: 0.5,
    queueing.required_day: 0.2,
    queueing.max_chats: 0.2,
    queueing.max_calls: 0.4,
    queueing.best_reserve: 0.2,
    queueing.required_blended: 0.2,
    queueing.simulate_callbacks: 0.3,
    queueing.required_with_callbacks: 0.2,
}  # share of a full turn


@contextlib.contextmanager
def within(seconds):
    """TimeoutError where the block takes longer: a hang."""

    def ring(*_):
        raise TimeoutError(f"no answer within {seconds} s")

    before = signal.signal(signal.SIGALRM, ring)
    signal.alarm(seconds)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)


def drawn(function, own, chance):
    """(arguments, the odd ones by name): good values for what the function needs and for some it does not, and some
    odd ones.
    """
    arguments, odd = {}, {}
    for name, parameter in inspect.signature(function).parameters.items():
        needed = parameter.default is inspect.Parameter.empty
        kind = own.get(name, KINDS.get(name))
        if kind is None or not (needed or chance.random() < 0.5):
            continue
        arguments[name] = kind(chance)
    for name in arguments:
        if chance.random() < 0.25:
            odd[name] = ODD[int(chance.integers(len(ODD)))]
    return arguments | odd, odd


def numbers_of(answer):
    """{name: array} of the numbers of an answer, whatever its form."""
    if isinstance(answer, pd.DataFrame):
        return {name: answer[name].to_numpy(float) for name in answer.select_dtypes("number")}
    if hasattr(answer, "__dataclass_fields__"):
        return {
            name: np.asarray(getattr(answer, name), float)
            for name in answer.__dataclass_fields__
            if np.asarray(getattr(answer, name)).dtype.kind in "biuf"
        }
    return {"answer": np.asarray(answer, float)} if np.asarray(answer).dtype.kind in "biuf" else {}


def impossible(answer):
    """What no queue can say: a share outside 0–1, a negative time or number."""
    for name, values in numbers_of(answer).items():
        known = values[~np.isnan(values)]
        if (known < -1e-9).any():
            return f"{name} is negative: {known.min()}"
        if name in ("service_level", "abandonment", "blocked", "occupancy", "waits") and (known > 1 + 1e-9).any():
            return f"{name} is above 1: {known.max()}"
    return ""


def turns():
    """{function: how often it is called}."""
    shares = np.array([HEAVY.get(function, 1.0) for function in FUNCTIONS])
    return dict(zip(FUNCTIONS, np.ceil(CALLS * shares / shares.sum()).astype(int), strict=True))


@pytest.fixture(scope="module", autouse=True)
def compiled():
    """Compiling is not hanging."""
    queueing.warm_up()


@pytest.mark.parametrize("function", FUNCTIONS, ids=lambda function: function.__name__)
def test_an_answer_or_words(function):
    chance = np.random.default_rng([ord(letter) for letter in function.__name__])
    answered = refused = 0
    for _ in range(turns()[function]):
        arguments, odd = drawn(function, FUNCTIONS[function], chance)
        with within(HANG_S):
            try:
                answer = function(**arguments)
            except ValueError as problem:  # Infeasible is one, too
                words = str(problem)
                assert odd or isinstance(problem, Infeasible), (
                    f"{function.__name__} refuses good input {arguments}: {words}"
                )
                assert len(words) > 10 and "<" not in words[:1], (
                    f"{function.__name__}{arguments}: {words!r} is no sentence"
                )
                refused += 1
                continue
            except Exception as fault:
                pytest.fail(f"{function.__name__}({arguments}) ended in {type(fault).__name__}: {fault}")
        assert not impossible(answer), f"{function.__name__}({arguments}): {impossible(answer)}"
        answered += 1
    assert answered > 10 and refused > 10, "both must come: an answer for good input, words for bad"


def test_the_answers_are_those_of_exact_sums():
    """What is answered to good input is right: by sums of 120 digits over the queue's states, which share no
    formula.
    """
    chance = np.random.default_rng(7)
    for _ in range(25 * (40 if DEEP else 1)):
        n, patience_s = int(chance.integers(1, 25)), one_of(math.inf, 45.0, 200.0)(chance)
        aht_s, target_s = float(chance.uniform(30, 600)), float(chance.uniform(1, 60))
        load = float(chance.uniform(0.05, 0.97 if patience_s == math.inf else 1.6)) * n
        calls = load * 1800 / aht_s
        exact = by_sums(
            calls,
            aht_s,
            n,
            patience_s=patience_s,
            lines=n + 40 if patience_s == math.inf else math.inf,
            target_s=target_s,
            digits=60,
        )
        told = queueing.performance(
            calls,
            aht_s,
            n,
            patience_s=patience_s,
            lines=n + 40 if patience_s == math.inf else math.inf,
            target_s=target_s,
        )
        assert told.service_level == pytest.approx(float(exact["in_time"]), rel=1e-9, abs=1e-12)
        assert told.abandonment == pytest.approx(float(exact["abandoned"]), rel=1e-9, abs=1e-12)


def test_the_number_of_calls_is_as_told():
    assert sum(turns().values()) >= 10_000
