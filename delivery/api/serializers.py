"""What the API gives of sent postbacks, field by field."""

from typing import Any

from rest_framework import serializers

from campaigns.api.serializers import alias_of_campaign
from campaigns.models import Source
from delivery.models import Attempt, Receiver, SentPostback
from postbacks.masking import mask


class AttemptSerializer(serializers.ModelSerializer[Attempt]):
    """One try to send."""

    class Meta:
        model = Attempt
        fields = ["number", "started", "duration_ms", "dns_us", "connect_us", "tls_us", "wait_us"]
        fields += ["code", "answer", "error", "retry_after"]
        read_only_fields = fields


class SentPostbackSerializer(serializers.ModelSerializer[SentPostback]):
    """A line of the log. No URL: tokens stand in it, and a list is what gets copied around."""

    campaign = alias_of_campaign()
    source = serializers.SlugRelatedField[Source](  # type: ignore[assignment]  # a field has a `source` of its own
        slug_field="name", read_only=True, allow_null=True
    )
    receiver = serializers.SlugRelatedField[Receiver](slug_field="origin", read_only=True, allow_null=True)

    class Meta:
        model = SentPostback
        fields = ["id", "created", "kind", "resend_of", "campaign", "source", "rule", "rule_name", "receiver"]
        fields += ["conversion", "subid", "external_id", "tid", "status", "method", "state", "due_at", "attempts"]
        fields += ["code", "error", "duration_ms", "finished"]
        read_only_fields = fields


class SentPostbackDetail(SentPostbackSerializer):
    """With the request, the answer, and every attempt; secrets are covered for who may not change a postback."""

    tries = AttemptSerializer(many=True, read_only=True)

    class Meta(SentPostbackSerializer.Meta):
        fields = [*SentPostbackSerializer.Meta.fields, "url_template", "url", "notes", "answer", "tries"]
        read_only_fields = fields

    def to_representation(self, instance: SentPostback) -> dict[str, Any]:
        """The same right opens the whole URL here as in the admin."""
        shown: dict[str, Any] = super().to_representation(instance)
        if not self.context["request"].user.has_perm("delivery.change_sentpostback"):
            shown |= {name: mask(shown[name]) for name in ("url_template", "url")}
        return shown
