from django.db import migrations

from campaigns.tallies import triggers
from postbacks.tallied import REFUSALS


class Migration(migrations.Migration):

    dependencies = [
        ('campaigns', '0003_tallies'),
        ('postbacks', '0006_refusal_indexes'),
    ]

    operations = triggers.counting(REFUSALS)
