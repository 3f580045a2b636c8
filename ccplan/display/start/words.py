"""What the frame of every page says, in the language of the centre: the bar, the door, a page that waits or met a
fault.
"""

from ..language import Filled

FRAME = (
    "Skip to the page",
    "Pages",
    "Dark",
    "Opening the page …",
    "Working it out, step {cell} of {cells} …",
    "The page ends here",
    "Token",
    "Open",
    "Something happened that was not foreseen ({kind}). Where ccplan serve was started it is told in full.",
)
WORDS = {  # status → title, sentence
    401: ("Who is there?", "That is not the token."),
    403: ("Not open to you", "Open the address that was printed where ccplan serve was started; it holds the token."),
    404: ("There is no such page", "The pages are listed above; nothing else is served here."),
    429: ("Too many guesses", "Too many wrong tokens were tried at once. Wait a minute."),
    500: ("This page met a fault", "What happened is told where ccplan serve was started."),
    503: (
        "All places are taken",
        "As many pages are open as this machine is meant to hold. Close one, or come back in a few minutes.",
    ),
}
OTHER = ("This cannot be answered", "The request was not understood.")
DOOR = "These dashboards open with a token. It was printed where ccplan serve was started."
REACH, AGO, NOWHERE = "tables to {day}", "tables to {day}, {days} days ago", "the contacts cannot be read: see Data"


def frame_words(language):
    """{English: said} of what the templates of the pages say, and `language` and `direction` of the page's frame,
    for the template.
    """
    texts = (*FRAME, DOOR, *(text for told in (*WORDS.values(), OTHER) for text in told))
    return {
        "words": {text: language.said(text) for text in texts},
        "language": language.code,
        "direction": language.direction,
    }


def page_words(page, language):
    """A Page as the bar lists it, its short name and question in a language."""
    return {"name": page.name, "short": language.said(page.short), "question": language.said(page.question)}


def reach_words(language, day, days):
    """To which day the tables reach, and how long ago that is where it is long; `day` is None where they cannot be
    read.

    >>> from datetime import date
    >>> from ccplan.display.language import chosen
    >>> reach_words(chosen(), date(2026, 9, 30), 3), reach_words(chosen("fi"), date(2026, 9, 30), 53)
    ('tables to 30 September 2026', 'taulukot 30.9.2026 asti, 53 päivää sitten')
    """
    if day is None:
        return language.said(NOWHERE)
    when = language.date(day.year, day.month, day.day)
    return language.said(Filled(AGO, day=when, days=f"{days:,}") if days > 7 else Filled(REACH, day=when))


def speak(language, folder):
    """Say every label of the frame to a language, for the source of the catalogues."""
    frame_words(language)
    list(map(language.said, (REACH, AGO, NOWHERE)))
