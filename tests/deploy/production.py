"""The archive as deploy/ sets it up, on loopback: gunicorn behind a socket that outlives it, nginx before it.

The command, the settings and the configuration are those of the files in deploy/; only paths, ports and the database
(SQLite in a folder of its own) are others.
"""

import configparser
import datetime
import http.client
import os
import shlex
import shutil
import socket
import ssl
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Self

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from tests.outside import PROJECT

HOST = "gazette.example"
DEPLOY = PROJECT / "deploy"
# How long a start may hang before a test gives up on it; no measure of speed.
PATIENCE = 120

# Puts the socket where systemd would, and becomes the program.
_ACTIVATED = """
import os, sys
os.dup2(int(sys.argv[1]), 3)
os.environ |= {"LISTEN_FDS": "1", "LISTEN_PID": str(os.getpid())}
os.execv(sys.argv[2], sys.argv[2:])
"""


def find_nginx() -> str | None:
    return shutil.which("nginx", path=f"{os.environ.get('PATH', '')}:/usr/sbin:/usr/local/sbin")


def needs_nginx() -> str:
    """The path of nginx; leaves the test out where there is none."""
    found = find_nginx()
    if found is None:
        pytest.skip("needs nginx (apt install nginx)")
    return found


def settings_of(path: Path) -> dict[str, str]:
    """The variables that an environment file sets."""
    lines = (line.strip() for line in path.read_text(encoding="utf-8").splitlines())
    return dict(line.split("=", 1) for line in lines if line and not line.startswith("#"))


def unit(name: str) -> configparser.RawConfigParser:
    """A unit of systemd; of a name given several times the last."""
    found = configparser.RawConfigParser(strict=False, delimiters=("=",), comment_prefixes=("#",))
    found.optionxform = str  # type: ignore[assignment,method-assign]
    found.read(DEPLOY / "systemd" / name, encoding="utf-8")
    return found


def command_of(name: str) -> list[str]:
    """What a service starts, with this test's Python."""
    words = shlex.split(unit(name)["Service"]["ExecStart"])
    assert words[0] == "/srv/gazette/current/.venv/bin/python"
    return [sys.executable, *words[1:]]


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass
class Answer:
    status: int
    headers: list[tuple[str, str]]
    body: bytes

    def all_of(self, name: str) -> list[str]:
        """Every value of a header, in the order sent."""
        return [value for known, value in self.headers if known.lower() == name.lower()]

    def __getitem__(self, name: str) -> str:
        [value] = self.all_of(name)
        return value


class Production:
    """Site and proxy; used in a `with`, which ends both."""

    def __init__(self, folder: Path, **changes: str) -> None:
        self.folder = folder
        for name in ("data", "tmp"):
            (folder / name).mkdir()
        # The path of a socket has little room.
        self.socket_folder = Path(tempfile.mkdtemp(prefix="gazette-"))
        self.log, self.access_log = folder / "web.log", folder / "access.log"
        dropped = {"DATABASE_URL", "DJANGO_ALLOW_ASYNC_UNSAFE", "SECRET_KEY"}
        self.environment = {
            **{name: value for name, value in os.environ.items() if name not in dropped},
            **settings_of(DEPLOY / "environment"),
            "GAZETTE_DATA": str(folder / "data"),
            "DATABASE_URL": f"sqlite:///{folder / 'data' / 'gazette.sqlite3'}",
            "STATIC_ROOT": str(folder / "static"),
            "TMPDIR": str(folder / "tmp"),
            **changes,
        }
        self.http, self.https, self.monitor = free_port(), free_port(), free_port()
        self.web: subprocess.Popen[bytes] | None = None
        self.nginx: subprocess.Popen[bytes] | None = None
        self.socket = socket.socket(socket.AF_UNIX)

    def __enter__(self) -> Self:
        self.socket.bind(str(self.socket_folder / "web.sock"))
        self.socket.listen(2048)
        return self

    def __exit__(self, *args: object) -> None:
        self.stop_web()
        if self.nginx is not None:
            self.nginx.terminate()
            self.nginx.wait(PATIENCE)
        self.socket.close()
        shutil.rmtree(self.socket_folder)

    def manage(self, *arguments: str) -> str:
        done = subprocess.run(
            [sys.executable, "manage.py", *arguments],
            cwd=PROJECT,
            env=self.environment,
            capture_output=True,
            text=True,
            timeout=PATIENCE,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    # --- gunicorn --------------------------------------------------------------------------------------
    def start_web(self) -> "subprocess.Popen[bytes]":
        handle = self.socket.fileno()
        with self.log.open("ab") as log:
            self.web = subprocess.Popen(
                [sys.executable, "-c", _ACTIVATED, str(handle), *command_of("gazette-web.service")],
                cwd=PROJECT,
                env=self.environment,
                pass_fds=[handle],
                stdout=log,
                stderr=subprocess.STDOUT,
            )
        return self.web

    def stop_web(self) -> None:
        if self.web is not None and self.web.poll() is None:
            self.web.terminate()
            assert self.web.wait(PATIENCE) == 0, self.log.read_text(encoding="utf-8")

    # --- nginx -----------------------------------------------------------------------------------------
    def start_nginx(self) -> None:
        nginx, folder = needs_nginx(), self.folder
        make_certificate(folder / "certificate.pem", folder / "key.pem")
        given = {
            "certificate": folder / "certificate.pem",
            "key": folder / "key.pem",
            "upstream": f"unix:{self.socket_folder / 'web.sock'}",
            "http": f"127.0.0.1:{self.http}",
            "https": f"127.0.0.1:{self.https}",
            "monitor": f"127.0.0.1:{self.monitor}",
            "log": self.access_log,
        }
        options = [word for name, value in given.items() for word in (f"--{name}", str(value))]
        (folder / "site.conf").write_text(self.manage("nginx", *options), encoding="utf-8")
        temporary = "".join(
            f"{name}_temp_path {folder / name};\n"
            for name in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
        )
        user = "user root;\n" if os.getuid() == 0 else ""
        main = folder / "nginx.conf"
        main.write_text(
            f"{user}daemon off;\nworker_processes 1;\npid {folder / 'nginx.pid'};\n"
            f"error_log {folder / 'error.log'} notice;\nevents {{}}\n"
            f"http {{\ninclude /etc/nginx/mime.types;\n{temporary}include {folder / 'site.conf'};\n}}\n"
        )
        checked = subprocess.run([nginx, "-t", "-c", main], capture_output=True, text=True)
        assert checked.returncode == 0, checked.stderr
        told = [line for line in checked.stderr.splitlines() if "[warn]" in line or "[emerg]" in line]
        # From 1.25.1 on the word behind the port has another form besides.
        assert [line for line in told if "http2" not in line] == []
        self.nginx = subprocess.Popen([nginx, "-c", main], stderr=subprocess.DEVNULL)
        wait_for_port(self.https)

    def ask(
        self, path: str, method: str = "GET", body: bytes | None = None, headers: dict[str, str] | None = None
    ) -> Answer:
        """What nginx answers over HTTPS."""
        context = ssl.create_default_context(cafile=str(self.folder / "certificate.pem"))
        connection = _Https(self.https, context)
        return _answer(connection, method, path, body, {"Host": f"{HOST}:{self.https}"} | (headers or {}))

    def ask_by_socket(
        self, path: str, method: str = "GET", body: bytes | None = None, headers: dict[str, str] | None = None
    ) -> Answer:
        """What gunicorn itself answers, asked as nginx asks it."""
        forwarded = {"Host": HOST, "X-Forwarded-Proto": "https", "X-Forwarded-For": "203.0.113.7"}
        connection = _Local(self.socket_folder / "web.sock")
        return _answer(connection, method, path, body, forwarded | {"Connection": "close"} | (headers or {}))

    def ask_plain(self, port: int, path: str, headers: dict[str, str] | None = None) -> Answer:
        """What nginx answers on another port, without TLS."""
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
        return _answer(connection, "GET", path, None, headers or {})


class _Local(http.client.HTTPConnection):
    """To gunicorn itself, by its socket."""

    def __init__(self, path: Path) -> None:
        super().__init__("localhost", timeout=PATIENCE)
        self.path = path

    def connect(self) -> None:
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(PATIENCE)
        self.sock.connect(str(self.path))


class _Https(http.client.HTTPSConnection):
    """To loopback, under the site's name."""

    def __init__(self, port: int, context: ssl.SSLContext) -> None:
        super().__init__("127.0.0.1", port, timeout=PATIENCE, context=context)
        self.tls = context

    def connect(self) -> None:
        plain = socket.create_connection(("127.0.0.1", self.port), timeout=PATIENCE)
        self.sock = self.tls.wrap_socket(plain, server_hostname=HOST)


def _answer(
    connection: http.client.HTTPConnection,
    method: str,
    path: str,
    body: bytes | None,
    headers: dict[str, str],
) -> Answer:
    try:
        connection.request(method, path, body=body, headers=headers)
        response = connection.getresponse()
        return Answer(response.status, response.getheaders(), response.read())
    finally:
        connection.close()


def wait_for_port(port: int) -> None:
    deadline = time.monotonic() + PATIENCE
    while True:
        try:
            socket.create_connection(("127.0.0.1", port)).close()
            return
        except OSError:
            assert time.monotonic() < deadline, f"nothing listens on {port}"
            time.sleep(0.05)


def make_certificate(certificate: Path, key: Path) -> None:
    """A certificate for HOST that vouches for itself."""
    private = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, HOST)])
    now = datetime.datetime.now(datetime.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(private.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(HOST)]), critical=False)
        .sign(private, hashes.SHA256())
    )
    certificate.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    key.write_bytes(
        private.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
    )
