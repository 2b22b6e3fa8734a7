"""The last call of a client in this thread or task, and whoever wants to hear of each."""

from contextvars import ContextVar
from weakref import WeakKeyDictionary

from catalystindex.sdk.calls import CallInfo, OnCall

_last: ContextVar["WeakKeyDictionary[Telling, CallInfo] | None"] = ContextVar("last", default=None)
"""By client. Never changed, always replaced: a task must not see what one beside it called."""


class Telling:
    """Keeps the last call of one client, and passes each on to its hook."""

    def __init__(self, on_call: OnCall | None) -> None:
        self._on_call = on_call

    @property
    def last(self) -> CallInfo | None:
        """The last call that ended in this thread or task."""
        calls = _last.get()
        return calls.get(self) if calls is not None else None

    def tell(self, info: CallInfo) -> None:
        """Note a call that has ended."""
        calls: WeakKeyDictionary[Telling, CallInfo] = WeakKeyDictionary(_last.get() or {})
        calls[self] = info
        _last.set(calls)
        if self._on_call is not None:
            self._on_call(info)
