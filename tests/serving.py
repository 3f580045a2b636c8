"""A real server of dashboards on this machine, and what asks it: for the tests of `ccplan serve`."""

import contextlib
import http.client
import os
import re
import signal
import subprocess
import sys
import time
import uuid
from urllib.parse import quote, urlencode, urlsplit

TOKEN = "a-token-for-the-tests"
OWN = """
import sys
from ccplan.cli import ahead, server
from ccplan.cli.serve import server_of
ahead.AGAIN_S, server.IDLE_S, server.CHECKED_S = 1, {idle_s}, 1
server_of(sys.argv[1], sys.argv[2], host="127.0.0.1", port=int(sys.argv[3]), token={token!r}, ready={ready}, most={most}, ahead={ahead}).start()
"""


@contextlib.contextmanager
def serving(command, port, log, **environment):
    """The process of a server that answers at the port; it is ended by Ctrl-C, as people do."""
    with open(log, "w") as stream:
        server = subprocess.Popen(
            command, stdout=stream, stderr=stream, env=os.environ | {"CCPLAN_TOKEN": TOKEN} | environment
        )
        try:
            _wait(port, server, log)
            yield server
        finally:
            if server.poll() is None:
                deaf = (
                    signal.getsignal(signal.SIGINT) is signal.SIG_IGN
                )  # a shell's job in the background hears no Ctrl-C
                server.send_signal(signal.SIGTERM if deaf else signal.SIGINT)
                server.wait(timeout=30)


def own_server(centre, notebooks, port, *, idle_s=600, ready=0, most=40, ahead=False):
    """The command of a server for notebooks of our own."""
    return [
        sys.executable,
        "-c",
        OWN.format(token=TOKEN, idle_s=idle_s, ready=ready, most=most, ahead=ahead),
        str(centre),
        str(notebooks),
        str(port),
    ]


def _wait(port, server, log):
    for _ in range(300):
        assert server.poll() is None, f"the server did not start: {log.read_text()}"
        with contextlib.suppress(OSError):
            return ask(port, "/login")
        time.sleep(0.2)
    raise AssertionError("the server was not ready within a minute")


def ask(port, path, *, cookie="", method="GET", body=None, headers=None):
    """(status, headers, text) of an address exactly as it is written: `..` is not tidied away, redirects are not
    followed.
    """
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=120)
    try:
        connection.putrequest(method, path, skip_accept_encoding=True)
        sent = {"Cookie": cookie} if cookie else {}
        data = body.encode() if body else b""
        sent |= {"Content-Length": str(len(data)), "Content-Type": "application/x-www-form-urlencoded"} if body else {}
        for name, value in (sent | (headers or {})).items():
            connection.putheader(name, value)
        connection.endheaders(data or None)
        answer = connection.getresponse()
        return answer.status, dict(answer.getheaders()), answer.read().decode("utf-8", "replace")
    finally:
        connection.close()


def entered(port):
    """The cookie of somebody who opened the address with the token."""
    status, headers, _ = ask(port, f"/?token={TOKEN}")
    assert status == 302 and urlsplit(headers["Location"]).query == ""
    return headers["Set-Cookie"].split(";")[0]


def alive(pid):
    """Whether a process still runs; a dead one that nobody asked after does not."""
    try:
        with open(f"/proc/{pid}/stat") as stat:
            return stat.read().rsplit(")", 1)[1].split()[0] != "Z"
    except OSError:
        return False


def typed(port, token, onward="/"):
    """The answer of the door to a token that was typed into its form."""
    _, headers, text = ask(port, "/login")
    field = re.search(r'name="_xsrf" value="([^"]+)"', text)[1]
    return ask(
        port,
        f"/login?next={quote(onward)}",
        method="POST",
        body=urlencode({"_xsrf": field, "password": token}),
        cookie=headers["Set-Cookie"].split(";")[0],
    )


def kernel_of(text):
    """The kernel that a page talks to."""
    return re.search(r'"kernelId": "([0-9a-f-]{36})"', text)[1]


def message(kind, channel, **content):
    """What a page sends to its kernel."""
    header = {
        "msg_id": uuid.uuid4().hex,
        "msg_type": kind,
        "username": "",
        "session": uuid.uuid4().hex,
        "date": "2026-01-01T00:00:00Z",
        "version": "5.3",
    }
    return {
        "header": header,
        "parent_header": {},
        "metadata": {},
        "content": content,
        "channel": channel,
        "buffers": [],
    }
