"""Files in a bucket that speaks S3, each with a copy on this machine while it is in use: GAZETTE_DATA/fetched/.

All that reads a file, limited processes and range requests too, reads the copy. The folder can be thrown away at any
moment: what is asked for next is fetched again. What comes is compared with its checksum before anybody sees it.
"""

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path, PurePosixPath
from typing import Any

from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError, ConnectTimeoutError, ReadTimeoutError
from django.conf import settings
from django.core.files.storage import storages
from storages.backends.s3 import S3Storage

from archive.ingest.files_store import (
    CHUNK,
    FOLDERS,
    DiskFiles,
    FileDamaged,
    FilesAway,
    write_part,
)
from archive.ingest.turns import turn

FETCHED = "fetched"
# A request waits for the server this long, at each attempt; of one that is gone it learns sooner. One that is silent is left
# alone for a while: all threads of the web server would come to wait for it, and nobody could read anything.
CONNECT_SECONDS, READ_SECONDS, ATTEMPTS = 3, 8, 2
SILENT_SECONDS = 10
# How long a request waits while another one fetches the same file.
WAIT_SECONDS = 30
# A copy that was asked for so recently is being read, and stays whatever the limit.
IN_USE_SECONDS = 60
# Somebody else has put the file there meanwhile.
_THERE_ALREADY = (409, 412)


_silent_until = 0.0


class NotStored(FileNotFoundError):
    """The bucket has no such file, as against a file of this machine that is gone."""


class Bucket(S3Storage):
    """The bucket of the settings, which gives up in time."""

    def get_default_settings(self) -> dict[str, Any]:
        config = Config(
            s3={"addressing_style": settings.FILES_S3_ADDRESSING},
            connect_timeout=CONNECT_SECONDS,
            read_timeout=READ_SECONDS,
            retries={"total_max_attempts": ATTEMPTS, "mode": "standard"},
        )
        return {**super().get_default_settings(), "client_config": config}


class S3Files:
    """Files in the bucket; see FilesStore."""

    def __init__(self) -> None:
        self.bucket: Any = storages["archive"]
        self.copies = DiskFiles(Path(settings.GAZETTE_DATA) / FETCHED)

    def holds(self, name: PurePosixPath) -> bool:
        with _asked():
            return bool(self.bucket.exists(str(name)))

    def path(self, name: PurePosixPath) -> Path:
        copy = self.copies.path(name)
        if not _used(copy):
            folder = self.copies.root
            folder.mkdir(parents=True, exist_ok=True)
            # Viewers ask for many ranges at once: one of the requests fetches the file.
            with turn(folder / f"{name.stem[:2]}.lock", WAIT_SECONDS, FilesAway("others are fetching")):
                if not copy.exists():
                    self._fetch(name)
        return copy

    def read(self, name: PurePosixPath) -> Iterator[bytes]:
        with _asked():
            try:
                body = self._client.get_object(Bucket=self.bucket.bucket_name, Key=self._key(name))["Body"]
            except self._client.exceptions.NoSuchKey as error:
                raise NotStored(self.where(name)) from error
            yield from body.iter_chunks(CHUNK)

    def part(self, name: PurePosixPath) -> Path:
        return self.copies.part(name)

    def add(self, part: Path, name: PurePosixPath) -> None:
        size = part.stat().st_size
        with _asked():
            if not self.bucket.exists(str(name)):
                self._put(part, name)
            try:
                there = self.bucket.size(str(name))
            except FileNotFoundError as error:
                raise FilesAway(f"{self.where(name)} was stored and is not there") from error
        if there != size:
            raise FileDamaged(f"{self.where(name)}: {there} bytes instead of {size}")
        self.copies.add(part, name)
        self._trim()

    def remove(self, name: PurePosixPath) -> None:
        with _asked():
            self.bucket.delete(str(name))
        self.copies.remove(name)

    def names(self) -> Iterator[PurePosixPath]:
        before = self._key(PurePosixPath()).rstrip(".")
        pages = self._client.get_paginator("list_objects_v2")
        with _asked():
            for folder in FOLDERS:
                for page in pages.paginate(Bucket=self.bucket.bucket_name, Prefix=f"{before}{folder}/"):
                    for one in page.get("Contents", ()):
                        yield PurePosixPath(one["Key"].removeprefix(before))

    def where(self, name: PurePosixPath) -> str:
        return f"s3://{self.bucket.bucket_name}/{self._key(name)}"

    def ask(self) -> None:
        with _asked():
            self._client.head_bucket(Bucket=self.bucket.bucket_name)

    @property
    def _client(self) -> Any:
        return self.bucket.connection.meta.client

    def _key(self, name: PurePosixPath) -> str:
        return "/".join(filter(None, [self.bucket.location.strip("/"), str(name)]))

    def _put(self, part: Path, name: PurePosixPath) -> None:
        """In one request, which the server does whole or not at all, and refuses where there is something already."""
        with part.open("rb") as body:
            try:
                self._client.put_object(
                    Bucket=self.bucket.bucket_name,
                    Key=self._key(name),
                    Body=body,
                    IfNoneMatch="*",
                    # Whoever gets at the bucket itself must not have a page opened by it.
                    ContentType="application/octet-stream",
                )
            except ClientError as error:
                if error.response["ResponseMetadata"]["HTTPStatusCode"] not in _THERE_ALREADY:
                    raise

    def _fetch(self, name: PurePosixPath) -> None:
        part = self.part(name)
        try:
            sha256, _size = write_part(self.read(name), part)
            if sha256 != name.stem:
                raise FileDamaged(f"{self.where(name)} is not what was stored: its checksum is {sha256}")
            self.copies.add(part, name)
        except NotStored:
            return
        except FileNotFoundError as error:
            raise FilesAway("the folder of copies was thrown away while a file came; ask again") from error
        finally:
            part.unlink(missing_ok=True)
        self._trim()

    def _trim(self) -> None:
        """Delete the copies that were not asked for longest until the others keep to the limit."""
        copies = []
        for name in self.copies.names():
            with suppress(FileNotFoundError):
                found = self.copies.path(name).stat()
                copies.append((found.st_mtime, found.st_size, name))
        too_much = sum(size for _used, size, _name in copies) - settings.FILES_CACHE_BYTES
        for used, size, name in sorted(copies):
            if too_much <= 0 or used > time.time() - IN_USE_SECONDS:
                break
            self.copies.remove(name)
            too_much -= size


def _used(copy: Path) -> bool:
    """True where there is a copy, which counts as just asked for from here on."""
    try:
        os.utime(copy)
    except FileNotFoundError:
        return False
    return True


@contextmanager
def _asked() -> Iterator[None]:
    """Errors of the server and of the way there, in one kind. None of them holds a key or a password."""
    global _silent_until
    if time.monotonic() < _silent_until:
        raise FilesAway("the server did not answer a moment ago")
    try:
        yield
    except (ConnectTimeoutError, ReadTimeoutError) as error:
        _silent_until = time.monotonic() + SILENT_SECONDS
        raise FilesAway(str(error)) from error
    except (BotoCoreError, ClientError) as error:
        raise FilesAway(str(error)) from error
