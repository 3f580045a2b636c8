"""Exports of telephone systems, written here by hand from the documented formats; expected values by hand."""

import gzip
import json

import pandas as pd
import pytest

from ccplan.data import Centre, SourceError, load_intervals
from ccplan.data.readers import find_reader, reader_of_kind
from ccplan.data.sources import load_table

HELSINKI = Centre(name="x", time_zone="Europe/Helsinki")
EPOCH = 1_767_596_400  # 2026-01-05 07:00:00 UTC, 09:00 in Helsinki

QUEUE_LOG = f"""{EPOCH}|NONE|NONE|NONE|QUEUESTART|
{EPOCH}|1767596400.1|sales|NONE|ENTERQUEUE||0401112222|1
{EPOCH + 1}|1767596401.2|sales|NONE|ENTERQUEUE||0403334444|2
{EPOCH + 12}|1767596400.1|sales|SIP/anna|RINGNOANSWER|1000
{EPOCH + 15}|1767596400.1|sales|SIP/anna|CONNECT|15|1767596410.9|3
{EPOCH + 31}|1767596401.2|sales|NONE|ABANDON|1|2|30
{EPOCH + 60}|1767596460.3|support|NONE|ENTERQUEUE||0405556666|1
{EPOCH + 65}|1767596460.3|support|SIP/ben|CONNECT|5|1767596462.1|4
{EPOCH + 125}|1767596460.3|support|SIP/ben|BLINDTRANSFER|700|internal|5|60|1
{EPOCH + 126}|1767596460.3|sales|NONE|ENTERQUEUE||0405556666|1
{EPOCH + 130}|1767596460.3|sales|SIP/anna|CONNECT|4|1767596470.7|2
{EPOCH + 215}|1767596400.1|sales|SIP/anna|COMPLETECALLER|15|200|1
{EPOCH + 230}|1767596460.3|sales|SIP/anna|ATTENDEDTRANSFER|BRIDGE|4ac1-77|4|100|1||
{EPOCH + 300}|1767596700.4|sales|NONE|ENTERQUEUE||0407778888|1
{EPOCH + 360}|1767596700.4|sales|NONE|EXITWITHTIMEOUT|1|1|60
{EPOCH + 400}|1767596800.5|sales|NONE|JOINEMPTY|
{EPOCH + 500}|1767596900.6|sales|NONE|ENTERQUEUE||0409990000|1
"""


def put(folder, text, name):
    file = folder / name
    file.write_text(text, encoding="utf-8")
    return file


def test_asterisk(tmp_path):
    reading = load_table(put(tmp_path, QUEUE_LOG, "queue_log"), "calls", HELSINKI)
    frame = reading.frame.set_index("call_id")
    assert reading.kind == "asterisk" and len(frame) == 6
    assert str(frame.loc["1767596400.1", "arrived"]) == "2026-01-05 09:00:00+02:00"
    assert frame["queue"].tolist() == ["sales", "sales", "support", "sales", "sales", "sales"]
    assert frame["outcome"].tolist() == ["answered", "abandoned", "answered", "answered", "abandoned", "blocked"]
    assert frame["wait_s"].tolist() == [15, 30, 5, 4, 60, 0]
    assert frame["talk_s"].dropna().to_dict() == {"1767596400.1": 200, "1767596460.3": 60, "1767596460.3-2": 100}
    assert frame["agent"].dropna().tolist() == ["SIP/anna", "SIP/ben", "SIP/anna"]
    assert frame["transferred"].dropna().tolist() == [False, True, True]
    assert (
        frame.loc["1767596700.4", "reason"] == "left: time out" and frame.loc["1767596800.5", "reason"] == "joinempty"
    )
    assert frame.loc["1767596400.1", "customer"] == "0401112222"
    assert any("1 calls still waiting" in note for note in reading.notes)
    assert reading.rows.tolist() == [2, 3, 7, 10, 14, 16]


def test_asterisk_events_of_other_builds_and_transfers_over_links(tmp_path):
    """LINK has two channels before hold and talk time; SYSCOMPAT tells no wait; QueueLog() writes its own events."""
    log = f"""{EPOCH}|a.1|sales|NONE|ENTERQUEUE||0401112222|1|Anna Virtanen
{EPOCH + 2}|a.1|sales|NONE|My-Event-7|whatever
{EPOCH + 9}|a.1|sales|SIP/ben|CONNECT|9|b.1|4
{EPOCH + 99}|a.1|sales|SIP/ben|ATTENDEDTRANSFER|LINK|Local/7@x-1;1|Local/7@x-1;2|9|90|1
{EPOCH + 100}|a.2|sales|NONE|ENTERQUEUE||0401113333|1
{EPOCH + 107}|a.2|sales|SIP/ben|SYSCOMPAT|
{EPOCH + 110}|a.3|sales|NONE|ENTERQUEUE||0401114444|1
{EPOCH + 150}|a.3|sales|NONE|EXITWITHKEY|2|1|1|40
{EPOCH + 160}|a.4|sales|NONE|ENTERQUEUE||0401115555|1
{EPOCH + 200}|a.4|sales|NONE|EXITEMPTY|1|1|40
{EPOCH + 210}|NONE|NONE|SIP/ben|PAUSEALL|
"""
    reading = load_table(put(tmp_path, log, "queue_log"), "calls", HELSINKI)
    assert reading.frame["outcome"].tolist() == ["answered", "abandoned", "abandoned", "abandoned"]
    assert reading.frame["wait_s"].tolist() == [9, 7, 40, 40] and reading.frame["talk_s"].tolist()[0] == 90
    assert reading.frame["transferred"].tolist()[0] and not any("no events" in note for note in reading.notes)


def test_a_folder_with_a_queue_log_gives_intervals(tmp_path):
    put(tmp_path, QUEUE_LOG, "queue_log")
    reading = load_intervals(tmp_path, HELSINKI)
    sales = reading.frame[reading.frame["queue"] == "sales"].iloc[0]
    assert (sales["offered"], sales["answered"], sales["abandoned"], sales["blocked"]) == (5, 2, 2, 1)
    assert (sales["talk_s"], sales["wait_answered_s"], sales["wait_abandoned_s"]) == (300, 19, 90)
    assert sales["answered_in_target"] == 2 and any("made from queue_log" in note for note in reading.notes)


def contact(
    key, enqueued, updated="2026-01-05T08:00:00Z", method="INBOUND", channel="VOICE", agent=None, duration=40, **more
):
    return {
        "ContactId": key,
        "Channel": channel,
        "InitiationMethod": method,
        "InitiationTimestamp": "2026-01-05T06:59:30Z",
        "Queue": {
            "Name": "BasicQueue",
            "ARN": "arn:x",
            "EnqueueTimestamp": enqueued,
            "DequeueTimestamp": enqueued,
            "Duration": duration,
        },
        "Agent": agent,
        "CustomerEndpoint": {"Address": "+358401112222", "Type": "TELEPHONE_NUMBER"},
        "DisconnectTimestamp": "2026-01-05T07:10:00Z",
        "LastUpdateTimestamp": updated,
        "TransferredToEndpoint": None,
    } | more


def agent(name, connected, talk, hold, acw):
    return {
        "Username": name,
        "ConnectedToAgentTimestamp": connected,
        "AgentInteractionDuration": talk,
        "CustomerHoldDuration": hold,
        "AfterContactWorkDuration": acw,
    }


RECORDS = [
    contact("a", "2026-01-05T07:00:00Z", agent=agent("anna", "2026-01-05T07:00:25Z", 200, 20, 15)),
    contact(
        "a",
        "2026-01-05T07:00:00Z",
        updated="2026-01-05T09:00:00Z",
        agent=agent("anna", "2026-01-05T07:00:25Z", 200, 20, 45),
    ),
    contact("b", "2026-01-05T07:05:00.500Z"),
    contact(
        "c",
        "2026-01-05T07:06:00Z",
        channel="CHAT",
        agent=agent("ben", "2026-01-05T07:06:07Z", 600, 0, 0),
        TransferredToEndpoint={"Address": "BasicQueue"},
    ),
    contact("d", "2026-01-05T07:07:00Z", method="OUTBOUND"),
    contact("e", "2026-01-05T07:08:00Z") | {"Queue": None},
]


@pytest.mark.parametrize(
    "write",
    [
        lambda records: "\n".join(map(json.dumps, records)) + "\n",
        lambda records: "".join(map(json.dumps, records)),
        json.dumps,
        lambda records: json.dumps(records, indent=2),
    ],
)
def test_amazon_connect(tmp_path, write):
    reading = load_table(put(tmp_path, write(RECORDS), "ctr.jsonl"), "calls", HELSINKI)
    frame = reading.frame.set_index("call_id")
    assert reading.kind == "amazon_connect" and frame.index.tolist() == ["a", "b", "c"]
    assert frame["outcome"].tolist() == ["answered", "abandoned", "answered"] and frame["wait_s"].tolist() == [
        25,
        40,
        7,
    ]
    assert frame.loc["a", ["talk_s", "hold_s", "acw_s"]].tolist() == [200, 20, 45]  # the last update counts
    assert frame["channel"].tolist() == ["voice", "voice", "chat"] and frame["transferred"].tolist() == [
        False,
        False,
        True,
    ]
    assert str(frame.loc["b", "arrived"]) == "2026-01-05 09:05:00.500000+02:00" and frame.loc["c", "agent"] == "ben"
    assert any("1 earlier copies" in note for note in reading.notes) and any(
        "2 contacts that were" in note for note in reading.notes
    )


def test_amazon_contacts_that_left_their_queue_for_another_are_counted_there(tmp_path):
    """One waits in two queues, one asks for a callback, one is surveyed after hanging up in the queue, one is
    handed on.
    """
    on = {"NextContactId": "a2"}
    records = [
        contact("a1", "2026-01-05T07:00:00Z") | on,
        contact(
            "a2", "2026-01-05T07:00:40Z", method="QUEUE_TRANSFER", agent=agent("anna", "2026-01-05T07:01:00Z", 60, 0, 5)
        ),
        contact("b1", "2026-01-05T07:02:00Z", NextContactId="b2"),
        contact("b2", "2026-01-05T07:02:40Z", method="CALLBACK", agent=agent("anna", "2026-01-05T07:12:40Z", 60, 0, 5)),
        contact("c1", "2026-01-05T07:05:00Z", NextContactId="c2"),
        contact("c2", "2026-01-05T07:05:40Z", method="DISCONNECT") | {"Queue": None},
        contact("d1", "2026-01-05T07:06:00Z", agent=agent("ben", "2026-01-05T07:06:10Z", 90, 0, 5), NextContactId="d2"),
        contact("d2", "2026-01-05T07:08:00Z", method="TRANSFER", agent=agent("anna", "2026-01-05T07:08:30Z", 30, 0, 5)),
    ]
    reading = load_table(put(tmp_path, "\n".join(map(json.dumps, records)), "ctr.jsonl"), "calls", HELSINKI)
    frame = reading.frame.set_index("call_id")
    assert frame["outcome"].to_dict() == {
        "a2": "answered",
        "b2": "answered",
        "c1": "abandoned",
        "d1": "answered",
        "d2": "answered",
    }
    assert frame["wait_s"].tolist() == [20, 600, 40, 10, 30]
    assert frame["transferred"].to_dict() == {"a2": False, "b2": False, "c1": False, "d1": True, "d2": False}
    assert any("2 contacts left their queue" in note for note in reading.notes)


def segment(kind, start, end, queue="q-1"):
    return {
        "segmentType": kind,
        "queueId": queue,
        "segmentStart": f"2026-01-05T07:{start}.000Z",
        "segmentEnd": f"2026-01-05T07:{end}.000Z",
    }


def person(purpose, *segments, **more):
    return {
        "purpose": purpose,
        "sessions": [{"mediaType": "voice", "ani": "tel:+358401112222", "segments": list(segments)}],
    } | more


CONVERSATIONS = {
    "conversations": [
        {
            "conversationId": "one",
            "originatingDirection": "inbound",
            "participants": [
                person("customer"),
                person("ivr", segment("ivr", "00:00", "00:30")),
                person("acd", segment("interact", "00:30", "00:50")),
                person(
                    "agent",
                    segment("alert", "00:42", "00:50"),
                    segment("interact", "00:50", "02:50"),
                    segment("hold", "02:50", "03:00"),
                    segment("interact", "03:00", "03:30"),
                    segment("wrapup", "03:30", "04:00"),
                    userId="u-1",
                ),
            ],
        },
        {
            "conversationId": "two",
            "originatingDirection": "inbound",
            "participants": [person("customer"), person("acd", segment("interact", "05:00", "05:45"))],
        },
        {
            "conversationId": "three",
            "originatingDirection": "inbound",
            "participants": [
                person("acd", segment("interact", "10:00", "10:05")),
                person("agent", segment("interact", "10:05", "11:05"), userId="u-1"),
                person("acd", segment("interact", "11:05", "11:35", "q-2")),
                person("agent", segment("interact", "11:35", "12:00", "q-2"), userId="u-2"),
            ],
        },
        {
            "conversationId": "four",
            "originatingDirection": "outbound",
            "participants": [person("agent", segment("interact", "20:00", "21:00"))],
        },
    ],
    "totalHits": 4,
}


def test_genesys_conversations(tmp_path):
    file = put(tmp_path, json.dumps(CONVERSATIONS), "details.json")
    reading = load_table(file, "calls", HELSINKI, words={"queue": {"q-1": "sales", "q-2": "support"}})
    frame = reading.frame.set_index("call_id")
    assert frame.index.tolist() == ["one", "two", "three", "three-2"]
    assert frame["queue"].tolist() == ["sales", "sales", "sales", "support"]
    assert frame["wait_s"].tolist() == [20, 45, 5, 30] and frame["talk_s"].tolist() == [150, 0, 60, 25]
    assert frame.loc["one", ["hold_s", "acw_s"]].tolist() == [10, 30] and frame["agent"].tolist()[2:] == ["u-1", "u-2"]
    assert frame["outcome"].tolist() == ["answered", "abandoned", "answered", "answered"]
    assert frame["transferred"].tolist() == [False, False, True, False]
    assert str(frame.loc["one", "arrived"]) == "2026-01-05 09:00:30+02:00"


def metric(name, count, total=None):
    return {"metric": name, "stats": {"count": count} | ({} if total is None else {"sum": total})}


AGGREGATES = {
    "results": [
        {
            "group": {"queueId": "q-1", "mediaType": "voice"},
            "data": [
                {
                    "interval": "2026-01-05T07:00:00.000Z/2026-01-05T07:30:00.000Z",
                    "metrics": [
                        metric("nOffered", 10),
                        metric("tAnswered", 8, 96_000),
                        metric("tAbandon", 2, 61_500),
                        metric("tTalkComplete", 8, 1_600_000),
                        metric("tHeldComplete", 1, 20_000),
                        metric("tAcw", 8, 240_000),
                        {
                            "metric": "oServiceLevel",
                            "stats": {"ratio": 0.7, "numerator": 7, "denominator": 10, "target": 0.8},
                        },
                    ],
                },
                {
                    "interval": "2026-01-05T07:30:00.000Z/2026-01-05T08:00:00.000Z",
                    "metrics": [metric("nOffered", 1), metric("tAbandon", 1, 4_000)],
                },
            ],
        }
    ]
}


def test_genesys_aggregates(tmp_path):
    reading = load_intervals(put(tmp_path, json.dumps(AGGREGATES), "intervals.json"), HELSINKI)
    first, second = reading.frame.to_dict("records")
    assert (first["offered"], first["answered"], first["abandoned"], first["answered_in_target"]) == (10, 8, 2, 7)
    assert [first[name] for name in ("talk_s", "hold_s", "acw_s", "wait_answered_s", "wait_abandoned_s")] == [
        1600,
        20,
        240,
        96,
        61.5,
    ]
    assert (second["answered"], second["abandoned"], second["wait_abandoned_s"]) == (0, 1, 4)
    assert str(first["start"]) == "2026-01-05 09:00:00+02:00" and reading.interval_s == 1800


def test_genesys_contacts_that_cross_intervals_are_counted_where_they_arrived(tmp_path):
    """10 offered and 7 answered at seven, 4 offered and 6 answered at half past: two of these 6 had arrived before.

    Of the later interval's 600 s of talk a third moves with them; one that was answered in the first
    interval of all, before anybody was offered, arrived before the file begins.
    """

    def data(start, end, *metrics):
        return {"interval": f"2026-01-05T{start}:00.000Z/2026-01-05T{end}:00.000Z", "metrics": list(metrics)}

    service = {"metric": "oServiceLevel", "stats": {"ratio": 1.0, "numerator": 5, "denominator": 6, "target": 0.8}}
    found = {
        "results": [
            {
                "group": {"queueId": "q-1"},
                "data": [
                    data(
                        "06:30",
                        "07:00",
                        metric("nOffered", 0),
                        metric("tAnswered", 1, 9_000),
                        metric("tTalk", 1, 50_000),
                    ),
                    data(
                        "07:00",
                        "07:30",
                        metric("nOffered", 10),
                        metric("tAnswered", 7, 70_000),
                        metric("tAbandon", 1, 5_000),
                        metric("tTalk", 7, 700_000),
                    ),
                    data(
                        "07:30",
                        "08:00",
                        metric("nOffered", 4),
                        metric("tAnswered", 6, 60_000),
                        metric("tTalk", 6, 600_000),
                        service,
                    ),
                ],
            }
        ]
    }
    reading = load_intervals(put(tmp_path, json.dumps(found), "intervals.json"), HELSINKI)
    frame = reading.frame
    assert (
        frame["offered"].tolist() == [0, 10, 4]
        and frame["answered"].tolist() == [0, 9, 4]
        and frame["abandoned"].tolist() == [0, 1, 0]
    )
    assert frame["talk_s"].tolist() == [0, 900, 400] and frame["wait_answered_s"].tolist() == [0, 90, 40]
    assert frame["answered_in_target"].tolist()[2] == 4
    assert any("2 contacts answered or abandoned in a later" in note for note in reading.notes) and any(
        "1 contacts that arrived before" in n for n in reading.notes
    )


def test_genesys_performance_view(tmp_path):
    """The counts Handle, Hold and ACW are no durations: talk 9 × 250 s, hold 3 × 30 s, ACW 9 × 40 s, waits 9 × 12 s."""
    head = (
        "Interval Start,Interval End,Interval Complete,Filters,Media Type,Queue Id,Queue Name,Offer,Answer,Answer %,Abandon,ASA,"
        "Service Level %,Handle,Avg Handle,Talk,Avg Talk,Hold,Avg Hold,ACW,Avg ACW,Flow-Out\n"
    )
    rows = (
        '"1/31/26 9:00 AM","1/31/26 9:30 AM",TRUE,,voice,id-1,sales,11,9,0.8182,1,12000,0.75,9,300000,9,250000,3,30000,9,40000,1\n'
        '"1/31/26 9:30 AM","1/31/26 10:00 AM",FALSE,,voice,id-1,sales,2,1,0.5,0,5000,1,1,90000,1,80000,0,,1,10000,0\n'
    )
    reading = load_intervals(put(tmp_path, head + rows, "view.csv"), HELSINKI)
    (row,) = reading.frame.to_dict("records")
    assert [
        row[name] for name in ("offered", "answered", "abandoned", "talk_s", "hold_s", "acw_s", "wait_answered_s")
    ] == [11, 9, 1, 2250, 90, 360, 108]
    assert any("1 intervals that were not complete" in note for note in reading.notes)
    assert any("Service Level % is not used" in note for note in reading.notes)
    no_counts = (
        head.replace("Talk,Avg Talk,Hold,", "Avg Talk,")
        + rows.splitlines()[0].replace(",9,250000,3,", ",250000,")
        + "\n"
    )
    reading = load_intervals(put(tmp_path, no_counts, "view.csv"), HELSINKI)
    assert reading.frame.loc[0, "talk_s"] == 2250 and "hold_s" not in reading.frame
    assert any("Avg Hold is not used" in note for note in reading.notes)


def test_genesys_media_of_a_queue_stay_apart(tmp_path):
    text = (
        "Interval Start,Interval End,Interval Complete,Media Type,Queue Name,Offer,Answer,Abandon\n"
        '"1/31/2026 9:00 AM","1/31/2026 9:30 AM",TRUE,voice,sales,10,9,1\n"1/31/2026 9:00 AM","1/31/2026 9:30 AM",TRUE,chat,sales,3,3,0\n'
    )
    frame = load_intervals(put(tmp_path, text, "view.csv"), HELSINKI).frame
    assert dict(zip(frame["queue"], frame["offered"], strict=True)) == {"sales chat": 3, "sales voice": 10}


def test_genesys_csv(tmp_path):
    text = (
        "interval,queueName,nOffered,tAnswered,tHandle,tTalk,tHeld,tAcw\n"
        "2026-01-05T07:00:00Z/2026-01-05T07:15:00Z,sales,4,30000,900000,600000,60000,240000\n"
        "2026-01-05T07:15:00Z/2026-01-05T07:30:00Z,sales,2,8000,300000,250000,0,50000\n"
    )
    frame = load_intervals(put(tmp_path, text, "export.csv"), HELSINKI).frame
    assert (
        frame["talk_s"].tolist() == [600, 250]
        and frame["acw_s"].tolist() == [240, 50]
        and frame["wait_answered_s"].tolist() == [30, 8]
    )
    ui = (
        "Interval Start,Interval End,Interval Complete,Queue Name,Media Type,Offer,Answer,Abandon,Total Handle,Total Talk,Total Hold,Total ACW\n"
        '"1/31/26 9:00 AM","1/31/26 9:30 AM",TRUE,sales,voice,10,9,1,2700000,2250000,90000,360000\n'.replace(
            "/26", "/2026"
        )
    )
    frame = load_intervals(put(tmp_path, ui, "ui.csv"), HELSINKI).frame
    assert frame.loc[0, ["offered", "answered", "abandoned", "talk_s", "hold_s", "acw_s"]].tolist() == [
        10,
        9,
        1,
        2250,
        90,
        360,
    ]


AVAYA = """Split/Skill Interval Report
Date:,1/31/2026
Split/Skill:,Service

Time,Avg Speed Ans,Avg Aban Time,ACD Calls,Avg ACD Time,Avg ACW Time,Aban Calls,Max Delay,Avg Pos Staff
8:00AM- 8:30AM,:10,:40,12,3:20,:30,2,1:05,5.5
8:30AM- 9:00AM,:05,,10,4:00,1:00,0,:20,6
12:30PM- 1:00PM,1:00:00,:10,1,:59,0,1,:09,1
Totals,:08,:40,23,3:38,:43,3,1:05,5.7
"""


@pytest.mark.parametrize("separator", [",", "\t", ";"])
def test_avaya(tmp_path, separator):
    reading = load_intervals(put(tmp_path, AVAYA.replace(",", separator), "cms.txt"), HELSINKI)
    frame = reading.frame
    assert reading.kind == "avaya_cms" and frame["queue"].unique().tolist() == ["Service"]
    assert frame["start"].dt.strftime("%F %R").tolist() == ["2026-01-31 08:00", "2026-01-31 08:30", "2026-01-31 12:30"]
    assert frame["offered"].tolist() == [14, 10, 2] and frame["answered"].tolist() == [12, 10, 1]
    assert frame["talk_s"].tolist() == [2400, 2400, 59] and frame["acw_s"].tolist() == [360, 600, 0]
    assert frame["wait_answered_s"].tolist() == [120, 50, 3600] and frame["wait_abandoned_s"].tolist() == [80, 0, 10]
    assert frame["agents"].tolist() == [5.5, 6, 1] and reading.rows.tolist() == [6, 7, 8]


AVAYA_WIDE = """Historical Split/Skill Interval
Date: 1/31/2026
Split/Skill: Service
"Time","Avg Speed Ans","Avg Aban Time","ACD Calls","Avg ACD Time","Avg ACW Time","Aban Calls","Max Delay","Flow In","Flow Out","Extn Out Calls","Avg Extn Out Time","Dequeued Calls","Avg Time to Dequeue","% ACD Time","% Ans Calls","Avg Pos Staff","Calls Per Pos"
"Totals","","",":08",":40",33,"3:40",":43",2,"1:05",0,1,0,":00",0,":00",61.5,94.3,5.7,5.8
"11:30","-","12:00PM",":10",":40",12,"3:20",":30",2,"1:05",0,1,0,":00",0,":00",60.1,85.7,5.5,2.2
"12:00","-","12:30PM",":05","",10,"75:10","1:00",0,":20",0,0,0,":00",0,":00",63.2,100,6,1.7
"11:30","-","12:00AM",":00","",0,":00",":00",0,":00",0,0,0,":00",0,":00",0,0,1,0
"""


def test_avaya_with_the_time_in_three_cells(tmp_path):
    """As CMS Supervisor exports it: AM or PM stands at the end only; 75:10 is 75 minutes, and 10 × 4,510 s of talk."""
    reading = load_intervals(put(tmp_path, AVAYA_WIDE, "cms.csv"), HELSINKI)
    frame = reading.frame
    assert frame["start"].dt.strftime("%F %R").tolist() == ["2026-01-31 11:30", "2026-01-31 12:00", "2026-01-31 23:30"]
    assert (
        frame["answered"].tolist() == [12, 10, 0]
        and frame["abandoned"].tolist() == [2, 0, 0]
        and frame["offered"].tolist() == [14, 10, 0]
    )
    assert (
        frame["talk_s"].tolist() == [2400, 45100, 0]
        and frame["acw_s"].tolist() == [360, 600, 0]
        and frame["agents"].tolist() == [5.5, 6, 1]
    )
    assert reading.rows.tolist() == [6, 7, 8] and frame["queue"].tolist() == ["Service"] * 3


def test_avaya_rows_wider_than_the_header_are_not_guessed(tmp_path):
    with pytest.raises(SourceError, match="has 19 cells in row 6, its header only 18"):
        load_intervals(
            put(
                tmp_path,
                AVAYA_WIDE.replace('"11:30","-","12:00PM",', '"11:30 - 12:00PM","",').replace(
                    '"Totals","","",', '"Totals","",'
                ),
                "x.csv",
            ),
            HELSINKI,
        )


@pytest.mark.parametrize(
    ("offered", "percent", "seconds", "in_target"),
    [
        ("Calls Offered", ("78.57", "90.00"), "20", [11, 9]),  # 11 of 14, 9 of 10
        ("Arrivals", ("78.57", "90.00"), "20", None),
        ("Calls Offered", ("91.67", "90.00"), "20", None),
    ],
)  # 11 of the 12 answered
def test_avaya_within_service_level(tmp_path, offered, percent, seconds, in_target):
    """The percentage is of the calls offered: it gives contacts only where those are in the report, and fit."""
    text = (
        f"Date:,1/31/2026\nSplit/Skill:,Service\nTime,Avg Speed Ans,{offered},ACD Calls,Aban Calls,% Within Service Level,Target Seconds\n"
        f"8:00AM- 8:30AM,:10,14,12,2,{percent[0]},{seconds}\n8:30AM- 9:00AM,:05,10,10,0,{percent[1]},{seconds}\n"
    )
    reading = load_intervals(put(tmp_path, text, "cms.csv"), HELSINKI)
    if in_target:
        assert reading.frame["answered_in_target"].tolist() == in_target and reading.target_s == 20
    else:
        assert "answered_in_target" not in reading.frame and any(
            "% Within Service Level is not used" in note for note in reading.notes
        )


HSPLIT = """ROW_DATE,STARTTIME,INTRVL,ACD,SPLIT,I_STAFFTIME,ACDCALLS,ABNCALLS,BUSYCALLS,ACCEPTABLE,SERVICELEVEL,ANSTIME,ABNTIME,ACDTIME,ACWTIME,HOLDACDTIME
2026-01-31,800,30,1,15,9900,12,2,1,11,20,120,80,2400,360,45
2026-01-31,830,30,1,15,10800,10,0,0,9,20,50,0,2400,600,0
2026-01-31,800,30,2,15,1800,1,0,0,0,20,3600,0,59,0,0
"""


def test_avaya_hsplit(tmp_path):
    """Offered = 12 + 2 + 1; 9,900 s of staffed time in 30 minutes are 5.5 agents; split 15 of each ACD is a queue."""
    reading = load_intervals(put(tmp_path, HSPLIT, "hsplit.csv"), HELSINKI)
    frame = reading.frame
    assert reading.kind == "avaya_hsplit" and frame["queue"].tolist() == ["ACD 1 split 15"] * 2 + ["ACD 2 split 15"]
    assert (
        frame["offered"].tolist() == [15, 10, 1]
        and frame["blocked"].tolist() == [1, 0, 0]
        and frame["answered_in_target"].tolist() == [11, 9, 0]
    )
    assert frame.loc[0, ["talk_s", "hold_s", "acw_s", "wait_answered_s", "wait_abandoned_s", "agents"]].tolist() == [
        2400,
        45,
        360,
        120,
        80,
        5.5,
    ]
    assert frame["start"].dt.strftime("%R").tolist() == ["08:00", "08:30", "08:00"] and reading.target_s == 20


UCCX = """Contact Service Queue Activity Report (by Interval)
Start: 2026-01-31 End: 2026-01-31
CSQ Name,Interval Start Time,Interval End Time,Calls Presented,Avg Queue Time,Max Queue Time,Calls Handled,Avg Speed of Answer,Avg Handle Time,Calls Abandoned,Avg Time to Abandon
Support,2026-01-31 08:00:00,2026-01-31 08:30:00,10,00:00:20,00:01:00,9,00:00:12,00:05:00,1,00:00:45
Support,2026-01-31 08:30:00,2026-01-31 09:00:00,0,00:00:00,00:00:00,0,00:00:00,00:00:00,0,00:00:00
Total,,,10,00:00:20,00:01:00,9,00:00:12,00:05:00,1,00:00:45
"""


def test_cisco(tmp_path):
    reading = load_intervals(put(tmp_path, UCCX, "csq.csv"), HELSINKI)
    frame = reading.frame
    assert (
        reading.kind == "cisco_uccx"
        and frame["offered"].tolist() == [10, 0]
        and frame["queue"].tolist() == ["Support"] * 2
    )
    assert frame["talk_s"].tolist() == [2700, 0] and frame["wait_answered_s"].tolist() == [108, 0]
    assert frame["wait_abandoned_s"].tolist() == [45, 0] and frame["acw_s"].tolist() == [0, 0]


@pytest.mark.parametrize(
    ("columns", "cells", "in_target"),
    [
        (",Calls Handled < SL,Calls Abandoned < SL", ",7,1", 7),
        (",Percentage of Service Level Met - Negative Abandon", ",70.00%", 7),
        (",Percentage of Service Level Met - Only Handled", ",77.78%", 7),
        (",Percentage of Service Level Met - Positive Abandon", ",80.00%", None),
    ],
)
def test_cisco_within_service_level(tmp_path, columns, cells, in_target):
    """7 of 10 presented are 70 %, 7 of 9 handled 77.78 %; with abandons counted as met the handled ones cannot be
    told.
    """
    text = (
        f"CSQ Name,Interval Start Time,Interval End Time,Service Level (sec){columns},Calls Presented,Calls Handled,Calls Abandoned,Calls Dequeued\n"
        f"Support,2026-01-31 08:00:00,2026-01-31 08:30:00,15{cells},10,9 (90%),1 (10%),0 (0%)\n"
        f"Support,2026-01-31 08:30:00,2026-01-31 09:00:00,15{','.join(['', *['0%' if '%' in cells else '0'] * cells.count(',')])},3,1 (33%),1 (33%),1 (33%)\n"
    )
    reading = load_intervals(put(tmp_path, text, "csq.csv"), HELSINKI)
    assert (
        reading.frame["offered"].tolist() == [10, 3]
        and reading.frame["answered"].tolist() == [9, 1]
        and reading.frame["abandoned"].tolist() == [1, 1]
    )
    if in_target is None:
        assert "answered_in_target" not in reading.frame
    else:
        assert reading.frame["answered_in_target"].tolist() == [7, 0] and reading.target_s == 15


def test_a_generic_call_log(tmp_path):
    text = (
        "Call Id,Agent,Date,Time,Topic,Answered (Y/N),Resolved,Speed of answer in seconds,AvgTalkDuration,Satisfaction rating\n"
        "ID0001,Diane,2026-01-31,09:12:58,Contract,Y,Y,109,00:02:23,3\nID0002,Becky,2026-01-31,09:18:36,Technical,N,N,,,\n"
    )
    reading = load_table(put(tmp_path, text, "log.csv"), "calls", HELSINKI)
    first, second = reading.frame.to_dict("records")
    assert (first["call_id"], first["outcome"], first["wait_s"], first["talk_s"], first["csat"]) == (
        "ID0001",
        "answered",
        109,
        143,
        3,
    )
    assert (second["outcome"], bool(second["resolved"]), first["channel"], first["queue"]) == (
        "abandoned",
        False,
        "voice",
        "all",
    )
    assert pd.isna(second["wait_s"]) and str(first["arrived"]) == "2026-01-31 09:12:58+02:00"
    assert "outcome = answered where answered is yes, else abandoned" in reading.notes


def test_words_and_headers_of_other_languages(tmp_path):
    text = (
        "Anrufbeginn;Warteschlange;Wartezeit;Ergebnis;Gesprächsdauer;Mitarbeiter;Erledigt\n"
        "31.01.2026 09:12:58;Verkauf;12,5;angenommen;0:03:00;Eva;ja\n31.01.2026 09:13:10;Verkauf;40;aufgelegt;;;nein\n"
    )
    reading = load_table(put(tmp_path, text, "anrufe.csv"), "calls", HELSINKI)
    assert reading.language == "German" and reading.frame["outcome"].tolist() == ["answered", "abandoned"]
    assert reading.frame["wait_s"].tolist() == [12.5, 40] and reading.frame["talk_s"].tolist()[0] == 180
    assert reading.frame["resolved"].tolist() == [True, False]


@pytest.mark.parametrize(
    ("header", "language"),
    [
        ("alkuaika;jono;puhelut;vastatut;luopuneet;puheaika;jälkityö", "Finnish"),
        ("pradžia;eilė;skambučiai;atsiliepta;prarasti;pokalbio trukmė;x", "Lithuanian"),
        ("شروع;صف;تماس‌ها;پاسخ داده شده;ترک شده;زمان مکالمه;x", "Persian"),
        ("Beginn;Warteschlange;Anrufe;Angenommen;Verloren;Gesprächszeit;Nachbearbeitung", "German"),
        ("Début;File;Appels reçus;Répondus;Abandonnés;Temps de conversation;Post-appel", "French"),
        ("Debut;File;Appels recus;Repondus;Abandonnes;Duree;x", "French"),
        ("Inicio;Cola;Llamadas;Atendidas;Abandonadas;Tiempo de conversación;x", "Spanish"),
        ("Starttid;Kö;Inkommande samtal;Besvarade;Tappade;Samtalstid;Efterarbete", "Swedish"),
    ],
)
def test_interval_headers_of_other_languages(tmp_path, header, language):
    text = header + "\n2026-01-31 08:00;a;10;8;2;2400;0\n2026-01-31 08:30;a;4;4;0;900;0\n"
    reading = load_intervals(put(tmp_path, text, "x.csv"), HELSINKI)
    assert reading.language == language and reading.frame["offered"].tolist() == [10, 4]
    assert (
        reading.frame["answered"].tolist() == [8, 4]
        and reading.frame["abandoned"].tolist() == [2, 0]
        and reading.frame["talk_s"].tolist() == [2400, 900]
    )
    assert language in reading.about()["found"].tolist()


def test_units_in_headers(tmp_path):
    text = (
        "start,calls,answered,talk time (min),acw_ms\n2026-01-31 08:00,10,10,40.5,30000\n2026-01-31 08:30,4,4,20,500\n"
    )
    frame = load_intervals(put(tmp_path, text, "x.csv"), HELSINKI).frame
    assert frame["talk_s"].tolist() == [2430, 1200] and frame["acw_s"].tolist() == [30, 0.5]


@pytest.mark.parametrize("name", ["queue_log", "queue_log.1", "calls.txt", "pbx.log", "old.txt.gz", "pbx.log.gz"])
def test_exports_are_found_in_a_folder_whatever_they_are_called(tmp_path, name):
    data = QUEUE_LOG.encode()
    (tmp_path / name).write_bytes(gzip.compress(data) if name.endswith(".gz") else data)
    (tmp_path / "notes.txt").write_text("Dear all, the meeting is on Monday.\nAnna\n")
    (tmp_path / "summer.xls").write_bytes(b"\xd0\xcf\x11\xe0")
    (tmp_path / "all.zip").write_bytes(b"PK")
    reading = load_table(tmp_path, "calls", HELSINKI)
    assert reading.file.name == name and len(reading.frame) == 6
    said = " | ".join(load_table(tmp_path, "calls", HELSINKI).left_aside)
    assert "all.zip left aside: its kind is not read here: unpack it" in said and "summer.xls left aside" in said
    assert (name == "calls.txt") or "notes.txt left aside: no column for arrived and outcome" in said


@pytest.mark.parametrize("name", ["ctr.jsonl", "ctr.json", "ctr.ndjson.gz", "ctr.jsonl.gz", "ctr.json.gz"])
def test_json_exports_are_found_in_a_folder(tmp_path, name):
    data = "\n".join(map(json.dumps, RECORDS)).encode()
    (tmp_path / name).write_bytes(gzip.compress(data) if name.endswith(".gz") else data)
    assert len(load_table(tmp_path, "calls", HELSINKI).frame) == 3


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("cms.txt", AVAYA),
        ("csq.tsv", UCCX.replace(",", "\t")),
        ("plain.txt.gz", "start\toffered\n2026-01-31 08:00\t3\n2026-01-31 08:30\t4\n"),
    ],
)
def test_reports_as_text_are_found_in_a_folder(tmp_path, name, text):
    (tmp_path / name).write_bytes(gzip.compress(text.encode()) if name.endswith(".gz") else text.encode())
    assert load_intervals(tmp_path, HELSINKI).file.name == name


def test_kinds_can_be_named_and_are_refused_in_words(tmp_path):
    file = put(tmp_path, QUEUE_LOG, "calls.txt")
    assert len(load_table(file, "calls", HELSINKI, kind="asterisk").frame) == 6
    with pytest.raises(ValueError, match="kind must be one of table, asterisk"):
        load_table(file, "calls", HELSINKI, kind="nortel")
    with pytest.raises(SourceError, match="holds calls, not intervals"):
        load_intervals(file, HELSINKI, kind="asterisk")
    assert find_reader(put(tmp_path, "start,offered\n", "plain.csv")) is None and reader_of_kind("table") is None


def test_cut_off_json_is_told(tmp_path):
    with pytest.raises(SourceError, match="no JSON at line 2.*cut off"):
        load_table(put(tmp_path, json.dumps(RECORDS[0]) + '\n{"ContactId": "x", "Ini', "ctr.jsonl"), "calls", HELSINKI)
    with pytest.raises(SourceError, match="no inbound contact"):
        load_table(put(tmp_path, json.dumps(RECORDS[4]), "ctr.jsonl"), "calls", HELSINKI)
