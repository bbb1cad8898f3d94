"""Which addresses and names lead into a local network, by the registries of IANA."""

from __future__ import annotations

import ipaddress
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from quantcdn._transport.downloads import is_public, reach_of
from test.faults.test_addresses import LOCAL, LOCAL_NAMES


@pytest.mark.parametrize("address", LOCAL)
def test_a_local_address_is_not_public(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize(
    "address", ["1.1.1.1", "52.216.0.1", "172.32.0.1", "2606:4700::1111", "::ffff:1.1.1.1", "64:ff9b::101:101"]
)
def test_a_public_address_is(address: str) -> None:
    assert is_public(address)


@given(st.ip_addresses())
@example(ipaddress.ip_address("2002:100::"))  # as Python 3.14 has it
def test_no_address_that_the_registry_calls_local_is_public(address: Any) -> None:
    assert not (is_public(str(address)) and (address.is_private or address.is_loopback or address.is_link_local))
    if isinstance(address, ipaddress.IPv4Address):
        assert is_public(f"::ffff:{address}") == is_public(str(address))


@pytest.mark.parametrize("name", LOCAL_NAMES)
@pytest.mark.parametrize("scheme", ["https", "http"])
def test_a_local_name_is_not_public(name: str, scheme: str) -> None:
    assert reach_of(f"{scheme}://{name}") != "public"
