"""Makes the bundled samples and their truth again: `python -m tests.typeset`."""

import json
from pathlib import Path

from tests.typeset import issue_text, issue_truth, read_source, typeset

PROJECT = Path(__file__).resolve().parents[2]
SAMPLES = PROJECT / "archive" / "samples"
TRUTH = PROJECT / "tests" / "samples_truth"
# This issue is bundled as a text file; the others are PDFs.
AS_TEXT = {"jichuan-2023-06"}


def main() -> None:
    """Write each issue of `archive/samples/source/` beside its folder, and its truth under `tests/samples_truth/`."""
    TRUTH.mkdir(exist_ok=True)
    for source in sorted((SAMPLES / "source").glob("*.md")):
        setting = typeset(read_source(source))
        if source.stem in AS_TEXT:
            file = SAMPLES / f"{source.stem}.txt"
            text = issue_text(setting.issue, [place.first + 1 for place in setting.placements])
            file.write_text(text, encoding="utf-8")
        else:
            file = SAMPLES / f"{source.stem}.pdf"
            file.write_bytes(setting.pdf())
        truth = issue_truth(setting, "text" if source.stem in AS_TEXT else "pdf")
        (TRUTH / f"{source.stem}.json").write_text(
            json.dumps(truth, ensure_ascii=False, indent=1) + "\n", encoding="utf-8"
        )
        print(f"{file.name}: {len(setting.sheets)} pages, {len(setting.placements)} documents")


if __name__ == "__main__":
    main()
