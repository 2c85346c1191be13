from django.db import migrations

from campaigns.tallies import triggers
from delivery.tallied import COUNTED


class Migration(migrations.Migration):

    dependencies = [
        ('campaigns', '0003_tallies'),
        ('delivery', '0006_demo_marks'),
    ]

    operations = triggers.counting(*COUNTED)
