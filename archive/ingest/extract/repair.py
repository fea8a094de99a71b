"""A damaged PDF written anew: qpdf, by way of pikepdf, finds objects that the file itself has lost track of."""

from io import BytesIO
from pathlib import Path

# A rewritten file stays in memory, since the reading process may write none.
MAX_REWRITTEN = 256 * 1024 * 1024


class Beyond(Exception):
    """The file cannot be rewritten either."""


class WrongPassword(Exception):
    """The file asks for another password."""


def rewritten(path: Path, password: str) -> BytesIO:
    """The PDF with its objects found and counted anew, without encryption. Raises Beyond or WrongPassword."""
    # only damaged files need it, and it takes a while to load
    import pikepdf

    target = BytesIO()
    try:
        with pikepdf.open(path, password=password, suppress_warnings=True) as document:
            # counting the pages also mends their tree; where that is lost, the pages themselves may be there
            if not len(document.pages):
                for each in list(document.objects):
                    if isinstance(each, pikepdf.Dictionary) and each.get("/Type") == "/Page":
                        document.pages.append(pikepdf.Page(each))
            if not len(document.pages):
                raise Beyond("no pages")
            document.save(target, object_stream_mode=pikepdf.ObjectStreamMode.disable, encryption=False)
    except pikepdf.PasswordError as error:
        raise WrongPassword from error
    except (pikepdf.PdfError, RuntimeError, ValueError, TypeError, KeyError, OSError) as error:
        raise Beyond(str(error)) from error
    if target.tell() > MAX_REWRITTEN:
        raise Beyond("too large")
    target.seek(0)
    return target
