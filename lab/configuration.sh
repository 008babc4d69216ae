# The configuration files of `make lab`, sourced by lab.sh. The agents' are written by organisation.py, which knows
# the ids that Tenure gave.
# shellcheck shell=bash disable=SC2154  # lab.sh sets the variables

# Without sign-in, on loopback only: the lab shows the parts, not how to guard them. Orders and reports are signed here too.
nats_config() {
  cat <<CONF
listen: "127.0.0.1:$nats_port"
jetstream { store_dir: "$lab/nats" }
CONF
}

gateway_config() {
  cat <<CONF
data = "$lab/data"

[store]
url = "$database"

[broker]
servers = ["nats://127.0.0.1:$nats_port"]

[http]
listen = "127.0.0.1:$port"

[mail]
host = "127.0.0.1"
port = $smtp_port
tls = "none"
from = "tenure@example.com"
CONF
}
