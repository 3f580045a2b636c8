"""Ready readers for what telephone systems export: each is recognised by looking, or named by its kind."""

from .shape import Reader, find_reader, reader_of_kind

__all__ = ["Reader", "find_reader", "reader_of_kind"]
