#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# Two homes behind routers, and the internet between them, in network namespaces of this machine.
#
#   10.71.0.2 left --- natl 44.128.1.1 ---+
#                                         +--- net 44.128.0.1, .2, .3
#   10.72.0.2 right -- natr 44.128.2.1 ---+
#
#   lab.sh tools             says what is missing; fails when something is
#   lab.sh up NAME L R       builds it; L and R are what the routers are: cone, symmetric or upnp
#   lab.sh renumber NAME     gives the left router another address on the internet, 44.128.1.9
#   lab.sh down NAME         ends what runs in it and removes it, whatever of it is there
#
# The namespaces are NAME-left, NAME-natl, NAME-net, NAME-natr and NAME-right. Nothing leads out of them; none of the
# addresses exists outside of them. 44.128.0.0/16 is set aside for tests, and miniupnpd takes it for public.
#
#   cone       one mapping for all destinations (the port stays); lets in answers of the address and port written to
#   symmetric  another port, drawn at random, for each destination; lets in as above
#   upnp       as cone, and a miniupnpd maps ports by UPnP IGD, NAT-PMP and PCP
set -euo pipefail

readonly ROOMS=(left natl net natr right)

fail() {
  echo "$1" >&2
  exit 1
}

tools() {
  [ "$(id -u)" -eq 0 ] || fail "network namespaces need root"
  local tool
  for tool in ip nft miniupnpd; do
    command -v "$tool" >/dev/null || fail "$tool is not installed (Debian: iproute2 nftables miniupnpd)"
  done
  local probe="pk-probe-$$"
  ip netns add "$probe" 2>/dev/null || fail "network namespaces cannot be made here"
  local answer=0
  ip netns exec "$probe" nft add table inet probe 2>/dev/null || answer=1
  ip netns del "$probe"
  [ "$answer" -eq 0 ] || fail "the kernel does not know nftables"
}

# A cable from a house to its router, one from the router to the internet.
home() { # NAME host router network wan
  local name=$1 host=$1-$2 router=$1-$3 network=$4 wan=$5
  ip link add lan netns "$router" type veth peer name eth0 netns "$host"
  ip link add wan netns "$router" type veth peer name "$3" netns "$name-net"
  ip -n "$name-net" link set "$3" master internet up
  ip -n "$router" addr add "$network.1/24" dev lan
  ip -n "$router" addr add "$wan/16" dev wan
  ip -n "$router" link set lan up
  ip -n "$router" link set wan up
  ip -n "$host" addr add "$network.2/24" dev eth0
  ip -n "$host" link set eth0 up
  ip -n "$host" route add default via "$network.1"
  ip netns exec "$router" sh -c 'echo 1 >/proc/sys/net/ipv4/ip_forward'
}

router() { # namespace kind network
  local mapping=masquerade
  case $2 in
    cone | upnp) ;;
    symmetric) mapping="masquerade random,fully-random" ;;
    *) fail "a router is cone, symmetric or upnp, not $2" ;;
  esac
  ip netns exec "$1" nft -f - <<RULES
table inet filter {
  chain miniupnpd {
  }
  chain prerouting_miniupnpd {
  }
  chain postrouting_miniupnpd {
  }
  chain input {
    type filter hook input priority filter; policy drop;
    iifname { "lo", "lan" } accept
    ct state established,related accept
  }
  chain forward {
    type filter hook forward priority filter; policy drop;
    iifname "lan" oifname "wan" accept
    ct state established,related accept
    jump miniupnpd
  }
  chain prerouting {
    type nat hook prerouting priority dstnat; policy accept;
    jump prerouting_miniupnpd
  }
  chain postrouting {
    type nat hook postrouting priority srcnat; policy accept;
    jump postrouting_miniupnpd
    oifname "wan" $mapping
  }
}
RULES
  if [ "$2" = upnp ]; then
    mapper "$1" "$3"
  fi
}

mapper() { # namespace network
  local state="/run/$1"
  mkdir -p "$state"
  cat >"$state/miniupnpd.conf" <<SETTINGS
ext_ifname=wan
listening_ip=lan
port=5431
enable_upnp=yes
enable_natpmp=yes
secure_mode=yes
min_lifetime=120
max_lifetime=86400
uuid=8e4f7c1a-3a53-4d0e-9a63-6f2a9d3c1b07
friendly_name=Peerkit lab
upnp_table_name=filter
upnp_nat_table_name=filter
upnp_forward_chain=miniupnpd
upnp_nat_chain=prerouting_miniupnpd
upnp_nat_postrouting_chain=postrouting_miniupnpd
allow 1024-65535 $2.0/24 1024-65535
deny 0-65535 0.0.0.0/0 0-65535
SETTINGS
  # It may be reached by multicast: the host asks 239.255.255.250.
  ip -n "$1" route add 239.0.0.0/8 dev lan
  ip netns exec "$1" miniupnpd -f "$state/miniupnpd.conf" -P "$state/miniupnpd.pid"
}

up() { # NAME left right
  local name=$1 room
  for room in "${ROOMS[@]}"; do
    ip netns add "$name-$room"
    ip -n "$name-$room" link set lo up
  done
  ip -n "$name-net" link add internet type bridge
  ip -n "$name-net" link set internet up
  local host
  for host in 1 2 3; do
    ip -n "$name-net" addr add "44.128.0.$host/16" dev internet
  done
  home "$name" left natl 10.71.0 44.128.1.1
  home "$name" right natr 10.72.0 44.128.2.1
  router "$name-natl" "$2" 10.71.0
  router "$name-natr" "$3" 10.72.0
}

renumber() { # NAME
  ip -n "$1-natl" addr add 44.128.1.9/16 dev wan
  ip -n "$1-natl" addr del 44.128.1.1/16 dev wan
  ip -n "$1-natl" addr replace 44.128.1.9/16 dev wan
}

down() { # NAME
  local room pid
  for room in "${ROOMS[@]}"; do
    [ -e "/run/netns/$1-$room" ] || continue
    for pid in $(ip netns pids "$1-$room"); do
      kill -KILL "$pid" 2>/dev/null || true
    done
    ip netns del "$1-$room"
    rm -rf "/run/$1-$room"
  done
}

case "${1:-}" in
  tools) tools ;;
  up)
    [ $# -eq 4 ] && [[ $2 =~ ^pk-[a-z0-9-]{1,24}$ ]] || fail "lab.sh up pk-… LEFT RIGHT"
    trap 'down "$2"' ERR
    up "$2" "$3" "$4"
    ;;
  renumber) renumber "$2" ;;
  down)
    [ $# -eq 2 ] && [[ $2 =~ ^pk-[a-z0-9-]{1,24}$ ]] || fail "lab.sh down pk-…"
    down "$2"
    ;;
  *) fail "lab.sh tools | up NAME LEFT RIGHT | renumber NAME | down NAME" ;;
esac
