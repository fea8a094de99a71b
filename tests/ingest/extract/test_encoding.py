"""Text files in every encoding that offices save in, and noise."""

import pytest

from archive.ingest.errors import UnreadableFile
from archive.ingest.extract.encoding import decode_text

TEXT = (
    "云岭市人民政府关于加强城市供水安全工作的通知\n云政发〔2022〕4号\n各县（区）人民政府，市直各单位：\n"
    "　　为切实保障城市供水安全，根据《城市供水条例》，结合我市实际，通知如下。\n2022年3月4日\n"
)
TRADITIONAL = "雲嶺縣政府關於加強學校衛生管理的通知\n各鄉（鎮）公所、縣屬各單位：\n　　為保障學生的健康，現將有關事項通知如下。"
SHORT = "人民政府\n公告\n"
LATIN = "GAZETTE 2022 No. 2\r\nA line of English text and nothing else.\r\n"


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        *((TEXT, encoding) for encoding in ("utf-8", "utf-8-sig", "gb18030", "gbk", "utf-16")),
        *((TEXT, encoding) for encoding in ("utf-16-le", "utf-16-be")),
        *((TEXT.replace("\n", ""), encoding) for encoding in ("gb18030", "utf-16-le", "utf-16-be")),
        *((TRADITIONAL, encoding) for encoding in ("big5", "utf-8", "gb18030", "utf-16-le")),
        *((SHORT, encoding) for encoding in ("gbk", "utf-16-le", "utf-8")),
        *((LATIN, encoding) for encoding in ("ascii", "utf-16-le", "utf-16-be")),
    ],
)
def test_text_comes_out_as_it_was_saved(text: str, encoding: str) -> None:
    assert decode_text(text.encode(encoding), "x.txt") == text


def test_a_character_beyond_gbk_is_read() -> None:
    text = TEXT + "𠮷林镇"
    assert decode_text(text.encode("gb18030"), "x.txt") == text


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030"])
def test_a_file_cut_in_a_character_is_read(encoding: str) -> None:
    found = decode_text((TEXT * 20 + "府").encode(encoding)[:-1], "x.txt")
    assert found.startswith(TEXT * 20)


@pytest.mark.parametrize("raw", [bytes(range(256)) * 40, b"\x00\x01\x02\x03" * 500])
def test_noise_is_no_text(raw: bytes) -> None:
    with pytest.raises(UnreadableFile, match=r"x\.txt.*UTF-8"):
        decode_text(raw, "x.txt")
