"""What the API takes and gives, field by field."""

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from campaigns.models import Campaign, Click, ReceivedPostback, Visitor
from campaigns.parameters import EXTRA_PARAMS, SUB_IDS


@extend_schema_field({"oneOf": [{"type": "string"}, {"type": "number"}], "nullable": True})
class TextOrNumber(serializers.CharField):
    """A text, or a number, of which the parser made its exact text."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{"required": False, "allow_null": True, "allow_blank": True} | kwargs)


class ClickReport(serializers.Serializer[Click]):
    """A click as the campaign's link would have brought it."""

    campaign = serializers.SlugField(max_length=64, help_text="The campaign's alias, as in its click link.")
    parameters = serializers.DictField(
        child=TextOrNumber(trim_whitespace=False),
        required=False,
        help_text="The link's query, by the link's own names.",
    )
    ip = serializers.IPAddressField(required=False, allow_null=True, help_text="The visitor's address.")
    user_agent = serializers.CharField(required=False, allow_blank=True)
    language = serializers.CharField(required=False, allow_blank=True, help_text="The visitor's Accept-Language.")
    referrer = serializers.CharField(required=False, allow_blank=True)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Refuses names it does not know: a misspelled one must not cost every click its external id."""
        if unknown := sorted(set(self.initial_data) - set(self.fields)):
            known = ", ".join(self.fields)
            raise serializers.ValidationError({name: [f"Unknown; known are {known}."] for name in unknown})
        return attrs

    def query(self) -> dict[str, str]:
        """The link's query."""
        return {name: value for name, value in self.validated_data.get("parameters", {}).items() if value is not None}

    def visitor(self, host: str) -> Visitor:
        """Who clicked."""
        told = {name: self.validated_data[name] for name in VISITOR if name in self.validated_data}
        return Visitor(host=host, **told)


VISITOR = ["ip", "user_agent", "language", "referrer"]


class ReportedClick(serializers.ModelSerializer[Click]):
    """What a click got: our id, and where the visitor goes ('' where the campaign has no destination)."""

    class Meta:
        model = Click
        fields = ["subid", "destination"]
        read_only_fields = fields


class ConversionReport(serializers.Serializer[Any]):
    """Stands in the schema only: what is said is judged as an incoming postback is, by the model."""

    subid = TextOrNumber(required=True, help_text="Our click id.")
    status = TextOrNumber(help_text="The network's word for it; it is mapped by the campaign's lists.")
    payout = TextOrNumber(help_text="What the conversion earned; `revenue` says the same.")
    revenue = TextOrNumber()
    cost = TextOrNumber()
    currency = TextOrNumber(help_text="Three letters, such as USD.")
    tid = TextOrNumber(help_text="The transaction id: tells conversions of one click apart.")

    def get_fields(self) -> dict[str, serializers.Field[Any, Any, Any, Any]]:
        """With those that come in rows, and the one whose name Python has taken."""
        rows = [*SUB_IDS, *EXTRA_PARAMS]
        lists = [f"{status}_status" for status in ("lead", "sale", "rejected", "rebill", "ignore")]
        more: dict[str, Any] = {"from": TextOrNumber(help_text="The network's name.")}
        more |= {name: TextOrNumber(help_text="Which of its words mean this; commas between.") for name in lists}
        more |= {name: TextOrNumber() for name in rows}
        return super().get_fields() | more


class Judged(serializers.ModelSerializer[ReceivedPostback]):
    """What became of a reported conversion."""

    received = serializers.IntegerField(source="id", read_only=True, help_text="Its line in the log.")
    subid = serializers.CharField(read_only=True)
    status = serializers.CharField(read_only=True, help_text="As it was reported.")
    conversion = serializers.PrimaryKeyRelatedField[Any](read_only=True, allow_null=True)

    class Meta:
        model = ReceivedPostback
        fields = ["verdict", "reason", "received", "conversion", "subid", "tid", "status"]
        read_only_fields = fields


class JudgedItem(Judged):
    """With what the same conversion alone would have been answered with."""

    code = serializers.IntegerField(read_only=True, help_text="201 or 200: taken; 400 or 404: refused.")

    class Meta(Judged.Meta):
        fields = ["code", *Judged.Meta.fields]
        read_only_fields = fields


class Problem(serializers.Serializer[Any]):
    """Why not."""

    detail = serializers.CharField(read_only=True)


def alias_of_campaign() -> serializers.SlugRelatedField[Campaign]:
    """A campaign by its alias."""
    return serializers.SlugRelatedField(slug_field="alias", read_only=True, allow_null=True)


class ReceivedPostbackSerializer(serializers.ModelSerializer[ReceivedPostback]):
    """A line of the log."""

    campaign = alias_of_campaign()

    class Meta:
        model = ReceivedPostback
        fields = ["id", "created", "method", "ip", "campaign", "subid", "external_id", "tid", "status"]
        fields += ["verdict", "reason", "code", "conversion"]
        read_only_fields = fields


class ReceivedPostbackDetail(ReceivedPostbackSerializer):
    """With what was said, word for word."""

    class Meta(ReceivedPostbackSerializer.Meta):
        fields = [*ReceivedPostbackSerializer.Meta.fields, "query", "body", "content_type"]
        read_only_fields = fields
