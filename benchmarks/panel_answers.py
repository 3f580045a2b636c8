"""What a move of a panel costs the kernel, without a browser: processor time of the answer, each dial and picker by
itself.

`python -m benchmarks.panel_answers [PANEL …]` prints a row a panel and a row each of its dials; processor time is
fair on a busy machine.
"""

import json
import statistics
import sys
import time

from .measuring import late, unknown
from .panel_desks import DESKS

MOVES = 40


def moves_of(layout, moves=MOVES):
    """(what is turned, how it then differs from the start) over all dials in turn, then over the pickers that have
    choices.
    """
    dials = [dial for group in layout["groups"] for dial in group["dials"]]
    pickers = [picker for picker in layout["pickers"] if len(picker.get("options") or ()) > 1]
    for turn in range(-(-moves // len(dials)) if dials else 0):
        for dial in dials:
            yield dial["name"], "dials", placed(dial, turn)
    for turn in range(moves // 4 if dials else -(-moves // len(pickers))):
        for picker in pickers:
            yield picker["name"], "pickers", picker["options"][(turn + 1) % len(picker["options"])]


def placed(dial, turn):
    """A place on the dial, another one each turn, from one end to the other."""
    steps = int(round((dial["high"] - dial["low"]) / dial["step"]))
    return round(dial["low"] + (turn * 7 + 3) % (steps + 1) * dial["step"], 6)


def answers(shown, moves=MOVES):
    """(what is turned, milliseconds of processor time, bytes of the answer, whether it was refused) of each move
    from the start.
    """
    layout = shown.layout() if callable(shown.layout) else shown.layout
    start = shown.answer({"seq": 0})["now"]
    parts = {part: start.get(part, {}) for part in ("dials", "switches", "pickers", "cells")}
    still = {"action": None, "gesture": 0} | parts
    for seq, (name, part, value) in enumerate(moves_of(layout, moves), start=1):
        begin = time.process_time()
        told = shown.answer(still | {"seq": seq, "gesture": seq, part: still[part] | {name: value}})
        length = len(json.dumps(told))
        yield name, 1000 * (time.process_time() - begin), length, told["charts"] is None
        if part == "pickers":  # back to where it was
            shown.answer(still | {"seq": seq, "gesture": seq})


def rows(names=(), moves=MOVES):
    """A row a panel and a row each of its dials: what, moves, median, 95th percentile and most in milliseconds,
    kilobytes, refused moves.
    """
    for panel in names or DESKS:
        found = list(answers(DESKS[panel](), moves))
        yield _row(panel, found)
        for dial in dict.fromkeys(name for name, *_ in found):
            yield _row(f"  {dial}", [one for one in found if one[0] == dial])


def _row(what, found):
    _, times, sizes, refused = zip(*found, strict=True)
    median, kilobytes = statistics.median(times), statistics.median(sizes) / 1000
    return what, len(times), median, late(times), max(times), kilobytes, sum(refused)


if __name__ == "__main__":
    if words := unknown(sys.argv[1:], DESKS, "panel"):
        sys.exit(words)
    for what, number, median, most, worst, size, refused in rows(sys.argv[1:]):
        times = f"median {median:7.1f} ms  95 % {most:7.1f} ms  most {worst:7.1f} ms"
        said = f"  {refused} refused" if refused else ""
        print(f"{what:28} {number:4} moves  {times}  {size:6.1f} kB{said}", flush=True)
