"""`catalystctl reindex` and `catalystctl index`, with and without a running server."""

from support.server import Folder


def test_the_index_is_rebuilt_rolled_back_and_retired(folder: Folder, kb: str) -> None:
    folder.run("kb", "create", kb)
    built = folder.json("reindex")
    assert (built["state"], built["problem"]) == ("active", None)
    assert folder.json("index", "show", str(built["number"]))["state"] == "active"
    assert folder.json("index", "watch", str(built["number"]))["state"] == "active"
    states = {one["number"]: one["state"] for one in folder.json("index", "list")}
    assert states == states | {built["number"]: "active", built["number"] - 1: "previous"}
    back = folder.json("index", "rollback")
    assert (back["number"], back["state"]) == (built["number"] - 1, "active")
    assert folder.json("index", "retire")["state"] == "retired"
    assert "generation.not_found" in folder.run("index", "retire", expect=66).stderr
    assert "generation.not_found" in folder.run("index", "cancel", expect=66).stderr
