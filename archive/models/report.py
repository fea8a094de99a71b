"""What readers tell the desk."""

from django.db import models


class ReaderReport(models.Model):
    """A reader's word that something in a document is wrong. It stands at the desk as a finding and nowhere else.

    A row of its own, since findings are written anew by each reading of the file.
    """

    document = models.ForeignKey("archive.Document", on_delete=models.CASCADE, related_name="reports")
    words = models.TextField()
    # The line that the reader means, as copied or typed; an address to answer to. Each may be blank.
    quote = models.TextField(blank=True)
    contact = models.EmailField(blank=True)
    made_at = models.DateTimeField(auto_now_add=True)
    # Who sent it, as a keyed hash, while it counts against the next ones from there; then blank.
    client = models.CharField(max_length=64, blank=True)

    class Meta:
        ordering = ["made_at", "pk"]
        constraints = [
            models.CheckConstraint(condition=~models.Q(words=""), name="reader_report_says_something")
        ]
        indexes = [models.Index(fields=["client", "made_at"], name="reader_report_client")]

    def __str__(self) -> str:
        return self.words[:40]
