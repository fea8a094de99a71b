"""Waiting for another process."""

import os
import resource
from collections.abc import Iterator

import pytest

from archive.ingest.waiting import has_output


@pytest.fixture
def pipe() -> Iterator[tuple[int, int]]:
    ends = os.pipe()
    yield ends
    for end in ends:
        os.close(end)


def test_nothing_comes(pipe: tuple[int, int]) -> None:
    assert not has_output(pipe[0], 0.01)
    assert not has_output(pipe[0], -1)


def test_something_comes(pipe: tuple[int, int]) -> None:
    os.write(pipe[1], b"x")
    assert has_output(pipe[0], 0)


def test_the_end_is_something_to_read() -> None:
    reading, writing = os.pipe()
    os.close(writing)
    assert has_output(reading, 1)
    os.close(reading)


def test_a_process_with_many_open_files(pipe: tuple[int, int]) -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(4096, hard), hard))
    high = 2000
    os.dup2(pipe[0], high)
    try:
        os.write(pipe[1], b"x")
        assert has_output(high, 0)
    finally:
        os.close(high)
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
