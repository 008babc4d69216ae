# Where things are, sourced by lab.sh: the centre is where the lab was started, every site a network namespace of its own.
# A site is joined to the centre by one cable, and its firewall lets out port 443 to the centre and lets nothing in.
# shellcheck shell=bash disable=SC2154  # lab.sh and topology.sh set the variables

centre_net=198.18.0    # of the range that is set aside for tests of networks (RFC 2544)

# The words before a command that lead to NODE, where the lab's names mean something.
way_to() {
  local where=${place[$1]}
  if [ "$where" != centre ]; then printf 'nsenter --net=/proc/%s/ns/net -- ' "$(cut -d' ' -f1 "$lab/$where.pid")"; fi
  if spread; then printf '%s/named.sh %s/names ' "$here" "$lab"; fi
}

name_everything() {
  local node
  printf '127.0.0.1 localhost\n' >"$lab/names"
  # Two addresses of one name: whoever finds one of them dead tries the other.
  for node in $(with proxy); do printf '%s core.tenure.test\n' "${address[$node]}" >>"$lab/names"; done
  for node in "${nodes[@]}"; do printf '%s %s.tenure.test\n' "${address[$node]}" "$node" >>"$lab/names"; done
}

build_places() {
  local site number=0 holder
  [ -n "$(sites)" ] || return 0
  ip address add "$centre_net.1/24" dev lo
  for site in $(sites); do
    number=$((number + 1))
    start "$site" unshare --net sleep infinity
    holder=$(cut -d' ' -f1 "$lab/$site.pid")
    until_true "the namespace of $site" 10 own_network "$holder"
    ip link add "lab-$site" type veth peer name centre netns "$holder"
    ip address add "198.18.10$number.1/30" dev "lab-$site"
    ip link set "lab-$site" up
    nsenter --net="/proc/$holder/ns/net" -- sh -ec "
      ip link set lo up
      ip address add 198.18.$number.1/24 dev lo
      ip address add 198.18.10$number.2/30 dev centre
      ip link set centre up
      ip route add $centre_net.0/24 via 198.18.10$number.1
      nft -f $here/site.nft"
  done
}

own_network() { [ "$(readlink "/proc/$1/ns/net")" != "$(readlink /proc/self/ns/net)" ]; }

# A site's cable goes with its namespace.
remove_places() {
  ip address del "$centre_net.1/24" dev lo 2>/dev/null || true
}
