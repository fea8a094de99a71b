"""Pictures of pages weigh little enough to leaf through an issue on a phone."""

from pathlib import Path

import pytest
from django.conf import settings
from PIL import Image

from archive import pictures

SAMPLE = settings.BASE_DIR / "archive" / "samples" / "jichuan-2024-01.pdf"


@pytest.fixture
def folder(data_folder: Path) -> Path:
    (data_folder / "pictures").mkdir(exist_ok=True)
    return data_folder


def test_a_page_weighs_no_more_than_it_may(folder: Path) -> None:
    for number in (1, 4, 8):
        picture = pictures.page_picture(lambda: SAMPLE, "a" * 64, number)
        assert picture is not None and picture.stat().st_size <= pictures.MAX_BYTES


def test_a_dense_page_is_drawn_smaller(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = pictures.page_picture(lambda: SAMPLE, "a" * 64, 8)
    monkeypatch.setattr(pictures, "MAX_BYTES", 60_000)
    small = pictures.page_picture(lambda: SAMPLE, "b" * 64, 8)
    assert whole is not None and small is not None
    assert small.stat().st_size <= 60_000 < whole.stat().st_size
    with Image.open(small) as one, Image.open(whole) as other:
        assert one.width < other.width
