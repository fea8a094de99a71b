"""What can be wrong with a file, said so that the reader of the message can mend it."""


class IngestError(Exception):
    """A file cannot be taken in. The message is one line: file, page where known, what is wrong, remedy."""

    def __init__(self, file: str, problem: str, remedy: str, page: int | None = None) -> None:
        self.file, self.problem, self.remedy, self.page = file, problem, remedy, page
        where = f"{file}，第 {page} 页" if page else file
        super().__init__(f"{where}：{problem}。{remedy}")


class UnreadableFile(IngestError):
    """The file is damaged, empty, or not what its name says."""


class PasswordNeeded(IngestError):
    """The PDF asks for a password to open it."""


class NoDocuments(IngestError):
    """The file was read, and holds no official document."""


class LimitExceeded(IngestError):
    """Reading the file took more time, memory or pages than one issue may."""


class IssueConflict(IngestError):
    """Another file of the same issue is in the archive already."""
