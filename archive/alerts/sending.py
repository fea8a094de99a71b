"""Mails out of the house, by the mail server of the settings. Nothing else in the archive speaks to one."""

import smtplib
from types import TracebackType
from typing import NoReturn, Self

from django.conf import settings
from django.core.mail import EmailMessage
from django.core.mail.backends.smtp import EmailBackend

from archive.alerts.mails import Mail

# No step of the conversation may take longer.
STEP_SECONDS = 20
# Some servers take no more by one connection.
_BY_ONE_CONNECTION = 20
# "I am closing", said in the place of any answer.
_CLOSING = 421


class ServerAway(Exception):
    """The mail server is not there, or takes nothing from us: this mail and all others are for later."""


class Refused(Exception):
    """This mail was not taken. `for_good` where the server says that it never will be (5xx), and not: later (4xx)."""

    def __init__(self, code: int) -> None:
        # What the server said may hold the address, which comes to stand in no log.
        super().__init__(f"the mail server said {code}")
        self.for_good = code >= 500


class Connection:
    """To the mail server, used in a `with`: opened by the first mail, and again after so many."""

    def __init__(self) -> None:
        self._backend: EmailBackend | None = None
        self._sent = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def send(self, mail: Mail) -> None:
        """Hand the mail over; when this returns the server has it. Raises ServerAway, Refused."""
        message = as_message(mail)
        backend = self._opened()
        try:
            backend.send_messages([message])
        except smtplib.SMTPRecipientsRefused as error:
            self._refused(max((code for code, _said in error.recipients.values()), default=0))
        except smtplib.SMTPDataError as error:
            self._refused(error.smtp_code)
        except smtplib.SMTPNotSupportedError:
            # An address that this server cannot name; the connection is as good as before.
            self._refused(553)
        except (OSError, smtplib.SMTPException) as error:
            self._away(error)
        self._sent += 1

    def close(self) -> None:
        """Say goodbye; a server that is away already hears nothing."""
        backend, self._backend, self._sent = self._backend, None, 0
        if backend is not None:
            backend.fail_silently = True
            backend.close()

    def _opened(self) -> EmailBackend:
        if self._sent >= _BY_ONE_CONNECTION:
            self.close()
        if self._backend is None:
            # Kept before it is opened: what fails in the middle has a connection to close.
            self._backend = EmailBackend(
                host=settings.MAIL_HOST,
                port=settings.MAIL_PORT,
                username=settings.MAIL_USER,
                password=settings.MAIL_PASSWORD,
                use_tls=settings.MAIL_TLS == "starttls",
                use_ssl=settings.MAIL_TLS == "tls",
                timeout=STEP_SECONDS,
            )
            try:
                self._backend.open()
            except (OSError, smtplib.SMTPException) as error:
                # Also one that offers no TLS where the settings ask for it: nothing of that is the address's doing.
                self._away(error)
        return self._backend

    def _away(self, error: Exception) -> NoReturn:
        self.close()
        raise ServerAway(type(error).__name__) from None

    def _refused(self, code: int) -> NoReturn:
        if code == _CLOSING:
            self.close()
            raise ServerAway(str(code)) from None
        raise Refused(code) from None


def as_message(mail: Mail) -> EmailMessage:
    """The mail as it goes over the line. Django refuses line ends in any header."""
    domain = settings.MAIL_FROM.rpartition("@")[2]
    headers = {
        "Message-ID": f"<{mail.key}@{domain}>",
        # RFC 8058: a mail program offers to end it by one click of its own.
        "List-Unsubscribe": f"<{mail.end}>",
        "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
        # RFC 3834: nobody's absence is to be answered here.
        "Auto-Submitted": "auto-generated",
        "Content-Language": "en" if mail.language == "en" else "zh-Hans",
    }
    return EmailMessage(mail.subject, mail.text, mail.sender, [mail.to], headers=headers)
