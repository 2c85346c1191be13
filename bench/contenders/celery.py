"""The Celery app of the contenders."""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "bench.contenders.settings")

app = Celery("contenders")
app.config_from_object("django.conf:settings", namespace="CELERY")
if os.environ.get("CONTENDERS_KEEP_CONNECTION") == "1":
    # or Celery closes the database connection around every task
    app.conf["CELERY_DB_REUSE_MAX"] = 1_000_000
app.autodiscover_tasks(["bench.contenders", "django_webhook"])
