"""Typesetting of gazette issues for samples and tests: a manuscript with light marks → PDF, text and the truth about it.

`python -m tests.typeset` makes the bundled samples again from `archive/samples/source/`.
"""

from tests.typeset.issue import SetIssue, typeset
from tests.typeset.sheet import Drawing
from tests.typeset.small import SMALL_SOURCE, small_issue
from tests.typeset.source import parse_source, read_source
from tests.typeset.text import issue_text
from tests.typeset.truth import issue_truth

__all__ = [
    "SMALL_SOURCE",
    "Drawing",
    "SetIssue",
    "issue_text",
    "issue_truth",
    "parse_source",
    "read_source",
    "small_issue",
    "typeset",
]
