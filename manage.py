#!/usr/bin/env python
"""Run a command of the archive: `python manage.py help` lists them."""

import os
import sys


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "gazette.settings")
    if sys.argv[1:2] == ["parse"]:
        # It knows no database; to load the applications would take a third of its time.
        from archive.management.commands.parse import Command

        Command().run_from_argv(sys.argv)
    elif sys.argv[1:2] in (["verify_manifest"], ["verify-manifest"]):
        verify_manifest()
    else:
        from django.core.management import execute_from_command_line

        execute_from_command_line(sys.argv)


def verify_manifest() -> None:
    """Check manifests on any machine: no settings are read, no database is looked for."""
    from django.conf import settings

    from archive.management.commands.verify_manifest import Command

    settings.configure()
    Command().run_from_argv(sys.argv)


if __name__ == "__main__":
    main()
