"""How gunicorn serves the archive, for `manage.py serve` and for deploy/systemd:

    gunicorn --config python:gazette.gunicorn_settings gazette.wsgi:application

Under systemd the socket is the manager's (LISTEN_FDS): while gunicorn is started again, connections wait in it. HUP gives
new processes, and lets the old ones finish what they are answering.
"""

import os
import shutil
import sys
import tempfile
from typing import Any

from archive.log_lines import formatter

bind = os.environ.get("WEB_BIND") or "127.0.0.1:8000"
workers = int(os.environ.get("WEB_PROCESSES") or "2")
threads = int(os.environ.get("WEB_THREADS") or "8")
worker_class = "gthread"
# Longer than any answer takes: drawing and masking the pages of a file may take a minute.
timeout = 120
# How long a process that is to end goes on answering what it has begun.
graceful_timeout = 30
control_socket_disable = True

# A slip in LOG_FORMAT is told by the settings, in words.
_FORM = "json" if os.environ.get("LOG_FORMAT", "").strip().lower() == "json" else "text"
logconfig_dict: dict[str, Any] = {
    "formatters": {"line": formatter(_FORM)},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": "WARNING"},
    "loggers": {"gunicorn.error": {"handlers": ["console"], "propagate": False}},
}


def on_starting(server: Any) -> None:
    """Make the folder in which the processes of this start count requests together, see archive/metrics.py."""
    os.environ["PROMETHEUS_MULTIPROC_DIR"] = tempfile.mkdtemp(prefix="gazette-metrics-")


def on_exit(server: Any) -> None:
    shutil.rmtree(os.environ["PROMETHEUS_MULTIPROC_DIR"], ignore_errors=True)


def post_fork(server: Any, worker: Any) -> None:
    # What this module has loaded into the parent would be older than the rest after a HUP that follows an upgrade.
    for name in [name for name in sys.modules if name.partition(".")[0] in {"archive", "gazette"}]:
        del sys.modules[name]
