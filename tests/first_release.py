"""An archive as the first release left it: rows in every table of its schema, in words of that schema alone.

    python -m tests.first_release      migrates an empty database to that schema and fills it
    python -m tests.first_release ask  prints, as JSON, how what it filled in reads in the schema of today

`DATABASE_URL` says which database.
"""

import json
import os
import sys
from datetime import UTC, date, datetime
from typing import Any

FIRST = ("archive", "0001_archive")
SENTENCE = "根据《古树名木保护条例》（云政发〔2023〕9号），制定本办法。"
REPORTED = datetime(2024, 5, 6, 7, 8, 9, tzinfo=UTC)


def rows() -> dict[str, list[dict[str, Any]]]:
    """The rows of each model, parents first; a relation is given by the key of its row."""
    issue = {
        "gazette_id": 1,
        "year": 2024,
        "source_kind": "pdf",
        "page_count": 3,
        "parser_version": "1",
        "added_at": REPORTED,
        "changed_at": REPORTED,
    }
    document = {"issue_id": 1, "signed_by": ["云岭市人民政府"], "first_page": 2, "last_page": 3}
    return {
        "Gazette": [
            {
                "id": 1,
                "name": "云岭市人民政府公报",
                "slug": "云岭市人民政府公报",
                "organiser": "云岭市人民政府",
            }
        ],
        "Issue": [
            issue
            | {
                "id": 1,
                "label": "1",
                "number": 1,
                "total_number": 77,
                "published_on": date(2024, 2, 28),
                "file_name": "一.pdf",
                "sha256": "1" * 64,
                "file_size": 123_456_789_012,
                "state": "published",
                "released_at": REPORTED,
            },
            issue | {"id": 2, "label": "增刊1", "file_name": "二.pdf", "sha256": "2" * 64, "state": "draft"},
            issue
            | {
                "id": 3,
                "label": "2",
                "file_name": "三.pdf",
                "sha256": "3" * 64,
                "state": "withdrawn",
                "released_at": REPORTED,
                "withdrawn_at": REPORTED,
                "withdrawn_reason": "印刷有误",
            },
        ],
        "Page": [
            {
                "id": n,
                "issue_id": 1,
                "number": n,
                "printed_number": n + 10,
                "width": 595.3,
                "height": 841.9,
                "lines": [["第一条 本办法", 72.0, 96.5, 310.25, 108.0]],
            }
            for n in (1, 2, 3)
        ],
        "Document": [
            document
            | {
                "id": 1,
                "public_id": "aaaa2222",
                "position": 1,
                "category": "市政府文件",
                "title": "云岭市人民政府关于印发古树名木保护办法的通知",
                "title_in_contents": "关于印发古树保护办法的通知",
                "page_in_contents": 12,
                "number": "云政发〔2024〕1号",
                "number_as_printed": "云政发〔2024〕 1 号",
                "number_in_contents": "云政发〔2024〕2号",
                "number_code": "云政发",
                "number_year": 2024,
                "number_sequence": 1,
                "issuer": "云岭市人民政府",
                "kind": "通知",
                "recipients": "各县（区）人民政府",
                "signed_on": date(2024, 1, 31),
                "note": "此件公开发布",
                "printed_first_page": 12,
                "printed_last_page": 13,
            },
            document | {"id": 2, "public_id": "bbbb3333", "position": 2, "title": "关于王𠮷任职的通知"},
            document
            | {
                "id": 3,
                "public_id": "cccc4444",
                "position": 3,
                "title": "撤回的通知",
                "withdrawn_at": REPORTED,
                "withdrawn_reason": "个人信息",
            },
            document | {"id": 4, "public_id": "dddd5555", "issue_id": 2, "position": 1, "title": "草稿"},
        ],
        "DocumentAlias": [{"id": 1, "public_id": "eeee6666", "document_id": 1}],
        "ContentsEntry": [
            {
                "id": 1,
                "issue_id": 1,
                "position": 1,
                "category": "市政府文件",
                "title": "关于印发古树保护办法的通知",
                "number": "云政发〔2024〕2号",
                "page": 12,
                "document_id": 1,
            },
            {"id": 2, "issue_id": 1, "position": 2, "title": "没有正文的一条"},
        ],
        "Section": [
            {
                "id": 1,
                "document_id": 1,
                "position": 1,
                "level": 1,
                "label": "一、",
                "heading": "总则",
                "page": 2,
                "anchor": "s-1",
            },
            {
                "id": 2,
                "document_id": 1,
                "position": 2,
                "level": 2,
                "label": "（一）",
                "heading": "目的",
                "run_in": True,
                "page": 2,
                "anchor": "s-1-1",
                "parent_id": 1,
            },
        ],
        "Table": [
            {
                "id": 1,
                "document_id": 1,
                "position": 1,
                "title": "古树名录",
                "columns": ["序号", "树种"],
                "rows": [["1", "银杏<b>"]],
                "page": 3,
                "last_page": 3,
            }
        ],
        "Roster": [
            {
                "id": 1,
                "document_id": 1,
                "position": 1,
                "members": [{"role": "组长", "person": "石峥", "post": "副市长"}],
                "page": 3,
            }
        ],
        "Block": [
            {
                "id": 1,
                "document_id": 1,
                "position": 1,
                "kind": "heading",
                "text": "一、总则",
                "page": 2,
                "section_id": 1,
            },
            {
                "id": 2,
                "document_id": 1,
                "position": 2,
                "kind": "paragraph",
                "text": f"（一）目的。{SENTENCE}",
                "page": 2,
                "section_id": 2,
            },
            {
                "id": 3,
                "document_id": 1,
                "position": 3,
                "kind": "subtitle",
                "text": "古树名木保护办法",
                "page": 3,
            },
            {
                "id": 4,
                "document_id": 1,
                "position": 4,
                "kind": "table",
                "text": "序号\t树种\n1\t银杏<b>",
                "page": 3,
                "table_id": 1,
            },
            {
                "id": 5,
                "document_id": 1,
                "position": 5,
                "kind": "roster",
                "text": "组长 石峥 副市长",
                "page": 3,
                "roster_id": 1,
            },
            {
                "id": 6,
                "document_id": 2,
                "position": 1,
                "kind": "paragraph",
                "text": "任命王𠮷为市财政局局长。",
                "page": 3,
            },
        ],
        "Attachment": [
            {"id": 1, "document_id": 1, "position": 1, "label": "1", "title": "分工", "omitted": True}
        ],
        "Enclosure": [{"id": 1, "document_id": 1, "position": 1, "title": "古树名木保护办法", "block_id": 3}],
        "Appointment": [
            {
                "id": 1,
                "document_id": 2,
                "position": 1,
                "action": "appoint",
                "person": "王𠮷",
                "person_as_printed": "王 𠮷",
                "post": "市财政局局长",
                "remark": "试用期一年",
            }
        ],
        "Reference": [
            {
                "id": 1,
                "document_id": 2,
                "position": 1,
                "relation": "based-on",
                "number": "云政发〔2024〕1号",
                "evidence": SENTENCE,
                "target_id": 1,
            },
            {
                "id": 2,
                "document_id": 1,
                "position": 1,
                "relation": "cites",
                "title": "古树名木保护条例",
                "evidence": SENTENCE,
            },
        ],
        "Finding": [
            {
                "id": 1,
                "issue_id": 1,
                "document_id": 1,
                "position": 1,
                "code": "number-differs",
                "severity": "error",
                "page": 2,
                "message": "文号不一致",
                "evidence": ["1号", "2号"],
            }
        ],
        "IngestRun": [
            {
                "id": 1,
                "file_name": "一.pdf",
                "sha256": "1" * 64,
                "state": "done",
                "stage": "index",
                "page": 3,
                "page_count": 3,
                "attempts": 1,
                "created_at": REPORTED,
                "finished_at": REPORTED,
                "issue_id": 1,
            },
            {
                "id": 2,
                "file_name": "四.pdf",
                "sha256": "4" * 64,
                "state": "failed",
                "stage": "extract",
                "message": "文件已损坏",
                "created_at": REPORTED,
                "finished_at": REPORTED,
            },
        ],
    }


def fill() -> None:
    from django.core.management import call_command
    from django.core.management.color import no_style
    from django.db import connection
    from django.db.migrations.executor import MigrationExecutor

    call_command("migrate", *FIRST, verbosity=0)
    apps = MigrationExecutor(connection).loader.project_state([FIRST]).apps
    models = {model.__name__: model for model in apps.get_app_config("archive").get_models()}
    filled = rows()
    if missing := models.keys() ^ filled.keys():
        raise SystemExit(f"not in both: {sorted(missing)}")
    for name, wanted in filled.items():
        # In one statement: times that are made at saving stay as they are given.
        models[name].objects.bulk_create(models[name](**row) for row in wanted)
        for row in wanted:
            times = {key: value for key, value in row.items() if isinstance(value, datetime)}
            models[name].objects.filter(pk=row["id"]).update(**times)
    with connection.cursor() as cursor:
        for statement in connection.ops.sequence_reset_sql(no_style(), list(models.values())):
            cursor.execute(statement)


def read() -> dict[str, list[dict[str, Any]]]:
    """The same rows and columns as the models of today have them."""
    from django.apps import apps

    return {
        name: list(
            apps.get_model("archive", name)
            .objects.filter(pk__in=[row["id"] for row in wanted])
            .order_by("pk")
            .values(*sorted({key for row in wanted for key in row}))
        )
        for name, wanted in rows().items()
    }


def as_json(value: Any) -> str:
    from django.core.serializers.json import DjangoJSONEncoder

    return json.dumps(value, cls=DjangoJSONEncoder, ensure_ascii=False, sort_keys=True)


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "gazette.settings")
    import django

    django.setup()
    if sys.argv[1:] == ["ask"]:
        print(as_json(read()))
    else:
        fill()
