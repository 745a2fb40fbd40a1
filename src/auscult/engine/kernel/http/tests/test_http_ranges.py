"""Which addresses are public: against the registries of IANA, read and typed in by hand."""

from __future__ import annotations

from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auscult.engine.kernel.errors import Correctable
from auscult.engine.kernel.http.ranges import Reach, why_refused

# https://www.iana.org/assignments/iana-ipv4-special-registry: block, what, "Globally Reachable".
REGISTRY_4 = """
0.0.0.0/8           this network                     no
0.0.0.0/32          this host on this network        no
10.0.0.0/8          private-use                      no
100.64.0.0/10       shared address space             no
127.0.0.0/8         loopback                         no
169.254.0.0/16      link local                       no
172.16.0.0/12       private-use                      no
192.0.0.0/24        IETF protocol assignments        no
192.0.0.0/29        IPv4 service continuity prefix   no
192.0.0.8/32        IPv4 dummy address               no
192.0.0.9/32        port control protocol anycast    yes
192.0.0.10/32       TURN anycast                     yes
192.0.0.170/32      NAT64/DNS64 discovery            no
192.0.0.171/32      NAT64/DNS64 discovery            no
192.0.2.0/24        TEST-NET-1                       no
192.31.196.0/24     AS112-v4                         yes
192.52.193.0/24     AMT                              yes
192.88.99.0/24      deprecated 6to4 relay anycast    -
192.88.99.2/32      6a44 relay anycast               no
192.168.0.0/16      private-use                      no
192.175.48.0/24     direct delegation AS112          yes
198.18.0.0/15       benchmarking                     no
198.51.100.0/24     TEST-NET-2                       no
203.0.113.0/24      TEST-NET-3                       no
224.0.0.0/4         multicast (its own registry)     no
240.0.0.0/4         reserved                         no
255.255.255.255/32  limited broadcast                no
"""
# https://www.iana.org/assignments/iana-ipv6-special-registry
REGISTRY_6 = """
::1/128             loopback                         no
::/128              unspecified                      no
64:ff9b:1::/48      IPv4-IPv6 translation            no
100::/64            discard-only                     no
100:0:0:1::/64      dummy prefix                     no
2001::/23           IETF protocol assignments        no
2001::/32           TEREDO                           -
2001:1::1/128       port control protocol anycast    yes
2001:1::2/128       TURN anycast                     yes
2001:1::3/128       DNS-SD anycast                   yes
2001:2::/48         benchmarking                     no
2001:3::/32         AMT                              yes
2001:4:112::/48     AS112-v6                         yes
2001:10::/28        deprecated ORCHID                -
2001:20::/28        ORCHIDv2                         yes
2001:30::/28        drone remote ID                  yes
2001:db8::/32       documentation                    no
2620:4f:8000::/48   direct delegation AS112          yes
3fff::/20           documentation                    no
5f00::/16           segment routing SIDs             no
fc00::/7            unique-local                     no
fe80::/10           link-local unicast               no
fec0::/10           deprecated site-local            no
ff00::/8            multicast (its own registry)     no
"""
# Refused although a registry calls them global (or says nothing): no web server is there.
STRICTER = [
    ip_network(block)
    for block in ("192.0.0.0/24", "192.88.99.0/24", "168.63.129.16/32", "2001::/23")
]


def rows(registry: str) -> list[tuple[str, str]]:
    parts = [line.split() for line in registry.strip().splitlines()]
    return [(part[0], part[-1]) for part in parts]


ROWS = rows(REGISTRY_4) + rows(REGISTRY_6)
BLOCKS = [ip_network(block) for block, _ in ROWS]


def is_stricter(address: IPv4Address | IPv6Address) -> bool:
    return any(address in block for block in STRICTER)


@pytest.mark.parametrize(("block", "reachable"), ROWS)
def test_a_block_of_the_registry(block: str, reachable: str) -> None:
    network = ip_network(block)
    step = max(1, network.num_addresses // 7)
    chosen = {network[0], network[-1]} | {
        network[at] for at in range(0, network.num_addresses, step)
    }
    for address in chosen:
        inner = [row for row, name in zip(BLOCKS, ROWS, strict=True) if address in row]
        narrowest = max(inner, key=lambda row: row.prefixlen)
        said = ROWS[BLOCKS.index(narrowest)][1]
        assert bool(why_refused(address)) == (said != "yes" or is_stricter(address)), address


@pytest.mark.parametrize("block", [block for block, _ in rows(REGISTRY_4)])
def test_the_neighbours_of_a_block(block: str) -> None:
    network = ip_network(block)
    for number in (int(network[0]) - 1, int(network[-1]) + 1):
        if 0 <= number < 1 << 32:
            address = IPv4Address(number)
            listed = any(address in row for row in BLOCKS)
            assert listed or is_stricter(address) or not why_refused(address), address


@pytest.mark.parametrize(
    "text",
    [
        *("1.1.1.1", "8.8.8.8", "9.255.255.255", "11.0.0.0", "93.184.216.34", "100.63.255.255"),
        *("100.128.0.0", "126.255.255.255", "128.0.0.0", "169.253.255.255", "169.255.0.0"),
        *("172.15.255.255", "172.32.0.0", "192.0.1.255", "192.0.3.0", "192.167.255.255"),
        *("192.169.0.0", "198.17.255.255", "198.20.0.0", "223.255.255.255", "168.63.129.15"),
        *("2000::", "2001:200::", "2001:4860:4860::8888", "2606:4700::1111", "2a00:1450::1"),
        *("2620:4f:8000::1", "3ffe::1", "3fff:1000::", "64:ff9b::8.8.8.8", "2002:808:808::1"),
        *("::ffff:8.8.8.8", "2400:cb00::1", "2001:db7:ffff::1", "2001:db9::1"),
    ],
)
def test_public(text: str) -> None:
    assert not why_refused(ip_address(text))


@pytest.mark.parametrize(
    "text",
    [
        *("::10.0.0.1", "::127.0.0.1", "::8.8.8.8", "::ffff:127.0.0.1", "::ffff:10.1.2.3"),
        *("::ffff:169.254.169.254", "::ffff:0:127.0.0.1", "::ffff:0:8.8.8.8", "::2", "0:1::"),
        *("64:ff9b::10.0.0.1", "64:ff9b::169.254.169.254", "64:ff9b::7f00:1", "64:ff9b:1::1"),
        *("64:ff9b:0:1::1", "64:ff9a::1", "2002:7f00:1::", "2002:a00:1::1", "2002:c0a8:101::"),
        *("2002:a9fe:a9fe::", "2002:e000:1::", "2002:6440:1::", "2001:0:53aa:64c::1"),
        *("2001::1", "2001:1ff:ffff::1", "fe80::1%eth0", "fe80::1", "febf::1", "fec0::1"),
        *("feff::1", "fd00:ec2::254", "fc00::", "fdff::1", "ff02::1", "ff0e::1", "4000::1"),
        *("8000::1", "e000::1", "200::1", "1::", "168.63.129.16", "100.100.100.200"),
        *("169.254.169.254", "169.254.170.2", "192.0.0.192", "0.0.0.0", "255.255.255.255"),
    ],
)
def test_refused(text: str) -> None:
    assert why_refused(ip_address(text))


@given(st.ip_addresses())
def test_what_python_calls_not_global_is_refused(address: IPv4Address | IPv6Address) -> None:
    if any(address in ip_network(block) for block in ("64:ff9b::/96", "::ffff:0:0/96")):
        return  # judged by the address inside, below
    special = address.is_multicast or address.is_reserved or address.is_link_local
    assert why_refused(address) or (address.is_global and not special)


@given(st.ip_addresses(v=4))
def test_every_form_of_an_address_is_treated_as_the_address(address: IPv4Address) -> None:
    plain = why_refused(address)
    bits = int(address)
    assert why_refused(IPv6Address(0xFFFF << 32 | bits)) == plain
    assert why_refused(IPv6Address(0x64FF9B << 96 | bits)) == plain
    assert why_refused(IPv6Address(0x2002 << 112 | bits << 80 | 1)) == plain
    assert why_refused(IPv6Address(bits))  # "IPv4-compatible": never


def test_an_owner_allows_ranges_and_names() -> None:
    reach = Reach(("10.1.0.0/16", "192.168.7.7", "fd00::/8", "intranet.example", "*.Lake.example."))
    assert reach.refuses([ip_address("10.1.255.1"), ip_address("8.8.8.8")]) is None
    assert reach.refuses([ip_address("::ffff:10.1.0.1"), ip_address("fd12::1")]) is None
    assert reach.refuses([ip_address("8.8.8.8"), ip_address("10.2.0.1")]) is not None
    assert reach.refuses([ip_address("192.168.7.8")]) == (
        ip_address("192.168.7.8"),
        "that is private",
    )
    assert reach.names("intranet.example")
    assert reach.names("wiki.lake.example")
    assert not reach.names("lake.example")
    assert not reach.names("notlake.example")
    assert not reach.names("xintranet.example")
    assert not Reach().names("")


@pytest.mark.parametrize("entry", ["", " ", "10.0.0.0/33", "10.0.0", "a b", "*", "http://x", "*.*"])
def test_what_is_neither_a_range_nor_a_name_cannot_be_allowed(entry: str) -> None:
    with pytest.raises(Correctable, match="is neither a range of addresses nor a host name"):
        Reach((entry,))
