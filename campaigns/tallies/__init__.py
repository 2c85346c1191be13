"""Counts that equal the rows, whatever wrote them, and cost a page next to nothing."""

from campaigns.tallies.folding import fold, fold_all
from campaigns.tallies.keeping import keep
from campaigns.tallies.percentiles import Percentiles, percentiles, percentiles_by_source
from campaigns.tallies.reading import Slot, series, series_by, total
from campaigns.tallies.rollups import Unit

__all__ = [
    "Percentiles",
    "Slot",
    "Unit",
    "fold",
    "fold_all",
    "keep",
    "percentiles",
    "percentiles_by_source",
    "series",
    "series_by",
    "total",
]
