"""What the API gives of sent postbacks, field by field."""

from rest_framework import serializers

from campaigns.api.serializers import alias_of_campaign
from campaigns.models import Source
from delivery.models import Attempt, Receiver, SentPostback


class AttemptSerializer(serializers.ModelSerializer[Attempt]):
    """One try to send."""

    class Meta:
        model = Attempt
        fields = ["number", "started", "duration_ms", "code", "answer", "error"]
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
    """With the request, the answer, and every attempt."""

    tries = AttemptSerializer(many=True, read_only=True)

    class Meta(SentPostbackSerializer.Meta):
        fields = [*SentPostbackSerializer.Meta.fields, "url_template", "url", "notes", "answer", "tries"]
        read_only_fields = fields
