"""What went wrong, in words and sorted by what to do."""

from __future__ import annotations

import socket
import ssl

import pytest

from tui.feed.faults import FaultKind, http_date, of_close, of_error, of_status, parse_retry_after

NOW = 1_800_000_000.0


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        (None, None),
        ("17", 17.0),
        (" 2.5 ", 2.5),
        ("1800000030", 30.0),
        ("1800000030000", 30.0),
        ("Fri, 15 Jan 2027 08:00:45 GMT", 45.0),
        ("Fri, 15 Jan 2027 07:00:00 GMT", 0.0),
        ("99999", 900.0),
        ("-5", 0.0),
        ("soon", 60.0),
        ("", 60.0),
        ("nan", 60.0),
        ("Fri, 15 Jan 2027 08:00:45 +99999999999999999999", 60.0),
        ("Fri, 15 Jan 99999999999999999999 08:00:45 GMT", 60.0),
        ("9" * 5_000, 60.0),
    ],
)
def test_retry_after_is_read_in_every_form(header: str | None, seconds: float | None) -> None:
    assert parse_retry_after(header, NOW) == seconds


@pytest.mark.parametrize(
    ("status", "kind", "at_least"),
    [
        (429, FaultKind.PACED, 60.0),
        (418, FaultKind.PACED, 120.0),
        (451, FaultKind.PERMANENT, 0.0),
        (403, FaultKind.FORBIDDEN, 60.0),
        (500, FaultKind.TRANSIENT, 0.0),
        (503, FaultKind.TRANSIENT, 0.0),
        (200, FaultKind.TRANSIENT, 0.0),
        (404, FaultKind.TRANSIENT, 0.0),
    ],
)
def test_each_http_status_has_its_kind(status: int, kind: FaultKind, at_least: float) -> None:
    fault = of_status(status, None, NOW)
    assert (fault.kind, fault.code) == (kind, status)
    assert fault.retry_after >= at_least


@pytest.mark.parametrize("code", [None, 1000, 1001, 1006, 1011, 4001])
def test_p1_p4_p5_every_close_is_followed_by_another_dial(code: int | None) -> None:
    assert of_close(code, "").kind is FaultKind.TRANSIENT


@pytest.mark.parametrize("code", [1012, 1013])
def test_p4_a_busy_or_restarting_server_is_given_time(code: int) -> None:
    assert of_close(code, "").kind is FaultKind.PACED


def test_p5_s1_a_close_reason_is_cleaned_before_anyone_sees_it() -> None:
    fault = of_close(4000, "\x1b]52;c;aGk=\x07bye\u202e now")
    assert fault.close_reason == "bye now"
    assert "\x1b" not in fault.reason


@pytest.mark.parametrize(
    ("error", "kind", "words"),
    [
        (socket.gaierror(-2, "x"), FaultKind.TRANSIENT, "could not be looked up"),
        (ConnectionRefusedError(), FaultKind.TRANSIENT, "refused the connection"),
        (TimeoutError(), FaultKind.TRANSIENT, "did not answer in time"),
        (ssl.SSLCertVerificationError("x"), FaultKind.UNVERIFIED, "could not prove who it is"),
        (ssl.SSLError("x"), FaultKind.TRANSIENT, "no secure connection"),
        (OSError(5, "I/O error"), FaultKind.TRANSIENT, "could not be reached"),
        (ValueError("x"), FaultKind.TRANSIENT, "did not speak the expected protocol"),
    ],
)
def test_network_errors_become_sentences(error: Exception, kind: FaultKind, words: str) -> None:
    fault = of_error(error, "example.test")
    assert fault.kind is kind
    assert words in fault.reason
    assert "example.test" in fault.reason
    assert type(error).__name__ not in fault.reason


@pytest.mark.parametrize(
    ("error", "offline"),
    [
        (socket.gaierror(-2, "x"), True),
        (TimeoutError(), True),
        (ConnectionRefusedError(), True),
        (OSError(101, "x"), True),
        (OSError("Multiple exceptions: [Errno 101] x, [Errno 113] x"), True),
        (ConnectionResetError(), False),
        (ssl.SSLError("x"), False),
        (ValueError("x"), False),
    ],
)
def test_only_where_nobody_answers_the_network_is_the_reason(
    error: Exception, offline: bool
) -> None:
    assert of_error(error, "example.test").offline is offline


def test_of_several_addresses_that_failed_the_last_is_told() -> None:
    text = "Multiple exceptions: [Errno 101] Connect call failed ('::1', 1), [Errno 111] Connect"
    assert "a.test:1 refused" in of_error(OSError(text), "a.test:1").reason


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (ConnectionRefusedError(), "The proxy proxy.test:3128 refused"),
        (TimeoutError(), "The proxy proxy.test:3128 did not answer"),
        (socket.gaierror(-2, "x"), "The name proxy.test could not"),
        (ssl.SSLCertVerificationError("x"), "example.test:443 could not prove"),
    ],
)
def test_on_the_way_over_a_proxy_the_one_at_fault_is_named(error: Exception, words: str) -> None:
    assert of_error(error, "example.test:443", "proxy.test:3128").reason.startswith(words)


def test_the_date_header_is_exchange_time() -> None:
    assert http_date("Fri, 15 Jan 2027 08:00:45 GMT") == 1_800_000_045_000
    assert http_date("Fri, 15 Jan 2027 09:00:45 +0100") == 1_800_000_045_000


@pytest.mark.parametrize(
    "header",
    [
        None, "", "yesterday", "1800000045", "2027-01-15T08:00:45Z",
        "Thu, 01 Jan 1970 00:00:00 GMT", "Fri, 15 Jan 9999 08:00:45 GMT",
        "Fri, 15 Jan 2027 08:00:45 +99999999999999999999",
        "Fri, 15 Jan 99999999999999999999 08:00:45 GMT",
    ],
    ids=str,
)  # fmt: skip
def test_p21_a_date_of_no_form_or_not_of_our_age_is_no_time(header: str | None) -> None:
    assert http_date(header) is None
