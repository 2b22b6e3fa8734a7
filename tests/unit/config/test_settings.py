"""Settings: environment over file over defaults, and a typo is never silent."""

import json
import os
from pathlib import Path
from typing import ClassVar

import pytest

from catalystindex.config.profiles import check_profile
from catalystindex.config.sections import Section
from catalystindex.config.settings import Settings, known_keys, load_settings
from catalystindex.config.show import MASK, SettingRow, setting_rows
from catalystindex.model.errors import ConfigurationError


@pytest.fixture(autouse=True)
def clean_place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Run in an empty folder, with no variable of ours set."""
    for name in [name for name in os.environ if name.upper().startswith("CATALYST_")]:
        monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)


def write(text: str, name: str = "catalyst.toml") -> Path:
    path = Path(name).absolute()
    path.write_text(text, "utf-8")
    return path


def row(key: str) -> SettingRow:
    return next(row for row in setting_rows(load_settings()) if row.key == key)


class TestPrecedence:
    def test_without_anything_the_defaults_are_in_force(self) -> None:
        loaded = load_settings()
        assert loaded.settings.server.port == 8080
        assert loaded.sources == {}
        assert row("server.port") == SettingRow(
            "server.port", 8080, "default", "TCP port; 0 picks a free one."
        )

    def test_the_file_in_the_working_folder_beats_the_default(self) -> None:
        write("[server]\nport = 9001")
        assert load_settings().settings.server.port == 9001
        assert row("server.port").source == "file catalyst.toml"

    def test_the_environment_beats_the_file(self, monkeypatch: pytest.MonkeyPatch) -> None:
        write("[server]\nport = 9001\nhost = '0.0.0.0'")
        monkeypatch.setenv("CATALYST_SERVER__PORT", "9002")
        server = load_settings().settings.server
        assert (server.port, server.host) == (9002, "0.0.0.0")  # noqa: S104  # not listened on
        assert row("server.port").source == "environment CATALYST_SERVER__PORT"
        assert row("server.host").source == "file catalyst.toml"

    def test_a_value_of_the_environment_beats_a_bad_one_of_the_file(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        write("profile = 'embeded'")
        monkeypatch.setenv("CATALYST_PROFILE", "embedded")
        assert load_settings().settings.profile == "embedded"

    def test_a_named_file_beats_the_variable_and_the_working_folder(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        write("[server]\nport = 1")
        monkeypatch.setenv("CATALYST_CONFIG", str(write("[server]\nport = 2", "two.toml")))
        named = write("[server]\nport = 3", "three.toml")
        assert load_settings(named).settings.server.port == 3
        assert load_settings().settings.server.port == 2

    def test_top_level_settings_are_read_from_both(self, monkeypatch: pytest.MonkeyPatch) -> None:
        write("data_dir = 'from-file'")
        assert load_settings().settings.data_dir == Path("from-file")
        monkeypatch.setenv("CATALYST_DATA_DIR", "from-environment")
        assert load_settings().settings.data_dir == Path("from-environment")

    def test_a_variable_in_lower_case_is_traced_as_well(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Whatever spelling takes effect must also show where the value came from."""
        monkeypatch.setenv("catalyst_server__port", "9003")
        shown = row("server.port")
        if shown.value == 9003:
            assert shown.source == "environment catalyst_server__port"

    def test_algorithms_are_a_list_in_both_places(self, monkeypatch: pytest.MonkeyPatch) -> None:
        write("[security]\nalgorithms = ['ES256', 'RS256']")
        assert load_settings().settings.security.algorithms == ("ES256", "RS256")
        monkeypatch.setenv("CATALYST_SECURITY__ALGORITHMS", "Ed25519, PS256")
        assert load_settings().settings.security.algorithms == ("Ed25519", "PS256")


class TestRefusals:
    @pytest.mark.parametrize(
        ("variable", "key"),
        [
            ("CATALYST_SERVER__PROT", "server.prot"),
            ("CATALYST_PROFLE", "profle"),
            ("CATALYST_SERVER", "server"),
            ("CATALYST_SERVER__PORT__X", "server.port__x"),
            ("CATALYST_", ""),
        ],
    )
    def test_an_unknown_variable_is_refused_by_name(
        self, variable: str, key: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv(variable, "1")
        with pytest.raises(ConfigurationError) as caught:
            load_settings()
        assert caught.value.context == {"key": key, "source": f"environment {variable}"}
        assert repr(key) in caught.value.detail

    @pytest.mark.parametrize(
        ("text", "key"),
        [
            ("prot = 1", "prot"),
            ("[server]\nprot = 1", "server.prot"),
            ("server = 5", "server"),
            ("[profile]\nname = 'embedded'", "profile.name"),
            ("_env_file = 'x'", "_env_file"),
            ("[nosuch]\nx = 1", "nosuch.x"),
            ("[nosuch]", "nosuch"),
            ('"server.port" = 5', "server.port"),
        ],
    )
    def test_an_unknown_key_in_the_file_is_refused_by_name_and_file(
        self, text: str, key: str
    ) -> None:
        path = write(text)
        with pytest.raises(ConfigurationError) as caught:
            load_settings(path)
        assert caught.value.context == {"key": key, "source": f"file {path}"}

    @pytest.mark.parametrize(
        ("variable", "value"),
        [
            ("CATALYST_SERVER__PORT", "eighty"),
            ("CATALYST_SERVER__PORT", ""),
            ("CATALYST_SERVER__PORT", "70000"),
            ("CATALYST_PROFILE", "laptop"),
            ("CATALYST_SECURITY__ALGORITHMS", "HS256"),
            ("CATALYST_SECURITY__ALGORITHMS", "none"),
            ("CATALYST_SECURITY__ALGORITHMS", ""),
            ("CATALYST_SECURITY__TOKEN_TTL", "0"),
            ("CATALYST_SECURITY__TOKEN_TTL", "inf"),
            ("CATALYST_SECURITY__LEEWAY", "nan"),
            ("CATALYST_SECURITY__LEEWAY", "-1"),
            ("CATALYST_JOBS__WORKERS", "-1"),
            ("CATALYST_JOBS__ACQUIRERS", "0"),
            ("CATALYST_JOBS__LEASE", "1"),
            ("CATALYST_JOBS__BACKOFF", "0"),
        ],
    )
    def test_a_bad_variable_is_refused_with_its_key_and_source(
        self, variable: str, value: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv(variable, value)
        with pytest.raises(ConfigurationError) as caught:
            load_settings()
        key = variable.removeprefix("CATALYST_").lower().replace("__", ".")
        assert caught.value.context == {"key": key, "source": f"environment {variable}"}
        assert key in caught.value.detail

    @pytest.mark.parametrize(
        ("text", "key"),
        [
            ("[server]\nport = 'x'", "server.port"),
            ("[server.port]\nx = 1", "server.port"),
            ("[records]\nurl = 5", "records.url"),
            ("[security]\nalgorithms = []", "security.algorithms"),
        ],
    )
    def test_a_bad_value_in_the_file_is_refused_with_its_key_and_file(
        self, text: str, key: str
    ) -> None:
        path = write(text)
        with pytest.raises(ConfigurationError) as caught:
            load_settings(path)
        assert caught.value.context == {"key": key, "source": f"file {path}"}

    def test_a_refused_secret_is_not_repeated(self) -> None:
        path = write("[records]\nurl = ['hunter2']")
        with pytest.raises(ConfigurationError) as caught:
            load_settings(path)
        assert "hunter2" not in caught.value.detail

    @pytest.mark.parametrize("data", [b"[server", b"\xff\xfe", b"a = 1\na = 2"])
    def test_a_file_that_is_not_toml_is_refused_by_name(self, data: bytes) -> None:
        path = Path("broken.toml").absolute()
        path.write_bytes(data)
        with pytest.raises(ConfigurationError, match=r"broken\.toml"):
            load_settings(path)

    def test_a_file_that_was_named_and_is_missing_is_refused(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        with pytest.raises(ConfigurationError, match=r"gone\.toml"):
            load_settings(tmp_path / "gone.toml")
        monkeypatch.setenv("CATALYST_CONFIG", "gone.toml")
        with pytest.raises(ConfigurationError, match=r"gone\.toml"):
            load_settings()

    def test_variables_of_benchmarks_and_tests_are_not_settings(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("CATALYST_TEST_SEED", "1")
        monkeypatch.setenv("CATALYST_BENCH_FOLDER", "/x")
        monkeypatch.setenv("CATALYSTS", "many")
        assert load_settings().sources == {}


class TestShow:
    def test_every_key_is_a_row_in_order(self) -> None:
        assert tuple(row.key for row in setting_rows(load_settings())) == known_keys()

    def test_known_keys_covers_every_field_of_every_section(self) -> None:
        expected = set()
        for name, value in Settings():
            inner = [f"{name}.{field}" for field, _ in value] if isinstance(value, Section) else []
            expected.update(inner or [name])
        assert set(known_keys()) == expected
        assert len(known_keys()) == len(expected)

    @pytest.mark.parametrize("key", known_keys())
    def test_every_setting_says_what_it_means(self, key: str) -> None:
        assert row(key).meaning.strip()

    @pytest.mark.parametrize(
        ("variable", "key"),
        [("CATALYST_RECORDS__URL", "records.url"), ("CATALYST_CLIENT__TOKEN", "client.token")],
    )
    def test_secrets_are_masked_and_their_source_is_shown(
        self, variable: str, key: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv(variable, "postgresql://u:hunter2@db/x")
        assert (row(key).value, row(key).source) == (MASK, f"environment {variable}")
        assert not any("hunter2" in str(row) for row in setting_rows(load_settings()))
        assert "hunter2" not in repr(load_settings())

    def test_a_secret_that_is_not_set_is_shown_as_absent(self) -> None:
        assert row("client.token").value is None

    def test_every_value_is_plain(self) -> None:
        for shown in setting_rows(load_settings()):
            assert isinstance(shown.value, str | int | float | bool | list | dict | None)
            json.dumps(shown.value)

    def test_a_choice_of_parsers_is_shown_with_its_source(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("CATALYST_PARSING__PARSERS", '{"text/plain": "b", "text/csv": "a"}')
        shown = row("parsing.parsers")
        assert shown.value == {"text/csv": "a", "text/plain": "b"}
        assert shown.source == "environment CATALYST_PARSING__PARSERS"


class TestParsing:
    CHOICE: ClassVar[dict[str, str]] = {"text/plain": "a", "application/pdf": "b"}

    def test_a_table_of_the_file_chooses_parsers(self) -> None:
        write('[parsing]\nocr = "never"\n[parsing.parsers]\n"text/plain" = "a"\n'
              '"application/pdf" = "b"\n')  # fmt: skip
        loaded = load_settings()
        assert loaded.settings.parsing.parsers == self.CHOICE
        assert loaded.settings.parsing.ocr == "never"
        assert row("parsing.parsers").source == "file catalyst.toml"

    @pytest.mark.parametrize(
        ("variable", "value"),
        [
            ("CATALYST_PARSING__PARSERS", "text"),
            ("CATALYST_PARSING__PARSERS", '["text"]'),
            ("CATALYST_PARSING__PARSERS", '{"text/plain": 3}'),
            ("CATALYST_PARSING__OCR", "sometimes"),
            ("CATALYST_PARSING__OCR_THREADS", "-1"),
            ("CATALYST_PARSING__MACROS", "run"),
            ("CATALYST_LIMITS__MAX_NESTING", "51"),
            ("CATALYST_LIMITS__MAX_PARSE_SECONDS", "0"),
            ("CATALYST_LIMITS__MAX_EXPANSION", "1"),
        ],
    )
    def test_what_makes_no_sense_is_refused_with_its_name(
        self, monkeypatch: pytest.MonkeyPatch, variable: str, value: str
    ) -> None:
        monkeypatch.setenv(variable, value)
        with pytest.raises(ConfigurationError) as refused:
            load_settings()
        key = variable.removeprefix("CATALYST_").lower().replace("__", ".", 1)
        assert key.partition(".")[0] in refused.value.detail
        assert refused.value.exit_code == 78


class TestProfiles:
    def test_the_defaults_can_start(self) -> None:
        check_profile(load_settings().settings)

    @pytest.mark.parametrize(
        ("text", "key"),
        [
            ("profile = 'cluster'", "profile"),
            ("[vectors]\napi_key = 'k'", "vectors.api_key"),
            ("[embedding]\nmodel_path = 'm.onnx'", "embedding.model_path"),
            ("[embedding]\ntokenizer_path = 't.json'", "embedding.model_path"),
        ],
    )
    def test_what_this_version_cannot_serve_is_refused_with_its_key(
        self, text: str, key: str
    ) -> None:
        settings = load_settings(write(text)).settings
        with pytest.raises(ConfigurationError) as caught:
            check_profile(settings)
        assert caught.value.context["key"] == key

    @pytest.mark.parametrize("url", ["http://qdrant:6333", "https://q.example.org", "http://[::1]"])
    def test_vectors_may_live_on_a_server(self, url: str) -> None:
        check_profile(load_settings(write(f"[vectors]\nurl = '{url}'")).settings)

    @pytest.mark.parametrize("url", ["https://q.example.org", "http://127.0.0.1:6333"])
    def test_a_key_goes_where_nobody_reads_it(self, url: str) -> None:
        text = f"[vectors]\nurl = '{url}'\napi_key = 'hunter2'"
        check_profile(load_settings(write(text)).settings)

    @pytest.mark.parametrize(
        "text",
        [
            "url = 'http://qdrant:6333'\napi_key = 'hunter2'",
            "url = 'http://127.0.0.1.example.org'\napi_key = 'hunter2'",
            "url = 'https://user:hunter2@qdrant:6333'",
            "replication_factor = 2\nwrite_consistency = 3",
            "quantisation = 'binary'",
            "collection_prefix = '../x'",
        ],
    )
    def test_a_server_of_vectors_that_makes_no_sense_is_refused(self, text: str) -> None:
        with pytest.raises(ConfigurationError) as caught:
            load_settings(write(f"[vectors]\n{text}"))
        assert "vectors" in caught.value.detail
        assert "hunter2" not in caught.value.detail

    @pytest.mark.parametrize("scheme", ["postgresql", "postgres", "postgresql+psycopg"])
    def test_the_records_may_be_in_postgresql(self, scheme: str) -> None:
        settings = load_settings(write(f"[records]\nurl = '{scheme}://u:hunter2@db/x'")).settings
        check_profile(settings)
        assert "hunter2" not in repr(settings)

    @pytest.mark.parametrize("url", ["mysql://u:hunter2@db/x", "sqlite:///hunter2", "hunter2", ""])
    def test_records_elsewhere_are_refused_without_repeating_the_secret(self, url: str) -> None:
        with pytest.raises(ConfigurationError) as caught:
            load_settings(write(f"[records]\nurl = '{url}'"))
        assert caught.value.context["key"] == "records.url"
        assert "postgresql://" in caught.value.detail
        assert "hunter2" not in caught.value.detail

    def test_a_model_with_its_tokenizer_is_taken(self) -> None:
        path = write("[embedding]\nmodel_path = 'm.onnx'\ntokenizer_path = 't.json'")
        check_profile(load_settings(path).settings)
