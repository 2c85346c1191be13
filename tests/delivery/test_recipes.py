"""The recipes of the field, typed in as they stand, arrive as the documentation of each receiver demands."""

import threading
from dataclasses import dataclass
from email.message import Message
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qsl, unquote, urlsplit

import pytest

from campaigns.models import Campaign, Conversion, ReceivedPostback
from delivery.models import SentPostback, State
from postbacks.models import PostbackRule

pytestmark = pytest.mark.django_db

TELEGRAM = (
    "https://api.telegram.org/bot<TOKEN>/sendMessage?chat_id=<ID>&text={campaign_name}:{status}:{conversion_revenue}"
)
APPMETRICA = (
    "https://api.appmetrica.yandex.ru/logs/v1/import/events?post_api_key=..&application_id=.."
    "&appmetrica_device_id={device_id}&event_name={status}&event_timestamp={conversion_time:U}"
)
MGID = "https://a.mgid.com/postback?c={external_id}&e=EVENT&r={conversion_revenue}"
TRACKER = "http://DOMAIN/POSTBACK_KEY/postback?subid={external_id}&status={status}&payout={conversion_revenue}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A request as the receiver read it."""

    method: str
    target: str
    headers: Message
    body: bytes

    @property
    def path(self) -> str:
        return unquote(urlsplit(self.target).path)

    @property
    def parameters(self) -> dict[str, str]:
        return dict(parse_qsl(urlsplit(self.target).query, keep_blank_values=True, strict_parsing=True))


@pytest.fixture
def listener():
    """A receiver on loopback that writes down what it is asked: (its origin, the requests)."""
    asked: list[Asked] = []

    class Answer(BaseHTTPRequestHandler):
        def do_GET(self):
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            asked.append(Asked(method=self.command, target=self.path, headers=self.headers, body=body))
            self.send_response(200)
            self.end_headers()

        do_POST = do_GET  # noqa: N815

        def log_message(self, *args):
            """The list says it."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Answer)
    threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}", asked
    server.shutdown()
    server.server_close()


@pytest.fixture
def arrives(listener, campaign, saved, send):
    """Types a recipe in, with the receiver for its host, reports a sale, and reads what arrives."""
    origin, asked = listener

    def request(recipe, method="GET"):
        rest = recipe.split("/", 3)[3]
        rule = PostbackRule(campaign=campaign, method=method, url=f"{origin}/{rest}", statuses=["lead", "sale"])
        rule.full_clean()
        rule.save()
        saved(status="sale", revenue="12.50")
        send()
        assert SentPostback.objects.get().state == State.SENT
        (only,) = asked
        return only

    return request


def test_telegram_reads_one_message(arrives):
    Campaign.objects.update(name="Осень & Co #1 100%")

    asked = arrives(TELEGRAM)

    assert (asked.method, asked.path) == ("GET", "/bot<TOKEN>/sendMessage")
    assert asked.parameters == {"chat_id": "<ID>", "text": "Осень & Co #1 100%:sale:12.5"}


def test_appmetrica_reads_everything_from_the_query_of_an_empty_post(arrives):
    asked = arrives(APPMETRICA, "POST")

    assert (asked.method, asked.path, asked.body) == ("POST", "/logs/v1/import/events", b"")
    assert asked.headers["Content-Length"] == "0"
    assert asked.parameters == {
        "post_api_key": "..",
        "application_id": "..",
        "appmetrica_device_id": "d7",
        "event_name": "sale",
        "event_timestamp": str(int(Conversion.objects.get().changes.get().time.timestamp())),
    }


def test_mgid_reads_its_own_click_id(arrives):
    asked = arrives(MGID)

    assert (asked.method, asked.path) == ("GET", "/postback")
    assert asked.parameters == {"c": "ext 1", "e": "EVENT", "r": "12.5"}


@pytest.mark.parametrize("click_id", ["a+b/c=", "1 2", "100%", "x&y=z", "é🙂", "%20", "a{payout}"])
def test_a_click_id_arrives_as_the_source_gave_it(arrives, click, click_id):
    click.external_id = click_id
    click.save()

    assert arrives(MGID).parameters["c"] == click_id


def test_another_tracker_reads_it_as_an_incoming_postback(arrives):
    asked = arrives(TRACKER)

    assert (asked.method, asked.path) == ("GET", "/POSTBACK_KEY/postback")
    assert asked.parameters == {"subid": "ext 1", "status": "sale", "payout": "12.5"}


def test_the_other_tracker_may_be_one_of_ours(arrives, click, client, postback_url):
    click.external_id = click.subid  # what the other tracker put into our link as its click id
    click.save()

    asked = arrives(TRACKER)
    response = client.get(f"{postback_url}?{urlsplit(asked.target).query}")

    assert response.content == b"Success"
    assert ReceivedPostback.objects.get().verdict == "repeated"


@pytest.mark.parametrize("recipe", [TELEGRAM, APPMETRICA, MGID, TRACKER])
def test_every_recipe_names_its_sender_and_key(arrives, recipe):
    headers = arrives(recipe).headers

    assert headers["User-Agent"].startswith("S2S-Postbacks")
    assert len(headers["Idempotency-Key"]) == 36
    assert headers["Accept-Encoding"] == "identity"
    assert "Cookie" not in headers
