"""The preview of a URL while it is typed: for a real click or samples, every doubt said, nothing sent."""

import pytest
from django.contrib.auth.models import Permission

from campaigns.models import Campaign, Click, Source, Visitor
from postbacks.models import PostbackRule

SCRIPT = {"X-Requested-With": "fetch"}
URL = "https://receiver.test/p?c={external_id}&s={status}"


@pytest.fixture
def shown(admin_client, campaign):
    """What the preview says of a URL typed into a form of this campaign."""

    def ask(url, of=None, headers=SCRIPT, **fields):
        form = {"preview": "rules-0", "rules-0-url": url, "rules-0-method": "GET"} | fields
        return admin_client.post(f"/admin/preview/?{of or f'campaign={campaign.pk}'}", form, headers=headers)

    return ask


@pytest.fixture
def may(client, django_user_model):
    """Logs somebody in who has these permissions and no others."""

    def log_in(*names):
        user = django_user_model.objects.create_user("looker", is_staff=True)
        user.user_permissions.set(Permission.objects.filter(codename__in=names))
        client.force_login(user)
        return client

    return log_in


def final(answer):
    return answer.context["preview"].url


def test_it_is_of_the_newest_click_that_converted(shown, saved, campaign):
    saved(status="lead", revenue=3)
    Click.objects.record(campaign, {"external_id": "newer"}, Visitor())

    answer = shown(URL)

    assert final(answer) == "https://receiver.test/p?c=ext+1&s=lead"
    assert "becomes “lead”" in answer.content.decode()


def test_of_a_click_without_conversion_it_makes_the_conversion_up_and_says_so(shown, click):
    answer = shown(URL)

    assert final(answer) == "https://receiver.test/p?c=ext+1&s=sale"
    assert "has not converted" in answer.content.decode()
    assert [piece.is_sample for piece in answer.context["preview"].legend] == [False, True]


def test_without_a_click_it_shows_samples(shown):
    answer = shown(URL)

    assert final(answer) == "https://receiver.test/p?c=a1b2c3&s=sale"
    assert "With sample values" in answer.content.decode()


@pytest.mark.parametrize("name", ["subid", "external_id"])
def test_a_click_is_picked_by_either_id(shown, campaign, click, saved, name):
    saved(status="lead")
    other = Click.objects.record(campaign, {"external_id": "other"}, Visitor())

    answer = shown(URL, **{"preview-other": getattr(other, name)})

    assert final(answer) == "https://receiver.test/p?c=other&s=sale"


def test_samples_can_be_picked_where_there_are_clicks(shown, click):
    assert final(shown(URL, **{"preview-click": "sample"})) == "https://receiver.test/p?c=a1b2c3&s=sale"


def test_an_id_that_nobody_has_is_told(shown, click):
    answer = shown(URL, **{"preview-other": "<b>nobody"})

    assert "No click has the subid or external_id “&lt;b&gt;nobody”" in answer.content.decode()


def test_the_newest_ten_clicks_are_offered(shown, campaign):
    clicks = [Click.objects.record(campaign, {}, Visitor()) for _number in range(12)]

    offered = [choice.click.subid for choice in shown(URL).context["choices"]]

    assert offered == [click.subid for click in reversed(clicks[2:])]


def test_a_sources_rule_is_shown_for_a_click_of_its_campaigns(shown, source, saved):
    saved(status="lead")

    assert final(shown(URL, of=f"source={source.pk}")) == "https://receiver.test/p?c=ext+1&s=lead"


def test_a_new_campaign_takes_the_clicks_of_its_chosen_source(shown, source, click):
    assert final(shown(URL, of="new=campaign", source=source.pk)) == "https://receiver.test/p?c=ext+1&s=sale"
    assert final(shown(URL, of="new=campaign")) == "https://receiver.test/p?c=a1b2c3&s=sale"
    assert final(shown(URL, of="new=source")) == "https://receiver.test/p?c=a1b2c3&s=sale"


def test_a_source_without_clicks_shows_samples(shown):
    lonely = Source.objects.create(name="Lonely")

    assert final(shown(URL, of=f"source={lonely.pk}")) == "https://receiver.test/p?c=a1b2c3&s=sale"


def test_an_unknown_macro_is_underlined_and_the_nearest_offered(shown):
    answer = shown("https://receiver.test/p?c={externl_id}")

    html = answer.content.decode()
    assert '<mark class="is-unknown" title="Unknown macro">{externl_id}</mark>' in html
    assert 'value="externl_id&gt;external_id"' in html
    assert not answer.context["preview"].can_be_sent


def test_a_word_to_fill_in_is_marked_and_warned_of(shown):
    html = shown("https://receiver.test/p?c={external_id}&key=YOUR_KEY").content.decode()

    assert '<mark class="is-fill-in" title="Put your own word here.">YOUR_KEY</mark>' in html
    assert "YOUR_KEY looks like a word to fill in." in html


def test_a_wrong_argument_is_marked(shown):
    answer = shown("https://receiver.test/p?c={external_id}&r={conversion_revenue:usd,eur}")

    assert [mark.text for mark in answer.context["preview"].marks if mark.kind == "fault"] == [
        "{conversion_revenue:usd,eur}"
    ]


def test_marks_are_the_whole_text_even_with_blanks_around_it(shown):
    text = "  https://receiver.test/{subid}/YOUR_ID/{x y}?a=<{tid}>&b={status:lead=0}\r\n"

    marks = shown(text).context["preview"].marks

    assert "".join(mark.text for mark in marks) == text.replace("\r\n", "\n")


def test_a_parameter_that_is_only_typed_yet_is_no_misprint(shown):
    url = "https://receiver.test/p?c={device}"

    assert not shown(url).context["preview"].can_be_sent
    assert shown(url, **{"parameters-parameter": ["device"], "parameters-name": [""]}).context["preview"].can_be_sent


def test_what_is_not_known_of_the_click_is_told(shown, saved):
    saved(status="lead")

    answer = shown("https://receiver.test/p?c={external_id}&t={tid}&k={keyword}")

    assert answer.context["preview"].absent == ["{tid}", "{keyword}"]


def test_why_no_postback_goes_for_this_click_is_told(shown, saved):
    saved(status="lead")

    ticked = shown(URL, **{"rules-0-statuses": ["lead"], "rules-0-enabled": "on"})
    not_ticked = shown(URL, **{"rules-0-statuses": ["sale"], "rules-0-enabled": ""})

    assert not ticked.context["typed"].reasons
    html = not_ticked.content.decode()
    assert (
        "No postback is sent for this click, but a test is: the rule does not tick “lead”; the rule is disabled."
        in html
    )


def test_a_click_without_external_id_is_told_before_it_converts(shown, campaign):
    Click.objects.record(campaign, {}, Visitor())

    html = shown(URL, **{"rules-0-enabled": "on"}).content.decode()

    assert "the click has no external_id, and the receiver could not tell which click converted." in html


def test_each_macro_is_explained_once_in_the_order_they_come(shown):
    legend = shown("https://receiver.test/p?a={status}&b={external_id}&c={status}").context["preview"].legend

    assert [(piece.macro, piece.text) for piece in legend] == [("{status}", "sale"), ("{external_id}", "a1b2c3")]


def test_an_unknown_macro_is_not_said_to_be_empty_as_well(shown, click):
    preview = shown("https://receiver.test/p?c={externl_id}&t={keyword}").context["preview"]

    assert preview.absent == ["{keyword}"]


def test_what_cannot_be_rendered_for_this_click_is_told(shown, saved):
    saved(status="lead", revenue=5, currency="USD")

    answer = shown("https://receiver.test/p?c={external_id}&r={conversion_revenue:eur}")

    assert answer.context["preview"].errors == ["No exchange rate from USD to EUR is known"]


def test_a_private_address_is_refused_before_it_is_saved(shown, settings):
    answer = shown("http://10.0.0.1/p?c={external_id}")

    assert "10.0.0.1 is a private address" in answer.content.decode()
    assert not answer.context["preview"].can_be_sent


def test_letters_beyond_ascii_stand_there_as_they_are_sent(shown):
    answer = shown("https://receiver.test/ü?c={external_id}&t=a b")

    assert final(answer) == "https://receiver.test/%C3%BC?c=a1b2c3&t=a%20b"
    assert [piece.text for piece in answer.context["preview"].legend] == ["a1b2c3"]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "x",
        "https://",
        "{",
        "{}",
        "https://receiver.test/<script>alert(1)</script>?c={external_id}",
        "\x00",
        "{a" * 99,
    ],
)
def test_any_text_is_answered_and_escaped(shown, text):
    answer = shown(text)

    assert answer.status_code == 200
    assert "<script>alert" not in answer.content.decode()


def test_hostile_values_are_escaped(shown, campaign):
    Click.objects.record(campaign, {"external_id": '"><script>alert(1)</script>'}, Visitor())

    html = shown("https://receiver.test/p?c={_external_id}").content.decode()

    assert "<script>alert" not in html
    assert "&lt;script&gt;alert" in html


def test_nothing_is_saved_by_looking(shown, rule):
    shown("https://receiver.test/other", **{"rules-0-id": rule.pk, "rules-0-name": "changed"})

    rule.refresh_from_db()
    assert (rule.name, rule.url) == (
        "to MGID",
        "http://receiver.test/p?c={external_id}&s={status}&r={conversion_revenue}",
    )
    assert PostbackRule.objects.count() == 1


def test_without_a_script_it_is_a_page_with_the_whole_form_of_the_rule(shown, click):
    answer = shown(URL, headers={}, **{"rules-0-success_codes": "200, 302", "name": "not ours"})

    html = answer.content.decode()
    assert "<h1>" in html
    assert '<input type="hidden" name="rules-0-success_codes" value="200, 302">' in html
    assert "not ours" not in html
    assert "c=" in final(answer)


def test_without_a_script_a_suggestion_is_taken_by_a_button(shown):
    text = "https://receiver.test/p?a={externl_id}&b={_externl_id}&c=externl_id"

    answer = shown(text, headers={}, **{"preview-replace": "externl_id>external_id"})

    assert answer.context["preview"].template == "https://receiver.test/p?a={external_id}&b={_external_id}&c=externl_id"


def test_the_names_come_with_meaning_and_sample(admin_client, campaign):
    Campaign.objects.update(parameters=[{"parameter": "device", "name": "dev", "token": "{d}"}])

    names = admin_client.get(f"/admin/preview/names/?campaign={campaign.pk}").json()["names"]

    by_name = {name["name"]: name for name in names}
    assert by_name["external_id"] == {
        "name": "external_id",
        "insert": "{external_id}",
        "meaning": "The source's own id of the click.",
        "sample": "a1b2c3",
    }
    assert {"device", "dev", "gclid"} <= set(by_name)
    assert by_name["random"]["insert"] == "{random:1,100}"


ALL = ("change_campaign", "change_postbackrule", "view_click")


@pytest.mark.parametrize("missing", ["change_campaign", "change_postbackrule"])
@pytest.mark.parametrize("page", ["/admin/preview/", "/admin/preview/names/"])
def test_who_may_not_change_the_rule_sees_no_preview(may, campaign, missing, page):
    somebody = may(*{*ALL} - {missing}, "view_campaign", "view_postbackrule")

    ask = somebody.get if "names" in page else somebody.post
    assert ask(f"{page}?campaign={campaign.pk}", {"preview": "rules-0"}).status_code == 403


def test_who_may_not_see_clicks_sees_samples(may, campaign, click):
    somebody = may(*{*ALL} - {"view_click"})

    answer = somebody.post(
        f"/admin/preview/?campaign={campaign.pk}",
        {"preview": "rules-0", "rules-0-url": URL, "preview-other": click.subid},
        headers=SCRIPT,
    )

    assert final(answer) == "https://receiver.test/p?c=a1b2c3&s=sale"
    assert not answer.context["choices"]


def test_who_only_looks_sees_no_editor(may, campaign, rule):
    page = may("view_campaign", "view_postbackrule").get(f"/admin/campaigns/campaign/{campaign.pk}/change/")

    assert "url-editor" not in page.content.decode()


@pytest.mark.parametrize("of", ["campaign=99", "source=99", "campaign=0"])
def test_a_rule_of_nobody_is_not_found(shown, of):
    assert shown(URL, of=of).status_code == 404


def test_a_prefix_that_no_form_has_is_not_found(shown):
    assert shown(URL, preview="<b>").status_code == 404


def test_a_link_asks_for_nothing(admin_client, campaign):
    assert admin_client.get(f"/admin/preview/?campaign={campaign.pk}").status_code == 405


def test_the_field_on_the_page_says_whose_it_is(admin_client, campaign, source):
    page = admin_client.get(f"/admin/campaigns/campaign/{campaign.pk}/change/").content.decode()
    other = admin_client.get(f"/admin/campaigns/source/{source.pk}/change/").content.decode()
    new = admin_client.get("/admin/campaigns/campaign/add/").content.decode()

    assert f'data-preview="/admin/preview/?campaign={campaign.pk}"' in page
    assert f'data-preview="/admin/preview/?source={source.pk}"' in other
    assert 'data-preview="/admin/preview/?new=campaign"' in new
