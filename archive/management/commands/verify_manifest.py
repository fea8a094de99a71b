"""`manage.py verify_manifest FILE --key PUBLIC.pem`: are these the manifests that the archive has signed? Offline."""

import sys
from argparse import ArgumentParser
from collections import Counter
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from archive.authenticity.manifest_text import ManifestText, NotReadable, parse_keys
from archive.authenticity.offline import PUBLISHED, Given, Judged, judge, judge_files

# Neither right nor wrong: nothing was judged.
_NOT_JUDGED = 2


class Command(BaseCommand):
    help = (
        "Check manifests of published files by a public key alone, without network and database: signature, form, and that "
        "each names the one before. Exit 0: all is well; 1: something is not; 2: a file or a key cannot be read."
    )
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("manifest", type=Path, nargs="+", help="2026-10.json, and others of the chain")
        parser.add_argument("--key", type=Path, required=True, help="a public key (PEM), or keys.json")
        parser.add_argument(
            "--signature", type=Path, help="of the one manifest that is given (its name with .sig behind it)"
        )
        parser.add_argument(
            "--files", type=Path, help="a folder: is each file in it one that the latest manifest lists?"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        paths: list[Path] = options["manifest"]
        if options["signature"] and len(paths) > 1:
            raise CommandError("--signature 只能与一份清单一起给出", returncode=_NOT_JUDGED)
        try:
            keys = parse_keys(_read(options["key"]))
        except NotReadable as error:
            raise CommandError(f"{options['key']}：{error}", returncode=_NOT_JUDGED) from error
        found = judge([_given(path, options["signature"]) for path in paths], keys)
        for one in found:
            self._tell(one)
        good = all(one.is_good for one in found)
        if options["files"] is not None:
            latest = found[-1]
            if not latest.is_good or latest.manifest is None:
                self.stdout.write("FAIL 没有可信的清单，文件没有核对")
            else:
                good = self._judge_files(options["files"], latest.manifest) and good
        if not good:
            sys.exit(1)

    def _tell(self, one: Judged) -> None:
        about = ""
        if one.is_good and one.manifest and one.key:
            about = f"：{one.manifest.month}，{len(one.manifest.files)} 个文件，密钥 {one.key.id}"
        self.stdout.write(f"{'OK  ' if one.is_good else 'FAIL'} {one.name}{about}")
        for line in [*one.problems, *one.said]:
            self.stdout.write(f"     {line}")

    def _judge_files(self, folder: Path, manifest: ManifestText) -> bool:
        """True when the folder holds nothing but listed files; each of them is told."""
        if not folder.is_dir():
            raise CommandError(f"{folder} 不是文件夹", returncode=_NOT_JUDGED)
        counts, seen = Counter[bool](), set[str]()
        try:
            for one in judge_files(folder, manifest):
                counts[one.listed is not None] += 1
                if one.listed is None:
                    self.stdout.write(f"FAIL {one.path}\n     清单中没有这个文件")
                    continue
                seen.add(one.listed["sha256"])
                state = one.listed.get("state")
                now = "" if state == PUBLISHED else f"（{state}，{one.listed.get('ended') or '时间不详'}）"
                place = f"{one.listed.get('gazette')} {one.listed.get('year')} {one.listed.get('issue')}"
                self.stdout.write(f"OK   {one.path}：{place}{now}")
        except OSError as error:
            raise CommandError(
                f"{error.filename} 无法读取（{error.strerror}）", returncode=_NOT_JUDGED
            ) from error
        given = {one["sha256"] for one in manifest.files if one.get("state") == PUBLISHED}
        self.stdout.write(
            f"清单 {manifest.month}：文件夹中 {counts[True]} 个相符，{counts[False]} 个不在清单；"
            f"清单中现行的文件有 {len(given - seen)} 个不在文件夹中"
        )
        return not counts[False]


def _given(path: Path, signature: Path | None) -> Given:
    beside = signature or path.with_name(f"{path.name}.sig")
    return Given(str(path), _read(path), _read(beside) if signature or beside.exists() else None)


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise CommandError(f"{path} 无法读取（{error.strerror}）", returncode=_NOT_JUDGED) from error
