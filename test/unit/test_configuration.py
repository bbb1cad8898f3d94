"""Settings are checked when they are made and when they are changed, and show no secret."""

from __future__ import annotations

import copy
import logging
import pickle
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import urllib3

import quantcdn
from quantcdn.retry import RetryPolicy
from quantcdn.timeout import Timeout


@pytest.fixture(autouse=True)
def no_default() -> Iterator[None]:
    yield
    quantcdn.Configuration.set_default(None)
    logging.getLogger("quantcdn").setLevel(logging.NOTSET)


def test_the_default_host_is_the_public_cloud_and_the_other_has_index_1() -> None:
    assert quantcdn.Configuration().host == "https://dashboard.quantcdn.io"
    assert quantcdn.Configuration().server_index == 0
    government = quantcdn.Configuration(server_index=1)
    assert government.host == "https://dash.quantgov.cloud"
    government.server_index = 0
    assert government.host == "https://dashboard.quantcdn.io"
    assert quantcdn.Configuration("https://other.example").server_index is None


def test_host_settings_are_as_in_the_generated_style() -> None:
    configuration = quantcdn.Configuration("https://other.example/")
    settings = configuration.get_host_settings()
    assert [setting["url"] for setting in settings] == ["https://dashboard.quantcdn.io", "https://dash.quantgov.cloud"]
    settings[0]["url"] = "changed"
    assert configuration.get_host_from_settings(0) == "https://dashboard.quantcdn.io"
    assert configuration.get_host_from_settings(None) == "https://other.example"
    with pytest.raises(quantcdn.ApiValueError, match="from 0 to 1"):
        configuration.get_host_from_settings(2)
    with pytest.raises(quantcdn.ApiTypeError):
        configuration.get_host_from_settings(True)


@pytest.mark.parametrize(
    "host",
    [
        "https://dashboard.quantcdn.io",
        "https://host.example:8443/prefix",
        "HTTPS://HOST.example",
        "https://[::1]:8443",
        "http://127.0.0.1:8080",
        "http://localhost",
        "http://[::1]",
        "http://localhost.:8080",
        "http://127.9.9.9",
        " https://blank.ends ",
    ],
)
def test_a_usable_host_is_taken(host: str) -> None:
    assert quantcdn.Configuration(host).host == host.strip()


@pytest.mark.parametrize(
    "host",
    [
        "dashboard.quantcdn.io",
        "ftp://host.example",
        "https://",
        "https://user:pa55@host.example",
        "https://host.example/?a=b",
        "https://host.example/#part",
        "https://host example",
        "https://host.example\r\nX: y",
        "https://höst.example",
        "https://host.example:0",
        "https://host.example:99999",
        "https://host.example:port",
        "https://-host.example",
        "",
    ],
)
def test_an_unusable_host_is_refused_without_being_shown(host: str) -> None:
    with pytest.raises(quantcdn.ApiValueError) as caught:
        quantcdn.Configuration(host)
    assert "pa55" not in str(caught.value)


@pytest.mark.parametrize(
    "host",
    [
        "http://host.example",
        "http://api.localhost",  # which a resolver may send anywhere
        "http://localhost.example",
        "http://0.0.0.0",
        "http://127.1",
        "http://[::ffff:10.0.0.1]",
    ],
)
def test_http_is_for_loopback_unless_allowed(host: str) -> None:
    with pytest.raises(quantcdn.ApiValueError, match="allow_http=True"):
        quantcdn.Configuration(host)
    assert quantcdn.Configuration("http://host.example", allow_http=True).host == "http://host.example"


def test_host_and_server_index_exclude_each_other() -> None:
    with pytest.raises(quantcdn.ApiValueError, match="not both"):
        quantcdn.Configuration("https://host.example", server_index=0)


@pytest.mark.parametrize("token", ["abc.def", "Bearer abc.def", "bearer  abc.def", "  abc.def\n"])
def test_a_token_loses_blank_ends_and_its_scheme(token: str) -> None:
    assert quantcdn.Configuration(access_token=token).token() == "abc.def"


@pytest.mark.parametrize("token", ["", "  ", "Bearer ", "s3cr3t\x00", "s3cr3t\nX: y", "s3cr3t two", "s3cr3té"])
def test_an_unusable_token_is_refused_without_being_shown(token: str) -> None:
    with pytest.raises(quantcdn.ApiValueError, match="access_token") as caught:
        quantcdn.Configuration(access_token=token)
    assert "s3cr3t" not in repr(caught.value)
    with pytest.raises(quantcdn.ApiValueError):
        quantcdn.Configuration(access_token=lambda: token).token()


def test_a_token_of_another_type_is_refused() -> None:
    with pytest.raises(quantcdn.ApiTypeError, match="int"):
        quantcdn.Configuration(access_token=3)  # type: ignore[arg-type] # what a caller without a checker does


def test_auth_settings_carry_the_token_of_the_moment() -> None:
    tokens = iter(["one", "two"])
    configuration = quantcdn.Configuration(access_token=lambda: next(tokens))
    assert [configuration.auth_settings()["BearerAuth"]["value"] for _ in "ab"] == ["Bearer one", "Bearer two"]
    assert quantcdn.Configuration().auth_settings() == {}


def test_repr_and_debug_report_show_no_secret() -> None:
    configuration = quantcdn.Configuration(access_token="s3cr3t", proxy="http://user:pa55@proxy.example:3128")
    for text in (repr(configuration), str(configuration), configuration.to_debug_report()):
        assert "s3cr3t" not in text
        assert "pa55" not in text
    assert "access_token=None" in repr(quantcdn.Configuration())
    assert quantcdn.__version__ in configuration.to_debug_report()


@pytest.mark.parametrize(
    ("setting", "limits"),
    [
        (None, Timeout(5, 30, 60)),
        (10, Timeout(5, 10, 10)),
        (120, Timeout(5, 120, 120)),
        (2.5, Timeout(2.5, 2.5, 2.5)),
        ((1, 2), Timeout(1, 2, 60)),
        ([3.0, 90.0], Timeout(3, 90, 93)),
        (Timeout(1, 2, 3), Timeout(1, 2, 3)),
    ],
)
def test_a_timeout_is_a_number_a_pair_or_limits(setting: Any, limits: Timeout) -> None:
    assert quantcdn.Configuration(timeout=setting).timeout == limits


@pytest.mark.parametrize("setting", [0, -1, float("nan"), float("inf"), 86_401, (1, 0), (1, -2), (1,), (1, 2, 3), ()])
def test_a_timeout_that_is_no_time_is_refused(setting: Any) -> None:
    with pytest.raises(quantcdn.ApiValueError, match="timeout"):
        quantcdn.Configuration(timeout=setting)


@pytest.mark.parametrize("setting", ["5", True, (1, "2"), {}])
def test_a_timeout_of_another_type_is_refused(setting: Any) -> None:
    with pytest.raises(quantcdn.ApiTypeError, match="timeout"):
        quantcdn.Configuration(timeout=setting)


@pytest.mark.parametrize(
    ("setting", "policy"),
    [
        (None, RetryPolicy()),
        (0, RetryPolicy(attempts=1)),
        (5, RetryPolicy(attempts=6)),
        (RetryPolicy(attempts=2), RetryPolicy(attempts=2)),
        (
            urllib3.Retry(total=4, status_forcelist=[503], backoff_factor=0.25),
            RetryPolicy(attempts=5, statuses=frozenset({503}), base=0.25, throttled_base=0.25),
        ),
        (urllib3.Retry(total=False), RetryPolicy(attempts=1, statuses=frozenset(), base=0, throttled_base=0)),
        (
            urllib3.Retry(total=None, status_forcelist=[500]),
            RetryPolicy(statuses=frozenset({500}), base=0, throttled_base=0),
        ),
    ],
)
def test_retries_are_a_number_a_policy_or_urllib3s(setting: Any, policy: RetryPolicy) -> None:
    assert quantcdn.Configuration(retries=setting).retries == policy


def test_retries_out_of_range_or_of_another_type_are_refused() -> None:
    for number in (-1, 101):
        with pytest.raises(quantcdn.ApiValueError, match="from 0 to 100"):
            quantcdn.Configuration(retries=number)
    for other in ("3", True, 1.5):
        with pytest.raises(quantcdn.ApiTypeError, match="retries"):
            quantcdn.Configuration(retries=other)  # type: ignore[arg-type] # what a caller without a checker does


@pytest.mark.parametrize(
    ("name", "value", "kind"),
    [
        ("connection_pool_maxsize", 0, quantcdn.ApiValueError),
        ("connection_pool_maxsize", 10_001, quantcdn.ApiValueError),
        ("connection_pool_maxsize", 1.5, quantcdn.ApiTypeError),
        ("max_response_size", -1, quantcdn.ApiValueError),
        ("max_image_size", True, quantcdn.ApiTypeError),
        ("max_error_size", "1", quantcdn.ApiTypeError),
        ("verify_ssl", 0, quantcdn.ApiTypeError),
        ("ssl_ca_cert", "/no/such/file", quantcdn.ApiValueError),
        ("cert_file", 3, quantcdn.ApiTypeError),
        ("key_file", "/no/such/file", quantcdn.ApiValueError),
        ("tls_server_name", 3, quantcdn.ApiTypeError),
        ("proxy", 3, quantcdn.ApiTypeError),
        ("proxy", "gopher://host", quantcdn.ApiValueError),
        ("proxy", "%00", quantcdn.ApiValueError),
        ("no_proxy", [], quantcdn.ApiTypeError),
        ("client_side_validation", None, quantcdn.ApiTypeError),
        ("allow_http", "yes", quantcdn.ApiTypeError),
        ("debug", "yes", quantcdn.ApiTypeError),
        ("host", 3, quantcdn.ApiTypeError),
    ],
)
def test_every_setting_is_checked_when_made_and_when_changed(name: str, value: object, kind: type[Exception]) -> None:
    with pytest.raises(kind, match=name):
        quantcdn.Configuration(**{name: value})  # type: ignore[arg-type] # wrong on purpose
    configuration = quantcdn.Configuration()
    before = getattr(configuration, name)
    with pytest.raises(kind, match=name):
        setattr(configuration, name, value)
    assert getattr(configuration, name) == before


def test_a_misspelt_setting_is_refused() -> None:
    configuration = quantcdn.Configuration()
    with pytest.raises(quantcdn.ApiAttributeError, match="'acces_token'"):
        configuration.acces_token = "x"  # type: ignore[attr-defined] # misspelt on purpose


def test_a_file_may_be_named_by_a_path(tmp_path: Path) -> None:
    file = tmp_path / "ca.pem"
    file.write_text("")
    configuration = quantcdn.Configuration()
    configuration.ssl_ca_cert = file  # type: ignore[assignment] # a Path is taken too
    assert configuration.ssl_ca_cert == str(file)


def test_settings_come_from_the_environment_first_choice_first() -> None:
    environ = {"BEARER_TOKEN": "third", "QUANT_BASE_URL": "https://second.example"}
    configuration = quantcdn.Configuration.from_env(environ)
    assert (configuration.token(), configuration.host) == ("third", "https://second.example")
    environ |= {"QUANT_API_TOKEN": "second", "QUANTCDN_HOST": "https://first.example"}
    configuration = quantcdn.Configuration.from_env(environ)
    assert (configuration.token(), configuration.host) == ("second", "https://first.example")
    environ["QUANTCDN_API_TOKEN"] = "first"
    assert quantcdn.Configuration.from_env(environ).token() == "first"


def test_the_process_environment_is_the_default(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("QUANTCDN_API_TOKEN", "from-process")
    monkeypatch.delenv("QUANTCDN_HOST", raising=False)
    monkeypatch.delenv("QUANT_BASE_URL", raising=False)
    configuration = quantcdn.Configuration.from_env()
    assert (configuration.token(), configuration.host) == ("from-process", "https://dashboard.quantcdn.io")


def test_an_environment_without_token_or_with_a_bad_value_is_named() -> None:
    with pytest.raises(quantcdn.ApiValueError, match="set QUANTCDN_API_TOKEN"):
        quantcdn.Configuration.from_env({})
    with pytest.raises(quantcdn.ApiValueError, match="QUANTCDN_HOST: host must be"):
        quantcdn.Configuration.from_env({"QUANTCDN_API_TOKEN": "x", "QUANTCDN_HOST": "nowhere"})
    with pytest.raises(quantcdn.ApiValueError, match="QUANT_API_TOKEN: access_token") as caught:
        quantcdn.Configuration.from_env({"QUANT_API_TOKEN": "s3 cr3t"})
    assert "cr3t" not in str(caught.value)


def test_there_is_one_default_configuration() -> None:
    default = quantcdn.Configuration.get_default()
    assert quantcdn.Configuration.get_default() is default is quantcdn.Configuration.get_default_copy()
    other = quantcdn.Configuration("https://other.example")
    quantcdn.Configuration.set_default(other)
    assert quantcdn.Configuration.get_default() is other


def test_a_configuration_survives_pickle_and_copies() -> None:
    configuration = quantcdn.Configuration(
        "https://host.example", access_token="s3cr3t", timeout=(1, 2), retries=5, proxy="http://proxy.example:1"
    )
    for twin in (
        pickle.loads(pickle.dumps(configuration)),
        copy.copy(configuration),
        copy.deepcopy(configuration),
    ):
        assert vars(twin) == vars(configuration)


def test_debug_sets_the_level_of_one_logger_alone() -> None:
    import http.client

    quantcdn.Configuration(debug=True)
    assert logging.getLogger("quantcdn").level == logging.DEBUG
    assert logging.getLogger("urllib3").level == logging.NOTSET
    assert http.client.HTTPConnection.debuglevel == 0


# The logger


@pytest.fixture
def bare_logger() -> Iterator[logging.Logger]:
    """Give the package's logger as it is in a new process, below a root without the handlers of pytest."""
    logger = logging.getLogger("quantcdn")
    before = logger.parent, logger.handlers[:]
    logger.parent, logger.handlers[:] = logging.RootLogger(logging.WARNING), []
    logger.setLevel(logging.NOTSET)
    yield logger
    quantcdn.Configuration().debug = False
    for handler in logger.handlers[:]:
        logger.removeHandler(handler)
        handler.close()
    logger.parent, logger.handlers[:] = before


class Written(logging.Handler):
    """An application's own handler."""

    def __init__(self, level: int = logging.NOTSET) -> None:
        super().__init__(level)
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(record.getMessage())


def test_debug_writes_to_stderr_where_nobody_else_does(
    bare_logger: logging.Logger, capsys: pytest.CaptureFixture[str]
) -> None:
    quantcdn.Configuration(debug=True)
    quantcdn.Configuration(debug=True)
    bare_logger.debug("a line")
    assert capsys.readouterr().err == "a line\n"


@pytest.mark.parametrize("before", [True, False])
@pytest.mark.parametrize("at_the_root", [True, False])
def test_debug_writes_no_line_twice_whoever_comes_first(
    bare_logger: logging.Logger, capsys: pytest.CaptureFixture[str], before: bool, at_the_root: bool
) -> None:
    own, logger = Written(), (bare_logger.parent if at_the_root else bare_logger) or bare_logger
    if before:
        logger.addHandler(own)
    quantcdn.Configuration(debug=True)
    if not before:
        logger.addHandler(own)
    bare_logger.debug("a line")
    assert (own.lines, capsys.readouterr().err) == (["a line"], "")
    own.setLevel(logging.WARNING)
    bare_logger.debug("another")
    assert (own.lines, capsys.readouterr().err) == (["a line"], "another\n")


def test_false_undoes_what_debug_has_done(bare_logger: logging.Logger, capsys: pytest.CaptureFixture[str]) -> None:
    for level in (logging.NOTSET, logging.ERROR):
        bare_logger.setLevel(level)
        configuration = quantcdn.Configuration(debug=True)
        assert (bare_logger.level, len(bare_logger.handlers)) == (logging.DEBUG, 1)
        quantcdn.Configuration()  # whose debug is False by default
        assert bare_logger.level == logging.DEBUG
        configuration.debug = False
        assert (bare_logger.level, bare_logger.handlers, configuration.debug) == (level, [], False)
    quantcdn.Configuration(debug=True)
    quantcdn.Configuration().debug = False  # the last word counts, whoever says it
    assert bare_logger.level == logging.ERROR


def test_false_leaves_what_the_application_has_set(bare_logger: logging.Logger) -> None:
    bare_logger.setLevel(logging.DEBUG)
    configuration = quantcdn.Configuration(debug=True)
    configuration.debug = False
    assert bare_logger.level == logging.DEBUG
    bare_logger.setLevel(logging.WARNING)
    configuration.debug = True
    bare_logger.setLevel(logging.INFO)
    configuration.debug = False
    assert bare_logger.level == logging.INFO


def test_debug_without_stderr_does_no_harm(bare_logger: logging.Logger, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stderr", None)
    quantcdn.Configuration(debug=True)
    bare_logger.debug("a line")


def test_a_log_file_gets_the_lines_in_its_format(
    bare_logger: logging.Logger, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    first, second = tmp_path / "first.log", tmp_path / "second.log"
    configuration = quantcdn.Configuration(debug=True, logger_file=first, logger_format="%(name)s %(message)s")
    bare_logger.debug("é\udcff")
    configuration.logger_format = "[%(message)s]"
    bare_logger.debug("two")
    quantcdn.Configuration(logger_file=str(first), logger_format="[%(message)s]")
    bare_logger.debug("three")
    configuration.logger_file = second  # type: ignore[assignment] # a path is taken too
    bare_logger.debug("four")
    configuration.logger_file = None
    assert first.read_text(encoding="utf-8") == "quantcdn é\\udcff\n[two]\n[three]\n"
    assert second.read_text(encoding="utf-8") == "[four]\n"
    assert capsys.readouterr().err == ""
    bare_logger.debug("five")
    assert capsys.readouterr().err == "five\n"
    assert not [
        handler for handler in logging.getLogger("urllib3").handlers if isinstance(handler, logging.FileHandler)
    ]


def test_the_loggers_have_the_names_of_a_generated_client() -> None:
    loggers = quantcdn.Configuration().logger
    assert {name: logger.name for name, logger in loggers.items()} == {
        "package_logger": "quantcdn",
        "urllib3_logger": "urllib3",
    }


# The environment


@pytest.mark.parametrize(
    ("variables", "setting"),
    [
        (("QUANTCDN_API_TOKEN", "QUANT_API_TOKEN", "QUANT_API_KEY", "BEARER_TOKEN"), "access_token"),
        (("QUANTCDN_ORGANIZATION", "QUANT_ORGANISATION", "QUANT_ORGANIZATION"), "organisation"),
    ],
)
def test_each_variable_is_read_and_own_names_come_first(variables: tuple[str, ...], setting: str) -> None:
    environ = {"QUANTCDN_API_TOKEN": ""} if setting == "access_token" else {"QUANTCDN_API_TOKEN": "x"}
    for name in reversed(variables):
        environ[name] = f"of-{name}"
        assert getattr(quantcdn.Configuration.from_env(environ), setting) == f"of-{name}"


def test_an_organisation_of_the_environment_is_checked_and_may_be_missing() -> None:
    assert quantcdn.Configuration.from_env({"QUANT_API_KEY": "x"}).organisation is None
    with pytest.raises(quantcdn.ApiValueError, match=r"QUANT_ORGANIZATION: organisation cannot be '\.\.'"):
        quantcdn.Configuration.from_env({"QUANT_API_KEY": "x", "QUANT_ORGANIZATION": ".."})
