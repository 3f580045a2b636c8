"""What the dashboards answer: the first page, the door where the token is asked for, the pages themselves, and
errors in words.
"""

import asyncio
import os

from jupyter_server.auth.decorator import allow_unauthenticated
from jupyter_server.auth.login import LoginFormHandler
from jupyter_server.base.handlers import JupyterHandler
from jupyter_server.utils import url_path_join
from tornado.web import HTTPError, authenticated
from voila.tornado.handler import TornadoVoilaHandler

from ..display.start.pages import START
from ..display.start.words import DOOR, OTHER, WORDS
from .kept import stamp

WRONG_S = 1.0  # wrong tokens are answered late, one after the other, so that guessing takes for ever
WAITING = 20  # more guesses than that are refused at once


async def guessed(settings):
    """Wait for a wrong token's turn to be answered; HTTPError 429 where too many wait. The right token never waits."""
    waiting = settings.setdefault("ccplan_guesses", [])
    if len(waiting) >= WAITING:
        raise HTTPError(429)
    waiting.append(None)
    try:
        async with settings.setdefault("ccplan_turn", asyncio.Lock()):
            await asyncio.sleep(WRONG_S)
    finally:
        waiting.pop()


class Told(JupyterHandler):
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
        return env.get_template("words.html").render(
            title=title, words=words, told=told, frame=bar, base_url=self.base_url, **more
        )

    def without_token(self):
        """True where the address held the token: the cookie is set, and the same page is asked for without it, so
        that the token stays out of the browser's history and of the kernels."""
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
        self.finish(
            self.page_in_words(
                title,
                told,
                door=True,
                xsrf=self.xsrf_form_html(),
                next=self.get_argument("next", default=self.base_url),
            )
        )

    @allow_unauthenticated
    async def post(self):
        if self.identity_provider.process_login_form(self) is None:
            await guessed(self.settings)
        super().post()


class NotebookPage(Told, TornadoVoilaHandler):
    """A notebook of the suite as a page; no other file, and not more at once than the machine is meant to hold."""

    @authenticated
    async def get(self, path=None):
        if path not in {f"{page['name']}.ipynb" for page in self.settings["ccplan_bar"]().told()["pages"]}:
            raise HTTPError(404)
        if self.without_token():
            return
        if self._taken() >= self.settings["ccplan_most"]:
            raise HTTPError(503)
        _ = self.xsrf_token  # asking for it sets the cookie with which a closing page may give its kernel back
        await self._ready(path)
        await super().get(path)

    async def _ready(self, path):
        """Wait for the copy that is being started for this page, and give back those that were worked out from
        older tables.
        """
        manager = self.kernel_manager
        pools, now = getattr(manager, "_pools", {}), stamp(os.environ["CCPLAN_FOLDER"])
        if self.settings.setdefault("ccplan_ready_of", now) != now:
            self.settings["ccplan_ready_of"] = now
            await self._empty(pools)
        while pools.get(path) and not pools[path][0].done():
            await asyncio.wait({pools[path][0]})
        if pools.get(path) and not pools[path][0].exception():
            self._given().add(pools[path][0].result()["kernel_id"])

    async def _empty(self, pools):
        for name, pool in pools.items():
            old, pool[:] = list(pool), []
            for one in await asyncio.gather(*old, return_exceptions=True):
                if isinstance(one, dict):
                    await self.kernel_manager.shutdown_kernel(one["kernel_id"])
            self.kernel_manager.fill_if_needed(delay=0, notebook_name=name)  # type: ignore[attr-defined]  # Voila's own

    def _given(self):
        """The kernels that were ready and that somebody has now."""
        return self.settings.setdefault("ccplan_given", set())

    def _taken(self):
        """How many kernels people have: those that were begun for them and those that were ready and are given."""
        manager = self.kernel_manager
        begun = {
            one: getattr(manager.get_kernel(one), "_launch_args", {}).get("env", {})
            for one in manager.list_kernel_ids()
        }
        self._given().intersection_update(begun)
        return sum(env.get("VOILA_PREHEAT") != "True" or one in self._given() for one, env in begun.items())
