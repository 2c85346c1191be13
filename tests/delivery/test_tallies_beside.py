"""Counting beside everything else: writers, folds and readers in threads, migrations, a database that fails."""

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.core.management import call_command
from django.db import OperationalError, connection, models, transaction
from django.db.migrations.state import ProjectState
from django.utils import timezone

from campaigns import tallies
from campaigns.models import Tally, TallyChange
from campaigns.tallies import triggers
from campaigns.tallies.counted import everything
from campaigns.tallies.recounting import differences
from delivery.models import SentPostback, State
from delivery.pruning import prune
from delivery.tallied import COUNTED

pytestmark = pytest.mark.django_db(transaction=True)


def in_thread(act):
    """Closes what the thread has opened."""

    def run(*args):
        try:
            return act(*args)
        finally:
            connection.close()

    return run


def test_writers_and_folds_side_by_side_lose_nothing(queued):
    done = threading.Event()

    def write(worker):
        for turn in range(8):
            rows = [row.pk for row in queued(5, state=State.SENDING)]
            mine = SentPostback.objects.filter(pk__in=rows)
            with transaction.atomic():
                mine.filter(pk__in=rows[:3]).update(state=State.SENT)
                transaction.set_rollback(turn % 4 == 3)
            mine.filter(pk__in=rows[3:]).update(state=State.FAILED, code=400 + worker)

    def go_on(act):
        found: list[object] = []
        while not done.is_set():
            found += act() or []
        return found

    with ThreadPoolExecutor(6) as threads:
        beside = [threads.submit(in_thread(go_on), act) for act in (tallies.fold_all, tallies.fold_all, differences)]
        list(threads.map(in_thread(write), range(3)))
        done.set()
        assert [found for some in beside for found in some.result()] == []

    assert tallies.total("postback") == {
        ("waiting",): 18,
        ("sent",): 54,
        **{(f"failed:HTTP {400 + worker}",): 16 for worker in range(3)},
    }
    tallies.fold_all()
    assert differences() == []


def test_two_who_prune_keep_every_count_once(queued):
    queued(40, state=State.SENT, created=timezone.now() - timedelta(days=2))
    start = threading.Barrier(2)

    def act(_number):
        start.wait(30)
        prune(timezone.now() - timedelta(days=1))

    with ThreadPoolExecutor(2) as threads:
        list(threads.map(in_thread(act), range(2)))

    assert not SentPostback.objects.exists()
    assert tallies.total("postback") == {("sent",): 40}
    assert differences() == []


def test_a_fold_that_fails_has_done_nothing(queued, failing):
    queued(3)

    with failing("INSERT INTO campaigns_tally "), pytest.raises(OperationalError):
        tallies.fold()

    assert not Tally.objects.exists()
    assert tallies.total("postback") == {("waiting",): 3}


def test_rows_that_were_there_before_are_counted_by_the_migration(queued):
    for counted in COUNTED:
        _execute(triggers.dropped(counted, connection.vendor))
    queued(3, state=State.SENT)
    queued(2, created=timezone.now() - timedelta(days=300))
    assert tallies.total("postback") == {}

    (operation,) = triggers.counting(*COUNTED)
    with connection.schema_editor() as editor:
        operation.database_forwards("delivery", editor, ProjectState(), ProjectState())
    triggers.after_migrate("default")

    assert tallies.total("postback") == {("sent",): 3, ("waiting",): 2}
    assert differences() == []
    queued(1)
    assert tallies.total("postback") == {("sent",): 3, ("waiting",): 3}


def test_going_back_takes_the_triggers_away_and_coming_again_sets_them(queued):
    (operation,) = triggers.counting(*COUNTED)
    with connection.schema_editor() as editor:
        operation.database_backwards("delivery", editor, ProjectState(), ProjectState())
    queued(1)
    assert tallies.total("postback") == {}

    with connection.schema_editor() as editor:
        operation.database_forwards("delivery", editor, ProjectState(), ProjectState())
    triggers.after_migrate("default")

    assert tallies.total("postback") == {("waiting",): 1}


def test_a_table_can_be_altered_and_counts_go_on(queued):
    """SQLite makes it anew, which no trigger may see."""
    triggers.before_migrate("default", plan=[object()])
    field = SentPostback._meta.get_field("rule_name")
    wider: models.CharField[str, str] = models.CharField(max_length=301)
    wider.set_attributes_from_name("rule_name")
    wider.model = SentPostback
    with connection.schema_editor() as editor:
        editor.alter_field(SentPostback, field, wider)
        editor.alter_field(SentPostback, wider, field)
    triggers.after_migrate("default")

    queued(2)

    assert tallies.total("postback") == {("waiting",): 2}


def test_a_migrate_that_has_nothing_to_do_changes_nothing(queued):
    queued(2)

    call_command("migrate", verbosity=0)

    queued(1)
    assert tallies.total("postback") == {("waiting",): 3}


def test_after_a_flush_nothing_was_ever_counted(queued):
    queued(2)
    tallies.fold_all()

    call_command("flush", interactive=False, verbosity=0)

    assert not TallyChange.objects.exists()
    assert not Tally.objects.exists()


def test_every_table_that_is_counted_has_its_triggers(db):
    catalogue = {"postgresql": "SELECT tgname FROM pg_trigger", "sqlite": "SELECT name FROM sqlite_master"}
    with connection.cursor() as cursor:
        cursor.execute(catalogue[connection.vendor])
        names = {name for (name,) in cursor.fetchall()}

    wanted = {f"tally_{counted.name}_{event}" for counted in everything.counted for event in ("added", "gone")}
    assert wanted <= names


def _execute(statements):
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)
