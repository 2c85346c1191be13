"""Lay what a contender is to send: its rows, and a message for each, as Celery itself would write it.

python -m bench.contenders.fill CONTENDER COUNT PORT
"""

import json
import sys
import uuid
from collections.abc import Callable
from typing import Any

from bench.contenders.celery import app
from bench.contenders.kinds import Kind

RECEIVERS = 64


def main() -> None:
    """Publish so many messages."""
    import_models()
    kind, count, port = Kind(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])
    rows(kind, count, port)
    publish(kind, count)


def publish(kind: Kind, count: int) -> None:
    """The messages, without what `send_task` does beside: nobody measures how they got there."""
    name, arguments, options = MESSAGES[kind]
    queue = app.conf.task_default_queue
    with app.producer_pool.acquire(block=True) as producer:
        producer.maybe_declare(app.amqp.queues[queue])
        for number in range(1, count + 1):
            message = app.amqp.as_task_v2(str(uuid.uuid4()), name, arguments(number), options)
            producer.publish(
                message.body, headers=message.headers, routing_key=queue, serializer="json", **message.properties
            )


def import_models() -> None:
    """The models of all that is installed."""
    import django

    django.setup()


def rows(kind: Kind, count: int, port: int) -> None:
    """What the tasks load."""
    from django.apps import apps
    from django.db import connection

    with connection.cursor() as cursor:
        if kind is Kind.CELERY_PER_POSTBACK:
            cursor.execute(
                "INSERT INTO contenders_postback (task_key, url, state, created) SELECT 'key' || n, "
                "format('http://127.0.0.%%s:%%s/p?c=ext%%s&s=lead&r=1.5&t=', 1 + n %% %s, %s::int, n), 'queued', now() "
                "FROM generate_series(1, %s) n",
                [RECEIVERS, port, count],
            )
            cursor.execute("ANALYZE contenders_postback")
    if kind is Kind.DJANGO_WEBHOOK:
        webhook = apps.get_model("django_webhook", "Webhook")
        for receiver in range(1, RECEIVERS + 1):
            webhook.objects.create(url=f"http://127.0.0.{receiver}:{port}/p?s=lead&r=1.5&t=")


def payload(number: int) -> tuple[int, str]:
    """As django-webhook's signal makes it when a row is created."""
    told = {"id": number, "task_key": f"key{number}", "url": "", "state": "queued", "code": None}
    body = {"object": told, "topic": TOPIC, "object_type": OBJECT, "webhook_uuid": "00000000-0000-0000-0000-0000"}
    return 1 + number % RECEIVERS, json.dumps(body)


TOPIC = "contenders.Postback/create"
OBJECT = "contenders.Postback"
# the task, its arguments for message n, and its options
MESSAGES: dict[Kind, tuple[str, Callable[[int], tuple[Any, ...]], dict[str, str]]] = {
    Kind.CELERY_NOOP: ("bench.contenders.tasks.nothing", lambda _number: (), {}),
    Kind.CELERY_PER_POSTBACK: ("bench.contenders.tasks.send_postback", lambda number: (number,), {}),
    Kind.DJANGO_WEBHOOK: (
        "django_webhook.tasks.fire_webhook",
        payload,
        {"topic": TOPIC, "object_type": OBJECT},
    ),
}

if __name__ == "__main__":
    main()
