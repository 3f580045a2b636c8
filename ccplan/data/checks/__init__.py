"""Whether a centre's tables can be trusted, and what can be asked of them."""

from .folder import CheckReport, check_folder

__all__ = ["CheckReport", "check_folder"]
