"""Undo and redo: states of a panel, one a gesture of the hand rather than one a pixel of a drag."""

MOST = 100  # states that are kept


class History:
    """Where a panel has been: `note` what is now, `undo` and `redo` give the state to go to, or None.

    >>> seen = History("start")
    >>> seen.note("a", gesture=1), seen.note("b", gesture=1), seen.note("c", gesture=2)
    (None, None, None)
    >>> seen.undo(), seen.undo(), seen.undo(), seen.redo()
    ('b', 'start', None, 'b')
    """

    def __init__(self, start):
        self.past, self.now, self.future, self.gesture = [], start, [], None

    def note(self, state, gesture=None):
        """Take in a state; one of the same gesture replaces the last."""
        if state == self.now:
            return
        if gesture is None or gesture != self.gesture:
            self.past = [*self.past, self.now][-MOST:]
        self.now, self.gesture = state, gesture
        self.future.clear()

    def undo(self):
        """The state before the last change; None where there is none."""
        return self._go(self.past, self.future)

    def redo(self):
        """The state that was taken back last; None where there is none."""
        return self._go(self.future, self.past)

    def _go(self, come_from, leave_to):
        if not come_from:
            return None
        leave_to.append(self.now)
        self.now, self.gesture = come_from.pop(), None
        return self.now
