"""A server that speaks S3, on this machine, and a bucket of its own for a test."""

import logging
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from pytest_django import Settings

SECRET = "kept-from-everybody"
KEYS = {
    "AWS_ACCESS_KEY_ID": "archive-key",
    "AWS_SECRET_ACCESS_KEY": SECRET,
    "AWS_DEFAULT_REGION": "us-east-1",
    "AWS_EC2_METADATA_DISABLED": "true",
}


class Server:
    """The server; it can be stopped and started again, and keeps what it holds."""

    def __init__(self) -> None:
        from moto.server import ThreadedMotoServer

        self._make = ThreadedMotoServer
        self._port = 0
        self.start()

    def start(self) -> None:
        self._server = self._make(ip_address="127.0.0.1", port=self._port, verbose=False)
        self._server.start()
        _host, self._port = self._server.get_host_and_port()

    def stop(self) -> None:
        self._server.stop()

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self._port}"


class Bucket:
    """What somebody who has the keys sees of a bucket."""

    def __init__(self, address: str) -> None:
        import boto3

        self.address, self.name = address, f"gazette-{secrets.token_hex(4)}"
        self.client: Any = boto3.client(
            "s3",
            endpoint_url=address,
            region_name="us-east-1",
            aws_access_key_id=KEYS["AWS_ACCESS_KEY_ID"],
            aws_secret_access_key=SECRET,
        )
        self.client.create_bucket(Bucket=self.name)

    @property
    def environment(self) -> dict[str, str]:
        """The settings of an archive whose files lie here."""
        return {**KEYS, "FILES_S3_BUCKET": self.name, "FILES_S3_ENDPOINT": self.address}

    def files(self) -> dict[str, bytes]:
        found = self.client.list_objects_v2(Bucket=self.name).get("Contents", ())
        return {one["Key"]: self.get(one["Key"]) for one in found}

    def get(self, key: str) -> bytes:
        content: bytes = self.client.get_object(Bucket=self.name, Key=key)["Body"].read()
        return content

    def put(self, key: str, content: bytes) -> None:
        self.client.put_object(Bucket=self.name, Key=key, Body=content)

    def remove(self, key: str) -> None:
        self.client.delete_object(Bucket=self.name, Key=key)


@contextmanager
def a_server() -> Iterator[Server]:
    pytest.importorskip(
        "moto.server",
        reason="needs a server that speaks S3 (pip install -r requirements-s3-dev.txt)",
        exc_type=ImportError,
    )
    pytest.importorskip("storages", reason="needs django-storages (pip install -r requirements-s3-dev.txt)")
    # A line for each request would bury what a test complains of.
    logging.getLogger("werkzeug").setLevel(logging.WARNING)
    server = Server()
    try:
        yield server
    finally:
        server.stop()


def use(bucket: Bucket, settings: Settings, patch: pytest.MonkeyPatch) -> None:
    """Have the archive's files lie in the bucket, as its settings would."""
    for name, value in KEYS.items():
        patch.setitem(os.environ, name, value)
    options = {"bucket_name": bucket.name, "endpoint_url": bucket.address, "region_name": "us-east-1"}
    settings.FILES_S3_BUCKET = bucket.name
    settings.STORAGES = {
        **settings.STORAGES,
        "archive": {"BACKEND": "archive.ingest.s3_files.Bucket", "OPTIONS": options},
    }
