"""What a project keeps that sends one postback a task: the postback, and each try."""

from django.db import models


class Postback(models.Model):
    """One outgoing request."""

    task_key = models.CharField(max_length=120, unique=True)
    url = models.TextField()
    state = models.CharField(max_length=10, default="queued")
    code = models.PositiveSmallIntegerField(null=True)
    created = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return self.url


class Attempt(models.Model):
    """One try to send it."""

    postback = models.ForeignKey(Postback, models.CASCADE)
    started = models.DateTimeField()
    duration_ms = models.PositiveIntegerField()
    code = models.PositiveSmallIntegerField(null=True)
    answer = models.TextField(blank=True)

    def __str__(self) -> str:
        return f"{self.postback}: {self.code}"
