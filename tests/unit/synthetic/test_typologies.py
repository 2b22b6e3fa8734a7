"""Each planted pattern has the structure that defines its typology, in the events themselves.

The checks read events only, and know nothing of how a pattern was made.
"""

from collections import defaultdict
from collections.abc import Callable
from itertools import pairwise

import pyarrow as pa
import pyarrow.compute as pc
import pytest

from catalystindex.synthetic.config import TYPOLOGIES, SynthConfig
from catalystindex.synthetic.pattern import Pattern
from support.bank import DAY, Bank, Row, bank

Rows = dict[str, list[Row]]
Check = Callable[[Bank, Pattern, Rows], None]

CHECKS: dict[str, Check] = {}


def check(name: str) -> Callable[[Check], Check]:
    def keep(function: Check) -> Check:
        CHECKS[name] = function
        return function

    return keep


def paid(rows: Rows) -> list[Row]:
    return sorted(rows["transaction"], key=lambda row: row["event_time"])


def within(rows: list[Row], days: int) -> None:
    times = [row["event_time"] for row in rows]
    assert max(times) - min(times) <= days * DAY


def edges(rows: list[Row]) -> list[tuple[str, str]]:
    return [(row["debtor_account"], row["creditor_account"]) for row in rows]


def total(rows: list[Row]) -> int:
    return sum(row["amount"] for row in rows)


def with_role(rows: Rows, role: str) -> list[Row]:
    return [row for row in paid(rows) if row["role"] == role]


@check("structuring")
def structuring(town: Bank, pattern: Pattern, rows: Rows) -> None:
    deposits = with_role(rows, "deposit")
    assert len(deposits) >= 3
    assert all(row["method"] == "cash_deposit" for row in deposits)
    assert len({row["creditor_account"] for row in deposits}) == 1
    assert len({row["branch"] for row in deposits}) >= 2
    assert all(row["amount"] < 1_000_000 for row in deposits)
    assert total(deposits) > 1_000_000
    within(deposits, 14)
    [onward] = with_role(rows, "integration")
    assert onward["debtor_account"] == deposits[0]["creditor_account"]
    assert 0.9 * total(deposits) < onward["amount"] < total(deposits)


@check("fan_in")
def fan_in(town: Bank, pattern: Pattern, rows: Rows) -> None:
    sides = edges(paid(rows))
    assert len({creditor for _, creditor in sides}) == 1
    assert len({debtor for debtor, _ in sides}) == len(sides) >= 5
    within(paid(rows), 8)


@check("fan_out")
def fan_out(town: Bank, pattern: Pattern, rows: Rows) -> None:
    sides = edges(paid(rows))
    assert len({debtor for debtor, _ in sides}) == 1
    assert len({creditor for _, creditor in sides}) == len(sides) >= 5
    within(paid(rows), 8)


@check("gather_scatter")
def gather_scatter(town: Bank, pattern: Pattern, rows: Rows) -> None:
    gathered, scattered = with_role(rows, "gather"), with_role(rows, "scatter")
    [hub] = {row["creditor_account"] for row in gathered}
    assert {row["debtor_account"] for row in scattered} == {hub}
    assert len(gathered) >= 3
    assert len(scattered) >= 3
    assert gathered[-1]["event_time"] < scattered[0]["event_time"]
    assert 0.9 * total(gathered) <= total(scattered) < total(gathered)
    assert not {row["debtor_account"] for row in gathered} & {
        row["creditor_account"] for row in scattered
    }
    within(paid(rows), 12)


@check("scatter_gather")
def scatter_gather(town: Bank, pattern: Pattern, rows: Rows) -> None:
    scattered, gathered = with_role(rows, "scatter"), with_role(rows, "gather")
    [source] = {row["debtor_account"] for row in scattered}
    [sink] = {row["creditor_account"] for row in gathered}
    assert source != sink
    received = {row["creditor_account"]: row for row in scattered}
    assert len(received) == len(gathered) == len(scattered) >= 3
    for row in gathered:
        first = received[row["debtor_account"]]
        assert first["event_time"] < row["event_time"]
        assert 0.9 * first["amount"] <= row["amount"] < first["amount"]
    within(paid(rows), 11)


@check("cycle")
def cycle(town: Bank, pattern: Pattern, rows: Rows) -> None:
    hops = paid(rows)
    assert len(hops) >= 3
    for before, after in pairwise(hops):
        assert before["creditor_account"] == after["debtor_account"]
        assert before["event_time"] < after["event_time"]
        assert 0.9 * before["amount"] < after["amount"] < before["amount"]
    assert hops[-1]["creditor_account"] == hops[0]["debtor_account"]
    assert len({row["debtor_account"] for row in hops}) == len(hops)
    within(hops, 16)


@check("bipartite")
def bipartite(town: Bank, pattern: Pattern, rows: Rows) -> None:
    sides = edges(paid(rows))
    senders, receivers = {one for one, _ in sides}, {other for _, other in sides}
    assert len(senders) >= 2
    assert len(receivers) >= 2
    assert not senders & receivers
    assert set(sides) == {(one, other) for one in senders for other in receivers}
    within(paid(rows), 9)


@check("stack")
def stack(town: Bank, pattern: Pattern, rows: Rows) -> None:
    into: dict[str, int] = defaultdict(int)
    out: dict[str, int] = defaultdict(int)
    last_in: dict[str, int] = {}
    first_out: dict[str, int] = {}
    for row in paid(rows):
        into[row["creditor_account"]] += row["amount"]
        out[row["debtor_account"]] += row["amount"]
        last_in[row["creditor_account"]] = row["event_time"]
        first_out.setdefault(row["debtor_account"], row["event_time"])
    middle = into.keys() & out.keys()
    assert len(middle) >= 2
    for account in middle:
        assert last_in[account] < first_out[account]
        assert 0.9 * into[account] <= out[account] < into[account]
    tops, bottoms = out.keys() - middle, into.keys() - middle
    wanted = {(one, other) for one in tops for other in middle}
    wanted |= {(one, other) for one in middle for other in bottoms}
    assert set(edges(paid(rows))) == wanted
    within(paid(rows), 14)


@check("mule_chain")
def mule_chain(town: Bank, pattern: Pattern, rows: Rows) -> None:
    hops = with_role(rows, "placement") + with_role(rows, "hop")
    cash = with_role(rows, "cash_out")
    assert len(hops) >= 3
    for before, after in pairwise(hops):
        assert before["creditor_account"] == after["debtor_account"]
        assert before["event_time"] < after["event_time"]
        assert 0.85 * before["amount"] < after["amount"] < before["amount"]
    assert cash
    assert {row["debtor_account"] for row in cash} == {hops[-1]["creditor_account"]}
    assert all(row["method"] == "cash_withdrawal" for row in cash)
    assert total(cash) <= hops[-1]["amount"]
    within(paid(rows), 11)


@check("dormant_reactivation")
def dormant_reactivation(town: Bank, pattern: Pattern, rows: Rows) -> None:
    [wake], drained = with_role(rows, "wake"), with_role(rows, "drain")
    sleeper = wake["creditor_account"]
    assert {row["debtor_account"] for row in drained} == {sleeper}
    assert all(row["event_time"] > wake["event_time"] for row in drained)
    assert 0.9 * wake["amount"] <= total(drained) < wake["amount"]
    earlier = [
        row["event_time"]
        for row in _payments_of(town, sleeper)
        if row["event_time"] < wake["event_time"]
    ]
    assert wake["event_time"] - max(earlier, default=0) > 15 * DAY
    within(paid(rows), 10)


def _payments_of(town: Bank, account: str) -> list[Row]:
    table = town.tables["transaction"]
    rows = table.filter(
        (pc.field("debtor_account") == account) | (pc.field("creditor_account") == account)
    )
    return sorted(rows.to_pylist(), key=lambda row: row["event_time"])


@check("account_takeover")
def account_takeover(town: Bank, pattern: Pattern, rows: Rows) -> None:
    [device] = {row["device"] for row in paid(rows)}
    [victim] = {row["debtor_account"] for row in paid(rows)}
    before = [
        row
        for row in _payments_of(town, victim)
        if row["event_time"] < pattern.start and row["debtor_account"] == victim
    ]
    assert device not in {row["device"] for row in before}
    assert (device,) == pattern.roles["device"]
    drained = with_role(rows, "drain")
    assert len({row["creditor_account"] for row in drained}) == len(drained) >= 3
    assert len(with_role(rows, "test")) == 1
    within(paid(rows), 5)


@check("shared_device_ring")
def shared_device_ring(town: Bank, pattern: Pattern, rows: Rows) -> None:
    placed, passed = with_role(rows, "placement"), with_role(rows, "gather")
    [device] = {row["device"] for row in passed}
    [collector] = {row["creditor_account"] for row in passed}
    members = {row["creditor_account"] for row in placed}
    assert {row["debtor_account"] for row in passed} == members
    assert len(members) >= 3
    owners = {
        holder
        for row in town.tables["account"].to_pylist()
        if row["entity_id"] in members
        for holder in row["holders"]
    }
    devices = {
        tuple(row["devices"])
        for row in town.tables["person"].to_pylist()
        if row["entity_id"] in owners
    }
    assert devices == {(device,)}
    assert collector not in members


@check("card_testing")
def card_testing(town: Bank, pattern: Pattern, rows: Rows) -> None:
    tests, used = with_role(rows, "test"), with_role(rows, "purchase")
    assert len({row["card"] for row in tests}) == len(tests) >= 10
    assert len({row["merchant"] for row in tests}) == 1
    working = {row["card"] for row in tests if not row["declined"]}
    assert 1 <= len(working) < len(tests)
    assert {row["card"] for row in used} == working
    assert min(row["event_time"] for row in used) > max(row["event_time"] for row in tests)
    assert all(not row["declined"] for row in used)
    within(paid(rows), 5)


def _market_price(town: Bank, row: Row) -> int:
    quotes = [
        quote
        for quote in town.tables["quote"].to_pylist()
        if quote["instrument"] == row["hs_code"] and quote["event_time"] <= row["event_time"]
    ]
    return int(max(quotes, key=lambda quote: quote["event_time"])["close"])


def _deals(rows: Rows) -> None:
    """Invoices add up, and each is paid in full by its buyer."""
    payments = {row["invoice"]: row for row in paid(rows) if row["invoice"]}
    for row in rows["invoice"]:
        net = row["quantity"] * row["unit_price"] // 10_000_000
        assert abs(row["amount"] - row["vat"] - net) <= 1
        payment = payments[row["entity_id"]]
        assert payment["amount"] == row["amount"]
        assert payment["event_time"] > row["event_time"]


@check("over_invoicing")
def over_invoicing(town: Bank, pattern: Pattern, rows: Rows) -> None:
    _deals(rows)
    assert len(rows["invoice"]) >= 2
    assert len({(row["seller"], row["buyer"]) for row in rows["invoice"]}) == 1
    assert {row["invoice"] for row in rows["shipment"]} == {
        row["entity_id"] for row in rows["invoice"]
    }
    assert all(row["unit_price"] > 1.1 * _market_price(town, row) for row in rows["invoice"])


@check("under_invoicing")
def under_invoicing(town: Bank, pattern: Pattern, rows: Rows) -> None:
    _deals(rows)
    assert len(rows["invoice"]) >= 2
    assert len({(row["seller"], row["buyer"]) for row in rows["invoice"]}) == 1
    assert len(rows["shipment"]) == len(rows["invoice"])
    assert all(row["unit_price"] < 0.9 * _market_price(town, row) for row in rows["invoice"])


@check("phantom_shipment")
def phantom_shipment(town: Bank, pattern: Pattern, rows: Rows) -> None:
    _deals(rows)
    assert len(rows["invoice"]) >= 2
    shipped = set(town.tables["shipment"].column("invoice").to_pylist())
    assert not shipped & {row["entity_id"] for row in rows["invoice"]}


@check("carousel")
def carousel(town: Bank, pattern: Pattern, rows: Rows) -> None:
    _deals(rows)
    sales = sorted(rows["invoice"], key=lambda row: row["event_time"])
    assert len(sales) % 4 == 0
    assert sales[-1]["buyer"] == sales[0]["seller"]
    for before, after in pairwise(sales):
        assert before["buyer"] == after["seller"]
        assert before["event_time"] < after["event_time"]
        assert before["quantity"] == after["quantity"]
    [missing] = pattern.roles["missing_trader"]
    bought = [row for row in sales if row["buyer"] == missing]
    sold = [row for row in sales if row["seller"] == missing]
    for purchase, sale in zip(bought, sold, strict=True):
        assert purchase["vat"] == 0 < sale["vat"]
        assert sale["unit_price"] < purchase["unit_price"]


@check("multiple_invoicing")
def multiple_invoicing(town: Bank, pattern: Pattern, rows: Rows) -> None:
    _deals(rows)
    same = {(row["seller"], row["hs_code"], row["quantity"]) for row in rows["invoice"]}
    assert len(same) == 1
    assert len(rows["invoice"]) >= 2
    assert len(rows["shipment"]) == 1


@check("insider_dealing")
def insider_dealing(town: Bank, pattern: Pattern, rows: Rows) -> None:
    [tip], [news] = rows["communication"], rows["announcement"]
    [dealer] = pattern.roles["dealer"]
    assert tip["recipients"] == [dealer]
    if pattern.difficulty == 0:
        assert news["headline"].split(" ", 1)[1] in tip["text"]
    trades = sorted(rows["trade"], key=lambda row: row["event_time"])
    before = [row for row in trades if row["event_time"] < news["event_time"]]
    after = [row for row in trades if row["event_time"] > news["event_time"]]
    assert len(before) == 2
    assert len(after) == 1
    assert {row["instrument"] for row in trades} == {news["instrument"]}
    assert tip["event_time"] < min(row["event_time"] for row in rows["order"])
    assert sum(row["quantity"] for row in before) == after[0]["quantity"]
    spent, got = sum(row["notional"] for row in before), after[0]["notional"]
    bought = before[0]["buy_order"] is not None
    assert (got > spent) if bought else (got < spent)


@check("shell_company")
def shell_company(town: Bank, pattern: Pattern, rows: Rows) -> None:
    [shell], [hidden] = pattern.roles["shell"], pattern.roles["hidden_owner"]
    owner = {
        row["asset"]: row["owner"] for row in rows["ownership"] if row["interest"] != "directs"
    }
    chain, seen = shell, []
    while chain in owner:
        chain = owner[chain]
        seen.append(chain)
    assert chain == hidden
    assert len(seen) >= 2
    assert hidden not in {row["owner"] for row in rows["ownership"] if row["asset"] == shell}
    placed, final = with_role(rows, "placement"), with_role(rows, "integration")
    assert len(placed) >= 2
    assert 0.85 * total(placed) <= total(final) < total(placed)
    registered = town.tables["ownership"]
    others = registered.filter(pc.is_in(registered.column("asset"), pa.array([shell])))
    assert {row["pattern"] for row in others.to_pylist()} == {pattern.number}


def test_each_typology_has_a_check() -> None:
    assert tuple(CHECKS) == TYPOLOGIES


@pytest.mark.parametrize("difficulty", [0.0, 0.5, 1.0])
@pytest.mark.parametrize("typology", TYPOLOGIES)
def test_patterns_have_the_structure_of_their_typology(typology: str, difficulty: float) -> None:
    town = bank(SynthConfig(accounts=3_000, days=45, seed=23, difficulty=difficulty, density=1.5))
    found = town.of(typology)
    assert found
    for pattern, rows in found:
        CHECKS[typology](town, pattern, rows)
