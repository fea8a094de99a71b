"""Which part of a saved web page is its main text, and what inside it is the portal's, not the paper's."""

import re
from itertools import islice

from lxml import etree

# A part that holds this share of the text is looked into; what stands beside it is the portal's …
MOST = 0.7
_CONTAINERS = "div section article main center form table tbody tr td font span body dl dd"
CONTAINERS = frozenset(_CONTAINERS.split())
# … unless it is the title above the text or the signature below it, which portals set beside the text.
TITLE_SIGN = re.compile(
    r"关于|[〔\[]\d{4}[〕\]]|公报|(?:通知|意见|决定|办法|规定|方案|命令|令|公告|批复|函|细则|条例)$"
)
END_SIGN = re.compile(r"^附件|[\d一二〇○]{4}年.{1,3}月.{1,4}日$|（此件|\(此件")
LONGEST_SIGN = 400
# Parts of a portal by the names that their makers give them.
PORTAL_NAME = re.compile(
    r"(?:^|[\s_-])(?:nav\w*|menu|bread\w*|crumbs?|mbx|dqwz|share\w*|bdshare\w*|bdsharebuttonbox|foot|footer|sidebar|toolbar"
    r"|related|recommend|comments?|copyright|qr\w*|ewm|pager|pagination|login|search\w*|banner|print\w*|fontsize)(?:$|[\s_-])",
    re.IGNORECASE,
)
# The card of facts that portals print above a paper.
CARD_LABELS = (
    "索引号",
    "主题分类",
    "发文机关",
    "发文机构",
    "成文日期",
    "发文字号",
    "发布日期",
    "信息分类",
    "公开日期",
    "有效性",
    "主题词",
)
FEWEST_LABELS = 3
LONGEST_PORTAL_PART = 5000
LONGEST_CARD = 900
FEWEST_LINKS = 3
LINK_SHARE = 0.7
FILE_LINK = re.compile(r"\.(?:pdf|docx?|xlsx?|wps|et|ofd|zip|rar|jpe?g|png)(?:[?#]|$)", re.IGNORECASE)
PORTAL_LINE = re.compile(
    r"(?:当前|您|你|现)[^：:。]{0,6}位置[:：]|(?:发布|更新|发表)(?:时间|日期)[:：]|(?:信息|文章|稿件)?来源[:：]\S{0,30}$"
    r"|(?:责任)?编辑[:：]|(?:浏览|点击|阅读)(?:次数|量|数)?[:：]?\s*\d*|[【\[]?\s*字(?:体|号)[:：]|上一[篇条页]|下一[篇条页]"
    r"|扫一扫|分享(?:到|至)?[:：]?|(?:【?\[?(?:打印|关闭|收藏|返回顶部|打印本页|关闭窗口)】?\]?[\s|]*)+$|Produced By|版权所有"
    r"|相关(?:链接|文档|文件|解读|阅读|稿件)[:：]?$"
)


def main_text(body: etree._Element) -> list[etree._Element]:
    """The smallest part of the page that holds nearly all of its text, with title and signature."""
    weights = text_weights(body)
    node = body
    while True:
        kids = [kid for kid in node if isinstance(kid.tag, str) and kid.tag in CONTAINERS]
        best = max(kids, key=lambda kid: weights[kid], default=None)
        if best is None or weights[best] < MOST * weights[node] or weights[best] == 0:
            return [node]
        before = [kid for kid in best.itersiblings(preceding=True) if says(kid, TITLE_SIGN)]
        after = [kid for kid in best.itersiblings() if says(kid, END_SIGN)]
        if before or after or has_own_text(node):
            return [node]
        node = best


def text_weights(body: etree._Element) -> dict[etree._Element, int]:
    """How many characters outside of links each element holds."""
    weights: dict[etree._Element, int] = {}
    for _event, element in etree.iterwalk(body, events=("end",)):
        own = 0 if is_portal_link(element) else len((element.text or "").strip())
        for kid in element:
            own += (0 if is_portal_link(kid) else weights[kid]) + len((kid.tail or "").strip())
        weights[element] = own
    return weights


def has_own_text(node: etree._Element) -> bool:
    """True when text stands in the element itself, outside of its parts."""
    return sum(len(text.strip()) for text in (node.text or "", *(kid.tail or "" for kid in node))) > 10


def says(element: etree._Element, sign: re.Pattern[str]) -> bool:
    """True for a short part that is no navigation and shows the sign."""
    if not isinstance(element.tag, str) or not in_main_text(element):
        return False
    text = some_text(element, LONGEST_SIGN + 1)
    return 0 < len(text) <= LONGEST_SIGN and sign.search(text) is not None


def in_main_text(element: etree._Element) -> bool:
    """False for what the portal prints around a paper: its menus, lists of links, the card of facts, its buttons."""
    tag = element.tag
    if tag not in ("div", "ul", "ol", "table", "dl", "p", "section", "span", "td", "li", "h4", "h5"):
        return True
    text = some_text(element, LONGEST_PORTAL_PART + 1)
    if not text or len(text) > LONGEST_PORTAL_PART:
        return True
    names = f"{element.get('class') or ''} {element.get('id') or ''}"
    if PORTAL_NAME.search(names) and len(text) < 400 and not TITLE_SIGN.search(text):
        return False
    if len(text) <= 120 and PORTAL_LINE.match(text):
        return False
    plain = re.sub(r"\s", "", text)
    if is_card(element, plain):
        return False
    links = [link for link in element.iter("a") if is_portal_link(link)]
    linked = sum(len("".join(link.itertext()).strip()) for link in links)
    return len(links) < FEWEST_LINKS or linked <= LINK_SHARE * len(plain)


def is_card(element: etree._Element, plain: str) -> bool:
    """True for the table or list of facts above a paper; `plain` is its text without blanks."""
    if len(plain) > LONGEST_CARD or sum(label in plain for label in CARD_LABELS) < FEWEST_LABELS:
        return False
    # a short paper stands in one part with its card
    return element.tag != "div" or next(element.iter("p", "table", "h1", "h2", "dl", "ul"), None) is None


def is_portal_link(element: etree._Element) -> bool:
    """True for a link to another page; one within the page or to an enclosed file is the paper's own."""
    href = (element.get("href") or "") if element.tag == "a" else ""
    return bool(href) and not href.startswith("#") and not FILE_LINK.search(href)


def some_text(element: etree._Element, most: int) -> str:
    """The first `most` characters or so of an element's text, without the blanks at its ends."""
    parts: list[str] = []
    size = 0
    for part in islice(element.itertext(), most):
        parts.append(part)
        size += len(part)
        if size > 2 * most:
            break
    return "".join(parts).strip()
