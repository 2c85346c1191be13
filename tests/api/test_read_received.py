"""A program reads what networks reported."""

RECEIVED = "/api/v1/received-postbacks/"


def test_what_a_network_reported_is_in_the_list(client, reader, click, postback_url):
    client.get(f"{postback_url}?subid={click.subid}&status=SALE&tid=t1")

    (line,) = reader.get(RECEIVED).json()["results"]

    told = {"method": "GET", "campaign": "shoes", "subid": click.subid, "tid": "t1", "status": "sale"}
    judged = {"verdict": "created", "reason": "Conversion created: sale.", "code": 200, "external_id": "ext 1"}
    assert line.items() >= {**told, **judged}.items()
    assert not {"query", "body", "content_type"} & line.keys()


def test_one_received_postback_is_shown_word_for_word(client, reader, postback_url):
    client.post(f"{postback_url}?a=%20b", "c=d", content_type="application/x-www-form-urlencoded")
    (line,) = reader.get(RECEIVED).json()["results"]

    detail = reader.get(f"{RECEIVED}{line['id']}/").json()

    assert (detail["query"], detail["body"]) == ("a=%20b", "c=d")
    assert detail["content_type"] == "application/x-www-form-urlencoded"
    assert detail["reason"] == 'Incorrect subid "". Postback ignored.'


def test_an_answer_to_a_report_names_its_line(reporter, reader):
    answer = reporter.post("/api/v1/conversions/", {"subid": "nobody"}, format="json").json()

    assert reader.get(f"{RECEIVED}{answer['received']}/").json()["reason"] == answer["reason"]


def test_a_list_reads_no_wide_column(reader, heard, django_assert_num_queries):
    heard(body="x" * 65_536)
    reader.get(RECEIVED)

    with django_assert_num_queries(4) as queries:
        reader.get(RECEIVED)

    assert not [name for name in ("query", "body", "content_type") if f'postback"."{name}"' in queries[-1]["sql"]]
