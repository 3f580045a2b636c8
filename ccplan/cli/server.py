"""The server of the dashboards: Voila with our template, one start page, and nothing served that is not meant to be.

Voila passes on to a kernel nothing but messages of widgets, so that a dashboard runs no code but its notebook's
own. Here its handlers of files, folders and templates of choice are left out, and pages are those of the suite, by
name.
"""

import asyncio
import functools
import os
import sys

from ..display.frontend import VOILA
from ..display.start.pages import START
from .ahead import work_ahead
from .handlers import Door, FirstPage, NotebookPage, guessed
from .kept import install
from .kernels import CAN_FORK, nursery, register

UNUSED = ["@voila-dashboards/jupyterlab-preview"]
SERVED = ("/api/kernels/", "/voila/static/", "/voila/api/themes/", "/voila/api/shutdown/", "/voila/labextensions/")
STYLES = r"/voila/templates/(ccplan/static/(?:[\w-]+[./])*[\w-]+)"  # of our template alone, and no way out of it
IDLE_S = 1800  # a page that nobody looks at any more gives its memory back after half an hour
CHECKED_S = 60
WARM = (f"{START}.ipynb", "03_staffing.ipynb")  # pages that are kept ready: the first, and the one most asked for
POLICY = (
    "default-src 'self'; script-src 'self' 'unsafe-inline' 'unsafe-eval' blob: data:; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data: blob:; font-src 'self' data:; connect-src 'self' data: blob:; worker-src 'self' blob:; "
    "object-src 'none'; base-uri 'self'; form-action 'self'; frame-ancestors 'self'"
)  # the browser itself refuses requests to others
# Bytes of a message of a page, or of a request; the largest that a panel sends is a file of a million.
MOST_SENT = 4 * 2**20
# In a folder of our own, where no other user of the machine reaches a kernel.
_SOCKETS = {"transport": "ipc"} if sys.platform == "linux" else {}
HEADERS = {"Content-Security-Policy": POLICY, "Referrer-Policy": "no-referrer", "X-Content-Type-Options": "nosniff"}


def dashboards(folder, *, host, port, token, bar, base_url="/", ready=0, ahead=False, most=40, browser=False):
    """A Voila application that serves the notebooks of a folder, not yet started; `address` is what a browser opens.

    `token` "" opens it to everybody who reaches it. `bar()` gives what stands on every page's bar (see
    `navigation.Bar`); `ready` copies of the pages in WARM are worked out beforehand, with `ahead` what the others show
    is (see `ahead`), and at most `most` copies of all pages are open at once.
    """
    os.environ["JUPYTER_PATH"] = os.pathsep.join([str(VOILA), *filter(None, [os.environ.get("JUPYTER_PATH")])])
    os.environ.setdefault("JUPYTER_PLATFORM_DIRS", "1")
    server = _class()(
        config=_config(bar, ready),
        root_dir=str(folder),
        ip=host,
        port=port,
        port_retries=0,
        token=token,
        base_url=base_url,
        identity_provider_class=_guard(),
        open_browser=browser,
        config_file_paths=[],
        tornado_settings={
            "headers": HEADERS,
            "websocket_max_message_size": MOST_SENT,
            "ccplan_most": most,
            "ccplan_bar": bar,
        },
    )
    server.ahead = [page.name for page in bar().pages if not ready or f"{page.name}.ipynb" not in WARM] if ahead else []
    server.log_level = "ERROR"
    install()
    if CAN_FORK:
        nursery().start()
    server.initialize([])
    return server


def _config(bar, ready):
    from traitlets.config import Config

    voila = {
        "template": "ccplan",
        "allow_template_override": "NO",
        "allow_theme_override": "NO",
        "file_allowlist": [],
        "file_denylist": [".*"],
        "extension_denylist": UNUSED,
        "show_tracebacks": True,  # the template shows the words of an error, never its trace
        "page_config_hook": functools.partial(_with_bar, bar),
        "preheat_kernel": ready > 0,
        "default_pool_size": 0,
    }
    pools = {"default": {"pool_size": 0}} | {name: {"pool_size": ready} for name in WARM}
    return Config(
        VoilaConfiguration=voila,
        KernelProvisionerFactory={"default_provisioner_name": register()},
        VoilaKernelManager={"kernel_pools_config": pools},
        MappingKernelManager={"cull_idle_timeout": IDLE_S, "cull_interval": CHECKED_S},
        KernelManager=_SOCKETS,
        PasswordIdentityProvider={"allow_password_change": False},  # nosec B105 # a switch
        IdentityProvider={"cookie_options": {"samesite": "Lax"}},
    )


def _with_bar(bar, page_config, notebook_path="", **_):
    """What Voila tells a page, and what our template shows on its bar."""
    return page_config | {"ccplan": bar().told()}


@functools.cache
def _guard():
    from jupyter_server.auth.identity import PasswordIdentityProvider

    class Guard(PasswordIdentityProvider):
        """A wrong token waits its turn wherever it is tried: in the form, in an address, in a header."""

        async def get_user_token(self, handler):
            user = await super().get_user_token(handler)
            if user is None and self.get_token(handler):
                await guessed(handler.settings)
            return user

    return Guard


@functools.cache
def _class():
    from tornado.ioloop import IOLoop
    from voila.app import Voila
    from voila.static_file_handler import TemplateStaticFileHandler

    class Dashboards(Voila):
        """Voila without its lists of files and folders, and with pages, a door and a first page of ours."""

        ahead: list = []  # pages that are worked out before anybody asks
        _ahead = None

        def init_handlers(self):
            # Voila would take a hundred megabytes.
            self.app.listen = functools.partial(self.app.listen, max_body_size=MOST_SENT)
            kept = [one for one in super().init_handlers() if any(part in one[0] for part in SERVED)]
            notebook = {
                "template_paths": self.template_paths,
                "config": self.config,
                "voila_configuration": self.voila_configuration,
            }
            here = self.server_url.rstrip("/")
            return [
                (f"{here}/", FirstPage),
                (f"{here}/login", Door),
                *kept,
                (f"{here}{STYLES}", TemplateStaticFileHandler),
                (f"{here}/voila/render/(.*)", NotebookPage, notebook),
                (".*", FirstPage, {"missing": True}),
            ]

        def listen(self):
            IOLoop.current().add_callback(self._work_ahead)
            super().listen()

        def _work_ahead(self):
            env = {
                "VOILA_PREHEAT": "True",  # it takes no place from anybody
                "VOILA_BASE_URL": self.base_url,
                "VOILA_SERVER_URL": self.server_url,
                "VOILA_APP_PORT": str(self.port),
            }
            self._ahead = asyncio.create_task(work_ahead(self.kernel_manager, self.root_dir, self.ahead, env))

        @property
        def address(self):
            """What a browser opens, with the token."""
            host = f"[{self.ip}]" if ":" in self.ip else self.ip
            return f"http://{host}:{self.port}{self.base_url}" + (f"?token={self.token}" if self.token else "")

        @property
        def connection_url(self):  # what Voila opens in the browser
            return self.address.removesuffix(self.base_url)

        def stop(self):
            if self._ahead:
                self._ahead.cancel()
            super().stop()
            nursery().close()

        def launch_browser(self):
            import webbrowser

            webbrowser.open(self.address)

    return Dashboards
