"""What is known: sources, campaigns, clicks, conversions and what networks told us."""

from campaigns.models.campaign import Campaign
from campaigns.models.change import ConversionChange
from campaigns.models.click import Click, Visitor
from campaigns.models.conversion import Conversion
from campaigns.models.installation import Installation
from campaigns.models.judgement import Judgement, Verdict
from campaigns.models.received import ReceivedPostback
from campaigns.models.saved_filter import SavedFilter
from campaigns.models.source import Source
from campaigns.models.status import ConversionStatus
from campaigns.models.tally import Tally, TallyChange

__all__ = [
    "Campaign",
    "Click",
    "Conversion",
    "ConversionChange",
    "ConversionStatus",
    "Installation",
    "Judgement",
    "ReceivedPostback",
    "SavedFilter",
    "Source",
    "Tally",
    "TallyChange",
    "Verdict",
    "Visitor",
]
