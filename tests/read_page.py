"""A page of HTML as tests look at it: its elements, attributes and words."""

from html.parser import HTMLParser


class Read(HTMLParser):
    """A page as a browser that knows nothing of us takes it apart."""

    def __init__(self, text):
        super().__init__()
        self.tags, self.attributes, self.words = set(), [], []
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        self.tags.add(tag)
        self.attributes += attributes

    def handle_data(self, words):
        self.words.append(words)
