"""The archive fetches nothing: no part of it speaks to another machine, whatever a file or a reader asks for (SSRF).

But for the bucket of original files, where the settings name one; what is asked of it is made of checksums alone. And
for the mail server of the settings, which is handed mails to addresses whose owners have asked for them.
"""

import ast
import io
import re
import socket
import zipfile
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pikepdf
import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from docx import Document as Word

from archive.models import Issue
from tests.outside import PROJECT

# What opens connections. `socket` alone stands where it must: the name of this machine, and a port of its own to listen on.
SPEAKS = {
    *(
        "urllib.request",
        "http.client",
        "requests",
        "httpx",
        "urllib3",
        "aiohttp",
        "pycurl",
        "ftplib",
        "smtplib",
    ),
    *(
        "poplib",
        "imaplib",
        "telnetlib",
        "nntplib",
        "xmlrpc",
        "paramiko",
        "websockets",
        "asyncio",
        "boto3",
        "botocore",
    ),
    *("socket", "socketserver", "django.core.mail", "storages"),
}
# Speaks to the bucket of the settings, and is loaded only where they name one.
BUCKET = "archive/ingest/s3_files.py"
# Speaks to the mail server of the settings.
MAIL = "archive/alerts/sending.py"
LISTENS = {
    "archive/leases.py",
    "archive/management/commands/worker.py",
    "archive/management/commands/serve.py",
}


def imported(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (one.name for one in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            yield from (f"{node.module}.{one.name}" for one in node.names)


def test_no_module_can_speak_to_another_machine() -> None:
    files = [*(PROJECT / "gazette").rglob("*.py"), *(PROJECT / "archive").rglob("*.py")]
    found = {
        (str(path.relative_to(PROJECT)), name)
        for path in files
        for name in imported(path)
        if name in SPEAKS or name.partition(".")[0] in SPEAKS
    }
    assert {path for path, name in found if name == "socket"} == LISTENS
    assert {path for path, name in found if path not in LISTENS} == {BUCKET, MAIL}
    # A host and a port: no address on the web, and nothing that a request has brought.
    assert {name for path, name in found if path == MAIL} <= {
        "smtplib",
        *("django.core.mail", "django.core.mail.EmailMessage"),
        *("django.core.mail.backends.smtp", "django.core.mail.backends.smtp.EmailBackend"),
    }
    assert {name.partition(".")[0] for path, name in found if path == BUCKET} == {"botocore", "storages"}
    # Nor does one that may listen go out: `serve` alone knocks at its own door, to see whether it is open.
    going = re.compile(r"\.connect\(|create_connection\(")
    found_in = {path for path in LISTENS if going.search((PROJECT / path).read_text(encoding="utf-8"))}
    assert found_in == {"archive/management/commands/serve.py"}


class Trap:
    """Listens on this machine, and knows whether anybody came."""

    def __init__(self) -> None:
        self.listening = socket.create_server(("127.0.0.1", 0), backlog=50)
        self.listening.setblocking(False)
        self.address = f"127.0.0.1:{self.listening.getsockname()[1]}"

    def visited(self) -> bool:
        try:
            self.listening.accept()[0].close()
        except BlockingIOError:
            return False
        return True


@pytest.fixture
def trap() -> Iterator[Trap]:
    made = Trap()
    yield made
    made.listening.close()


# Word that names a document type is refused before anything in it is read.
REFUSED = "far.docx"
FRONT = "霁川市人民政府公报 2024年第9期"


def web_page(trap: Trap) -> bytes:
    at = f"http://{trap.address}"
    return f"""<?xml version="1.0"?><!DOCTYPE html SYSTEM "{at}/x.dtd" [<!ENTITY e SYSTEM "{at}/entity">]>
<html><head><meta charset="utf-8"><base href="{at}/"><link rel="stylesheet" href="{at}/s.css"><script src="{at}/s.js"></script>
<meta http-equiv="refresh" content="0;url={at}/"><title>{FRONT}</title></head><body><h1>霁川市人民政府公报</h1><p>2024年第9期</p>
<h2>霁川市人民政府关于做好防汛工作的通知</h2><p>霁政发〔2024〕9号 &e;</p><p>各县人民政府：</p>
<p style="background:url({at}/b)">现将有关事项通知如下。</p><p>霁川市人民政府</p><p>2024年5月1日</p>
<img src="{at}/1.png" srcset="{at}/2.png 2x"><iframe src="{at}/f"></iframe><object data="{at}/o"></object>
</body></html>""".encode()


def word_file(trap: Trap) -> bytes:
    at = f"http://{trap.address}"
    made, plain = Word(), io.BytesIO()
    made.add_paragraph(FRONT)
    made.add_paragraph("霁政发〔2024〕9号")
    made.save(plain)
    out = io.BytesIO()
    kind = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    with zipfile.ZipFile(plain) as source, zipfile.ZipFile(out, "w") as target:
        for name in source.namelist():
            content = source.read(name)
            if name == "word/_rels/document.xml.rels":
                more = "".join(
                    f'<Relationship Id="rX{n}" Type="{kind}/{what}" Target="{at}/{what}" TargetMode="External"/>'
                    for n, what in enumerate(("image", "attachedTemplate", "aFChunk", "oleObject", "frame"))
                )
                content = content.replace(b"</Relationships>", more.encode() + b"</Relationships>")
            if name == "word/document.xml":
                content = content.replace(
                    b"<w:body>", b'<w:body><w:altChunk r:id="rX2" xmlns:r="%s"/>' % kind.encode()
                )
                entity = f'<!DOCTYPE d SYSTEM "{at}/x.dtd" [<!ENTITY e SYSTEM "{at}/entity">]>'.encode()
                head, _end, rest = content.partition(b"?>")
                content = head + b"?>" + entity + rest
            target.writestr(name, content)
    return out.getvalue()


def pdf_file(trap: Trap) -> bytes:
    at = f"http://{trap.address}"
    sample = max((PROJECT / "archive" / "samples").glob("*.pdf"))
    out = io.BytesIO()
    with pikepdf.open(sample) as pdf:
        address = pikepdf.String(f"{at}/x.pdf")
        goes = pikepdf.Dictionary(S=pikepdf.Name.URI, URI=address)
        file = pikepdf.Dictionary(Type=pikepdf.Name.Filespec, FS=pikepdf.Name.URL, F=address)
        pdf.Root.OpenAction = pdf.make_indirect(goes)
        page = pdf.pages[0].obj
        page.AA = pikepdf.Dictionary(O=pikepdf.Dictionary(S=pikepdf.Name.GoToR, F=file))
        picture = pdf.make_stream(
            b"", Type=pikepdf.Name.XObject, Subtype=pikepdf.Name.Image, Width=1, Height=1
        )
        picture.F = file
        page.Resources.XObject = pikepdf.Dictionary(Far=picture)
        page.Contents = (
            pdf.make_stream(pdf.pages[0].Contents.read_bytes() + b" /Far Do")
            if not isinstance(page.Contents, pikepdf.Array)
            else page.Contents
        )
        pdf.save(out)
    return out.getvalue()


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("name", "made"), [("far.html", web_page), ("far.docx", word_file), ("far.pdf", pdf_file)]
)
def test_what_a_file_refers_to_is_not_fetched(
    name: str, made: object, trap: Trap, tmp_path: Path, client: Client
) -> None:
    """Reading, keeping, publishing, drawing its pages; in whatever process."""
    path = tmp_path / name
    path.write_bytes(made(trap))  # type: ignore[operator]
    assert trap.address.encode() in path.read_bytes() or name != "far.html"
    # A file may be refused for what it holds: nothing was fetched all the same.
    with suppress(SystemExit, CommandError):
        call_command("ingest", str(path), publish=True)
    taken = list(Issue.objects.all())
    assert len(taken) == (name != REFUSED)
    for issue in taken:
        page = client.get(issue.get_absolute_url(), follow=True)
        assert trap.address not in page.content.decode()
        for shown in (f"{issue.get_absolute_url()}pages/1.webp", f"/pictures/{issue.sha256}/cover.webp"):
            picture = client.get(shown)
            if picture.streaming:
                b"".join(picture)  # type: ignore[arg-type]
    assert not trap.visited()


def test_the_trap_knows_of_visitors(trap: Trap) -> None:
    host, _colon, port = trap.address.partition(":")
    socket.create_connection((host, int(port))).close()
    assert trap.visited()
