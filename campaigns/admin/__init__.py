"""The screens of this floor."""

from campaigns.admin.campaign import CampaignAdmin
from campaigns.admin.click import ClickAdmin
from campaigns.admin.conversion import ConversionAdmin
from campaigns.admin.installation import InstallationAdmin
from campaigns.admin.received import ReceivedPostbackAdmin
from campaigns.admin.source import SourceAdmin
from campaigns.admin.status import ConversionStatusAdmin

__all__ = [
    "CampaignAdmin",
    "ClickAdmin",
    "ConversionAdmin",
    "ConversionStatusAdmin",
    "InstallationAdmin",
    "ReceivedPostbackAdmin",
    "SourceAdmin",
]
