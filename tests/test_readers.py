"""Exports of telephone systems, written here by hand from the documented formats; expected values by hand."""

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
    assert frame.loc["1767596700.4", "reason"] == "left: time out" and frame.loc["1767596800.5", "reason"] == "joinempty"
    assert frame.loc["1767596400.1", "customer"] == "0401112222"
    assert any("1 calls still waiting" in note for note in reading.notes)
    assert reading.rows.tolist() == [2, 3, 7, 10, 14, 16]


def test_a_folder_with_a_queue_log_gives_intervals(tmp_path):
    put(tmp_path, QUEUE_LOG, "queue_log")
    reading = load_intervals(tmp_path, HELSINKI)
    sales = reading.frame[reading.frame["queue"] == "sales"].iloc[0]
    assert (sales["offered"], sales["answered"], sales["abandoned"], sales["blocked"]) == (5, 2, 2, 1)
    assert (sales["talk_s"], sales["wait_answered_s"], sales["wait_abandoned_s"]) == (300, 19, 90)
    assert sales["answered_in_target"] == 2 and any("made from queue_log" in note for note in reading.notes)


def contact(key, enqueued, updated="2026-01-05T08:00:00Z", method="INBOUND", channel="VOICE", agent=None, duration=40, **more):
    return {"ContactId": key, "Channel": channel, "InitiationMethod": method, "InitiationTimestamp": "2026-01-05T06:59:30Z",
            "Queue": {"Name": "BasicQueue", "ARN": "arn:x", "EnqueueTimestamp": enqueued, "DequeueTimestamp": enqueued, "Duration": duration},
            "Agent": agent, "CustomerEndpoint": {"Address": "+358401112222", "Type": "TELEPHONE_NUMBER"},
            "DisconnectTimestamp": "2026-01-05T07:10:00Z", "LastUpdateTimestamp": updated, "TransferredToEndpoint": None} | more


def agent(name, connected, talk, hold, acw):
    return {"Username": name, "ConnectedToAgentTimestamp": connected, "AgentInteractionDuration": talk,
            "CustomerHoldDuration": hold, "AfterContactWorkDuration": acw}


RECORDS = [
    contact("a", "2026-01-05T07:00:00Z", agent=agent("anna", "2026-01-05T07:00:25Z", 200, 20, 15)),
    contact("a", "2026-01-05T07:00:00Z", updated="2026-01-05T09:00:00Z", agent=agent("anna", "2026-01-05T07:00:25Z", 200, 20, 45)),
    contact("b", "2026-01-05T07:05:00.500Z"),
    contact("c", "2026-01-05T07:06:00Z", channel="CHAT", agent=agent("ben", "2026-01-05T07:06:07Z", 600, 0, 0),
            TransferredToEndpoint={"Address": "BasicQueue"}),
    contact("d", "2026-01-05T07:07:00Z", method="OUTBOUND"),
    contact("e", "2026-01-05T07:08:00Z") | {"Queue": None},
]


@pytest.mark.parametrize("write", [
    lambda records: "\n".join(map(json.dumps, records)) + "\n", lambda records: "".join(map(json.dumps, records)), json.dumps,
    lambda records: json.dumps(records, indent=2)])
def test_amazon_connect(tmp_path, write):
    reading = load_table(put(tmp_path, write(RECORDS), "ctr.jsonl"), "calls", HELSINKI)
    frame = reading.frame.set_index("call_id")
    assert reading.kind == "amazon_connect" and frame.index.tolist() == ["a", "b", "c"]
    assert frame["outcome"].tolist() == ["answered", "abandoned", "answered"] and frame["wait_s"].tolist() == [25, 40, 7]
    assert frame.loc["a", ["talk_s", "hold_s", "acw_s"]].tolist() == [200, 20, 45]  # the last update counts
    assert frame["channel"].tolist() == ["voice", "voice", "chat"] and frame["transferred"].tolist() == [False, False, True]
    assert str(frame.loc["b", "arrived"]) == "2026-01-05 09:05:00.500000+02:00" and frame.loc["c", "agent"] == "ben"
    assert any("1 earlier copies" in note for note in reading.notes) and any("2 contacts that were" in note for note in reading.notes)


def segment(kind, start, end, queue="q-1"):
    return {"segmentType": kind, "queueId": queue, "segmentStart": f"2026-01-05T07:{start}.000Z", "segmentEnd": f"2026-01-05T07:{end}.000Z"}


def person(purpose, *segments, **more):
    return {"purpose": purpose, "sessions": [{"mediaType": "voice", "ani": "tel:+358401112222", "segments": list(segments)}]} | more


CONVERSATIONS = {"conversations": [
    {"conversationId": "one", "originatingDirection": "inbound", "participants": [
        person("customer"), person("ivr", segment("ivr", "00:00", "00:30")), person("acd", segment("interact", "00:30", "00:50")),
        person("agent", segment("alert", "00:42", "00:50"), segment("interact", "00:50", "02:50"), segment("hold", "02:50", "03:00"),
               segment("interact", "03:00", "03:30"), segment("wrapup", "03:30", "04:00"), userId="u-1")]},
    {"conversationId": "two", "originatingDirection": "inbound", "participants": [
        person("customer"), person("acd", segment("interact", "05:00", "05:45"))]},
    {"conversationId": "three", "originatingDirection": "inbound", "participants": [
        person("acd", segment("interact", "10:00", "10:05")), person("agent", segment("interact", "10:05", "11:05"), userId="u-1"),
        person("acd", segment("interact", "11:05", "11:35", "q-2")), person("agent", segment("interact", "11:35", "12:00", "q-2"), userId="u-2")]},
    {"conversationId": "four", "originatingDirection": "outbound", "participants": [person("agent", segment("interact", "20:00", "21:00"))]},
], "totalHits": 4}


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


AGGREGATES = {"results": [{"group": {"queueId": "q-1", "mediaType": "voice"}, "data": [
    {"interval": "2026-01-05T07:00:00.000Z/2026-01-05T07:30:00.000Z", "metrics": [
        metric("nOffered", 10), metric("tAnswered", 8, 96_000), metric("tAbandon", 2, 61_500), metric("tTalkComplete", 8, 1_600_000),
        metric("tHeldComplete", 1, 20_000), metric("tAcw", 8, 240_000),
        {"metric": "oServiceLevel", "stats": {"ratio": 0.7, "numerator": 7, "denominator": 10, "target": 0.8}}]},
    {"interval": "2026-01-05T07:30:00.000Z/2026-01-05T08:00:00.000Z", "metrics": [metric("nOffered", 1), metric("tAbandon", 1, 4_000)]}]}]}


def test_genesys_aggregates(tmp_path):
    reading = load_intervals(put(tmp_path, json.dumps(AGGREGATES), "intervals.json"), HELSINKI)
    first, second = reading.frame.to_dict("records")
    assert (first["offered"], first["answered"], first["abandoned"], first["answered_in_target"]) == (10, 8, 2, 7)
    assert [first[name] for name in ("talk_s", "hold_s", "acw_s", "wait_answered_s", "wait_abandoned_s")] == [1600, 20, 240, 96, 61.5]
    assert (second["answered"], second["abandoned"], second["wait_abandoned_s"]) == (0, 1, 4)
    assert str(first["start"]) == "2026-01-05 09:00:00+02:00" and reading.interval_s == 1800


def test_genesys_csv(tmp_path):
    text = ("interval,queueName,nOffered,tAnswered,tHandle,tTalk,tHeld,tAcw\n"
            "2026-01-05T07:00:00Z/2026-01-05T07:15:00Z,sales,4,30000,900000,600000,60000,240000\n"
            "2026-01-05T07:15:00Z/2026-01-05T07:30:00Z,sales,2,8000,300000,250000,0,50000\n")
    frame = load_intervals(put(tmp_path, text, "export.csv"), HELSINKI).frame
    assert frame["talk_s"].tolist() == [600, 250] and frame["acw_s"].tolist() == [240, 50] and frame["wait_answered_s"].tolist() == [30, 8]
    ui = ("Interval Start,Interval End,Interval Complete,Queue Name,Media Type,Offer,Answer,Abandon,Total Handle,Total Talk,Total Hold,Total ACW\n"
          '"1/31/26 9:00 AM","1/31/26 9:30 AM",TRUE,sales,voice,10,9,1,2700000,2250000,90000,360000\n'.replace("/26", "/2026"))
    frame = load_intervals(put(tmp_path, ui, "ui.csv"), HELSINKI).frame
    assert frame.loc[0, ["offered", "answered", "abandoned", "talk_s", "hold_s", "acw_s"]].tolist() == [10, 9, 1, 2250, 90, 360]


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
    assert reading.kind == "cisco_uccx" and frame["offered"].tolist() == [10, 0] and frame["queue"].tolist() == ["Support"] * 2
    assert frame["talk_s"].tolist() == [2700, 0] and frame["wait_answered_s"].tolist() == [108, 0]
    assert frame["wait_abandoned_s"].tolist() == [45, 0] and frame["acw_s"].tolist() == [0, 0]


def test_a_generic_call_log(tmp_path):
    text = ("Call Id,Agent,Date,Time,Topic,Answered (Y/N),Resolved,Speed of answer in seconds,AvgTalkDuration,Satisfaction rating\n"
            "ID0001,Diane,2026-01-31,09:12:58,Contract,Y,Y,109,00:02:23,3\nID0002,Becky,2026-01-31,09:18:36,Technical,N,N,,,\n")
    reading = load_table(put(tmp_path, text, "log.csv"), "calls", HELSINKI)
    first, second = reading.frame.to_dict("records")
    assert (first["call_id"], first["outcome"], first["wait_s"], first["talk_s"], first["csat"]) == ("ID0001", "answered", 109, 143, 3)
    assert (second["outcome"], bool(second["resolved"]), first["channel"], first["queue"]) == ("abandoned", False, "voice", "all")
    assert pd.isna(second["wait_s"]) and str(first["arrived"]) == "2026-01-31 09:12:58+02:00"
    assert "outcome = answered where answered is yes, else abandoned" in reading.notes


def test_words_and_headers_of_other_languages(tmp_path):
    text = ("Anrufbeginn;Warteschlange;Wartezeit;Ergebnis;Gesprächsdauer;Mitarbeiter;Erledigt\n"
            "31.01.2026 09:12:58;Verkauf;12,5;angenommen;0:03:00;Eva;ja\n31.01.2026 09:13:10;Verkauf;40;aufgelegt;;;nein\n")
    reading = load_table(put(tmp_path, text, "anrufe.csv"), "calls", HELSINKI)
    assert reading.language == "German" and reading.frame["outcome"].tolist() == ["answered", "abandoned"]
    assert reading.frame["wait_s"].tolist() == [12.5, 40] and reading.frame["talk_s"].tolist()[0] == 180
    assert reading.frame["resolved"].tolist() == [True, False]


@pytest.mark.parametrize(("header", "language"), [
    ("alkuaika;jono;puhelut;vastatut;luopuneet;puheaika;jälkityö", "Finnish"), ("pradžia;eilė;skambučiai;atsiliepta;prarasti;pokalbio trukmė;x", "Lithuanian"),
    ("شروع;صف;تماس‌ها;پاسخ داده شده;ترک شده;زمان مکالمه;x", "Persian"), ("Beginn;Warteschlange;Anrufe;Angenommen;Verloren;Gesprächszeit;Nachbearbeitung", "German"),
    ("Début;File;Appels reçus;Répondus;Abandonnés;Temps de conversation;Post-appel", "French"), ("Debut;File;Appels recus;Repondus;Abandonnes;Duree;x", "French"),
    ("Inicio;Cola;Llamadas;Atendidas;Abandonadas;Tiempo de conversación;x", "Spanish"), ("Starttid;Kö;Inkommande samtal;Besvarade;Tappade;Samtalstid;Efterarbete", "Swedish"),
])
def test_interval_headers_of_other_languages(tmp_path, header, language):
    text = header + "\n2026-01-31 08:00;a;10;8;2;2400;0\n2026-01-31 08:30;a;4;4;0;900;0\n"
    reading = load_intervals(put(tmp_path, text, "x.csv"), HELSINKI)
    assert reading.language == language and reading.frame["offered"].tolist() == [10, 4]
    assert reading.frame["answered"].tolist() == [8, 4] and reading.frame["abandoned"].tolist() == [2, 0] and reading.frame["talk_s"].tolist() == [2400, 900]
    assert language in reading.about()["found"].tolist()


def test_units_in_headers(tmp_path):
    text = "start,calls,answered,talk time (min),acw_ms\n2026-01-31 08:00,10,10,40.5,30000\n2026-01-31 08:30,4,4,20,500\n"
    frame = load_intervals(put(tmp_path, text, "x.csv"), HELSINKI).frame
    assert frame["talk_s"].tolist() == [2430, 1200] and frame["acw_s"].tolist() == [30, 0.5]


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
