"""What became of the news of campaigns, in numbers: asked, wanted, sent, and where the rest was left."""

from delivery.funnel.parts import Fate, Funnel, Part
from delivery.funnel.reading import CampaignFunnel, RuleFunnel, campaign_funnel, campaign_funnels
from delivery.funnel.spans import Span, read_span

__all__ = ["CampaignFunnel", "Fate", "Funnel", "Part", "RuleFunnel", "Span"]
__all__ += ["campaign_funnel", "campaign_funnels", "read_span"]
