"""What is known: sources, campaigns, clicks, conversions and what networks told us."""

from campaigns.models.campaign import Campaign
from campaigns.models.click import Click, Visitor
from campaigns.models.conversion import Conversion, ConversionChange
from campaigns.models.installation import Installation
from campaigns.models.received import ReceivedPostback, Verdict
from campaigns.models.source import Source
from campaigns.models.status import ConversionStatus

__all__ = [
    "Campaign",
    "Click",
    "Conversion",
    "ConversionChange",
    "ConversionStatus",
    "Installation",
    "ReceivedPostback",
    "Source",
    "Verdict",
    "Visitor",
]
