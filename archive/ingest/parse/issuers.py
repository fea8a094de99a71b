"""Who issues and who signs: one body, or several that are printed side by side or run together.

溪州县财政局　　溪州县水利局; 云埠市民政局云埠市财政局, where an export of the file has lost the white between them.
"""

import re

from archive.ingest.parse.signs import BODY_END, POSTS_THAT_SIGN, SPACE, folded, is_body_name

PLACE = re.compile(r"^(?P<place>[\u4e00-\u9fff]{1,8}?(?:省|市|县|区|州|盟|旗))")
# the post that signs for a body that has no other name on its decrees
SIGNS_FOR = {"总理": "国务院"}
# shorter parts of a line are words of one name, unless the title has them: 国务院　中央军委
SHORTEST = 4


def signers(text: str, issuer: str = "") -> list[str]:
    """The bodies that sign on one line, set apart by blanks or run together; else the line as one."""
    if post := POSTS_THAT_SIGN.match(text.strip()):
        # 市　长　林望舟: the post is set wide, what stands behind it is kept as printed
        return [SPACE.sub("", post["post"]) + SPACE.sub(" ", text.strip()[post.end("post") :])]
    parts = text.split()
    named = issuer.split("、")
    if len(parts) > 1 and all(
        (len(part) >= SHORTEST and is_body_name(part)) or part in named for part in parts
    ):
        return parts
    return run_together(parts[0]) if len(parts) == 1 else [" ".join(parts)]


def run_together(text: str) -> list[str]:
    """云埠市民政局, 云埠市财政局 for their names without white between them: the place is named anew behind a body."""
    place = found["place"] if (found := PLACE.match(text)) else ""
    names: list[str] = []
    begin = 0
    while place and (at := text.find(place, begin + len(place))) > 0:
        if BODY_END.search(text[begin:at]):
            names.append(text[begin:at])
            begin = at
        else:
            place = ""
    rest = text[begin:]
    return [*names, rest] if names and is_body_name(rest) else [text]


def issuers(named: str, signed_by: tuple[str, ...]) -> str:
    """Who issues: what the title names, several parted by 、; where it names none, who signs first.

    A person signs for a body: 总理 for the 国务院, 市长 for one that only the masthead names, and "" without that.
    """
    if len(signed_by) > 1 and folded("".join(signed_by)) == named.replace("、", ""):
        return "、".join(map(folded, signed_by))
    if named:
        return "、".join(run_together(named))
    first = signed_by[0] if signed_by else ""
    if found := POSTS_THAT_SIGN.match(first):
        return SIGNS_FOR.get(found["post"], "")
    return first
