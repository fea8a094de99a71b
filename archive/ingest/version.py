"""The version of the parser, apart from it: storing an issue needs the number and not the parser."""

# Raised when the parser reads differently; stored with each issue.
PARSER_VERSION = "1"
