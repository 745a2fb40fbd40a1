"""Exports of programs as they write them, and whatever else somebody may send."""

from __future__ import annotations

import contextlib
import json
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from auscult.engine.kernel.errors import Correctable
from auscult.engine.returns.exports import csv_table, ga4, matomo, phone, plausible, umami
from auscult.engine.returns.exports.cells import CellRefused, count, moment, number
from auscult.engine.returns.exports.rows import Export, Remark, Row

READERS: dict[str, Callable[[bytes], Export]] = {
    "table": csv_table.read,
    "matomo": matomo.read,
    "umami": umami.read,
    "plausible": plausible.read,
    "ga4": ga4.read,
}


def rows(export: Export) -> list[Row]:
    found = list(export.rows())
    assert not [one for one in found if isinstance(one, Remark)], found
    return [one for one in found if isinstance(one, Row)]


def remarks(export: Export) -> list[tuple[int, str]]:
    return [(one.row, one.said) for one in export.rows() if isinstance(one, Remark)]


def told(export: Export, *names: str) -> list[tuple[Any, ...]]:
    return [tuple(getattr(one, name) for name in names) for one in rows(export)]


# A table of the house's own


def test_a_table_is_read_by_the_names_of_its_columns() -> None:
    text = "Datum;Art;Anzahl;Betrag;Währung;Kanal\r\n20.11.2026;Spende;2;1.250,50;eur;Mastodon\r\n"
    for data in (text.encode(), b"\xef\xbb\xbf" + text.encode(), text.encode("utf-16"),
                 text.encode("cp1252"), text.encode("utf-16-le")):  # fmt: skip
        [row] = rows(csv_table.read(data))
        assert row == Row(
            row=2,
            name="Spende",
            at=datetime(2026, 11, 20),  # noqa: DTZ001 - no zone is told
            only_day=True,
            count=2,
            amount=1250.5,
            currency="EUR",
            channel="mastodon",
        )


def test_rows_that_cannot_be_read_are_told_with_their_line_and_reason() -> None:
    text = (
        "date,event,count,amount,currency\n2026-11-20,a,1,5,EUR\n\n31.02.2026,a,1,,\n"
        "03/04/2026,a,1,,\n2026-11-20,a,-1,,\n2026-11-20,a,1.5,,\n2026-11-20,a,1,five,\n"
        "2026-11-20,a,1,5,euros\n2026-11-20,a,1,-5,EUR\n2026-11-20,a,1,5,EUR,x\n2026-11-20,a,0,,\n"
    )
    export = csv_table.read(text.encode())
    assert [one.row for one in export.rows() if isinstance(one, Row)] == [2]
    found = dict(remarks(export))
    assert list(found) == [4, 5, 6, 7, 8, 9, 10, 11], "a count of nought says nothing"
    assert "“31.02.2026” is no day" in found[4]
    assert "may be two days" in found[5]
    assert "no number of times" in found[6]
    assert "“five” is no number" in found[8]
    assert "no currency" in found[9]
    assert "less than nothing" in found[10]
    assert "a cell too many" in found[11]


def test_a_table_without_what_is_needed_is_refused_with_what_it_has() -> None:
    with pytest.raises(Correctable) as caught:
        csv_table.read(b"Wann,Was\n2026-11-20,call\n")
    assert caught.value.code == "columns-missing"
    assert "“Wann”, “Was”" in caught.value.message
    assert "at / date / day" in caught.value.message
    [row] = rows(csv_table.read(b"Wann,Was\n2026-11-20,call\n", {"at": "Wann", "name": "Was"}))
    assert row.name == "call"


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "no-table"),
        (b"# only\n\n,,,\n", "no-table"),
        (b"PK\x03\x04\0\0\0\0" + b"\0" * 90, "no-text"),
        (b"date,x\n2026-11-20," + b"y" * 200_000, "no-table"),
    ],
)
def test_what_is_no_table_is_refused(data: bytes, code: str) -> None:
    with pytest.raises(Correctable) as caught:
        list(csv_table.read(data).rows())
    assert caught.value.code == code
    assert caught.value.hint


def test_numbers_and_moments_as_countries_write_them() -> None:
    assert number("1.234,5", ",") == number("1,234.5") == number("1 234,5", "") == 1234.5
    assert number("1,234") == 1234
    assert number("1,234", ",") == 1.234
    with pytest.raises(CellRefused, match="a thousand times"):
        number("1.234", "")
    assert count("12.0") == 12
    east = timezone(timedelta(hours=1))
    assert moment("2026-11-20T14:30:05.123+01:00") == (
        datetime(2026, 11, 20, 14, 30, 5, tzinfo=east),
        False,
    )
    assert moment("2026-11-20 14:30:05Z")[0].tzinfo is UTC
    assert moment("25/11/2026")[0].day == moment("11/25/2026 10:00")[0].day == 25
    for wrong in ("", "1889-01-01", "2026-13-01", "2026-11-20 25:00", "tomorrow", "٢٠٢٦-١١-٢٠"):
        with pytest.raises(CellRefused):
            moment(wrong)


TEXT = st.text(
    st.characters(exclude_categories=("Cc", "Cs", "Zl", "Zp", "Zs"), max_codepoint=0x2FFF),
    max_size=30,
)
MOMENTS = st.datetimes(datetime(1990, 1, 2), datetime(2199, 12, 30), timezones=st.just(UTC))  # noqa: DTZ001


@st.composite
def happened(draw: Any) -> Row:
    only_day = draw(st.booleans())
    at = draw(MOMENTS).replace(microsecond=0)
    amount = draw(st.none() | st.floats(0, 1e9, allow_nan=False))
    return Row(
        row=0,
        name=draw(TEXT),
        at=at.replace(hour=0, minute=0, second=0, tzinfo=None) if only_day else at,
        only_day=only_day,
        count=draw(st.integers(1, 100_000)),
        amount=amount,
        currency=draw(st.sampled_from(("", "EUR", "CHF"))),
        channel=draw(st.sampled_from(("", "mastodon", "search ads", "ströme"))),
        campaign=draw(TEXT),
        order=draw(TEXT),
        visitor=draw(TEXT),
    )


@settings(max_examples=60, deadline=None)
@given(st.lists(happened(), max_size=5))
def test_what_is_written_is_read_again(given_rows: list[Row]) -> None:
    found = list(csv_table.read(csv_table.written(given_rows).encode()).rows())
    assert [_without_row(one) for one in found] == [_without_row(one) for one in given_rows]


def _without_row(one: Row | Remark) -> Any:
    assert isinstance(one, Row), one
    return tuple(getattr(one, name) for name in Row.__slots__ if name != "row")


HEADS = (
    b"", b"date,name,events\n", b"date,label,nb_conversions,goals_idgoal=1_nb_conversions\n",
    b"created_at,event_name,event_type\n", b"# x\nDate,Event name,Event count\n", b"time;to;from;dauer\n",
    b"[{", b'{"results":[', b"\xff\xfe", b'{"data":[{"createdAt":1,"eventName":[]}],"x":',
)  # fmt: skip
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=9),
    lambda some: (
        st.lists(some, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                (
                    "actionDetails",
                    "type",
                    "timestamp",
                    "2026-11-20",
                    "goals",
                    "data",
                    "createdAt",
                    "eventName",
                    "x",
                    "t",
                    "y",
                    "query",
                    "results",
                    "dimensions",
                    "metrics",
                    "rows",
                    "dimensionHeaders",
                    "name",
                    "event_name",
                    "event_timestamp",
                    "event_params",
                    "value",
                    "ecommerce",
                    "error",
                    "label",
                    "nb_conversions",
                    "message",
                )
            ),
            some,
            max_size=4,
        )
    ),
    max_leaves=12,
)


@settings(max_examples=150, deadline=None)
@given(st.sampled_from(HEADS), st.binary(max_size=200))
@example(b"", b'{"results": [], "query": {"dimensions": ["time:day"], "metrics": [null]}}')
@example(b"", b'[{"event_name":"a","event_timestamp":99999999999999999}]')
def test_any_bytes_give_rows_or_are_refused(head: bytes, rest: bytes) -> None:
    _all_read(head + rest)


@settings(max_examples=150, deadline=None)
@given(JSON)
@example([{"actionDetails": [{"type": "goal", "timestamp": 1e300}]}])
@example({"2026-11-20": [{"goals": {"idgoal=1": {"nb_conversions": [1]}}}]})
def test_any_json_gives_rows_or_is_refused(value: Any) -> None:
    _all_read(json.dumps(value).encode())


def _all_read(data: bytes) -> None:
    for read in READERS.values():
        with contextlib.suppress(Correctable):
            list(read(data).rows())
    with contextlib.suppress(Correctable):
        list(phone.read(data).rows())


# Programs


def test_matomo_goals_and_ways_by_day() -> None:
    goals = {
        "2026-11-19": {"nb_conversions": 3, "nb_visits_converted": 3, "revenue": 90},
        "2026-11-20": [],
        "2026-11-21": {"nb_conversions": 0, "revenue": 0},
    }
    [row] = rows(matomo.read(json.dumps(goals).encode()))
    assert (row.count, row.amount, row.only_day, row.channel) == (3, 30.0, True, "")
    ways = {
        "2026-11-19": [
            {"label": "Search Engines", "nb_visits": 9, "nb_conversions": 2,
             "goals": {"idgoal=1": {"nb_conversions": 1, "revenue": 0},
                       "idgoal=ecommerceOrder": {"nb_conversions": 1, "revenue": 40}}},
            {"label": "Direct Entry", "nb_visits": 9, "goals": {"idgoal=1": {"nb_conversions": 4}}},
        ]
    }  # fmt: skip
    assert told(matomo.read(json.dumps(ways).encode()), "name", "channel", "count", "amount") == [
        ("goal 1", "search", 1, None),
        ("goal ecommerceOrder", "search", 1, 40.0),
        ("goal 1", "", 4, None),
    ]
    wide = "date,label,nb_visits,goals_idgoal=1_revenue,goals_idgoal=1_nb_conversions\n2026-11-19,twitter.com,5,0,2\n"
    [row] = rows(matomo.read(wide.encode("utf-16")))
    assert (row.name, row.count, row.channel) == ("goal 1", 2, "x")
    plain = "date,nb_conversions,revenue\n2026-11-19,2,0\n"
    assert told(matomo.read(plain.encode()), "count") == [(2,)]
    with pytest.raises(Correctable, match="The columns are “label”, “nb_visits”"):
        matomo.read(b"label,nb_visits\nx,1\n")
    with pytest.raises(Correctable, match="You can't access"):
        matomo.read(b'{"result":"error","message":"You can\'t access this resource"}')


def test_matomo_log_of_visits() -> None:
    visit = {
        "idVisit": "7", "visitorId": "ab12", "userId": None, "siteCurrency": "EUR",
        "referrerType": "social", "referrerName": "Facebook", "serverTimestamp": 1_763_650_000,
        "actionDetails": [
            {"type": "action", "timestamp": 1_763_650_000, "url": "https://x.example/"},
            {"type": "goal", "goalName": "Appointment", "revenue": "0", "timestamp": 1_763_650_060},
            {"type": "ecommerceOrder", "orderId": "A-1", "revenue": 25.5, "timestamp": 1_763_650_090},
        ],
    }  # fmt: skip
    campaign = {
        **visit,
        "referrerType": "campaign",
        "referrerName": "Open day",
        "referrerKeyword": "poster",
    }
    found = matomo.read(json.dumps([visit, campaign, 3]).encode())
    assert remarks(found) == [(3, "it has another form than an export gives it")]
    one, two, three, _four = [row for row in found.rows() if isinstance(row, Row)]
    assert (one.name, one.amount, one.channel, one.visitor) == (
        "Appointment",
        None,
        "facebook",
        "ab12",
    )
    assert one.at == datetime.fromtimestamp(1_763_650_060, UTC)
    assert (two.name, two.order, two.amount, two.currency) == ("order", "A-1", 25.5, "EUR")
    assert (three.channel, three.campaign) == ("poster", "Open day")


UMAMI = (
    "website_id,session_id,visit_id,event_id,hostname,browser,os,device,screen,language,country,"
    "region,city,url_path,url_query,utm_source,utm_medium,utm_campaign,utm_content,utm_term,"
    "referrer_path,referrer_query,referrer_domain,page_title,gclid,fbclid,msclkid,ttclid,li_fat_id,"
    "twclid,event_type,event_name,tag,distinct_id,created_at,job_id\r\n"
)


def test_umami_events_and_not_views() -> None:
    def line(kind: int, name: str, source: str, domain: str) -> str:
        return (
            f"w,s1,v1,e1,x.example,chrome,Mac,laptop,1x1,de,DE,BE,Berlin,/,,{source},,spring,,,,,"
            f"{domain},Home,,,,,,,{kind},{name},,,2026-03-01 23:30:00,\r\n"
        )

    data = UMAMI + line(1, "", "mastodon", "") + line(2, "sign-up", "", "www.youtube.com")
    [row] = rows(umami.read(data.encode()))
    assert (row.name, row.channel, row.campaign, row.visitor) == (
        "sign-up",
        "youtube",
        "spring",
        "s1",
    )
    assert row.at == datetime(2026, 3, 1, 23, 30, tzinfo=UTC)
    api = {
        "data": [
            {"createdAt": "2026-03-01T10:00:00Z", "eventType": 2, "eventName": "call",
             "sessionId": "s", "referrerDomain": "t.co"},
            {"createdAt": "2026-03-01T10:00:00Z", "eventType": 1, "eventName": "", "sessionId": "s"},
        ],
        "count": 2,
    }  # fmt: skip
    assert told(umami.read(json.dumps(api).encode()), "name", "channel") == [("call", "x")]
    series = [{"x": "call", "t": "2026-03-01T00:00:00Z", "y": 4}]
    assert told(umami.read(json.dumps(series).encode()), "name", "count", "only_day") == [
        ("call", 4, True)
    ]
    with pytest.raises(Correctable, match="without their days"):
        umami.read(b'[{"x":"call","y":4}]')


def test_plausible_events_and_answers() -> None:
    data = (
        '"date","name","link_url","path","visitors","events"\n"2023-02-09","Signup","","",3,4\n'
        '"2023-02-09","404","","/no",1,1\n'
    )
    assert told(plausible.read(data.encode()), "name", "count") == [("Signup", 4), ("404", 1)]
    answer = {
        "results": [
            {"metrics": [2, {"value": 50.0, "currency": "EUR"}],
             "dimensions": ["2026-11-20", "Donation", "Facebook"]},
            {"metrics": [1, None], "dimensions": ["2026-11-21 10:00:00", "Donation", "Direct / None"]},
        ],
        "query": {"metrics": ["events", "total_revenue"],
                  "dimensions": ["time:day", "event:goal", "visit:source"]},
    }  # fmt: skip
    assert told(
        plausible.read(json.dumps(answer).encode()), "count", "amount", "currency", "channel"
    ) == [(2, 25.0, "EUR", "facebook"), (1, None, "", "")]
    with pytest.raises(Correctable, match="“unique_conversions”"):
        plausible.read(b"name,unique_conversions,total_conversions\nSignup,1,2\n")


GA4 = """# ----------------------------------------
# Free form 1
# Clinic, "Property
# Start date: 20261101
# End date: 20261130
# ----------------------------------------

Event name,Date,Session source / medium,Session campaign,Event count,Total revenue
,,,,13,120,Grand total
book,20261120,google / organic,(organic),8,0
donate,20261121,m.facebook.com / referral,spring,5,120
"""


def test_ga4_explorations() -> None:
    assert told(
        ga4.read(GA4.encode()), "row", "name", "channel", "campaign", "count", "amount"
    ) == [
        (10, "book", "search", "", 8, None),
        (11, "donate", "facebook", "spring", 5, 24.0),
    ]
    day = "# Start date: 20261120\n# End date: 20261120\n\nEvent name,Key events\nbook,3\n"
    [row] = rows(ga4.read(day.encode()))
    assert (row.at.day, row.count) == (20, 3)
    with pytest.raises(Correctable, match="date / datehour"):
        ga4.read(b"# Start date: 20261101\n# End date: 20261130\n\nEvent name,Key events\nbook,3\n")


def test_ga4_answers_and_events() -> None:
    answer = {
        "dimensionHeaders": [{"name": "date"}, {"name": "eventName"}, {"name": "sessionSource"}],
        "metricHeaders": [{"name": "eventCount", "type": "TYPE_INTEGER"}],
        "rows": [
            {"dimensionValues": [{"value": "20261120"}, {"value": "book"}, {"value": "(direct)"}],
             "metricValues": [{"value": "4"}]},
            {"dimensionValues": [], "metricValues": []},
        ],
        "metadata": {"currencyCode": "EUR"},
    }  # fmt: skip
    found = ga4.read(json.dumps(answer).encode())
    assert [one.row for one in found.rows()] == [1, 2]
    assert remarks(found)[0][0] == 2
    event = {
        "event_date": "20261120", "event_timestamp": "1763650060000000", "event_name": "purchase",
        "user_pseudo_id": "1.2", "event_params": [
            {"key": "currency", "value": {"string_value": "EUR", "int_value": None}}],
        "traffic_source": {"source": "newsletter", "medium": "email", "name": "spring"},
        "ecommerce": {"transaction_id": "T1", "purchase_revenue": 12.5},
    }  # fmt: skip
    lines = "\n".join(json.dumps(one) for one in (event, event))
    row = rows(ga4.read(lines.encode()))[0]
    assert (row.order, row.amount, row.currency, row.channel, row.campaign, row.visitor) == (
        "T1", 12.5, "EUR", "mail", "spring", "1.2",
    )  # fmt: skip
    assert row.at == datetime.fromtimestamp(1_763_650_060, UTC)


def test_lists_of_calls() -> None:
    text = (
        "Zeitpunkt;Gewählt;Anrufer;Dauer\n20.11.2026 09:15;030/123 45;+49 171 5550001;1:15\n"
        "20.11.2026 09:20;0049 30 12345;anonym;20 s\n20.11.2026 09:25;12;x;5\n"
    )
    calls = phone.read(text.encode(), country="49")
    first, second, third = calls.rows()
    assert isinstance(first, phone.Call)
    assert isinstance(second, phone.Call)
    assert isinstance(third, Remark)
    assert (first.dialled, first.caller, first.seconds) == ("+493012345", "+491715550001", 75)
    assert (second.dialled, second.caller, second.seconds) == ("+493012345", "", 20)
    assert "“12” is no telephone number" in third.said
    asterisk = (
        "calldate,src,dst,billsec,disposition\n2026-11-20 09:15:00,0301,+493012345,0,NO ANSWER\n"
    )
    assert not list(phone.read(asterisk.encode()).rows()), "nobody took it"
    assert phone.e164("06 698 1", "39") == "+39066981"
    assert phone.e164("(212) 555-0100", "1") == "+12125550100"
    with pytest.raises(CellRefused):
        phone.e164("030 12345")


@pytest.mark.slow
def test_two_hundred_thousand_rows_take_seconds() -> None:
    line = "2026-11-20 10:00:00,book,1,12.5,EUR,mastodon,spring,A-{},v-{}\n"
    head = "at,name,count,amount,currency,channel,campaign,order,visitor\n"
    data = (head + "".join(line.format(n, n) for n in range(csv_table.MOST_ROWS))).encode()
    begin = time.process_time()
    assert sum(1 for one in csv_table.read(data).rows() if isinstance(one, Row)) == 200_000
    assert time.process_time() - begin < 15
    with pytest.raises(Correctable, match="more than 200,000 rows"):
        list(csv_table.read(data + line.format(1, 1).encode()).rows())
