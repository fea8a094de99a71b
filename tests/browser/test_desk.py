"""The way of an editor, in a real browser: sign in, upload, watch, review, publish; with and without script."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from django.conf import settings
from django.contrib.auth.models import User
from django.core.management import call_command
from django.urls import reverse
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from archive.batches import open_batch
from archive.models import Batch, IngestRun, Issue
from archive.tasks import ingest_upload
from archive.worker_heartbeat import beat
from tests.accounts import make_account

# The views have tests of their own, which are quick.
pytestmark = pytest.mark.in_full

WIDTHS = [pytest.param(360, id="phone"), pytest.param(1280, id="wide")]
SAMPLES = settings.BASE_DIR / "archive" / "samples"


@pytest.fixture
def editor(transactional_db: None) -> User:
    return make_account("bianji")


def sign_in(page: Page, live_server: LiveServer, path: str) -> None:
    page.goto(live_server.url + path)
    page.locator("input[name=username]").fill("bianji")
    page.locator("input[name=password]").fill("a-long-word-1")
    page.locator("main form button").click()
    page.wait_for_url(live_server.url + path)


def fits(page: Page) -> bool:
    return page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")


@pytest.mark.parametrize("script", [pytest.param(True, id="script"), pytest.param(False, id="no script")])
def test_from_upload_to_publication(
    open_page: Callable[..., Page],
    live_server: LiveServer,
    editor: User,
    console_errors: list[str],
    tmp_path: Path,
    script: bool,
) -> None:
    beat()
    page = open_page(java_script_enabled=script)
    sign_in(page, live_server, reverse("desk"))
    broken = tmp_path / "坏.pdf"
    broken.write_bytes(b"<!DOCTYPE html><html></html>")
    page.get_by_label("公报文件").set_input_files([max(SAMPLES.glob("*.pdf")), broken])
    page.get_by_role("button", name="上传并识别").click()
    expect(page.locator(".sending" if script else ".messages")).to_contain_text("坏.pdf：内容是网页")
    if not script:
        expect(page.locator(".messages")).to_contain_text("已接收 1 个文件")
    expect(page.locator(".runs .run-state")).to_have_text("等待处理")

    run = IngestRun.objects.get()
    ingest_upload.call(run.pk)
    issue = Issue.objects.get()
    if not script:
        page.locator(".refresh").click()
    # with script the row changes by itself
    expect(page.locator(".runs .run-state")).to_have_text("已完成")
    expect(page.locator("[data-live=issues]")).to_contain_text(issue.name)
    page.locator(".runs").get_by_role("link", name=issue.name).click()

    page.wait_for_url("**" + reverse("desk-issue", args=[issue.pk]))
    expect(page.locator(".review-documents h4")).to_have_count(issue.documents.count())
    page.locator(".review-documents summary").first.click()
    expect(page.locator(".preview").first).to_be_visible()
    # one warning is open, and it is asked whether to publish nevertheless
    page.get_by_role("checkbox", name="仍要发布").check()
    page.get_by_role("button", name="发布", exact=True).click()
    expect(page.locator(".messages")).to_contain_text("已发布")
    page.get_by_role("link", name="读者页面").click()
    expect(page.locator("main")).to_contain_text(issue.documents.get(position=1).title)

    page.go_back()
    page.get_by_text("撤回这一期").click()
    page.locator("textarea").fill("排印有误")
    page.get_by_role("button", name="撤回", exact=True).click()
    expect(page.locator(".review-head .state")).to_have_text("已撤回")
    assert console_errors == []


def test_a_run_under_way_moves_without_being_asked(
    open_page: Callable[..., Page], live_server: LiveServer, editor: User, console_errors: list[str]
) -> None:
    run = IngestRun.objects.create(file_name="公报.pdf", sha256="0" * 64)
    page = open_page()
    sign_in(page, live_server, reverse("desk-runs"))
    state = page.locator(".runs .run-state")
    expect(state).to_have_text("等待处理")
    for number in (12, 31):
        IngestRun.objects.filter(pk=run.pk).update(
            state="running", stage="extract", page=number, page_count=74, lease_until="2099-01-01T00:00Z"
        )
        expect(state).to_have_text(re.compile(rf"读取文件\s*第 {number}/74 页"))
        expect(page.locator("progress")).to_have_js_property("value", number)
    IngestRun.objects.filter(pk=run.pk).update(state="failed", message="PDF 已损坏", lease_until=None)
    expect(state).to_have_text("失败")
    expect(page.locator("[data-announce]")).to_contain_text("PDF 已损坏")
    assert console_errors == []


@pytest.mark.parametrize("width", WIDTHS)
def test_nothing_runs_over_the_edge(
    open_page: Callable[..., Page],
    live_server: LiveServer,
    editor: User,
    console_errors: list[str],
    width: int,
) -> None:
    call_command("ingest", str(max(SAMPLES.glob("*.pdf"))))
    issue = Issue.objects.get()
    IngestRun.objects.create(
        file_name="长" * 120 + ".pdf", sha256="0" * 64, state="failed", message="文件已损坏。" * 20
    )
    page = open_page(width=width)
    sign_in(page, live_server, reverse("desk"))
    batch = open_batch("长" * 120)
    IngestRun.objects.create(file_name="长" * 120, state="failed", message="坏了。" * 20, batch=batch)
    IngestRun.objects.create(file_name="长" * 120, sha256="0" * 64, batch=batch)
    for path in (
        reverse("desk"),
        f"{reverse('desk')}?state=processing",
        reverse("desk-runs"),
        reverse("desk-batches"),
        reverse("desk-batch", args=[batch.pk]),
        reverse("desk-gaps"),
        reverse("desk-issue", args=[issue.pk]),
        *(reverse("desk-document", args=[issue.pk, n]) for n in range(1, 4)),
    ):
        page.goto(live_server.url + path)
        assert fits(page), path
    assert console_errors == []


def test_all_can_be_reached_with_the_keyboard(
    open_page: Callable[..., Page], live_server: LiveServer, editor: User
) -> None:
    page = open_page()
    sign_in(page, live_server, reverse("desk"))
    page.locator("#content").focus()
    reached = []
    for _step in range(16):
        page.keyboard.press("Tab")
        reached.append(
            page.evaluate("document.activeElement.name || document.activeElement.innerText.trim()")
        )
    order = [
        *("工作台", "上传记录", "批次", "缺漏", "退出"),
        *("uploads", "上传并识别", "文件夹、密码与替换", "全部 0", "处理中 0"),
    ]
    assert [one for one in reached if one in order] == order


# --- uploads by script -----------------------------------------------------------------------------------
DROP = """(zone, files) => {
  const data = new DataTransfer();
  for (const [name, bytes] of files) data.items.add(new File([Uint8Array.from(bytes)], name));
  for (const kind of ["dragenter", "dragover", "drop"]) {
    zone.dispatchEvent(new DragEvent(kind, { dataTransfer: data, bubbles: true, cancelable: true }));
  }
}"""


def drop(page: Page, files: dict[str, bytes]) -> None:
    """Let files fall on the upload area."""
    page.locator(".drop").evaluate(DROP, [[name, list(content)] for name, content in files.items()])


def test_files_are_dropped_and_told_of_one_by_one(
    open_page: Callable[..., Page], live_server: LiveServer, editor: User, console_errors: list[str]
) -> None:
    beat()
    first, second = min(SAMPLES.glob("*.txt")).read_bytes(), max(SAMPLES.glob("*.pdf")).read_bytes()
    page = open_page()
    sign_in(page, live_server, reverse("desk"))
    bars = page.evaluate_handle("""() => {
      const seen = [];
      new MutationObserver(() => document.querySelectorAll(".sending progress").forEach((bar) => seen.push(bar.value / bar.max)))
        .observe(document.querySelector(".sending"), { subtree: true, childList: true, attributes: true });
      return seen;
    }""")
    sent: list[str] = []
    page.on("request", lambda request: sent.append(request.url) if request.method == "POST" else None)
    drop(
        page,
        {
            "第1期.txt": first,
            "第2期.pdf": second,
            "坏.pdf": b"<!DOCTYPE html><html></html>",
            "空.pdf": b"",
            "封面.jpg": b"\xff\xd8\xff",
        },
    )
    told = page.locator(".sending li")
    expect(page.locator(".sending-all")).to_have_text("上传完毕：2 个排队识别，1 个没有接收或已在库中。")
    expect(told.filter(has_text="坏.pdf：内容是网页")).to_have_count(1)
    expect(told.filter(has_text="空.pdf")).to_contain_text("文件是空的，没有上传")
    expect(told.filter(has_text="封面.jpg")).to_contain_text("不是可以上传的格式")
    expect(told).to_have_count(3)
    # what is wrong at first sight was not sent
    assert len(sent) == 3
    assert 1 in bars.json_value()
    expect(page.locator(".runs tr.queued")).to_have_count(2)

    runs = list(IngestRun.objects.order_by("file_name"))
    assert [(run.file_name, run.uploaded_by) for run in runs] == [
        ("第1期.txt", editor),
        ("第2期.pdf", editor),
    ]
    for run in runs:
        assert ingest_upload.call(run.pk) == "added"
    expect(page.locator(".runs tr.done")).to_have_count(2)
    issue = Issue.objects.get(runs=runs[0])
    expect(page.locator("[data-live=issues]")).to_contain_text(issue.name)

    drop(page, {"另一个名字.txt": first})
    expect(told).to_have_text([f"另一个名字.txt：已在库中：{issue.name}"])
    told.get_by_role("link", name=issue.name).click()
    page.wait_for_url("**" + reverse("desk-issue", args=[issue.pk]))
    assert console_errors == []


def test_a_broken_connection_is_said_and_the_file_sent_again(
    open_page: Callable[..., Page], live_server: LiveServer, editor: User
) -> None:
    page = open_page()
    sign_in(page, live_server, reverse("desk"))
    address = f"**{reverse('desk-upload-file')}*"
    page.route(address, lambda route: route.abort("connectionreset"))
    drop(page, {"第1期.txt": min(SAMPLES.glob("*.txt")).read_bytes()})
    line = page.locator(".sending li")
    expect(line).to_contain_text("连接中断，没有收到这个文件")
    assert not IngestRun.objects.exists()
    page.unroute(address)
    line.get_by_role("button", name="再传一次").click()
    expect(page.locator(".runs tr.queued")).to_have_count(1)
    expect(line).to_have_count(0)


def test_signed_out_meanwhile_is_said(
    open_page: Callable[..., Page], live_server: LiveServer, editor: User
) -> None:
    page = open_page()
    sign_in(page, live_server, reverse("desk"))
    page.context.clear_cookies(name="sessionid")
    drop(page, {"第1期.txt": min(SAMPLES.glob("*.txt")).read_bytes()})
    expect(page.locator(".sending li")).to_contain_text("登录已过期")
    assert not IngestRun.objects.exists()


def test_a_locked_pdf_asks_for_its_password_on_its_row(
    open_page: Callable[..., Page],
    live_server: LiveServer,
    editor: User,
    console_errors: list[str],
    shared: Path,
) -> None:
    beat()
    page = open_page()
    sign_in(page, live_server, reverse("desk"))
    page.get_by_label("公报文件").set_input_files(shared / "issue" / "encrypted-user.pdf")
    page.get_by_role("button", name="上传并识别").click()
    row = page.locator(".runs tbody tr")
    expect(row).to_contain_text("等待处理")
    run = IngestRun.objects.get()
    assert ingest_upload.call(run.pk) == "failed"
    # the row asks by itself
    field = row.get_by_label("PDF 打开密码")
    field.fill("wrong")
    row.get_by_role("button", name="用密码再试").click()
    expect(page.locator(".messages")).to_contain_text("已重新排队")
    assert ingest_upload.call(run.pk) == "failed"
    expect(row).to_contain_text("密码不正确")
    field.fill("123456")
    row.get_by_role("button", name="用密码再试").click()
    expect(row).to_contain_text("等待处理")
    assert ingest_upload.call(run.pk) == "added"
    expect(row).to_contain_text(Issue.objects.get().name)
    assert console_errors == []


# --- batches ---------------------------------------------------------------------------------------------
def no_issue(n: int) -> bytes:
    return f"今天天气很好{'。' * n}\n".encode()


def test_a_folder_becomes_a_batch_that_can_be_held_back(
    open_page: Callable[..., Page],
    live_server: LiveServer,
    editor: User,
    console_errors: list[str],
    tmp_path: Path,
) -> None:
    beat()
    folder = tmp_path / "往期公报"
    (folder / "2023").mkdir(parents=True)
    (folder / "2023" / "第1期.txt").write_bytes(min(SAMPLES.glob("*.txt")).read_bytes())
    for name in ("Thumbs.db", "README.md", "~$第2期.docx"):
        (folder / "2023" / name).write_bytes(b"x")
    for n in range(2):
        (folder / f"日记{n}.txt").write_bytes(no_issue(n))
    page = open_page()
    sign_in(page, live_server, reverse("desk"))
    page.get_by_text("文件夹、密码与替换").click()
    page.get_by_label("整个文件夹").set_input_files(folder)
    page.get_by_role("button", name="上传并识别").click()
    page.wait_for_url("**/desk/batches/*/")
    batch = Batch.objects.get()
    assert (batch.name, batch.created_by, batch.runs.count()) == ("往期公报", editor, 3)
    counts = page.locator(".score")
    expect(counts).to_contain_text(re.compile(r"等待处理\s*3"))

    page.get_by_role("button", name="暂停").click()
    expect(page.locator("h1 .state")).to_have_text("已暂停")
    for run in batch.runs.all():
        assert ingest_upload.call(run.pk) == "nothing to do"
    page.get_by_role("button", name="继续").click()
    expect(page.locator("h1 .state")).to_have_text("进行中")
    for run in batch.runs.all():
        ingest_upload.call(run.pk)
    # the report follows without being asked
    expect(page.locator("h1 .state")).to_have_text("已完成")
    expect(counts).to_contain_text(re.compile(r"已入库\s*1"))
    expect(counts).to_contain_text(re.compile(r"失败\s*2"))
    expect(page.locator(".runs tr.failed")).to_have_count(2)
    expect(page.locator(".runs tr.failed").first).to_contain_text("没有找到公文")

    page.get_by_role("button", name="重试全部失败的文件").click()
    expect(page.locator(".messages")).to_contain_text("2 个文件已重新排队")
    assert batch.runs.filter(state="queued").count() == 2
    assert console_errors == []


def test_many_dropped_files_are_a_batch_and_what_was_refused_is_read_before_the_page_changes(
    open_page: Callable[..., Page], live_server: LiveServer, editor: User
) -> None:
    page = open_page()
    sign_in(page, live_server, reverse("desk"))
    files = {f"{n:02}.txt": no_issue(n) for n in range(12)}
    drop(page, files | {"坏.pdf": b"<!DOCTYPE html><html></html>"})
    expect(page.locator(".sending-all")).to_have_text("上传完毕：12 个排队识别，1 个没有接收或已在库中。")
    expect(page.locator(".sending li")).to_contain_text("坏.pdf：内容是网页")
    batch = Batch.objects.get()
    assert batch.runs.filter(state="queued").count() == 12
    page.locator(".to-batch").click()
    page.wait_for_url("**" + reverse("desk-batch", args=[batch.pk]))
    expect(page.locator(".score")).to_contain_text(re.compile(r"等待处理\s*12"))
