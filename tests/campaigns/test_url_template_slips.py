"""Templates as sources publish them, and the slips that have been met in them."""

import pytest

from campaigns.url_template import check

UNTRACED = "Neither {external_id} nor {subid} is in the URL: the receiver cannot tell which click converted."
UNDECLARED = "if the campaign's link carries a parameter of that name, declare it on the campaign's Parameters tab."


def fill_in(*words: str) -> tuple[str, ...]:
    return tuple(f"{word} looks like a word to fill in." for word in words)


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("https://a.mgid.com/postback?c={external_id}&e=EVENT&r={conversion_revenue}", ["EVENT"]),
        (
            "https://trc.taboola.com/actions-handler/log/3/s2s-action?click-id={external_id}&name=EVENT"
            "&revenue={conversion_revenue}&currency={currency}&orderid={tid}",
            ["EVENT"],
        ),
        ("http://syndication.exoclick.com/tag.php?goal=GOAL_ID&tag={external_id}", ["GOAL_ID"]),
        ("http://ad.propellerads.com/conversion.php?visitor_id={external_id}&aid=AID&tid=TID", ["AID", "TID"]),
        ("https://www.pbterra.com/name/NAMEOFADVERTISER/at?subid_short={external_id}", ["NAMEOFADVERTISER"]),
        ("http://xml.auxml.com/log?action=conversion&key={external_id}&price={conversion_revenue}", []),
        ("https://postback.mondiad.com/track?uid=UID&clickid={external_id}&payout={conversion_revenue}", ["UID"]),
        ("http://conv.adxadserv.com/?clickid={external_id}&type={status:lead=1 sale=2}", []),
        ("https://DOMAIN/PATH/?click_id={external_id}&status={status}&tracker_id=1", ["DOMAIN", "PATH"]),
        ("https://tools.zm.app/pb/?exid={external_id}&action={status:lead=reg sale=dep}", []),
        ("https://tsyndicate.com/api/v1/cpa/action?key=KEY&clickid={external_id}&goalid=GOAL", ["KEY", "GOAL"]),
        ("http://postback.zeropark.com/ACCOUNT-UUID?cid={external_id}", ["ACCOUNT-UUID"]),
        ("http://DOMAIN/POSTBACK_KEY/postback?subid={external_id}&status={status}", ["DOMAIN", "POSTBACK_KEY"]),
        ("https://h.test/mp/collect?measurement_id=ID&api_secret=SECRET&c={subid}", ["ID", "SECRET"]),
        ("https://h.test/?c={subid}&a=REPLACE_ME&b=x-YOUR_KEY&d=your_token", ["REPLACE_ME", "YOUR_KEY", "your_token"]),
        ("https://h.test/?c={subid}&k=xxxx&l=...", ["xxxx", "..."]),
        ("https://h.test/?c={subid}&a=[CLICK_ID]&b=%clickid%&d=__X__", ["[CLICK_ID]", "%clickid%", "__X__"]),
    ],
)
def test_a_published_template_is_saved_and_what_is_left_to_fill_in_is_told(url, words):
    assert check(url).errors == ()
    assert check(url).warnings == fill_in(*words)


def test_the_recipe_of_appmetrica_is_taken_as_it_stands():
    found = check(
        "https://api.appmetrica.yandex.ru/logs/v1/import/events?post_api_key=..&application_id=.."
        "&appmetrica_device_id={device_id}&event_name={status}&event_timestamp={conversion_time:U}"
    )

    assert (found.errors, found.warnings) == ((), fill_in(".."))


def test_the_recipe_of_telegram_is_taken_with_its_doubts():
    found = check(
        "https://api.telegram.org/bot<TOKEN>/sendMessage?chat_id=<ID>"
        "&text={campaign_name}:{status}:{conversion_revenue}"
    )

    assert (found.errors, found.warnings) == ((), (UNTRACED, *fill_in("<TOKEN>", "<ID>")))


@pytest.mark.parametrize(
    ("url", "error"),
    [
        ("https://h.test/?c={externa_id}", "Unknown macro {externa_id}: did you mean {external_id}?"),
        (
            "https://h.test/?c={external_id}&r={coversion_revenue}",
            "Unknown macro {coversion_revenue}: did you mean {conversion_revenue}?",
        ),
        ("https://h.test/?c={external_id}&k={replace}", f"Unknown macro {{replace}}: {UNDECLARED}"),
        (
            "https://h.test/?c={external_id}&aid={AID-FROM-DASHBOARD}",
            f"Unknown macro {{AID-FROM-DASHBOARD}}: {UNDECLARED}",
        ),
        (
            "h.test/p?c={external_id}",
            "The URL has no scheme: did you mean https://h.test/p?c={external_id} ?",
        ),
        (
            "subid={external_id}&status={status}",
            "The URL has neither scheme nor host: it begins with a parameter. Write https://, host and path first.",
        ),
    ],
)
def test_a_slip_that_cannot_work_is_refused(url, error):
    assert check(url).errors == (error,)


@pytest.mark.parametrize(
    ("url", "warning"),
    [
        (
            "https://h.test/?c={clickid}",
            "{clickid} is our own subid: did you mean {external_id}, the source's click id?",
        ),
        (
            "https://h.test/?c={click_id}",
            "{click_id} is our own subid: did you mean {external_id}, the source's click id?",
        ),
        ("https://h.test/?c={external_id}&k=REPLACE", "REPLACE looks like a word to fill in."),
        ("https://h.test/p?s={status}", UNTRACED),
        (
            "https://h.test/subid={external_id}&status={status}",
            "There is no ? before the parameters, so they are a part of the path.",
        ),
        (
            "https://h.test/key/postbacksubid={external_id}",
            "There is no ? before the parameters, so they are a part of the path.",
        ),
        (
            "https://h.test/?c=${external_id}",
            "A $ stands before a macro and is sent with its value: write {name} without it.",
        ),
        ("https://h.test/?c={subid}#x", "What follows # is never sent: write %23 for it, or leave it out."),
        ("https://h.test/?c={subid}&t=new sale", "There is a space in the URL: write %20 for it."),
    ],
)
def test_a_slip_that_may_be_meant_is_warned_of(url, warning):
    assert check(url).errors == ()
    assert check(url).warnings == (warning,)


def test_an_encoded_macro_is_warned_of():
    warnings = check("https://h.test/?c={subid}&d=%7Bexternal_id%7D").warnings

    assert warnings == ("The brackets of external_id are encoded, so it is no macro: write {external_id}.",)
