"""What can be wrong with a file, said so that the reader of the message can mend it."""


class IngestError(Exception):
    """A file cannot be taken in. The message is one line: file, page and step where known, what is wrong, remedy.

    `needs` says what would help, "password" or "replace", so that every place can name its own means: a command
    its option, a page its field. `step` is the step that failed, as people read it (读取文件), "" when unknown.
    """

    needs = ""

    def __init__(self, file: str, problem: str, remedy: str, page: int | None = None) -> None:
        self.file, self.problem, self.remedy, self.page = file, problem, remedy, page
        self.step = ""
        super().__init__(file, problem, remedy, page)

    def __str__(self) -> str:
        step = f"（{self.step}）" if self.step else ""
        return f"{self.file}{'，' if self.page else ''}{self.page_name}{step}：{self.advice(self.remedy)}"

    @property
    def page_name(self) -> str:
        """第 3 页, or "" when no page is to blame."""
        return f"第 {self.page} 页" if self.page else ""

    def advice(self, remedy: str) -> str:
        """What is wrong, and `remedy`."""
        return f"{self.problem}。{remedy}"


class UnreadableFile(IngestError):
    """The file is damaged, empty, or not what its name says."""


class PasswordNeeded(IngestError):
    """The PDF asks for a password to open it, and would be read with it."""

    needs = "password"


class NoDocuments(IngestError):
    """The file was read, and holds no official document."""


class LimitExceeded(IngestError):
    """Reading the file took more time, memory or pages than one issue may."""


class NoRoom(IngestError):
    """The disk is full: nothing is wrong with the file, and nothing of it was kept."""

    def __init__(
        self,
        file: str,
        problem: str = "服务器磁盘已满，这个文件没有入库",
        remedy: str = "请联系管理员，腾出空间后再试",
        page: int | None = None,
    ) -> None:
        super().__init__(file, problem, remedy, page)


class FilesUnreachable(IngestError):
    """The place where files are kept does not answer: nothing is wrong with the file, and nothing was changed."""

    def __init__(
        self,
        file: str,
        problem: str = "存放文件的 S3 服务没有应答，没有读到或没有存下这个文件",
        remedy: str = "请管理员检查 FILES_S3_ 各项设置、访问密钥与网络，恢复后再试",
        page: int | None = None,
    ) -> None:
        super().__init__(file, problem, remedy, page)


class IssueConflict(IngestError):
    """Another file of the same issue is in the archive already; `replaceable` when this one may take its place."""

    def __init__(
        self, file: str, problem: str, remedy: str, page: int | None = None, *, replaceable: bool = False
    ) -> None:
        super().__init__(file, problem, remedy, page)
        self.needs = "replace" if replaceable else ""
