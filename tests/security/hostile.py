"""What an attacker writes into the parameters of a site, and what must be true of the answer whatever was written."""

import json
import re
import warnings
from collections.abc import Iterator, Mapping, Sequence
from itertools import count
from typing import Any
from urllib.parse import urlsplit
from xml.etree import ElementTree

import html5lib
from django.conf import settings
from django.http import HttpResponseBase

# It stands in every payload that could come back, and nowhere else.
MARK = "zq7xk"
# Of {{1337*3}} where a template is made of what was sent.
_RECKONED = f"4011{MARK}"

PAYLOADS: Mapping[str, Sequence[str]] = {
    "text": (
        f"<{MARK}>",
        f"</title></textarea></script><script>{MARK}()</script>",
        f"--><{MARK}>",
        f"<svg/onload={MARK}()>",
        f"]]><{MARK}>&lt;{MARK}&gt;",
        f"＜{MARK}＞",  # folded to half width, but never in a page
        f'古树 "<{MARK}>" OR <{MARK}>',
        f"<\x00{MARK}>",
    ),
    "attribute": (
        f'" onmouseover="{MARK}()',
        f"' autofocus onfocus='{MARK}()",
        f'"><{MARK}>',
        f"` onload=`{MARK}",
        f'x" {MARK}="1',
    ),
    "address": (
        f"javascript:{MARK}()",
        f"//{MARK}.example/",
        f"/\\{MARK}.example/",
        f"https:{MARK}.example",
        f"\tjava\nscript:{MARK}()",
        f"data:text/html,<{MARK}>",
        f"https://testserver@{MARK}.example/",
        f"///{MARK}.example//",
        f"https://{MARK}.example/desk/",
        f"/\t/{MARK}.example/",
    ),
    "style": (
        f"x:expression({MARK}())",
        f"red;background:url(//{MARK}.example)",
        f"</style><{MARK}>",
        f"@import '{MARK}'",
    ),
    "sql": (
        f"' OR 1=1 --{MARK}",
        f"1; DROP TABLE archive_issue; --{MARK}",
        f"%' UNION SELECT password FROM auth_user --{MARK}",
        f"\\' OR {MARK}",
        f"1) OR (1=1 {MARK}",
        "%_%",
        f'";{MARK}',
        f"$$ {MARK} $$",
    ),
    "path": (
        f"../../../../etc/passwd{MARK}",
        f"..\\..\\..\\{MARK}",
        f"%2e%2e%2f%2e%2e%2f{MARK}",
        f"%252e%252e%252f{MARK}",
        f"....//....//{MARK}",
        "/etc/passwd",
        f"{MARK}\x00.pdf",
        f"file:///etc/{MARK}",
        "..",
        "secret-key",
    ),
    "header": (
        f"{MARK}\r\nX-{MARK}: 1\r\n\r\n<{MARK}>",
        f"{MARK}\nSet-Cookie: {MARK}=1",
        f"%0d%0aX-{MARK}: 1",
        f"\u560d\u560aX-{MARK}: 1",
        f"{MARK}\x85X-{MARK}: 1\u2028X-{MARK}: 1",
        f'{MARK}"; filename="{MARK}.html',
    ),
    "characters": (
        f"{MARK}\ud800",
        f"\u202e{MARK}\u2066\u200f",
        "e" + "\u0301" * 3000,
        f"\uffff\ufffe\U0010ffff{MARK}",
        "古" * 5000,
        f"{MARK}\x00\x01\x1b[31m\x7f",
        "İıſßﬃ" * 20,
        "\ufdfa" * 300,  # one character that becomes eighteen
        "",
    ),
    "number": (
        "9" * 400,
        "-1",
        "1e999",
        "NaN",
        "9223372036854775808",
        "١٢٣",
        "²",
        "1_000",
        "+0",
        " 1 ",
        "0x7f",
        "-0",
    ),
    "template": (
        f"{{{{1337*3}}}}{MARK}",
        f"{{% debug %}}{MARK}",
        f"${{1337*3}}{MARK}",
        f"%({MARK})s %s %n",
        f"{{0.__class__}} {{{MARK}}}",
        f"<%= 1337*3 %>{MARK}",
    ),
    "json": (
        "[" * 30_000,
        f'{{"{MARK}":',
        '{"text": "\\ud800", "kind": "paragraph", "heading": null}',
        '{"text": "\\u0000", "kind": 1, "heading": {}}',
        "[[[[1]]]]",
        "null",
        '{"text": 1e999, "heading": [1]}',
        f'"{MARK}"',
        "{}",
        '[{"person": 1}, null, ["x"]]',
        "-" + "9" * 5000,
    ),
}
# What the program says of itself only where something went wrong.
_LEAKS = re.compile(
    r"Traceback \(most recent|site-packages|OperationalError|ProgrammingError|IntegrityError|psycopg|sqlite3\.|"
    r"DJANGO_SETTINGS|SECRET_KEY|root:x:0:0"
)
_ADDRESSES = ("href", "src", "action", "formaction", "data", "poster", "cite", "srcset", "xlink:href")
# What a page hands to its script is data, which nothing runs.
_DATA = ("application/json", "application/ld+json")
_SCHEMES = {"", "http", "https", "mailto"}
_HOSTS = {"", "testserver"}


def turns() -> Iterator[int]:
    """Counts from one slot to the next, so that each class sends all its payloads to some slots."""
    return count()


def some(turn: int, classes: int = len(PAYLOADS)) -> list[str]:
    """A payload of each class, or of so many: another one each turn, and after the others of its class again."""
    known = list(PAYLOADS.values())
    chosen = [(turn * classes + n) for n in range(classes)]
    return [known[n % len(known)][n // len(known) % len(known[n % len(known)])] for n in chosen]


def faults_of(response: HttpResponseBase, secrets: Sequence[str] = ()) -> list[str]:
    """What is wrong with an answer; `secrets` are words that must not stand in it."""
    body = b"".join(response) if response.streaming else response.content  # type: ignore[attr-defined]
    found = list(_in_headers(response))
    if response.status_code >= 500:
        error = getattr(response, "exc_info", None)
        return [*found, f"{response.status_code} {error[1]!r}" if error else f"{response.status_code}"]
    kind = response.headers.get("Content-Type", "").partition(";")[0]
    if kind.startswith("image/") or kind == "application/pdf":
        return found
    text = body.decode("utf-8", "replace")
    found += [f"says {word[0]}" for word in _LEAKS.finditer(text)]
    found += [f"names {folder}" for folder in _folders() if folder in text]
    found += [f"shows {word}" for word in secrets if word in text]
    if _RECKONED in text:
        found.append("reckons what was sent")
    if kind == "text/html" and MARK in text.lower():
        found += faults_in_html(text)
    elif kind in (
        "application/json",
        "application/ld+json",
        "application/problem+json",
        "application/x-suggestions+json",
    ):
        found += _in_json(text)
    elif kind in ("application/atom+xml", "application/xml", "text/xml"):
        found += [f"element {e.tag}" for e in ElementTree.fromstring(body).iter() if MARK in e.tag]
    elif kind not in ("text/html", "text/plain", "text/csv", "text/markdown", "") and MARK in text.lower():
        found += [] if "attachment" in response.headers.get("Content-Disposition", "") else [f"as {kind}"]
    return found


def _folders() -> list[str]:
    return [str(settings.BASE_DIR) + "/", str(settings.GAZETTE_DATA)]


def _in_headers(response: HttpResponseBase) -> Iterator[str]:
    if response.headers.get("X-Content-Type-Options") != "nosniff":
        yield "browsers may guess what it is"
    for name, value in response.headers.items():
        if MARK in name.lower() or "\r" in value or "\n" in value:
            yield f"header {name}: {value}"
        if name.lower().startswith("access-control-") and not _is_open(response):
            yield f"other sites may read it: {name}"
        if name.lower() == "access-control-allow-credentials":
            yield "other sites may read what is a reader's own"
    if any(MARK in name for name in response.cookies):
        yield "sets a cookie that was sent"
    if fault := fault_of_address(response.headers.get("Location", "")):
        yield f"leads to {fault}"


def _is_open(response: HttpResponseBase) -> bool:
    """True for what the pages of other sites may read: what is made for programs, which is the same for everybody."""
    asked = getattr(response, "request", {}).get("PATH_INFO", "")
    return asked.startswith(("/api/", "/bulk/", "/iiif/")) and asked not in ("/api/", "/bulk/")


def fault_of_address(address: str) -> str:
    """The address when a browser would leave the site by it, or run it; "" else."""
    # As browsers read it: blanks around and tabs within fall away, \ is a stroke.
    read = re.sub(r"[\t\r\n]", "", address.strip("\x00\x01\x02\x1b\x1f ")).replace("\\", "/")
    try:
        parts = urlsplit(read)
    except ValueError:
        return address if read.startswith("//") or ":" in read.partition("/")[0] else ""
    if parts.scheme.lower() in ("http", "https") and not parts.netloc:
        return address
    return "" if parts.scheme.lower() in _SCHEMES and parts.netloc in _HOSTS else address


def faults_in_html(text: str) -> list[str]:
    """Elements, attributes, scripts and addresses that came of a payload."""
    found: list[str] = []
    with warnings.catch_warnings():
        # A character that XML has not is no fault of a page.
        warnings.simplefilter("ignore")
        page: Any = html5lib.parse(text, namespaceHTMLElements=False)
    for element in page.iter():
        if not isinstance(element.tag, str):
            continue
        if MARK in element.tag.lower():
            found.append(f"element {element.tag}")
        if element.tag == "script" and (element.text or "").strip() and element.get("type") not in _DATA:
            found.append(f"script {element.text!r}")
        if element.tag in ("style", "iframe", "object", "embed", "base"):
            found.append(f"element {element.tag}")
        for name, value in element.attrib.items():
            leads = name in _ADDRESSES and MARK in value.lower() and fault_of_address(value)
            if MARK in name.lower() or name.lower().startswith("on") or name == "style" or leads:
                found.append(f"{element.tag} {name}={value!r}")
    return found


def _in_json(text: str) -> Iterator[str]:
    """JSON is read as JSON (nosniff), but for the snippets, which pages may show as they are."""
    results = json.loads(text).get("results", []) if text.startswith("{") else []
    for result in results:
        for snippet in result.get("snippets", []) if isinstance(result, dict) else []:
            tags = set(re.findall(r"<[^>]*>?", snippet)) - {"<mark>", "</mark>"}
            yield from (f"snippet: {tag}" for tag in tags)
