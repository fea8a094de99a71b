"""Files of an index that are known to be as they were written: read once, and again when somebody has touched them."""

from collections.abc import Callable, Iterable
from pathlib import Path

from archive.search.folder import Seen, seen_of
from archive.search.stores import StoreUnreadable


class CheckedFiles:
    """Files of one folder, each whole when this was made."""

    def __init__(
        self,
        folder: Path,
        names: Iterable[str],
        is_whole: Callable[[Path], bool],
        known: "CheckedFiles | None" = None,
    ) -> None:
        """Raises StoreUnreadable for a file that is not whole, FileNotFoundError for one that is gone.

        What `known` has looked at, and nobody touched since, is not read again.
        """
        self._folder = folder
        self._seen: dict[str, Seen] = {}
        for name in names:
            path = folder / name
            seen = seen_of(path)
            if (known is None or known._seen.get(name) != seen) and not is_whole(path):
                raise StoreUnreadable(f"{path} is damaged")
            self._seen[name] = seen

    def are_untouched(self) -> bool:
        """False when one was written to, replaced or deleted since."""
        try:
            return all(seen_of(self._folder / name) == seen for name, seen in self._seen.items())
        except FileNotFoundError:
            return False
