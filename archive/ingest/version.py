"""The version of the parser, apart from it: storing an issue needs the number and not the parser."""

# Raised when the parser reads differently; stored with each issue. `reparse` brings older issues up to it.
PARSER_VERSION = "3"


def is_older(version: str) -> bool:
    """True for an issue that an older parser has read, or one that nobody knows."""
    return not version.isdecimal() or int(version) < int(PARSER_VERSION)
