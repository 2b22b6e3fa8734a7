from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from zoneinfo import ZoneInfo

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from catalystindex.model.errors import EventFileInvalid, InvalidRequest
from catalystindex.model.events.envelope import ListingEvent
from catalystindex.model.events.markets import Quote
from catalystindex.model.events.money import Invoice, Transaction
from catalystindex.model.events.parties import Ownership, Person
from catalystindex.streaming.importers.base import ImportOptions
from support.importers import ROOT, Imported, ids, imported, written

MAPPING = """
kind = "transaction"
delimiter = ";"
id = "{Reference}"

[fields]
event_time = "Booked"
amount = "Amount"
currency = "Ccy"
debtor_account = "From"
creditor_account = "To"
method = "How"
remittance = "Text"

[constants]
channel = "branch"

[values.method]
"SEPA" = "transfer"
"CHQ" = "cheque"

[time]
format = "%d.%m.%Y %H:%M"
zone = "Europe/Berlin"

[amounts]
decimal = ","
thousands = "."
"""
HEADER = "Reference;Booked;Amount;Ccy;From;To;How;Text"
ROW = "r1;31.12.2023 23:30;1.234,50;EUR;A;B;SEPA;Rent"


def read(
    path: Path, mapping: str, *lines: str, name: str = "csv", currency: str = "USD"
) -> Imported:
    (path / "map.toml").write_text(mapping, "utf-8")
    file = written(path / "table.csv", *lines) if lines else path / "table.parquet"
    return imported(name, file, ImportOptions(mapping=path / "map.toml", currency=currency))


def parquet(path: Path, mapping: str, table: pa.Table) -> Imported:
    pq.write_table(table, path / "table.parquet")
    return read(path, mapping, name="parquet")


def simple(kind: str, **fields: str) -> str:
    """Return a mapping in which columns have the names of fields, unless others are given."""
    listed = "\n".join(f'{name} = "{column}"' for name, column in fields.items())
    return f'kind = "{kind}"\nid = "{{id}}"\n[fields]\nevent_time = "t"\n{listed}\n'


def test_a_row_becomes_what_the_mapping_says(tmp_path: Path) -> None:
    (event,) = read(tmp_path, MAPPING, HEADER, ROW).events
    assert (event.entity_id, event.version, event.source) == ("r1", 1, "csv")
    berlin = datetime(2023, 12, 31, 23, 30, tzinfo=ZoneInfo("Europe/Berlin"))
    assert event.event_time == int(berlin.timestamp()) * 1_000_000
    assert event.payload == Transaction(
        amount=123_450,
        currency="EUR",
        debtor_account="A",
        creditor_account="B",
        remittance="Rent",
        channel="branch",
    )


def test_empty_cells_say_nothing(tmp_path: Path) -> None:
    (payload,) = read(
        tmp_path, MAPPING, HEADER, "r1;31.12.2023 23:30;5; ;A;;;", currency="CHF"
    ).payloads
    assert payload == Transaction(amount=500, currency="CHF", debtor_account="A", channel="branch")


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        ("1.234,50", "1.234,505", "amount: 1234.505 has more than 2 decimals"),
        ("1.234,50", "-1", "amount: -1 is not within"),
        ("1.234,50", "", "missing required field `amount`"),
        ("EUR", "EURO", "amount: 'EURO' is no ISO 4217 currency"),
        ("SEPA", "CASH", "Invalid enum value 'CASH' - at `$.payload.method`"),
        ("31.12.2023 23:30", "2023-12-31", "event_time: '2023-12-31' is not of the form"),
        ("31.12.2023 23:30", "26.03.2023 02:30", "does not occur in Europe/Berlin"),
        ("r1", " ", "the id is made of 'Reference', which is empty"),
        ("A;B", ";", "at least one account"),
        ("Rent", "x" * 1_001, "length <= 1000 - at `$.payload.remittance`"),
        (";Rent", "", "7 columns; the header has 8"),
    ],
)
def test_bad_rows_name_the_field(tmp_path: Path, old: str, new: str, reason: str) -> None:
    result = read(tmp_path, MAPPING, HEADER, ROW, ROW.replace(old, new), ROW.replace("r1", "r2"))
    assert [event.entity_id for event in result.events] == ["r1", "r2"]
    assert result.lines == [3]
    assert reason in result.rejected[0].reason


def test_without_an_id_a_row_is_known_by_its_place_and_what_is_mapped(tmp_path: Path) -> None:
    mapping = MAPPING.replace('id = "{Reference}"', "")
    first = read(tmp_path, mapping, HEADER, ROW, ROW)
    assert len({event.entity_id for event in first.events}) == 2
    again = read(tmp_path, mapping, HEADER, ROW.replace("r1", "unmapped"), ROW)
    assert ids(again.messages) == ids(first.messages)
    other = read(tmp_path, mapping, HEADER, ROW.replace("Rent", "rent"), ROW)
    assert other.events[0].entity_id != first.events[0].entity_id
    assert other.events[1] == first.events[1]


def test_a_template_may_name_the_line(tmp_path: Path) -> None:
    mapping = MAPPING.replace("{Reference}", "bank-{Reference}/{line}")
    assert read(tmp_path, mapping, HEADER, ROW).events[0].entity_id == "bank-r1/2"


@pytest.mark.parametrize(
    ("rules", "text", "minor"),
    [
        ("", "12.30", 1230),
        ('unit = "minor"', "1230", 1230),
        ("round = true", "12.345", 1234),
        ("round = true", "12.355", 1236),
        ('thousands = ","', "1,234.5", 123_450),
        ('thousands = "\'"', "1'234.5", 123_450),
    ],
)
def test_how_numbers_are_written(tmp_path: Path, rules: str, text: str, minor: int) -> None:
    mapping = simple("transaction", amount="x", debtor_account="a") + f"[amounts]\n{rules}\n"
    lines = ["id\tt\tx\ta", f"1\t2024-01-01\t{text}\tA"]
    mapping = 'delimiter = "\\t"\n' + mapping
    assert read(tmp_path, mapping, *lines).payloads[0].amount == minor


def test_a_point_is_no_thousand_by_itself(tmp_path: Path) -> None:
    mapping = MAPPING.replace('thousands = "."', "")
    assert "no thousands are told" in read(tmp_path, mapping, HEADER, ROW).rejected[0].reason


@pytest.mark.parametrize(
    ("rules", "text", "moment"),
    [
        ("", "2024-01-02", datetime(2024, 1, 2, tzinfo=UTC)),
        ("", "2024-01-02T03:04:05.000006Z", datetime(2024, 1, 2, 3, 4, 5, 6, tzinfo=UTC)),
        ("", "2024-01-02T03:04:05+02:00", datetime(2024, 1, 2, 1, 4, 5, tzinfo=UTC)),
        ('format = "number"', "1704067200.5", datetime(2024, 1, 1, 0, 0, 0, 500_000, tzinfo=UTC)),
        ('format = "number"\nunit = "ms"', "1704067200000", datetime(2024, 1, 1, tzinfo=UTC)),
        (
            'format = "number"\nunit = "hours"\nsince = "start"',
            "25",
            datetime(2022, 1, 2, 1, tzinfo=UTC),
        ),
        ('format = "%Y%m%d%z"', "20240102+0100", datetime(2024, 1, 1, 23, tzinfo=UTC)),
        ('zone = "America/New_York"', "2024-07-01", datetime(2024, 7, 1, 4, tzinfo=UTC)),
    ],
)
def test_how_times_are_written(tmp_path: Path, rules: str, text: str, moment: datetime) -> None:
    mapping = simple("transaction", amount="x", debtor_account="a") + f"[time]\n{rules}\n"
    (event,) = read(tmp_path, mapping, "id,t,x,a", f"1,{text},1,A").events
    assert datetime.fromtimestamp(event.event_time / 1_000_000, UTC) == moment


@pytest.mark.parametrize("text", ["soon", "1e99", "nan", "99999999999999999999"])
def test_times_that_are_none_are_set_aside(tmp_path: Path, text: str) -> None:
    for rules in ("", 'format = "number"'):
        mapping = simple("transaction", amount="x", debtor_account="a") + f"[time]\n{rules}\n"
        result = read(tmp_path, mapping, "id,t,x,a", f"1,{text},1,A")
        assert (result.events, result.lines) == ([], [2])


def test_other_kinds_are_mapped_as_well(tmp_path: Path) -> None:
    person = simple("person", name="n", aliases="also", birth_date="born") + (
        '[time]\nday_format = "%d/%m/%Y"\n'
    )
    assert read(
        tmp_path, person, "id,t,n,also,born", "p,2024-01-01,Ann,Anna; Annie;,31/12/1970"
    ).payloads == [Person(name="Ann", aliases=("Anna", "Annie"), birth_date="1970-12-31")]
    owner = simple("ownership", owner="o", asset="a", share="s", start="d")
    assert read(tmp_path, owner, "id,t,o,a,s,d", "w,2024-01-01,P,C,25.5,2020").payloads == [
        Ownership(owner="P", asset="C", share=2550, start="2020")
    ]
    invoice = simple(
        "invoice", seller="s", buyer="b", amount="x", quantity="q", unit_price="p", vat="v"
    )
    assert read(
        tmp_path, invoice, "id,t,s,b,x,q,p,v", "i,2024-01-01,S,B,10,1.5,0.000001,1.9"
    ).payloads == [
        Invoice(
            seller="S", buyer="B", amount=1000, currency="USD", quantity=1500, unit_price=1, vat=190
        )
    ]
    quote = simple("quote", instrument="i", open="o", high="o", low="o", close="o")
    assert read(tmp_path, quote, "id,t,i,o", "q,2024-01-01,US1,2.5").payloads == [
        Quote(
            instrument="US1",
            currency="USD",
            open=2_500_000,
            high=2_500_000,
            low=2_500_000,
            close=2_500_000,
        )
    ]


def test_versions_deletes_and_truths(tmp_path: Path) -> None:
    mapping = simple(
        "transaction", amount="x", debtor_account="a", version="v", op="op", declined="no"
    )
    lines = ["1,2024-01-01,5,A,1,,yes", "1,2024-01-01,,,2,delete,", "2,2024-01-01,5,A,1,,maybe"]
    result = read(tmp_path, mapping, "id,t,x,a,v,op,no", *lines)
    first, gone = result.events
    assert (first.version, first.op, gone.version, gone.op) == (1, "upsert", 2, "delete")
    assert result.payloads[0].declined
    assert gone.payload is None
    assert result.reasons == ["4: declined: 'maybe' is neither true nor false"]


def test_a_day_that_is_none_is_set_aside(tmp_path: Path) -> None:
    mapping = simple("person", name="n", birth_date="b")
    result = read(tmp_path, mapping, "id,t,n,b", "p,2024-01-01,Ann,31/12/1970")
    assert result.reasons == ["2: birth_date: '31/12/1970' is no day of the form 2024-12-31"]


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        ('kind = "transaction"', 'kind = "rocket"', "kind: 'rocket' is none of"),
        ('kind = "transaction"', "", "kind: Field required"),
        ('kind = "transaction"', "kind = ", "is no TOML"),
        ("remittance =", "memo =", "transaction has no field 'memo'"),
        ("remittance =", "event_id =", "transaction has no field 'event_id'"),
        ('amount = "Amount"', "", "nothing is given for amount"),
        ('event_time = "Booked"', "", "nothing is given for event_time"),
        ("channel =", "amount =", "both a column and a constant are given for amount"),
        ("[values.method]", "[values.purpose]", "values.purpose: no column is mapped"),
        ("Europe/Berlin", "Europe/Bielefeld", "time.zone: 'Europe/Bielefeld' is no"),
        ('thousands = "."', 'thousands = ","', "are the same character"),
        ('delimiter = ";"', 'delimiter = "\\""', "delimiter"),
        ('"{Reference}"', '"Reference"', "id: it names no column in braces"),
        ('channel = "branch"', 'channel = ""', "constants.channel: Expected `str` of length >= 1"),
        ('channel = "branch"', 'purpose = ["a"]', "constants.purpose: purpose: there is a list"),
        ('channel = "branch"', 'declined = "maybe"', "constants.declined: declined: 'maybe' is"),
        ('"CHQ" = "cheque"', '"CHQ" = "check"', "values.method: Invalid enum value 'check'"),
        ("[time]", "[times]", "times: Extra inputs are not permitted"),
    ],
)
def test_a_mapping_with_a_mistake_is_refused(
    tmp_path: Path, old: str, new: str, reason: str
) -> None:
    assert old in MAPPING
    with pytest.raises(InvalidRequest) as refused:
        read(tmp_path, MAPPING.replace(old, new), HEADER, ROW)
    assert reason in refused.value.detail
    assert refused.value.context == {"field": "mapping"}


def test_a_mapping_has_to_be_there(tmp_path: Path) -> None:
    for name in ("csv", "parquet"):
        with pytest.raises(InvalidRequest, match="needs a mapping file: name one with --mapping"):
            imported(name, tmp_path / "x")
        with pytest.raises(InvalidRequest, match="cannot be read"):
            imported(name, tmp_path / "x", ImportOptions(mapping=tmp_path / "none.toml"))


def test_columns_that_are_not_there_are_named(tmp_path: Path) -> None:
    with pytest.raises(EventFileInvalid, match="column 'Ccy' is missing"):
        read(tmp_path, MAPPING, HEADER.replace("Ccy", "Currency"), ROW)
    with pytest.raises(EventFileInvalid, match="column 'Reference' is missing"):
        read(tmp_path, MAPPING, HEADER.replace("Reference", "Ref"), ROW)


TYPED = simple("transaction", amount="x", debtor_account="a", debtor_name="n") + "version = 'v'\n"


def test_values_of_parquet_are_taken_by_their_type(tmp_path: Path) -> None:
    table = pa.table(
        {
            "id": pa.array([1, 2, 3], pa.int64()),
            "t": pa.array([datetime(2024, 1, 2, 3, tzinfo=UTC)] * 3, pa.timestamp("ns", "UTC")),
            "x": pa.array([Decimal("12.30"), Decimal("0.07"), None], pa.decimal128(9, 2)),
            "a": pa.array([7395.0, 7.0, 8.0]),
            "n": pa.array(["Ann", None, "Bob"]).dictionary_encode(),
            "v": pa.array([1, 2, 3], pa.uint8()),
        }
    )
    result = parquet(tmp_path, TYPED, table)
    assert [event.entity_id for event in result.events] == ["1", "2"]
    assert result.events[0].event_time == 1_704_164_400_000_000
    assert result.payloads[0] == Transaction(
        amount=1230, currency="USD", debtor_account="7395", debtor_name="Ann"
    )
    assert [event.version for event in result.events] == [1, 2]
    assert result.lines == [3]


def test_floats_are_rounded_only_where_the_mapping_says_so(tmp_path: Path) -> None:
    table = pa.table(
        {
            "id": ["1", "2", "3"],
            "t": [date(2024, 1, 2)] * 3,
            "x": [0.1, 12.0, float("nan")],
            "a": ["A"] * 3,
            "n": ["N"] * 3,
            "v": [1] * 3,
        }
    )
    strict = parquet(tmp_path, TYPED, table)
    assert [payload.amount for payload in strict.payloads] == [1200]
    assert "it takes `round = true`" in strict.rejected[0].reason
    rounded = parquet(tmp_path, TYPED + "[amounts]\nround = true\n", table)
    assert [payload.amount for payload in rounded.payloads] == [10, 1200]
    assert rounded.lines == [3]


def test_values_that_python_has_not_are_set_aside(tmp_path: Path) -> None:
    broken = pa.array([b"Ann", b"M\xfcller", b"Bob"]).view(pa.string())
    table = pa.table(
        {
            "id": ["1", "2", "3"],
            "t": pa.array([0, 0, 2**62], pa.timestamp("us")),
            "x": [1, 2, 3],
            "a": ["A"] * 3,
            "n": broken,
            "v": [1] * 3,
        }
    )
    result = parquet(tmp_path, TYPED, table)
    assert [event.entity_id for event in result.events] == ["1"]
    assert result.lines == [2, 3]
    assert "n cannot be read: 'utf-8' codec" in result.rejected[0].reason
    assert "t cannot be read" in result.rejected[1].reason


def test_lists_of_parquet_are_lists(tmp_path: Path) -> None:
    mapping = simple("listing", list="l", schema="s", name="n", aliases="also", birth_dates="b")
    table = pa.table(
        {
            "id": ["1"],
            "t": [date(2024, 1, 2)],
            "l": ["UN"],
            "s": ["person"],
            "n": ["Ann"],
            "also": [["A; B", "C"]],
            "b": [[date(1970, 1, 1)]],
        }
    )
    (event,) = parquet(tmp_path, mapping, table).events
    assert isinstance(event, ListingEvent)
    assert event.payload is not None
    assert (event.payload.aliases, event.payload.birth_dates) == (("A; B", "C"), ("1970-01-01",))


def test_the_example_of_the_documentation_imports(tmp_path: Path) -> None:
    page = (ROOT / "docs" / "how-to" / "import-events.md").read_text("utf-8")
    mapping = page.split("```toml\n")[1].split("```")[0]
    table = page.split("For this table\n\n")[1].split("\n\n")[0]
    (event,) = read(tmp_path, mapping, *(line.strip() for line in table.splitlines())).events
    assert event.entity_id == "bank-r-17"
    assert event.payload == Transaction(
        amount=123_450,
        currency="EUR",
        debtor_account="DE01",
        creditor_account="FR02",
        remittance="Rent December",
        channel="online",
    )
