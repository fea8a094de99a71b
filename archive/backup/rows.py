"""The rows of the archive as lines of JSON, written and read one after the other, whatever the database.

Django's own serialisation writes them. Users, groups, permissions and kinds of rows are named in references instead of
numbered: another database numbers them differently.
"""

import gzip
import io
import json
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime
from itertools import groupby, islice
from operator import itemgetter
from pathlib import Path
from typing import Any, cast

from auditlog.context import disable_auditlog
from django.apps import apps
from django.core import serializers
from django.core.management.color import no_style
from django.core.serializers.base import DeserializationError, DeserializedObject
from django.core.serializers.json import DjangoJSONEncoder
from django.db import connection, models, transaction
from django.db.migrations.recorder import MigrationRecorder

from archive.backup.errors import BackupError

KEPT = ("auth", "otp_totp", "otp_static", "archive", "auditlog", "admin")
# Sessions and locked names end with the machine, and queued work is queued anew from the runs of the archive; the kinds
# of rows and their permissions are made by `migrate`. What is put back begins editions of its own.
LEFT_OUT = (
    *("sessions", "axes", "django_tasks_database", "contenttypes", "auth.permission"),
    *("archive.edition", "archive.issueedition"),
    # A mail that waited when the backup was made has gone since, or is asked for again.
    *("archive.letter", "archive.alertrequest"),
)

_BATCH = 1000


class Encoder(DjangoJSONEncoder):
    """Django's, with times to the microsecond."""

    def default(self, o: Any) -> Any:
        return o.isoformat() if isinstance(o, datetime) else super().default(o)


def kept_models() -> list[type[models.Model]]:
    """The models whose rows are kept, in the order in which their rows can be read back."""
    listed = [
        (config, [model for model in config.get_models() if model._meta.label_lower not in LEFT_OUT])
        for config in map(apps.get_app_config, KEPT)
    ]
    return serializers.sort_dependencies(listed)


def migrations() -> dict[str, str]:
    """The last migration of each application whose rows are kept, as the database has them."""
    applied = sorted(MigrationRecorder(connection).applied_migrations())
    return {app: name for app, name in applied if app in KEPT}


# --- out ---------------------------------------------------------------------------------------------
def write_rows(path: Path) -> dict[str, int]:
    """Write all rows as they stand at one moment; returns how many there are of each model.

    Equal rows make an equal file.
    """
    counts: dict[str, int] = {}
    with (
        path.open("wb") as raw,
        gzip.GzipFile("", "wb", 6, raw, mtime=0) as packed,
        io.TextIOWrapper(packed, encoding="utf-8", newline="\n") as out,
        one_moment(),
    ):
        for model in kept_models():
            rows = model._base_manager.order_by("pk")
            counts[model._meta.label_lower] = rows.count()
            serializers.serialize(
                "jsonl", rows.iterator(_BATCH), stream=out, cls=Encoder, use_natural_foreign_keys=True
            )
    return counts


@contextmanager
def one_moment() -> Iterator[None]:
    """Read what is committed now, while others go on writing."""
    if connection.in_atomic_block:
        yield
        return
    connection.ensure_connection()  # only then does it know its mode
    here = cast("Any", connection)
    if connection.vendor == "sqlite":
        # Reading a snapshot takes no lock; only the site's own transactions begin with one.
        usual, here.transaction_mode = here.transaction_mode, "DEFERRED"
        try:
            with transaction.atomic():
                yield
        finally:
            here.transaction_mode = usual
        return
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        yield


# --- back --------------------------------------------------------------------------------------------
def rows_in_the_way() -> str:
    """What makes the archive anything but empty, by name; "" for an empty one. Groups are made by `migrate`."""
    filled = (
        model
        for model in kept_models()
        if model._meta.label_lower != "auth.group" and model._base_manager.exists()
    )
    return "、".join(str(model._meta.label) for model in filled)


def read_rows(path: Path, counts: dict[str, int]) -> None:
    """Store all rows of a file, in one transaction. Raises BackupError when the file cannot be read to its end."""
    came: Counter[str] = Counter()
    try:
        with gzip.open(path, "rt", encoding="utf-8", newline="\n") as lines, transaction.atomic():
            with disable_auditlog():
                apps.get_model("auth.Group")._base_manager.all().delete()
                for model, rows in _batches(lines):
                    _store(model, rows)
                    came[model._meta.label_lower] += len(rows)
            if came != Counter(counts):
                differing = sorted(label for label in {*came, *counts} if came[label] != counts.get(label, 0))
                raise BackupError(f"{path} 的行数与清单不符（{'、'.join(differing)}）。请改用另一份备份")
            connection.check_constraints()
            reset_sequences()
    except (DeserializationError, LookupError, EOFError, OSError, ValueError) as error:
        raise BackupError(f"{path} 无法读取（{error}）。请改用另一份备份") from error


def _batches(lines: Iterable[str]) -> Iterator[tuple[type[models.Model], list[DeserializedObject]]]:
    """Neighbours of one model together. A line is understood when all before it are stored: it refers to them by name."""
    for label, rows in groupby(map(json.loads, lines), key=itemgetter("model")):
        while batch := list(islice(rows, _BATCH)):
            yield apps.get_model(label), list(serializers.deserialize("python", batch))


def _store(model: type[models.Model], rows: list[DeserializedObject]) -> None:
    """Rows exactly as they were written: also the times that Django sets by itself when a row is saved."""
    sets_times = any(
        getattr(field, "auto_now", False) or getattr(field, "auto_now_add", False)
        for field in model._meta.local_fields
    )
    if sets_times or model._meta.many_to_many:
        for row in rows:
            row.save()
    else:
        model._base_manager.bulk_create([row.object for row in rows], batch_size=_BATCH)


def reset_sequences() -> None:
    """Let new rows be numbered after those that came with their numbers (PostgreSQL; SQLite sees by itself)."""
    numbered = [
        model for app in KEPT for model in apps.get_app_config(app).get_models(include_auto_created=True)
    ]
    with connection.cursor() as cursor:
        for statement in connection.ops.sequence_reset_sql(no_style(), numbered):
            cursor.execute(statement)
