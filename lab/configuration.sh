# The configuration files of `make lab`, sourced by lab.sh. The agents' are written when they enrol; those of NATS begin
# with what `tenure nats-config` and `tenure nats-leaf` print.
# shellcheck shell=bash disable=SC2154  # lab.sh and topology.sh set the variables

core_config() { # NODE
  local scheme=nats
  if spread; then scheme=tls; fi
  cat <<CONF
data = "$lab/$1/data"

[store]
url = "$database"

[broker]
servers = [$(addresses nats | quoted "$scheme://" :4222)]
operator_file = "$lab/$1/data/nats-operator.json"
CONF
  if [ "$(count nats)" -gt 1 ]; then echo "replicas = 3"; fi
  if spread; then echo "tls_ca = \"$lab/tls/ca.pem\""; fi
  cat <<CONF

[http]
listen = "$(listening "$1")"
CONF
  if spread; then
    printf 'public_url = "https://core.tenure.test"\ntrusted_proxies = [%s]\n' "$(addresses proxy | quoted)"
  fi
  cat <<CONF

[mail]
host = "127.0.0.1"
port = $smtp_port
tls = "none"
from = "tenure@example.com"
CONF
}

# TLS ends here; requests go to whichever core says that it is ready.
proxy_config() { # NODE
  local core
  cat <<CONF
defaults
  mode http
  option forwardfor
  option redispatch 1
  retries 2
  timeout connect 2s
  timeout client 1h
  timeout server 1h

frontend core
  bind ${address[$1]}:443 ssl crt $lab/tls/$1.both.pem
  http-request set-header X-Forwarded-Proto https
  default_backend cores

backend cores
  balance leastconn
  option httpchk GET /readyz
CONF
  for core in $(with core); do
    echo "  server $core $(listening "$core") check inter 1s fall 1 rise 1 on-marked-down shutdown-sessions"
  done
}

# A server at the centre: what lets core and engines in, its part of the cluster, and where leaf nodes come to.
nats_config() { # NODE
  local at=${address[$1]} tls=()
  if spread; then tls=(--tls-certificate "$lab/tls/$1.pem" --tls-key "$lab/tls/$1.key"); fi
  "$tenure" nats-config --config "$lab/$(with core | sed -n 1p).toml" --listen "$at:4222" --store "$lab/$1" "${tls[@]}" \
    >"$lab/$1-trust.conf"
  printf 'include "%s-trust.conf"\nserver_name: "%s"\nhttp: "%s:8222"\n' "$1" "$1" "$at"
  if [ "$(count nats)" -gt 1 ]; then
    cat <<CONF
cluster {
  name: tenure
  listen: "$at:6222"
  routes: [$(addresses nats | quoted "tls://" :6222)]
  tls { cert_file: "$lab/tls/$1.pem", key_file: "$lab/tls/$1.key", ca_file: "$lab/tls/ca.pem", verify: true }
}
CONF
  fi
  if [ "$(count leaf)" -gt 0 ]; then
    cat <<CONF
leafnodes {
  listen: "$at:443"
  tls { cert_file: "$lab/tls/$1.pem", key_file: "$lab/tls/$1.key" }
}
CONF
  fi
}

leaf_config() { # NODE
  local domain
  domain=$(sed -n "s/^$(of leaf "$1") //p" "$lab/domains")
  "$tenure" nats-leaf --config "$lab/$(with core | sed -n 1p).toml" --name "$1" --domain "$domain" \
    --centre "$(addresses nats | sed 's|.*|tls://&:443|' | comma)" --centre-ca "$lab/tls/ca.pem" \
    --credentials "$lab/$1" --store "$lab/$1" --listen "${address[$1]}:4222" \
    --tls-certificate "$lab/tls/$1.pem" --tls-key "$lab/tls/$1.key"
  printf 'http: "%s:8222"\n' "${address[$1]}"
}
