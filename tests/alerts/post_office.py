"""A mail server on this machine that takes what comes, or refuses it, and what a mail says to whoever reads it."""

import re
import ssl
from collections.abc import Callable
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any
from urllib.parse import urlsplit

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, Envelope, LoginPassword, Session

SITE, SENDER = "https://gazette.example", "gazette@gazette.example"
TAKEN = "250 OK"


def turn_alerts_on(settings: Any, port: int = 25) -> None:
    """As an administrator does it: a server on this machine and a sender."""
    settings.MAIL_HOST, settings.MAIL_PORT, settings.MAIL_TLS = "127.0.0.1", port, "off"
    settings.MAIL_FROM, settings.SITE_ADDRESS = SENDER, SITE


class _Listening(Controller):
    """Takes a port that is free."""

    def _trigger_server(self) -> None:
        assert self.server is not None
        self.port = self.server.sockets[0].getsockname()[1]
        super()._trigger_server()


@dataclass
class Received:
    """A mail as the server got it: from whom and to whom it was handed over, and what stands in it."""

    sender: str
    to: list[str]
    mail: EmailMessage
    encrypted: bool

    @property
    def text(self) -> str:
        return str(self.mail.get_content()).replace("\r\n", "\n")

    def header(self, name: str) -> str:
        return str(self.mail[name]).strip()

    def links(self, to: str = "") -> list[str]:
        """The links of the text, as paths of the site; those whose path begins with `to`."""
        found = re.findall(r"^\s*(https?://\S+)$", self.text, re.M)
        assert all(link.startswith(SITE + "/") for link in found), found
        return [path for link in found if (path := link.removeprefix(SITE)).startswith(to)]

    @property
    def end(self) -> str:
        """Where one click ends it."""
        (link,) = re.findall(r"^<(.+)>$", self.header("List-Unsubscribe"))
        parts = urlsplit(link)
        assert f"{parts.scheme}://{parts.netloc}" == SITE
        return f"{parts.path}?{parts.query}"


@dataclass
class PostOffice:
    """`answers` by address or "" for any, and by step (rcpt, data); `password` is asked for when it is set."""

    answers: dict[tuple[str, str], str] = field(default_factory=dict)
    received: list[Received] = field(default_factory=list)
    password: str = ""
    when_taken: Callable[[Received], None] = lambda received: None
    _server: Any = None

    # --- as aiosmtpd asks its handler --------------------------------------------------------------------
    async def handle_RCPT(
        self, server: Any, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        answer = self._answer(address, "rcpt")
        if answer == TAKEN:
            envelope.rcpt_tos.append(address)
        return answer

    async def handle_DATA(self, server: Any, session: Session, envelope: Envelope) -> str:
        answer = self._answer(envelope.rcpt_tos[0], "data")
        if answer == TAKEN:
            parsed = message_from_bytes(envelope.original_content or b"", policy=policy.default)
            assert isinstance(parsed, EmailMessage)
            got = Received(envelope.mail_from or "", envelope.rcpt_tos, parsed, session.ssl is not None)
            self.received.append(got)
            self.when_taken(got)
        return answer

    def _answer(self, address: str, step: str) -> str:
        return self.answers.get((address, step)) or self.answers.get(("", step)) or TAKEN

    def _known(self, server: Any, session: Session, envelope: Envelope, how: str, told: Any) -> AuthResult:
        good = isinstance(told, LoginPassword) and told.password == self.password.encode()
        return AuthResult(success=good, handled=good)

    # --- the server --------------------------------------------------------------------------------------
    def open(self, context: ssl.SSLContext | None = None) -> None:
        """Begin to listen; with a context it speaks TLS once it is asked to."""
        more: dict[str, Any] = {"tls_context": context, "require_starttls": True} if context else {}
        if self.password:
            more |= {"authenticator": self._known, "auth_required": True}
        self._server = _Listening(self, hostname="127.0.0.1", port=0, ready_timeout=60.0, **more)
        self._server.start()

    def close(self) -> None:
        if self._server is not None:
            self._server.stop()
            self._server = None

    @property
    def port(self) -> int:
        return int(self._server.port)

    def take(self) -> list[Received]:
        """What came since the last look."""
        found, self.received[:] = list(self.received), []
        return found
