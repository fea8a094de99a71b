"""What a command says of a file that could not be taken in, with the option that helps."""

from archive.ingest.errors import IngestError

OPTIONS = {"password": "--password", "replace": "--replace"}


def told(error: IngestError) -> str:
    """The message on one line: 第2期.pdf（读取文件）：PDF 设有打开密码。请给出打开密码（--password）"""
    option = OPTIONS.get(error.needs)
    return f"{error}（{option}）" if option else str(error)
