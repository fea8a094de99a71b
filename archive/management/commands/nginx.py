"""Prints the configuration of nginx: deploy/nginx.conf with the names, limits and headers of the settings."""

from argparse import ArgumentParser
from typing import Any

from csp.utils import build_policy
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.template import Context, Engine

from archive.permissions_policy import policy

# An address of this machine alone is no name that readers use.
_LOOPBACK = {"127.0.0.1", "localhost", "[::1]"}


class Command(BaseCommand):
    help = "Print the configuration of nginx, made from the settings: gazette nginx > /etc/nginx/sites-available/gazette.conf"
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--certificate", default="/etc/gazette/certificate.pem", help="with the chain, as PEM"
        )
        parser.add_argument("--key", default="/etc/gazette/key.pem", help="of the certificate, as PEM")
        parser.add_argument(
            "--upstream",
            default="unix:/run/gazette/web.sock",
            help="where gunicorn listens (the systemd socket)",
        )
        parser.add_argument("--http", default="80", help="port, or address and port, for http (80)")
        parser.add_argument("--https", default="443", help="the same for https (443)")
        parser.add_argument("--monitor", default="127.0.0.1:9180", help="for monitors on this machine")
        parser.add_argument("--log", default="/var/log/nginx/gazette.log", help="the access log")

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.HTTPS:
            raise CommandError("HTTPS is off: set HTTPS=1, see deploy/environment")
        template = (settings.BASE_DIR / "deploy" / "nginx.conf").read_text(encoding="utf-8")
        self.stdout.write(configuration(template, options), ending="")


def configuration(template: str, options: dict[str, Any]) -> str:
    """The text of nginx.conf with everything filled in. Raises CommandError where the settings name no host."""
    names = [host for host in settings.ALLOWED_HOSTS if host not in _LOOPBACK]
    if not names:
        raise CommandError("ALLOWED_HOSTS names no host that readers could ask for")
    http, https = options["http"], options["https"]
    port = https.rpartition(":")[2]
    values = {
        **{
            name: options[name]
            for name in ("certificate", "key", "upstream", "http", "https", "monitor", "log")
        },
        # A bare port is listened to in both families.
        "http6": f"[::]:{http}" if http.isdecimal() else "",
        "https6": f"[::]:{https}" if https.isdecimal() else "",
        "shown_port": "" if port == "443" else f":{port}",
        "monitor_port": options["monitor"].rpartition(":")[2],
        "names": " ".join("_" if name == "*" else name for name in names),
        "first_name": names[0].lstrip("."),
        "monitor_forwarded": ", ".join(["$remote_addr"] * settings.PROXIES),
        "headers": list(headers()),
        # What the other proxies before nginx have written behind the entry of the reader.
        "behind": rf"(?:\s*,[^,]*){{{settings.PROXIES - 2}}}\s*" if settings.PROXIES > 1 else "",
        "searches": settings.SEARCHES_PER_MINUTE,
        "api": settings.API_PER_MINUTE,
        "tries": settings.TRIES_PER_MINUTE,
        "static_root": settings.STATIC_ROOT,
        "upload_max": settings.REQUEST_MAX_BYTES,
    }
    return Engine().from_string(template).render(Context(values, autoescape=False))


def headers() -> list[tuple[str, str, str]]:
    """(name, the name in nginx's variables, value) of each header that every answer has."""
    found = {
        "X-Content-Type-Options": "nosniff",
        "X-Frame-Options": settings.X_FRAME_OPTIONS,
        "Referrer-Policy": settings.SECURE_REFERRER_POLICY,
        "Cross-Origin-Opener-Policy": settings.SECURE_CROSS_ORIGIN_OPENER_POLICY,
        # Sorted, so that the same settings give the same file.
        "Content-Security-Policy": "; ".join(sorted(build_policy().split("; "))),
        "Permissions-Policy": policy(),
        "Strict-Transport-Security": strict_transport(),
    }
    return [(name, name.lower().replace("-", "_"), value) for name, value in found.items() if value]


def strict_transport() -> str:
    """The value as Django's SecurityMiddleware writes it; "" when it is off."""
    if not settings.SECURE_HSTS_SECONDS:
        return ""
    parts = [f"max-age={settings.SECURE_HSTS_SECONDS}"]
    parts += ["includeSubDomains"] if settings.SECURE_HSTS_INCLUDE_SUBDOMAINS else []
    parts += ["preload"] if settings.SECURE_HSTS_PRELOAD else []
    return "; ".join(parts)
