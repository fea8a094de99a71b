"""Whether the parts of the archive answer: what a load balancer or a monitor asks."""

import logging
from collections.abc import Callable

from django.conf import settings
from django.db import DatabaseError, connection
from django.http import HttpRequest, JsonResponse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from archive.ingest.files_store import FilesAway, files_store
from archive.search.query import search_documents
from archive.worker_heartbeat import last_beat, worker_is_alive

logger = logging.getLogger(__name__)


@never_cache
@require_safe
def health(request: HttpRequest) -> JsonResponse:
    """`{"database": "ok", "index": "ok", "worker": "ok"}`; 503 with the reason in place of "ok" else.

    "files" as well where they lie in a bucket.
    """
    checks: dict[str, Callable[[], str]] = {"database": database, "index": index, "worker": worker}
    if settings.FILES_S3_BUCKET:
        checks["files"] = files
    answers = {part: check() for part, check in checks.items()}
    return JsonResponse(answers, status=200 if set(answers.values()) == {"ok"} else 503)


def database() -> str:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError:
        logger.exception("the database does not answer")
        return "does not answer"
    return "ok"


def index() -> str:
    try:
        if search_documents("公报", page_size=1).ready:
            return "ok"
    except Exception:
        # Whatever the engine raises: a monitor must read a reason, not a page about an error.
        logger.exception("the index does not answer")
        return "does not answer"
    return "is missing: run manage.py verify --repair"


def files() -> str:
    try:
        files_store().ask()
    except FilesAway:
        logger.exception("the files cannot be reached")
        return "do not answer"
    return "ok"


def worker() -> str:
    if worker_is_alive(timezone.now()):
        return "ok"
    seen = last_beat()
    return f"last seen {seen:%Y-%m-%d %H:%M:%S} UTC" if seen else "never seen: start manage.py worker"
