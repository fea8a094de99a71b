"""What stops a backup or a restore."""


class BackupError(Exception):
    """A sentence for whoever runs the command: what is wrong, where, and what helps."""
