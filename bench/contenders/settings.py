"""Settings of the contenders. Nothing here is shared with the product."""

import os

import dj_database_url

SECRET_KEY = "only for measuring"
INSTALLED_APPS = ["bench.contenders", "django.contrib.contenttypes", "django_webhook"]
DATABASES = {"default": dj_database_url.parse(os.environ["CONTENDERS_DATABASE_URL"], conn_max_age=None)}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
USE_TZ = True
DJANGO_WEBHOOK = {"MODELS": ["contenders.Postback"]}

CELERY_BROKER_URL = os.environ["CONTENDERS_BROKER_URL"]
CELERY_TASK_DEFAULT_QUEUE = os.environ["CONTENDERS_QUEUE"]
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = False
CELERY_WORKER_PREFETCH_MULTIPLIER = int(os.environ.get("CONTENDERS_PREFETCH", "64"))
CELERY_WORKER_SEND_TASK_EVENTS = False
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_HEARTBEAT = 0
