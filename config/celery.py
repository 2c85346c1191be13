"""The Celery app."""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

app = Celery("s2s_postbacks")
app.config_from_object("django.conf:settings", namespace="CELERY")
# Celery closes the database connection around every task unless this very key stands on the conf itself.
app.conf["CELERY_DB_REUSE_MAX"] = 50
app.autodiscover_tasks()
