"""What the rules refused before refusals had rows of their own, from the decisions."""

from django.db import migrations

AT_ONCE = 2000  # decisions
TELLING = ["campaign_paused", "rule_disabled", "switched_off", "status_not_ticked", "same_as"]
CHANGE = ["change", "change__conversion", "change__conversion__click__campaign", "change__time"]


def write_down(apps, _schema_editor):
    Refusal = apps.get_model("postbacks", "Refusal")
    decisions = apps.get_model("postbacks", "Decision").objects.order_by("pk").values_list("pk", "kept_answers", *CHANGE)
    last = 0
    while some := list(decisions.filter(pk__gt=last)[:AT_ONCE]):
        Refusal.objects.bulk_create(
            [
                Refusal(change_id=change, conversion_id=conversion, campaign_id=campaign, created=time, **refused)
                for _pk, answers, change, conversion, campaign, time in some
                for refused in refusals(answers)
            ]
        )
        last = some[-1][0]


def refusals(answers):
    """The first reason of each rule that said no; or that there was none to be asked."""
    if not answers:
        yield {"rule_id": None, "why": "no_rule"}
    for answer in answers:
        if answer["reasons"]:
            first = min(answer["reasons"], key=lambda reason: TELLING.index(reason["why"]))
            name, about = answer["name"][:300], first["about"][:500]
            yield {"rule_id": answer["rule"], "rule_name": name, "why": first["why"], "about": about}


class Migration(migrations.Migration):

    dependencies = [
        ('postbacks', '0004_refusals'),
    ]

    operations = [
        migrations.RunPython(write_down, migrations.RunPython.noop),
    ]
