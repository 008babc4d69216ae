# The lab's own certificate authority, sourced by lab.sh.
# shellcheck shell=bash disable=SC2154  # lab.sh sets the variables

make_authority() {
  mkdir -p "$lab/tls"
  openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 30 -subj "/CN=Tenure lab" \
    -keyout "$lab/tls/ca.key" -out "$lab/tls/ca.pem" \
    -addext "basicConstraints=critical,CA:TRUE" -addext "keyUsage=critical,keyCertSign,cRLSign" 2>/dev/null
}

# A certificate for NODE, under its own name, its address, and core.tenure.test. haproxy wants it and its key in one file.
make_certificate() { # NODE
  local to=$lab/tls/$1
  openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj "/CN=$1.tenure.test" \
    -keyout "$to.key" -out "$to.req" 2>/dev/null
  openssl x509 -req -in "$to.req" -CA "$lab/tls/ca.pem" -CAkey "$lab/tls/ca.key" -set_serial "0x$(openssl rand -hex 8)" -days 30 \
    -out "$to.pem" -extfile <(printf '%s\n' "subjectAltName=DNS:$1.tenure.test,DNS:core.tenure.test,IP:${address[$1]}" \
      "keyUsage=critical,digitalSignature" "basicConstraints=critical,CA:FALSE") 2>/dev/null
  cat "$to.pem" "$to.key" >"$to.both.pem"
  chmod 600 "$to.key" "$to.both.pem"
}
