"""What the tools of a panel say on their buttons, in one place."""

AS_IT_IS, SHOWN, PINNED = "as it is", "shown now", "what was pinned"

HISTORY = (
    {"name": "undo", "label": "Undo", "says": "take back the last change (Ctrl+Z)"},
    {"name": "redo", "label": "Redo", "says": "do again what was taken back (Ctrl+Shift+Z)"},
)
FILES = (
    {"name": "csv", "label": "CSV", "says": "the numbers of what is shown, as a table of text"},
    {
        "name": "xlsx",
        "label": "XLSX",
        "says": "a workbook of what is shown: numbers, settings and the rows of every chart",
    },
    {"name": "png", "label": "PNG", "says": "the charts as a picture"},
    {"name": "svg", "label": "SVG", "says": "the charts as a drawing that can be scaled"},
    {"name": "html", "label": "HTML", "says": "the whole panel as one page that opens anywhere, without a network"},
)
SCENARIOS = (
    {"name": "keep", "label": "Save", "says": "keep what is set under this name in the centre's folder"},
    {
        "name": "share",
        "label": "Share as a file",
        "says": "what is set, as a small file that somebody else can open in the same panel",
    },
)
WORDS = {
    "history": "Take back or do again",
    "files": "Save what is shown as",
    "scenarios": "Scenarios: save, open, compare, share",
    "open": "Open a scenario",
    "name": "Name, to save it",
    "name_hint": "such as: a wet spring",
    "upload": "Open a file…",
    "compare": "Compare side by side",
    "comparison": "Scenarios side by side; changes are against the first column",
    "number": "number",
    "too_large": "This file is larger than a scenario can be ({most} kB): it was not read.",
}

SAVED = "Saved as “{name}” in the centre's folder."
OPENED = "“{name}” is open."
SHARED = "“{name}” goes to your downloads; it can be opened in this panel again, by anybody."
TAKEN = "There is a scenario named “{name}” already: open it first to change it, or choose another name."
CHANGED = "Somebody else has changed “{name}” since you opened it: choose another name, or open it again first."
MEND = "Mend what is marked first."
NO_FOLDER = "“{name}” is kept until this page is closed, for the panel was not opened from a centre's folder: share it as a file to keep it longer."
GONE = "There is no scenario named “{name}” any more."
