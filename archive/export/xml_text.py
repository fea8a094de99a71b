"""What of a text XML 1.0 can hold: feeds and Akoma Ntoso go by this."""

import re

# The others it cannot write, not even as references.
_NOT_IN_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def cleaned(text: str) -> str:
    """The text with a sign (U+FFFD) for each character that XML cannot hold."""
    return _NOT_IN_XML.sub("\ufffd", text)
