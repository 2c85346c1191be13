"""Ids in forms and addresses, where anybody may have typed anything."""

DIGITS = 18  # what every database can hold


def read_id(text: str | None) -> int:
    """The number; 0, which is nobody's, for whatever else."""
    text = text or ""
    return int(text) if text.isascii() and text.isdigit() and len(text) <= DIGITS else 0
