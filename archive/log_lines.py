"""How a line of the log looks: text for people, or one JSON object for whatever collects logs.

{"time": "2026-03-01T02:03:04.567Z", "level": "WARNING", "logger": "archive.tasks", "message": "…", "request": "…"}

Knows no settings: gunicorn's own process writes its lines with it, too.
"""

import json
import logging
import re
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import Any

# The id of the request that is being answered; "" elsewhere, as in the worker.
request_id: ContextVar[str] = ContextVar("request_id", default="")

# What a line may say of a request beside its message. Whatever else a record carries (Django hangs the whole request
# on it) stays out.
FACTS = ("method", "path", "status", "milliseconds", "client")
# Whoever has the link of the first start becomes administrator: it must not be read off a log while it is good.
_ONE_TIME_LINK = re.compile(r"(/desk/first-administrator/)[^/\s\"']+")


def formatter(form: str) -> dict[str, Any]:
    """The formatter of a form (`text` or `json`) as logging's configuration wants it."""
    return {"()": {"text": "archive.log_lines.TextLines", "json": "archive.log_lines.JsonLines"}[form]}


class TextLines(logging.Formatter):
    """2026-03-01 10:03:04,567 WARNING archive.tasks the message [id of the request]"""

    def __init__(self) -> None:
        super().__init__("%(asctime)s %(levelname)s %(name)s %(message)s")

    def formatMessage(self, record: logging.LogRecord) -> str:
        known = request_id.get()
        return super().formatMessage(record) + (f" [{known}]" if known else "")

    def format(self, record: logging.LogRecord) -> str:
        return _without_secrets(super().format(record))


class JsonLines(logging.Formatter):
    """One JSON object a line; `error` holds the traceback, `request` the id of the request."""

    def format(self, record: logging.LogRecord) -> str:
        moment = datetime.fromtimestamp(record.created, tz=UTC)
        line: dict[str, Any] = {
            "time": moment.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
            "level": record.levelname,
            "logger": record.name,
            "message": record.getMessage(),
        }
        if known := request_id.get():
            line["request"] = known
        line |= {name: getattr(record, name) for name in FACTS if hasattr(record, name)}
        if record.exc_info:
            line["error"] = self.formatException(record.exc_info)
        return _without_secrets(json.dumps(line, ensure_ascii=False, default=str))


def _without_secrets(text: str) -> str:
    return _ONE_TIME_LINK.sub(r"\1…", text)
