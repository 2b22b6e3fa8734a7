import pytest

from catalystindex.search.trace import Trace


def test_steps_are_kept_in_order_with_their_facts() -> None:
    trace = Trace()
    with trace.step("plan") as facts:
        facts["terms"] = 2
    with trace.step("fuse"):
        pass
    first, second = trace.steps()
    assert (first.step, first.facts) == ("plan", {"terms": 2})
    assert (second.step, second.facts) == ("fuse", {})
    assert first.milliseconds >= 0


def test_a_step_that_failed_is_not_recorded_as_done() -> None:
    trace = Trace()
    with pytest.raises(KeyError), trace.step("plan"):
        raise KeyError
    assert trace.steps() == []


def test_what_was_handed_out_does_not_change() -> None:
    trace = Trace()
    with trace.step("plan"):
        pass
    before = trace.steps()
    with trace.step("fuse"):
        pass
    assert [step.step for step in before] == ["plan"]
