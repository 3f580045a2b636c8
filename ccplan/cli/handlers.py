"""What the dashboards answer: the first page, the door where the token is asked for, the pages themselves, and errors in words."""

import asyncio

from jupyter_server.auth.decorator import allow_unauthenticated
from jupyter_server.auth.login import LoginFormHandler
from jupyter_server.base.handlers import JupyterHandler
from jupyter_server.utils import url_path_join
from tornado.web import HTTPError, authenticated
from voila.tornado.handler import TornadoVoilaHandler

from ..display.start.pages import START
from ..display.start.words import DOOR, OTHER, WORDS

WRONG_S = 1.0  # a wrong token is answered late, so that guessing takes for ever


class Told:
    """Pages in words in the house's look, for errors and the door."""

    def write_error(self, status_code, **kwargs):
        title, words = WORDS.get(status_code, OTHER)
        self.set_header("Content-Type", "text/html")
        self.finish(self.page_in_words(title, words))

    def page_in_words(self, title, words, **more):
        """A page without a notebook; the bar is only for those who are let in."""
        env = self.settings["voila_jinja2_env"]
        bar = self.settings["ccplan_bar"]().told()
        title, words = (bar["words"].get(text, text) for text in (title, words))
        told = bar if getattr(self, "current_user", None) else None
        return env.get_template("words.html").render(title=title, words=words, told=told, frame=bar, base_url=self.base_url, **more)

    def without_token(self):
        """True where the address held the token: the cookie is set, and the same page is asked for without it, so that the
        token stays out of the browser's history and of the kernels."""
        if not self.get_query_argument("token", ""):
            return False
        self.redirect(self.request.path)
        return True


class FirstPage(Told, JupyterHandler):
    """The bare address: on to the start page. Every address that is not known: words."""

    def initialize(self, missing=False):
        self.missing = missing

    @authenticated
    def get(self, *_):
        if self.missing:
            raise HTTPError(404)
        if not self.without_token():
            self.redirect(url_path_join(self.base_url, "voila", "render", f"{START}.ipynb"))


class Door(Told, LoginFormHandler):
    """Asks for the token."""

    def _render(self, message=None):
        title, words = WORDS[401]
        told = words if message else DOOR
        self.finish(self.page_in_words(title, told, door=True, xsrf=self.xsrf_form_html(), next=self.get_argument("next", default=self.base_url)))

    @allow_unauthenticated
    async def post(self):
        if self.identity_provider.process_login_form(self) is None:
            await asyncio.sleep(WRONG_S)
        super().post()


class NotebookPage(Told, TornadoVoilaHandler):
    """A notebook of the suite as a page; no other file, and not more at once than the machine is meant to hold."""

    @authenticated
    async def get(self, path=None):
        if path not in {f"{page['name']}.ipynb" for page in self.settings["ccplan_bar"]().told()["pages"]}:
            raise HTTPError(404)
        if self.without_token():
            return
        if self._taken(path) >= self.settings["ccplan_most"]:
            raise HTTPError(503)
        await super().get(path)

    def _taken(self, path):
        """The kernels that people have; one that is ready for this page is no new one."""
        manager = self.kernel_manager
        return len(manager.list_kernel_ids()) - sum(map(len, getattr(manager, "_pools", {}).values()))
