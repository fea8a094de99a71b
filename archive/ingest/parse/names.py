"""How names of persons are printed: 晋　玮, 张少波, 阿依古丽·买买提."""

import re

HAN = r"\u3400-\u9fff"
BLANK = r"[ \u3000]"
# a two-character name is set with a blank inside, so that it is as wide as three characters
NAME = rf"(?:[{HAN}]{BLANK}{{1,3}}[{HAN}]|[{HAN}]{{2,4}}(?:·[{HAN}]{{1,8}}){{1,2}}|[{HAN}]{{2,4}})"
WIDE_NAME = rf"[{HAN}]{BLANK}{{1,3}}[{HAN}]"
BLANKS = re.compile(rf"{BLANK}+")
# What ends a post or a body and so shows that 2 to 4 characters are no name.
NOT_A_NAME = re.compile(
    r"(?:[长任员记席理管][）)]?|主任|政府|[局委办厅部处科室院所站队组会县区市省镇乡村])$"
    r"|^(?:各|本|该|此|其|市|省|县|区|现|以|并|及|或|请|对|按|由|在|为|的|不|可)"
)


def without_blanks(name: str) -> str:
    """晋玮 for 晋　玮."""
    return BLANKS.sub("", name)


def may_be_name(text: str) -> bool:
    """True for two to four characters that are no post, body or small word; minority names with · as well."""
    plain = without_blanks(text)
    if "·" in plain:
        return len(plain) <= 16
    return 2 <= len(plain) <= 4 and not NOT_A_NAME.search(plain)
