"""What kind of file it is, by what it holds: asked at the upload already, before anything is read."""

from pathlib import Path

from archive.ingest.errors import UnreadableFile

CONVERT = {
    ".doc": "请在 Word 或 WPS 中另存为 PDF 后再上传",
    ".wps": "请在 WPS 中另存为 PDF 后再上传",
    ".ofd": "请用 OFD 阅读器导出为 PDF 后再上传",
    ".docx": "请另存为 PDF 后再上传",
}


def file_kind(path: Path, name: str) -> str:
    """pdf or text, by what the file holds; its name only helps the message. Raises UnreadableFile."""
    suffix = Path(name).suffix.lower()
    with path.open("rb") as stream:
        head = stream.read(1024)
    if not head.strip():
        raise UnreadableFile(name, "文件是空的（0 字节）", "请重新导出或重新上传该文件")
    if b"%PDF-" in head:
        return "pdf"
    if head.lstrip()[:64].lower().startswith((b"<!doctype html", b"<html", b"<?xml", b"<head", b"<body")):
        raise UnreadableFile(name, "内容是网页（HTML）", "请在浏览器中打印为 PDF 后再上传")
    if suffix in CONVERT:
        raise UnreadableFile(name, f"暂不支持 {suffix} 文件", CONVERT[suffix])
    if suffix == ".pdf":
        raise UnreadableFile(name, "内容不是 PDF", "请确认文件类型，或另存为 PDF 后再上传")
    if head.startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0", b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"Rar!")):
        raise UnreadableFile(name, "不是公报文件（PDF 或纯文本）", "请另存为 PDF 后再上传")
    return "text"
