"""The archive as a Django application."""

from django.apps import AppConfig
from django.core.checks import register


class ArchiveConfig(AppConfig):
    name = "archive"
    verbose_name = "公报档案"

    def ready(self) -> None:
        from archive import audit
        from archive.alerts.checks import check_mail
        from archive.authenticity.checks import check_manifest_key
        from archive.ingest.checks import check_files_store
        from archive.search.checks import check_engine

        audit.register()
        register(check_engine)
        register(check_files_store)
        register(check_manifest_key)
        register(check_mail)
