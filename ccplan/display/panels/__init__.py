"""What every live panel shares: the desk behind it, its dials and words; undo and redo, scenarios, files of what is
on screen.
"""
