"""Several files read side by side and never far ahead: what was read waits in memory until it is stored."""

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from itertools import islice
from typing import Any, TypeVar

from django.db import connection

Item = TypeVar("Item")
Read = TypeVar("Read")


def read_ahead(
    items: Iterable[Item],
    read: Callable[[Item], Read],
    workers: int,
    drop: Callable[[Item], None] | None = None,
) -> Iterator[tuple[Item, Future[Read]]]:
    """Each item with the future of what `read` makes of it, in the order given.

    `workers` threads read (each file is read in a process of its own, so they use as many cores); at most twice as
    many items are under way or wait. `drop` is called with those that were begun and are wanted no more.
    """
    remaining = iter(items)
    waiting: deque[tuple[Item, Future[Read]]] = deque()

    def read_in_thread(item: Item) -> Read:
        try:
            return read(item)
        finally:
            connection.close()

    with ThreadPoolExecutor(workers) if workers > 1 else InThisThread() as pool:
        work = read_in_thread if workers > 1 else read
        room = 2 * workers if workers > 1 else 1
        try:
            while True:
                for item in islice(remaining, room - len(waiting)):
                    waiting.append((item, pool.submit(work, item)))
                if not waiting:
                    return
                yield waiting.popleft()
        finally:
            for item, future in waiting:
                future.cancel()
                if drop is not None:
                    drop(item)


class InThisThread(Executor):
    """Does at once what it is given: one file after the other needs no thread."""

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        future: Future[Any] = Future()
        try:
            future.set_result(fn(*args, **kwargs))
        except Exception as error:
            future.set_exception(error)
        return future
