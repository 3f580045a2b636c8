"""The server of the dashboards: Voila with our template, one start page, and nothing served that is not meant to be."""

import os

from ..display.frontend import VOILA

START = "00_start"
UNUSED = ["@voila-dashboards/jupyterlab-preview"]
CLOSED = ("/voila/files", "/voila/tree", "/voila/api/contents")  # what lies in the folder is nobody's business
IDLE_S = 1800  # a page that nobody looks at gives its memory back after half an hour


def dashboards(folder, *, host, port, token, ready=0, browser=False):
    """A Voila application that serves the notebooks of a folder, not yet started; `address` is what a browser opens.

    `ready` copies of each page are worked out beforehand. A dashboard can run no code but its notebook's own: Voila passes on
    messages of widgets alone. Files of the folder are not served. With a token, pages and the channels of kernels ask for it.
    """
    os.environ["JUPYTER_PATH"] = os.pathsep.join([str(VOILA), *filter(None, [os.environ.get("JUPYTER_PATH")])])
    os.environ.setdefault("JUPYTER_PLATFORM_DIRS", "1")
    server = _class()(root_dir=str(folder), ip=host, port=port, token=token, open_browser=browser)
    server.initialize([str(folder), "--template=ccplan", "--no-browser" if not browser else "--show_tracebacks=False"])
    server.log_level = "WARN"
    return server


def _class():
    from traitlets.config import Config
    from voila.app import Voila

    class Dashboards(Voila):
        """Voila whose first page is the start page."""

        def initialize(self, argv=None):
            super().initialize(argv)
            self.update_config(Config(MappingKernelManager={"cull_idle_timeout": IDLE_S, "cull_interval": 60}))
            own = self.voila_configuration
            own.file_allowlist, own.file_denylist = [], [".*"]
            own.extension_denylist, own.show_tracebacks = UNUSED, False

        def init_handlers(self):
            from tornado.web import RedirectHandler

            first = (self.server_url, RedirectHandler, {"url": f"{self.server_url}voila/render/{START}.ipynb", "permanent": False})
            return [first, *(one for one in super().init_handlers() if not any(part in one[0] for part in CLOSED))]

        @property
        def address(self):
            asked = f"?token={self.token}" if self.token else ""
            return f"http://{self.ip}:{self.port}{self.base_url}{asked}"

    return Dashboards
