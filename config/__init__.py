"""Settings, the Celery app and the URLs: read through django.conf, imported by nobody."""

from config.celery import app as celery_app

__all__ = ["celery_app"]
