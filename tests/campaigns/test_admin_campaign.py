"""A person sets up a source and a campaign."""

from typing import Any

import pytest
from django.test import Client

from campaigns.models import Campaign, ConversionStatus, Source

ADD = "/admin/campaigns/campaign/add/"


def management(prefix: str = "rules") -> dict[str, str]:
    return {f"{prefix}-TOTAL_FORMS": "0", f"{prefix}-INITIAL_FORMS": "0"}


def typed(campaign: Campaign, **fields: Any) -> dict[str, Any]:
    """The campaign's page as it is sent, with what was changed."""
    row = {"parameter": [], "name": [], "token": []} | fields.pop("parameters", {})
    page = {f"parameters-{column}": texts for column, texts in row.items()}
    shown = {"name": campaign.name, "alias": campaign.alias, "source": campaign.source_id or "", "destination": ""}
    return {**shown, **page, "notes": "", **management(), **fields}


def page_of(campaign: Campaign) -> str:
    return f"/admin/campaigns/campaign/{campaign.pk}/change/"


def test_the_tabs_stand_in_their_order(admin_client: Client, campaign: Campaign) -> None:
    html = admin_client.get(page_of(campaign)).content.decode()

    places = [html.index(f'data-title="{name}"') for name in ("General", "Parameters", "S2S Postbacks", "Statuses")]
    assert places == sorted(places)


def test_choosing_a_source_fills_the_parameters(admin_client: Client, source: Source) -> None:
    admin_client.post(ADD, typed(Campaign(name="New", alias="new", source=source)))

    assert Campaign.objects.get(alias="new").parameters == source.parameters


def test_the_click_link_stands_complete_beside_a_copy_button(admin_client: Client, campaign: Campaign) -> None:
    html = admin_client.get(page_of(campaign)).content.decode()

    assert html.count("/c/shoes?external_id={click_id}") == 2
    assert "data-copy=" in html


@pytest.mark.parametrize(
    ("parameters", "warning"),
    [
        ([{"parameter": "external_id", "name": "cid", "token": "{click_id}"}], ""),
        ([{"parameter": "external_id", "name": "cid", "token": ""}], "its row has no token"),
        ([{"parameter": "sub_id_1", "name": "external_id", "token": "{zone}"}], "The link does not bring"),
        ([], "The link does not bring"),
    ],
)
def test_a_link_that_brings_no_click_id_gets_a_warning_and_a_way_to_the_remedy(
    admin_client: Client, campaign: Campaign, parameters: list[dict[str, str]], warning: str
) -> None:
    Campaign.objects.update(parameters=parameters)

    html = admin_client.get(page_of(campaign)).content.decode()

    assert warning in html
    assert ('href="#tab-parameters">Open Parameters' in html) == bool(warning)
    assert 'id="tab-parameters"' in html


def test_the_click_link_stands_above_the_tabs(admin_client: Client, campaign: Campaign) -> None:
    html = admin_client.get(page_of(campaign)).content.decode()

    assert html.index("/c/shoes?external_id=") < html.index('class="tab"')


def test_a_new_campaign_says_where_its_link_will_stand(admin_client: Client) -> None:
    assert "After the first save the click link stands here" in admin_client.get(ADD).content.decode()


def test_an_address_names_a_tab_the_same_in_every_language(admin_client: Client, campaign: Campaign) -> None:
    for language in ("en", "ru"):
        html = admin_client.get(page_of(campaign), headers={"accept-language": language}).content.decode()

        for slug in ("general", "parameters", "s2s-postbacks", "statuses", "notes"):
            assert f'data-tab="{slug}"' in html


def test_rows_of_parameters_are_kept_and_blank_ones_left_out(admin_client: Client, campaign: Campaign) -> None:
    rows = {"parameter": ["external_id", "", "sub_id_1"], "name": ["cid", "", ""], "token": ["{id}", "", ""]}

    admin_client.post(page_of(campaign), typed(campaign, parameters=rows))

    campaign.refresh_from_db()
    assert campaign.parameters == [
        {"parameter": "external_id", "name": "cid", "token": "{id}"},
        {"parameter": "sub_id_1", "name": "sub_id_1", "token": ""},
    ]


def test_a_refused_row_of_parameters_keeps_what_was_typed(admin_client: Client, campaign: Campaign) -> None:
    rows = {"parameter": ["external_id"], "name": ["a b&<i>"], "token": ["{kept}"]}

    html = admin_client.post(page_of(campaign), typed(campaign, parameters=rows)).content.decode()

    assert "is no name for a parameter" in html
    assert 'value="a b&amp;&lt;i&gt;"' in html
    assert 'value="{kept}"' in html


def test_words_for_statuses_are_kept_as_lists(admin_client: Client, campaign: Campaign) -> None:
    admin_client.post(
        page_of(campaign), typed(campaign, **{"status_words-sale": "1, Approved", "status_words-ignore": "x"})
    )

    campaign.refresh_from_db()
    assert campaign.status_words == {"sale": ["1", "approved"], "ignore": ["x"]}


def test_a_word_under_two_statuses_is_refused(admin_client: Client, campaign: Campaign) -> None:
    words = {"status_words-sale": "ok, Hold", "status_words-lead": "hold"}

    html = admin_client.post(page_of(campaign), typed(campaign, **words)).content.decode()

    assert "“hold” stands under lead and sale" in html
    assert 'value="ok, Hold"' in html


def test_a_status_of_ones_own_has_its_words_too(admin_client: Client, campaign: Campaign) -> None:
    ConversionStatus.objects.create(name="deposit", label="Deposit")

    assert 'name="status_words-deposit"' in admin_client.get(page_of(campaign)).content.decode()


def test_a_destination_with_a_misprint_is_refused(admin_client: Client, campaign: Campaign) -> None:
    html = admin_client.post(page_of(campaign), typed(campaign, destination="https://x.test/{subdi}")).content.decode()

    assert "{subdi}" in html
    assert "errorlist" in html


@pytest.mark.parametrize(("ticked", "updated"), [({}, "old"), ({"update_in_campaigns": "on"}, "{new}")])
def test_a_source_gives_its_parameters_when_asked(
    admin_client: Client, campaign: Campaign, ticked: dict[str, str], updated: str
) -> None:
    Campaign.objects.update(parameters=[{"parameter": "external_id", "name": "external_id", "token": "old"}])
    rows = {"parameters-parameter": "external_id", "parameters-name": "external_id", "parameters-token": "{new}"}
    url = f"/admin/campaigns/source/{campaign.source_id}/change/"

    admin_client.post(url, {"name": "MGID", "notes": "", **rows, **management(), **ticked})

    campaign.refresh_from_db()
    assert campaign.parameters[0]["token"] == updated


def test_a_source_says_how_many_campaigns_it_would_update(admin_client: Client, campaign: Campaign) -> None:
    html = admin_client.get(f"/admin/campaigns/source/{campaign.source_id}/change/").content.decode()

    assert "to its 1 campaign;" in html


def test_a_name_of_somebody_elses_is_escaped(admin_client: Client, campaign: Campaign) -> None:
    Campaign.objects.update(name="<script>x</script>", notes="</textarea><script>y</script>")

    pages = [admin_client.get(url).content.decode() for url in (page_of(campaign), "/admin/campaigns/campaign/")]

    assert not any("<script>x" in page or "<script>y" in page for page in pages)
