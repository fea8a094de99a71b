"""From the bytes of a file to its text: what an encoding is shown by is that common characters come out of it.

A text in GB18030 read as Big5 or UTF-16 is made of characters that nobody writes, and the other way round. What a
page declares is not asked: portals declare gb2312 over UTF-8 and UTF-8 over GBK.
"""

import re

from archive.ingest.errors import UnreadableFile

# What a text file may hold besides printable characters.
CONTROL = frozenset(map(chr, range(32))) - set("\t\n\r\f\v\x1a\x1b")
BYTE_ORDER_MARKS = {b"\xef\xbb\xbf": "utf-8", b"\xff\xfe": "utf-16-le", b"\xfe\xff": "utf-16-be"}
# Without a mark, in the order asked; of two that come out alike the first is taken.
GUESSES = ("gb18030", "utf-16-le", "utf-16-be", "big5hkscs")
# The commonest characters of official papers, simplified and traditional: together about a quarter of any of them.
COMMON = frozenset(
    "的和一在为是有不年月日号人民政府市县区省国务院办公厅各单位关于通知工作管理建设发展实施意见方案加强推进"
    "项目部门责任安全服务经济社会组织企业生产制度法规定第条章及以上下中大主要应当进行对与等，。、：；（）《》“”"
    "為號縣區國務廳單關於業產規應當進對與發會經濟點實總體這個來時說們從後開間"
)
# How much of a file is looked at to find its encoding.
SAMPLE = 200_000
# A file cut off or damaged in transit has a few broken characters, noise is full of them.
MAX_BROKEN = 0.002
# English text counts as much as Chinese of which so many characters are common; noise has hardly any.
LATIN_SHARE = 0.05
_HAN = re.compile(r"[\u3400-\u9fff\uf900-\ufaff\ue000-\uf8ff]")
REMEDY = "请另存为 UTF-8 或 GB18030 编码的纯文本，或上传 PDF"


def decode_text(raw: bytes, name: str) -> str:
    """The text of a file in UTF-8, UTF-16, GB18030 or Big5. Raises UnreadableFile for anything else."""
    for mark, encoding in BYTE_ORDER_MARKS.items():
        if raw.startswith(mark):
            text = raw[len(mark) :].decode(encoding, "replace")
            if is_text(text):
                return text
    text = raw.decode("utf-8", "replace")
    # Valid UTF-8 beyond ASCII is UTF-8; but ASCII in UTF-16 is valid UTF-8 with a NUL behind each letter.
    if is_text(text):
        return text
    best, best_share = "", 0.0
    for encoding in GUESSES:
        if encoding.startswith("utf-16") and len(raw) % 2:
            continue
        if is_text(sample := raw[:SAMPLE].decode(encoding, "replace")):
            share = common_share(sample)
            if share > best_share:
                best, best_share = encoding, share
    if not best:
        raise UnreadableFile(name, "不是可识别的文本文件", REMEDY)
    return raw.decode(best, "replace")


def is_text(text: str) -> bool:
    """True when hardly a character is broken or one that no text holds."""
    sample = text[:SAMPLE]
    broken = sample.count("\ufffd") + sum(sample.count(char) for char in CONTROL)
    # the last character of a sample may be cut in two
    return broken <= 1 + MAX_BROKEN * len(sample)


def common_share(text: str) -> float:
    """Which share of the Chinese characters and stops are among the commonest; LATIN_SHARE for a text without any."""
    han = len(_HAN.findall(text))
    common = sum(char in COMMON for char in text)
    if not han and not common:
        return LATIN_SHARE if sum(char.isascii() for char in text) >= 0.9 * len(text) else 0.0
    return common / len(text)
