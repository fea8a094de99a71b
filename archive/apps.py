"""The archive as a Django application."""

from django.apps import AppConfig


class ArchiveConfig(AppConfig):
    name = "archive"
    verbose_name = "公报档案"

    def ready(self) -> None:
        from archive import audit

        audit.register()
