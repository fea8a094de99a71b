"""What a harvester is told when its request cannot be answered; the codes are those of the protocol."""

from enum import StrEnum


class Code(StrEnum):
    """The error codes of OAI-PMH 2.0."""

    BAD_ARGUMENT = "badArgument"
    BAD_TOKEN = "badResumptionToken"
    BAD_VERB = "badVerb"
    NO_FORMAT = "cannotDisseminateFormat"
    NO_RECORD = "idDoesNotExist"
    NO_RECORDS = "noRecordsMatch"


class OaiError(Exception):
    """The request gets this error for an answer. The message repeats nothing of what was sent."""

    def __init__(self, code: Code, message: str) -> None:
        super().__init__(message)
        self.code = code
