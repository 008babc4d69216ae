# What `make lab` prints when everything runs, sourced by lab.sh.
# shellcheck shell=bash disable=SC2154  # lab.sh and topology.sh set the variables

tour() { # TOPOLOGY
  local node agent
  cat <<TOUR

Tenure runs distributed on this machine: $1
$(sed -n 's/^# \([A-Z].*\)/  \1/p' "$lab/topology" | sed -n 1p)

  Core      $url        API description: $url/api/v1/openapi.json
  Mail      $mail_page       every mail that Tenure sends
  Logs      $lab/*.log, configurations beside them

TOUR
  printf '  %-12s %-8s %-13s %s\n' node place address "what runs there"
  for node in "${nodes[@]}"; do printf '  %-12s %-8s %-13s %s\n' "$node" "${place[$node]}" "${address[$node]}" "${parts[$node]}"; done
  if spread; then
    printf '\nEngines reach the core as %s, whose certificate %s vouches for:\n' "$core_url" "$lab/tls/ca.pem"
    printf '  curl --cacert %s --resolve core.tenure.test:443:%s %s/readyz\n' "$lab/tls/ca.pem" "$(addresses proxy | comma)" "$core_url"
  fi
  cat <<TOUR

Sign-ins, all with the password $(cat "$lab/password"):
  ada@example.com administrator, rosa@example.com requester, anton@example.com approver

A first story, in another terminal:
  alias tenure=$tenure
  tenure login --url $url --email rosa@example.com
  tenure request create --template "Batch jobs in corp.example.com" --name svc-first --period "90 days" \\
    --justification "A first story" --submit
  tenure login --url $url --email anton@example.com
  tenure approvals; tenure approve svc-first --wait      # an agent creates it; then look from outside:
  $(way_to corp-dc1 | sed "s|$here/named.*||")env LDAPTLS_CACERT=$AD_LAB_CA LDAPTLS_REQCERT=allow ldapsearch -LLL -x -H ldaps://$AD_CORP_ADDR \\
    -D $AD_CORP_ADMIN -y $AD_LAB_PASS_FILE -b "OU=Service Accounts,$AD_CORP_BASE" '(objectClass=user)'
As Rosa again, read its password (sealed to your terminal, once):
  tenure login --url $url --email rosa@example.com && tenure secret reveal svc-first
TOUR
  if [ "$(count core)" -gt 1 ]; then
    cat <<TOUR
Then take away one of everything and do it again:
  $here/lab.sh kill core2; $here/lab.sh kill nats1; $here/lab.sh kill corp-agent1; $here/lab.sh kill corp-dc1
  $here/lab.sh kill db1 && $here/lab.sh fail-over        # back: $here/lab.sh start core2
TOUR
  else
    cat <<TOUR
Then stop a domain controller and see a request wait:
  $here/lab.sh kill corp-dc1                             # back: $here/lab.sh start corp-dc1
TOUR
  fi
  if [ -n "$(sites)" ]; then
    agent=$(with engine | sed -n 1p)
    cat <<TOUR
To be at a site, where only port 443 of the centre can be reached:
  $(way_to "$agent")bash
TOUR
  fi
  if [ -n "${namespace:-}" ]; then
    printf '\nWithout root it runs in a namespace. To be inside:\n  nsenter --preserve-credentials -U -n -t %s bash\n' "$namespace"
  fi
  printf '\nCtrl-C stops everything.\n'
}
