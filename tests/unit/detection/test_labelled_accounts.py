"""Alerts held against labels that are on accounts."""

from catalystindex.detection.labelled_accounts import AccountTally, evaluate_accounts
from catalystindex.model.alert import AlertState
from catalystindex.temporal.codes import Codes
from support.alerts import an_alert

ACCOUNTS = Codes(["hub", "a", "b", "c", "quiet"])


def test_open_alerts_are_measured_by_the_accounts_that_they_name() -> None:
    alerts = [
        an_alert(typology="fan_in", roles={"hub": ("hub",), "sender": ("a", "b")}),
        an_alert(typology="fan_in", roles={"hub": ("hub",), "sender": ("c",), "country": ("KY",)}),
        an_alert(typology="cycle", roles={"member": ("a",)}, state=AlertState.EXPLAINED),
    ]
    found = evaluate_accounts(alerts, {"hub", "a", "quiet"}, ACCOUNTS)
    assert found.by_typology == {"fan_in": AccountTally(2, 5, 3)}
    assert found.by_typology["fan_in"].share == 0.6
    assert (found.labelled, found.named) == (3, 2)


def test_alerts_that_name_no_account_have_no_share() -> None:
    found = evaluate_accounts([an_alert(roles={"country": ("KY",)})], {"a"}, ACCOUNTS)
    assert [one.share for one in found.by_typology.values()] == [None]
