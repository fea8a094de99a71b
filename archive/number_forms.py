"""The printed forms of document numbers as patterns, over text that `FOLD` has made uniform.

Each pattern carries its specimen. `numbers.py` is the only reader of this table.
"""

import re

# One character for one character, so that a span in the folded text is a span in the printed text.
BRACKETS = {
    "〔": "[［【(（﹝〖〘〚⟦⦗〈＜<{｛「『",
    "〕": "]］】)）﹞〗〙〛⟧⦘〉＞>}｝」』",
}
FOLD = {ord(c): to for to, group in BRACKETS.items() for c in group}
FOLD |= {ord("０") + i: str(i) for i in range(10)}
FOLD |= {ord("Ａ") + i: chr(ord("A") + i) for i in range(26)}
FOLD |= {ord("ａ") + i: chr(ord("a") + i) for i in range(26)}
FOLD |= dict.fromkeys(map(ord, "○〇◯零Ｏ"), "零")
FOLD |= dict.fromkeys(map(ord, "－–—―−‐‑﹣"), "-")
FOLD |= dict.fromkeys(map(ord, "\u3000\u00a0\u2002\u2003\u2009\ue003\t"), " ")
FOLD |= {ord("，"): ",", ord("／"): "/", ord("號"): "号", ord("？"): "?"}

DIGITS = {c: i for i, c in enumerate("零一二三四五六七八九")} | {"两": 2}
UNITS = {"十": 10, "百": 100, "千": 1000}
CN = "零一二三四五六七八九十百千"
# a code as printed: Han and Latin letters, with a part in brackets at times (京价〔收〕字); joint issuers by 、
CODE_CHARS = r"A-Za-z\u3400-\u9fff·、"
CODE = (
    rf"(?:[{CODE_CHARS}]{{0,20}}第[0-9]{{1,2}}(?=届))?[{CODE_CHARS}]{{0,120}}"
    rf"(?:〔[{CODE_CHARS}]{{1,6}}〕[{CODE_CHARS}]{{0,8}}){{0,2}}"
)
YEAR = r"(?:(?:19|20)[0-9]{2}|[0-9]{2}|[一二][零一二三四五六七八九]{3})"
FULL_YEAR = r"(?:19|20)[0-9]{2}"
SEQUENCE = rf"(?:[0-9]{{1,6}}|[0-9]{{0,3}}[lIOo][0-9lIOo]{{0,3}}|[{CN}]{{1,7}})"
# 沪房[1994]拆字发第92号, 京林发[1994][公]字第10号
BRANCH = r"[A-Za-z\u3400-\u9fff]{0,10}?(?:〔[\u3400-\u9fff]{1,4}〕[\u3400-\u9fff]{0,4}?)?"

BRACKETED = re.compile(
    rf"(?P<code>{CODE})〔(?P<year>{YEAR})年?〕(?P<dated>年)?-?(?P<branch>{BRANCH})"
    rf"(?P<de>第?)〔?(?P<sequence>{SEQUENCE})〕?(?P<hao>号?)〕?(?P<tail>令|公告|通告)?文?件?"
)
# 温政办[201547号, 锡政规[20151号, 汀政办[2022J1号: the closing bracket was lost or read as a figure or a letter
HALF_BRACKETED = re.compile(
    rf"(?P<code>{CODE})〔(?P<year>{FULL_YEAR})(?P<odd>[JjIl|!]?)(?P<sequence>[0-9]{{1,4}})(?P<hao>号)"
)
# 北京市人民政府令[94年第27号]
ALL_IN_BRACKETS = re.compile(
    rf"(?P<code>{CODE})〔(?P<year>{YEAR})(?P<dated>年)第?(?P<sequence>{SEQUENCE})号〕"
)
# 公告2015年第6号, 令91年第21号, 2015年第2号公告, 字1993第5号, 2015挂牌公告第〔5〕号
DATED = re.compile(
    rf"(?P<code>{CODE})(?P<year>{YEAR})(?P<dated>年?)(?P<branch>[\u3400-\u9fff]{{0,8}}?)"
    rf"第〔?(?P<sequence>{SEQUENCE})〕?号(?P<tail>令|公告|通告)?文?件?"
)
# 淄知字2015-36号, 2022/1, and what a reader types: 浙政发 2022 1 (the blank is kept as one "-")
DASHED = re.compile(rf"(?P<code>{CODE})(?P<year>{YEAR})年?[-/](?P<sequence>[0-9]{{1,6}})(?P<hao>号?)")
# 沪土发1993181号
RUN_TOGETHER = re.compile(rf"(?P<code>{CODE})(?P<year>{FULL_YEAR})年?(?P<sequence>[0-9]{{1,4}})(?P<hao>号?)")
# 公告〔8届〕第14号, 公告8-14
SESSION = re.compile(
    rf"(?P<code>{CODE})(?:〔(?P<session>[0-9]{{1,2}}|[{CN}]{{1,3}})届〕|(?P<short>[0-9]{{1,2}})-)"
    rf"第?(?P<sequence>{SEQUENCE})(?P<hao>号?)"
)
# 1994年某市人民政府令第19号
YEAR_LEADS = re.compile(
    rf"(?P<year>{YEAR})(?P<dated>年)(?P<code>{CODE}(?:令|公告|通告))〔?第〔?(?P<sequence>{SEQUENCE})号〕?"
)
# 国务院令第707号, 政府令[第48号], 政府第14号令, 第四十九号
YEARLESS = re.compile(
    rf"(?P<code>{CODE})〔?(?P<de>第)〔?(?P<sequence>{SEQUENCE})〕?号〕?(?P<tail>令|公告|通告)?(?:文件?)?"
)
# 政府令31号, 公告[11号], 政府179号文
YEARLESS_BARE = re.compile(
    rf"(?P<code>{CODE}(?<!第))(?:〔(?P<boxed>[0-9]{{1,3}})号〕|(?P<sequence>{SEQUENCE})号)"
    rf"(?P<tail>令|公告|通告)?(?:文件?)?"
)
# What a code without a year may end with: else 中山路12号 would be a number.
YEARLESS_ENDS = re.compile(
    r"(?:令|公告|通告|公报|决定|命令|政府|委员会|人大|常委会|局|厅|部|院|署|市|省|府|发|字|函|文|办|政|规|通|电)$"
)
NO_CODE = re.compile(r"关于|根据|按照|依据|附件|印发")
LEAD = re.compile(
    r"^(?:[?■□●◆★\ufeff]+|摘自|〔(?:发布文号|发文字号|文号)〕[:：]?|(?:公文|发布)?文号[:：]?|发文字号[:：]?|(?:19|20)[0-9]{2}年[0-9]{1,2}月[0-9]{1,2}日(?=[\u3400-\u9fff]))"
)
ABBREVIATED = re.compile(r"[发字函文规办]$")
REPUBLIC = re.compile(r"^中华人民共和国(?=\S{2,}(?:令|公告|通告)$)")
JOINT = re.compile(r"号文?[、,;/; 和]*(?=[〔A-Za-z\u3400-\u9fff][^号]{1,30}[0-9零一二三四五六七八九十]号)")

# ---- Numbers inside running text

# What stands between an issuing code and its sequence: 〔2022〕15号, [94]第121号, 〔2022〕43、48号, 〔8届〕14号
IN_TEXT = re.compile(
    rf"〔\s?(?:(?P<year>{YEAR})\s?年?|[0-9]{{1,2}}届)\s?〕\s?年?\s?"
    r"(?:(?P<branch>[\u3400-\u9fff]{1,8}?)(?=第?\s?[0-9]))?\s?"
    r"第?\s?(?P<sequences>[0-9][0-9lO]{0,5}(?:\s?[、,和]\s?[0-9]{1,5}){0,8})\s?号"
)
# 国务院令第707号, 公告〔2021〕第7号, 令 2018年第2号, 政府令[第48号], 公告2022年第7号
DECREE_IN_TEXT = re.compile(
    rf"(?<=[令告])\s?(?:〔\s?(?:{FULL_YEAR})\s?年?\s?〕\s?年?\s?|(?:{FULL_YEAR})\s?年\s?)?"
    rf"(?:〔第?\s?(?P<boxed>[0-9]{{1,5}}|[{CN}]{{1,7}})\s?号〕"
    rf"|(?:第|(?<=令))\s?(?P<sequence>[0-9]{{1,5}}|[{CN}]{{1,7}})\s?号(?![楼院线机井]))"
)
# 政府第14号令, 省政府2015年第3号令
DECREE_BEHIND = re.compile(
    rf"(?:(?P<year>{FULL_YEAR})年)?第?\s?(?P<sequence>[0-9]{{1,5}}|[{CN}]{{1,7}})\s?号(?P<tail>令|公告|通告)"
)
# 沪土发1993181号 and 晋政发2022年15号 in running text: only behind a code that ends like one
BARE_IN_TEXT = re.compile(
    rf"(?<=[发函字])\s?(?P<year>{FULL_YEAR})(?:\s?年\s?第?|第|-|\s)?\s?(?P<sequence>[0-9]{{1,4}})\s?号"
)

WINDOW = 48
CODE_BEFORE = re.compile(r"(?:[A-Za-z\u3400-\u9fff·]+(?:〔[\u3400-\u9fff]{1,4}〕[\u3400-\u9fff]{0,8})?)\s?$")
# Words that stand before a number in a sentence and in no code; the code starts behind the last of them.
WORDS_BEFORE = re.compile(
    r"根据|依据|按照|依照|遵照|参照|对照|比照|贯彻|落实|执行|结合|废止|修订|修改|修正|印发|下发|转发|批转|发布|公布|颁布|施行"
    r"|制定|出台|文件|通知|意见|以及|同时|关于|属于|包括|取消|撤销|代替|替代|规定|要求|精神|批准|印制|通过|明确|遵循|适用|实施"
    r"|收到|来函|附上|现将|现就|已被|已由|已经|请按|应按|可按|仍按|均按|须按|依|参见|详见|简称|所称|其中|此前|原有|上述|分别|涉及|符合|违反|属|第[0-9]+条"
)
WORDS_BEFORE_DECREE = re.compile(WORDS_BEFORE.pattern + r"|次会议")
WORD_BEFORE_SHORT = re.compile(rf"(?:{WORDS_BEFORE.pattern}|[和及与或以由经将对见的在被是并按照因原])$")
# One character that may also begin a code (和政发, 经信发): taken off only where a sentence runs on into the number.
CHARACTER_BEFORE = re.compile(
    r"^(?:[和及与或](?=[^政府办委党人].)|[以由经将对见的在即为从把被是并据照因](?=[^政府办委党人]..))"
)
# 原甘政发, 按国税发: these two begin hardly any code but 原政发
ALWAYS_BEFORE = re.compile(r"^(?:原(?=[^政府办委党人].)|按(?=[^政府办委党人]..))")
AFTER_ANOTHER = re.compile(
    r"^[和及与或](?=..)"
)  # 国发〔2022〕3号和政办发〔2022〕1号, 《…》及政办发〔2022〕1号
NO_CODE_AT_ALL = re.compile(rf"[和及与或以由经将对见的在即为从把被是并据照因原按]|(?:{WORDS_BEFORE.pattern})")
INSIDE_LONG_RUN = re.compile(r"[按和及与据由将对见的在]")  # 主管税务机关可按国税发[2000]38号
MINISTRY = re.compile(r".*[部委厅局院会府](?=[\u3400-\u9fff]{2,8}[发函字办规文]$)")
LONG_CODE = 9
OPENERS = "〔《、;"
