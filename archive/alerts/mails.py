"""The texts of the mails: plain, in the language chosen at signing up, with plain links and nothing that is fetched."""

from dataclasses import dataclass
from email.utils import formataddr

from django.conf import settings
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, override

from archive.alerts.described import address_of, described
from archive.alerts.digest import Digest, News
from archive.alerts.tokens import Link, signed
from archive.models import Document, Followed, Letter


@dataclass(frozen=True, slots=True)
class Mail:
    """A mail as it goes. `end` is the address at which one click ends what it is about; `key` makes its Message-ID."""

    to: str
    sender: str
    subject: str
    text: str
    end: str
    key: str
    language: str


def letter_as_mail(letter: Letter, digest: Digest | None = None) -> Mail:
    """The mail of a letter; of a digest with what is new."""
    followed, subscriber = letter.followed, letter.subscriber
    language = followed.language if followed else subscriber.language
    with override(language if language in dict(settings.LANGUAGES) else settings.LANGUAGE_CODE):
        end = link(Link.END_ALL, subscriber.key)
        if digest is not None:
            subject, text = _digest(digest, subscriber.key)
        elif followed is None:
            subject, text = _list(subscriber.key)
        elif letter.purpose == Letter.Purpose.CONFIRM:
            # What is ended is what was asked for: of the address nothing else may be the reader's who gets this.
            end = link(Link.END_ONE, followed.key)
            subject, text = _confirm(followed)
        else:
            subject, text = _known(followed)
    site = settings.SITE["name"]
    return Mail(
        to=subscriber.address,
        sender=formataddr((site, settings.MAIL_FROM)),
        subject=" ".join(f"[{site}] {subject}".split()),
        text=text,
        end=end,
        key=letter.key,
        language=language,
    )


def link(what: Link, key: str) -> str:
    """The whole address of a link, which begins with the site's own name whatever a request called it.

    The token stands behind the question mark, where no log keeps it.
    """
    names = {Link.CONFIRM: "alerts-confirm", Link.LIST: "alerts-mine"}
    return whole(f"{reverse(names.get(what, 'alerts-end'))}?{urlencode({'t': signed(what, key)})}")


def whole(path: str) -> str:
    """A path of the site as a whole address."""
    return settings.SITE_ADDRESS.rstrip("/") + path


def _confirm(followed: Followed) -> tuple[str, str]:
    """Says nothing of what is followed: whoever asked for it may have written that for a stranger to read."""
    lines = [
        _("有人（想必是您）在“%(site)s”填写了这个地址，希望有新公文时收到邮件。")
        % {"site": settings.SITE["name"]},
        _("请打开下面的网页查看关注的是什么，并按其中的按钮确认，三天内有效："),
        link(Link.CONFIRM, followed.key),
        _("如果不是您，不必理会：不确认就不会再收到邮件，三天后这个地址会自动删除。立即删除："),
        link(Link.END_ONE, followed.key),
    ]
    return _("请确认邮件提醒"), _paragraphs(lines)


def _known(followed: Followed) -> tuple[str, str]:
    lines = [
        _("您已经在关注：%(what)s") % {"what": described(followed.what, followed.value)},
        _("不需要再做什么：有新公文时，每天最多给您发一封邮件。"),
    ]
    return _("您已经在关注"), _paragraphs([*lines, *_foot(followed.subscriber.key)])


def _list(key: str) -> tuple[str, str]:
    lines = [_("这里列出这个地址关注的全部内容，可以逐项或全部退订："), link(Link.LIST, key)]
    return _("您关注的内容"), _paragraphs([*lines, *_foot(key)[-2:]])


def _digest(digest: Digest, key: str) -> tuple[str, str]:
    n = digest.total
    subject = ngettext("您关注的内容有 %(n)s 件新公文", "您关注的内容有 %(n)s 件新公文", n) % {"n": n}
    return subject, _paragraphs([*(_news(one) for one in digest.news), *_foot(key)])


def _news(news: News) -> str:
    what, value = news.followed.what, news.followed.value
    n = ngettext("%(n)s 件", "%(n)s 件", news.total) % {"n": news.total}
    title = f"■ {described(what, value)} · {n}"
    lines = [title, *(_document(number, *one) for number, one in enumerate(news.documents, 1))]
    if news.more:
        more = ngettext("另有 %(n)s 件：", "另有 %(n)s 件：", news.more) % {"n": news.more}
        lines.append(f"{more}\n{whole(address_of(what, value))}")
    return "\n\n".join(lines)


def _document(number: int, document: Document, bearing: str) -> str:
    day = document.signed_on or document.issue.published_on
    facts = [document.number, document.issuer, date_format(day, "DATE_FORMAT") if day else "", bearing]
    indent = " " * 4
    lines = [
        f"{number}. {_one_line(document.title)}",
        indent + _one_line(" · ".join(filter(None, facts))),
        indent + whole(document.get_absolute_url()),
    ]
    return "\n".join(line for line in lines if line.strip())


def _foot(key: str) -> list[str]:
    return [
        "——",
        _("查看和更改关注的内容："),
        link(Link.LIST, key),
        _("全部退订并删除这个地址："),
        link(Link.END_ALL, key),
    ]


def _one_line(text: str) -> str:
    return " ".join(text.split())


def _paragraphs(lines: list[str]) -> str:
    """Each parted from the next, a link standing right under the line that it belongs to."""
    text = ""
    for line in lines:
        text += ("\n" if line.startswith(("http://", "https://")) else "\n\n") + line
    return text.strip() + "\n"
