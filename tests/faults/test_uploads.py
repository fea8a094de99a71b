"""An upload that is cut off half-way: nothing remains of it, and the next one is taken."""

import json
import socket
import time

import pytest

from tests.deploy.production import HOST
from tests.faults.processes import TOKEN, Site, text_of_issue, wait_until

BODY = ("公报" * 400_000).encode()


def head_of(site: Site, path: str, length: int, kind: str) -> bytes:
    lines = [f"POST {path} HTTP/1.1", *(f"{name}: {value}" for name, value in site.headers().items())]
    lines += [f"Content-Length: {length}", f"Content-Type: {kind}", "Connection: close"]
    return ("\r\n".join(lines) + "\r\n\r\n").encode()


def stream(site: Site) -> tuple[bytes, bytes]:
    """The file as the whole body, as the desk's script sends it."""
    return head_of(site, "/desk/upload/file/?name=cut.txt", len(BODY), "application/octet-stream"), BODY


def form(site: Site) -> tuple[bytes, bytes]:
    """The same in the plain form."""
    part = f'--x\r\nContent-Disposition: form-data; name="csrfmiddlewaretoken"\r\n\r\n{TOKEN}\r\n--x\r\n'
    part += 'Content-Disposition: form-data; name="uploads"; filename="cut.txt"\r\nContent-Type: text/plain\r\n\r\n'
    whole = part.encode() + BODY + b"\r\n--x--\r\n"
    return head_of(site, "/desk/upload/", len(whole), "multipart/form-data; boundary=x"), whole


def remains(site: Site) -> list[str]:
    """What is left of uploads: files, also those of Django's own form reading, and rows."""
    folders = [site.data / "uploads", site.folder / "tmp"]
    files = [
        str(path) for folder in folders if folder.is_dir() for path in folder.rglob("*") if path.is_file()
    ]
    files = [name for name in files if "gazette-metrics-" not in name]
    return files + site.ask_python(
        "list(IngestRun.objects.exclude(file_name='whole.txt').values_list('file_name', flat=True))"
    )


@pytest.mark.parametrize("way", [stream, form])
@pytest.mark.parametrize("share", [0.0, 0.5, 0.999])
def test_nothing_remains_of_an_upload_that_was_cut_off(site: Site, way: object, share: float) -> None:
    head, body = way(site)  # type: ignore[operator]
    connection = site.connected()
    connection.sendall(head + body[: int(len(body) * share)])
    if way is stream and share == 0.5:
        # the site has begun to write it down
        wait_until(lambda: any(one.endswith(".part") for one in remains(site)))
    time.sleep(0.1)
    connection.shutdown(socket.SHUT_RDWR)
    connection.close()
    wait_until(lambda: remains(site) == [])
    assert "Internal Server Error" not in site.said()


def test_an_upload_whose_process_was_killed_is_cleared_by_the_sweep(site: Site) -> None:
    head, body = stream(site)
    connection = site.connected()
    connection.sendall(head + body[: len(body) // 2])
    wait_until(lambda: any(one.endswith(".part") for one in remains(site)))
    site.kill_web()
    connection.close()
    assert [one for one in remains(site) if one.endswith(".part")]
    swept = "__import__('archive.uploads', fromlist=['x']).forget_old_uploads(__import__('time').time() + 1)"
    assert site.ask_python(swept) == 1
    assert [one for one in remains(site) if "/uploads/" in one] == []
    site.start_web()


def test_after_all_that_a_whole_upload_is_taken(site: Site) -> None:
    answer = site.upload("whole.txt", text_of_issue(0).encode())
    assert (answer.status, json.loads(answer.body)["new"]) == (200, 1)
    assert site.ask_python("IngestRun.objects.get().state") == "queued"
    assert HOST in site.headers().values()
