"""Numbers for names that repeat: workspaces and users."""

import sqlite3


class Names:
    """The numbers of one log. The writer makes new ones; readers look up what is committed."""

    def __init__(self) -> None:
        self._numbers: dict[str, int] = {}
        self._names: dict[int, str] = {}

    def number(self, connection: sqlite3.Connection, name: str) -> int:
        """Return the number of a name, made in the caller's transaction if it is new."""
        known = self._numbers.get(name)
        if known is not None:
            return known
        connection.execute("INSERT OR IGNORE INTO names (name) VALUES (?)", (name,))
        found = self.find(connection, name)
        if found is None:
            raise AssertionError("a name that was just written is not there")
        self._numbers[name] = found
        return found

    def find(self, connection: sqlite3.Connection, name: str) -> int | None:
        """Return the number of a name, None if it has none."""
        row = connection.execute("SELECT number FROM names WHERE name = ?", (name,)).fetchone()
        return None if row is None else int(row[0])

    def all(self, connection: sqlite3.Connection, wanted: int) -> dict[int, str]:
        """Return names by number, among them the one that is wanted."""
        names = self._names
        if wanted not in names:
            # A slower reader may put back what it saw before: the answer is what was read here.
            names = self._names = dict(connection.execute("SELECT number, name FROM names"))
        return names

    def forget(self) -> None:
        """Forget what a transaction that was undone may have made."""
        self._numbers.clear()
