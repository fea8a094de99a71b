"""The lines of a printed sheet and the blocks that were made of them."""

from archive.models import Block, Document, Page, Table
from archive.views.sheet_lines import sheet_lines


def page(number: int, *texts: str) -> Page:
    lines = [[text, 10.0, 20.0 * n, 110.04, 20.0 * n + 12, None] for n, text in enumerate(texts)]
    return Page(number=number, width=500, height=700, lines=lines)


def blocks(*texts: str) -> list[Block]:
    return [Block(position=n, text=text) for n, text in enumerate(texts)]


def found(
    pages: list[Page], made_of_them: list[Block], title: str = "", number: str = ""
) -> list[int | None]:
    document = Document(title=title, number_as_printed=number)
    return [line.block for line in sheet_lines(document, pages, made_of_them)]


def test_lines_of_paragraphs_over_lines_and_pages() -> None:
    pages = [
        page(1, "— 3 —", "一、总体要求", "坚持保护优先、属", "地管理，做到应"),
        page(2, "保尽保。", "二、重点任务"),
    ]
    made = blocks("一、总体要求", "坚持保护优先、属地管理，做到应保尽保。", "二、重点任务")
    assert found(pages, made) == [None, 0, 1, 1, 1, 2]
    line = sheet_lines(Document(), pages, made)[1]
    assert (line.page, line.x, line.y, line.width, line.height) == (1, 10, 20, 100, 12)


def test_a_line_that_stands_twice_belongs_to_each_in_turn() -> None:
    assert found([page(1, "组长：", "成员：", "组长：")], blocks("组长：", "成员：", "组长：")) == [0, 1, 2]


def test_blanks_in_print_and_corrected_texts() -> None:
    corrected = blocks("由晋玮负责。", "盂县人民政府")
    corrected[1].as_printed = "孟县人民政府"
    assert found([page(1, "由晋　玮负责。", "孟县人民政府")], corrected) == [0, 1]


def test_two_documents_on_a_page() -> None:
    """Each has the same issuer above, recipients, and signature."""

    def lines(subject: str, day: int) -> list[str]:
        return [
            "云岭市人民政府",
            f"关于{subject}的通知",
            "各县人民政府：",
            f"现印发{subject}。",
            "云岭市人民政府",
            f"2022年4月{day}日",
        ]

    both = page(1, *lines("教育规划", 2), *lines("生态规划", 6))
    for subject, day, places in (
        ("教育规划", 2, [None, None, 0, 1, 2, 3, *[None] * 6]),
        ("生态规划", 6, [*[None] * 6, None, None, 0, 1, 2, 3]),
    ):
        made = blocks("各县人民政府：", f"现印发{subject}。", "云岭市人民政府", f"2022年4月{day}日")
        assert found([both], made, title=f"云岭市人民政府关于{subject}的通知") == places


def test_cells_of_a_table_in_any_order() -> None:
    made = blocks("清单如下。", "序号\t名称\n1\t编织袋", "请遵照执行。")
    made[1].kind, made[1].table = Block.Kind.TABLE, Table(page=1, last_page=1)
    lines = ["清单如下。", "名称", "序号", "编织袋", "1", "别的", "请遵照执行。"]
    assert found([page(1, *lines)], made) == [0, 1, 1, 1, 1, None, 2]


def test_nothing_printed_and_nothing_made() -> None:
    assert found([page(1)], blocks("第一段。")) == []
    assert found([page(1, "第一段。", "")], []) == [None, None]
