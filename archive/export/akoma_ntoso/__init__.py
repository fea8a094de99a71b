"""A document as Akoma Ntoso 1.0 (OASIS LegalDocML), valid after its schema."""

from archive.export.akoma_ntoso.whole import CONTENT_TYPE, document_to_akn

__all__ = ["CONTENT_TYPE", "document_to_akn"]
