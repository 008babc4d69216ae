#!/usr/bin/env bash
# ad-lab.sh - two throw-away Samba AD domain controllers on loopback, one machine, no systemd.
#   ad-lab.sh up | status | env | destroy
#   ad-lab.sh provision | start | stop | kill | restart [corp|emea]   one of them, or all
#   ad-lab.sh with CMD...   up inside a private network (and, when not root, user) namespace, run CMD, stop: no root needed,
#                           nothing outside can see the ports, any number of runs side by side (give each its own AD_LAB_DIR)
#   AD_LAB_CORP_IP / AD_LAB_EMEA_IP   loopback addresses (default 127.0.0.10 / 127.0.0.11); the ports are fixed in Samba
#   AD_LAB_CONTROLLERS   instead of these two: "name address REALM NETBIOS host [first]", separated by ";". One that names
#                the first of its domain joins it, and the two replicate from then on; the first must run by then.
#   AD_LAB_DIR   where everything lives        (default .lab/ad in the checkout that this script lies in)
#   AD_LAB_PASS  Administrator password        (default generated once, kept 0600 in $AD_LAB_DIR/admin.pass)
#   AD_LAB_MODEL samba process model           (default prefork; "single" = less memory)
#   AD_LAB_SYNC  1 = keep fsync on the ldb files (default 0: throw-away data, much faster)
# Each domain holds OU=Service Accounts and OU=Retired, where the engine's account (tenure-agent) has exactly the rights
# that it needs, and OU=Unmanaged, where it can only read. It may list deleted objects.
# Debian 12: apt-get install --no-install-recommends samba samba-ad-provision samba-dsdb-modules samba-vfs-modules openssl
#            (+ util-linux/iproute2 for `with`; ldap-utils krb5-user to look around). systemd is not needed.
set -euo pipefail
umask 077
SELF=$(readlink -f "${BASH_SOURCE[0]}")
ROOT=${AD_LAB_DIR:-$(dirname "$(dirname "$SELF")")/.lab/ad}
mkdir -p "$ROOT"
ROOT=$(readlink -f "$ROOT")     # smb.conf wants absolute paths
MODEL=${AD_LAB_MODEL:-prefork}
SYNC=${AD_LAB_SYNC:-0}
# name  ip          realm             netbios host   the first controller of the domain, if this one joins it
mapfile -d ';' -t LAB < <(printf '%s' "${AD_LAB_CONTROLLERS:-corp ${AD_LAB_CORP_IP:-127.0.0.10} CORP.EXAMPLE.COM CORP dc1;\
emea ${AD_LAB_EMEA_IP:-127.0.0.11} EMEA.EXAMPLE.NET EMEA dc2}")

base_of() { printf 'DC=%s' "$(tr 'A-Z' 'a-z' <<<"$1" | sed 's/[.]/,DC=/g')"; }
say() { printf '%s\n' "$*" >&2; }
pass() {
  mkdir -p "$ROOT"
  [ -s "$ROOT/admin.pass" ] || printf '%s' "${AD_LAB_PASS:-Lab-$(openssl rand -hex 12)-Aa1}" >"$ROOT/admin.pass"
  cat "$ROOT/admin.pass"
}
agent_pass() { [ -s "$ROOT/agent.pass" ] || printf '%s' "Agent-$(openssl rand -hex 12)-Aa1" >"$ROOT/agent.pass"; }

make_ca() {
  [ -s "$ROOT/ca/ca.pem" ] && return 0
  mkdir -p "$ROOT/ca"
  openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 30 \
    -keyout "$ROOT/ca/ca.key" -out "$ROOT/ca/ca.pem" -subj "/CN=ad-lab test CA" \
    -addext "basicConstraints=critical,CA:TRUE" -addext "keyUsage=critical,keyCertSign,cRLSign" 2>/dev/null
}

make_cert() { # dir fqdn ip
  local d=$1 fqdn=$2 ip=$3
  mkdir -p "$d/tls"
  openssl req -newkey rsa:2048 -nodes -keyout "$d/tls/key.pem" -out "$d/tls/req.pem" -subj "/CN=$fqdn" 2>/dev/null
  openssl x509 -req -in "$d/tls/req.pem" -CA "$ROOT/ca/ca.pem" -CAkey "$ROOT/ca/ca.key" -set_serial "0x$(openssl rand -hex 8)" -days 30 \
    -out "$d/tls/cert.pem" -extfile <(printf '%s\n' "subjectAltName=DNS:$fqdn,IP:$ip" \
      "extendedKeyUsage=serverAuth" "keyUsage=critical,digitalSignature,keyEncipherment" "basicConstraints=critical,CA:FALSE") 2>/dev/null
  cp "$ROOT/ca/ca.pem" "$d/tls/ca.pem"
  chmod 600 "$d/tls/key.pem"     # samba refuses a key that group/other can read
}

# samba-tool, but: real python (not a pyenv one), and no sysvol ACLs. There is no file server here, and setting those
# ACLs needs real root (chown, security.* xattrs), which a user namespace does not have.
stool() {
  /usr/bin/python3 - "$@" <<'PY'
import sys, samba.provision as p
p.setsysvolacl = lambda *a, **k: None
from samba.netcmd.main import cmd_sambatool
sys.exit(cmd_sambatool()._run("samba-tool", *sys.argv[1:]))
PY
}

# The engine's account, with least privilege: in these OUs it may create and delete users and gMSAs, write the attributes
# named below and no other, set passwords, and edit group members. It can neither give itself more (no WRITE_DAC, no
# WRITE_OWNER) nor touch anything outside. The same list belongs into the delegation of a real domain.
delegate() { # dir base
  /usr/bin/python3 - "$1/private/sam.ldb" "$1/etc/smb.conf" "$2" "$ROOT/agent.pass" <<'PY'
import sys
from uuid import UUID
from samba.samdb import SamDB
from samba.param import LoadParm
from samba.auth import system_session
from samba.dcerpc import security
from samba.sd_utils import SDUtils
from samba.ndr import ndr_unpack
url, conf, base, pwfile = sys.argv[1:]
lp = LoadParm(); lp.load(conf)
db = SamDB(url, session_info=system_session(), lp=lp)
db.newuser("tenure-agent", open(pwfile).read(), description="Tenure engine agent")
db.set_minPwdAge("0")   # a test sees whether an account may change its password, not whether a day has passed
db.setexpiry("(sAMAccountName=tenure-agent)", 0, no_expiry_req=True)   # 66048
res = db.search(base, expression="(sAMAccountName=tenure-agent)", attrs=["objectSid"])
sid = str(ndr_unpack(security.dom_sid, res[0]["objectSid"][0]))

def schema(name):   # schemaIDGUID of a class or attribute
    found = db.search(db.get_schema_basedn(), expression="(lDAPDisplayName=%s)" % name, attrs=["schemaIDGUID"])
    return str(UUID(bytes_le=bytes(found[0]["schemaIDGUID"][0])))

RESET_PASSWORD = "00299570-246d-11d0-a768-00aa006e0529"     # control access right User-Force-Change-Password
STATE = ["userAccountControl", "accountExpires", "description", "adminDescription"]   # what an order sets, and the fence
RDN = ["cn", "name"]                                                                  # a move writes these
WRITE = {
    "user": STATE + RDN + ["displayName", "department", "company", "info", "servicePrincipalName"],   # what templates offer
    "msDS-GroupManagedServiceAccount": STATE + RDN + [
        "displayName", "dNSHostName", "servicePrincipalName", "msDS-SupportedEncryptionTypes", "msDS-GroupMSAMembership"],
}
sd = SDUtils(db)
for ou in ("Service Accounts", "Retired", "Unmanaged"):
    dn = "OU=%s,%s" % (ou, base)
    db.create_ou(dn)
    if ou == "Unmanaged":   # things to discover; the agent may only read here
        continue
    for cls, attributes in WRITE.items():
        c = schema(cls)
        sd.dacl_add_ace(dn, "(OA;CI;CCDC;%s;;%s)" % (c, sid))                    # create/delete the class
        sd.dacl_add_ace(dn, "(OA;CIIO;RPLCLORCSD;;%s;%s)" % (c, sid))            # read and delete the object
        for attribute in attributes:
            sd.dacl_add_ace(dn, "(OA;CIIO;WP;%s;%s;%s)" % (schema(attribute), c, sid))
    sd.dacl_add_ace(dn, "(OA;CIIO;CR;%s;%s;%s)" % (RESET_PASSWORD, schema("user"), sid))
    sd.dacl_add_ace(dn, "(OA;CIIO;WP;%s;%s;%s)" % (schema("member"), schema("group"), sid))

# Synchronisation by change hears of deletions only if it may list deleted objects. In a real domain:
#   dsacls "CN=Deleted Objects,DC=corp,DC=example,DC=com" /takeownership
#   dsacls "CN=Deleted Objects,DC=corp,DC=example,DC=com" /G CORP\tenure-agent:LCRP
deleted, hidden = "CN=Deleted Objects,%s" % base, ["show_deleted:1"]
sddl = sd.read_sd_on_dn(deleted, hidden).as_sddl(sd.domain_sid)
first = sddl.index("(")
sd.modify_sd_on_dn(deleted, sddl[:first] + "(A;CI;LCRP;;;%s)" % sid + sddl[first:], hidden)
PY
}

# What every name of the lab means, for controllers that look each other up; there is no DNS.
with_names() {
  if [ ! -e "$ROOT/names" ]; then exec "$@"; fi
  exec unshare --mount sh -c 'mount --bind "$0/names" /etc/hosts && mount --bind "$0/no-dns" /etc/resolv.conf && exec "$@"' "$ROOT" "$@"
}

name_it() { # dir ip fqdn
  local guid
  [ -e "$ROOT/names" ] || { echo "127.0.0.1 localhost"; } >"$ROOT/names"
  : >"$ROOT/no-dns"
  guid=$(/usr/bin/python3 - "$1" <<'PY'
import sys
from samba.samdb import SamDB
from samba.param import LoadParm
from samba.auth import system_session
lp = LoadParm(); lp.load(sys.argv[1] + "/etc/smb.conf")
print(SamDB(sys.argv[1] + "/private/sam.ldb", session_info=system_session(), lp=lp).get_ntds_GUID())
PY
)
  printf '%s %s %s._msdcs.%s\n' "$2" "$3" "$guid" "${3#*.}" >>"$ROOT/names"
}

# Others find the first controller's replication by this name, which a DNS of its own would have registered.
let_others_replicate() { # dir fqdn
  /usr/bin/python3 - "$1" "$2" <<'PY'
import sys, ldb
from samba.samdb import SamDB
from samba.param import LoadParm
from samba.auth import system_session
where, fqdn = sys.argv[1:]
host, realm = fqdn.split(".", 1)
lp = LoadParm(); lp.load(where + "/etc/smb.conf")
db = SamDB(where + "/private/sam.ldb", session_info=system_session(), lp=lp)
change = ldb.Message(db.search(db.get_default_basedn(), expression="(sAMAccountName=%s$)" % host)[0].dn)
spn = "E3514235-4B06-11D1-AB04-00C04FC2DCD2/%s/%s" % (db.get_ntds_GUID(), realm)
change["spn"] = ldb.MessageElement([spn], ldb.FLAG_MOD_ADD, "servicePrincipalName")
db.modify(change)
PY
}

# Is there another controller of this realm?
replicated() { local row r n=0; for row in "${LAB[@]}"; do r=($row); [ "${r[2]}" != "$1" ] || n=$((n + 1)); done; [ "$n" -gt 1 ]; }

# LMDB, since TDB has no order to find `uSNChanged>=n` by, and looks at every object; Windows has an index for it.
make_domain() { # dir ip realm netbios host
  stool domain provision --targetdir="$1" --server-role=dc --use-rfc2307 --dns-backend=NONE --backend-store=mdb \
    --base-schema=2012_R2 --function-level=2008_R2 \
    --realm="$3" --domain="$4" --adminpass="$(pass)" --host-name="$5" --host-ip="$2" \
    --option="bind interfaces only = yes" --option="interfaces = $2/8"
}

join_domain() { # dir ip realm netbios host first
  local row r fqdn
  for row in "${LAB[@]}"; do r=($row); [ "${r[0]}" != "$6" ] || fqdn=${r[4]}.$(tr A-Z a-z <<<"$3"); done
  export KRB5_CONFIG=$ROOT/krb5.conf
  # The password goes by its file: arguments are for everybody to see.
  export PASSWD_FILE=$ROOT/admin.pass
  (with_names "$SELF" _stool domain join "$(tr A-Z a-z <<<"$3")" DC --targetdir="$1" --server="$fqdn" \
    -U "$4\\Administrator" --workgroup="$4" --dns-backend=NONE --backend-store=mdb --option="netbios name = $(tr a-z A-Z <<<"$5")" \
    --option="bind interfaces only = yes" --option="interfaces = $2/8")
}

provision_one() { # name ip realm netbios host [first]
  local name=$1 ip=$2 realm=$3 nb=$4 host=$5 first=${6:-} d=$ROOT/$1 fqdn
  fqdn=$host.$(tr A-Z a-z <<<"$realm")
  if [ -e "$d/provisioned" ]; then say "$name: already provisioned"; return 0; fi
  rm -rf "$d"; mkdir -p "$d"
  if [ -n "$first" ]; then
    join_domain "$d" "$ip" "$realm" "$nb" "$host" "$first" >"$d/provision.log" 2>&1 || { tail -20 "$d/provision.log" >&2; return 1; }
    write_conf "$d" "$ip" "$realm" "$nb" "$host"
    name_it "$d" "$ip" "$fqdn"
    make_cert "$d" "$fqdn" "$ip"
    touch "$d/provisioned"
    say "$name: joined $realm in $d"
    return 0
  fi
  make_domain "$d" "$ip" "$realm" "$nb" "$host" >"$d/provision.log" 2>&1 || { tail -20 "$d/provision.log" >&2; return 1; }
  write_conf "$d" "$ip" "$realm" "$nb" "$host"
  make_cert "$d" "$fqdn" "$ip"
  delegate "$d" "$(base_of "$realm")" >"$d/delegate.log" 2>&1 || { tail -5 "$d/delegate.log" >&2; return 1; }
  if replicated "$realm"; then let_others_replicate "$d" "$fqdn"; name_it "$d" "$ip" "$fqdn"; fi
  touch "$d/provisioned"
  say "$name: provisioned $realm in $d"
}

write_conf() { # dir ip realm netbios host
  local d=$1 ip=$2 realm=$3 nb=$4 host=$5 model_extra="" services="ldap, cldap, kdc, rpc"
  mkdir -p "$d"/{log,pid,ncalrpc,winbindd,ntp_signd,lock}
  [ "$SYNC" = 1 ] || model_extra=$'\tldb:nosync = true'
  if replicated "$realm"; then
    services="$services, drepl, kcc"
    model_extra+=$'\n\tdreplsrv:notify_interval = 1\n\tdreplsrv:periodic_startup_interval = 1\n\tdreplsrv:periodic_interval = 5'
  fi
  cat >"$d/etc/smb.conf" <<CONF
[global]
	netbios name = $(tr a-z A-Z <<<"$host")
	realm = $realm
	workgroup = $nb
	server role = active directory domain controller
	bind interfaces only = yes
	interfaces = $ip/8
	# only what LDAP(S), Kerberos and samba-tool need; no smbd, winbindd, nbt, dns
	server services = $services
	private dir = $d/private
	state directory = $d/state
	cache directory = $d/cache
	lock directory = $d/lock
	binddns dir = $d/bind-dns
	pid directory = $d/pid
	ncalrpc dir = $d/ncalrpc
	winbindd socket directory = $d/winbindd
	ntp signd socket directory = $d/ntp_signd
	log file = $d/log/samba.log
	max log size = 10240
	log level = 1
	idmap_ldb:use rfc2307 = yes
	ldap server require strong auth = yes
	tls enabled = yes
	tls keyfile = $d/tls/key.pem
	tls certfile = $d/tls/cert.pem
	tls cafile = $d/tls/ca.pem
	dsdb:schema update allowed = no
$model_extra
CONF
}

alive() { # pid file -> is it a samba of ours that is running (not a zombie, not another process with that pid)?
  local p st; p=$(cat "$1" 2>/dev/null) && [ -n "$p" ] || return 1
  st=$(cat "/proc/$p/stat" 2>/dev/null) || return 1
  case "$st" in "$p (samba"*") Z "*|"$p (samba"*") X "*) return 1 ;; "$p (samba"*|"$p (setsid)"*) return 0 ;; *) return 1 ;; esac
}

start_one() {
  local name=$1 ip=$2 realm=$3 host=$5 d=$ROOT/$1 fqdn i
  fqdn=$host.$(tr A-Z a-z <<<"$realm")
  if alive "$d/lab.pid"; then say "$name: already running"; return 0; fi
  rm -f "$d"/pid/*.pid "$d/lab.pid"
  # -F: foreground (we background it ourselves so that the pid is ours); setsid: its own group, so stop can end all of it
  export KRB5_CONFIG=$ROOT/krb5.conf
  with_names setsid samba -F --no-process-group -M "$MODEL" -l "$d/log" -s "$d/etc/smb.conf" </dev/null >"$d/log/stdout.log" 2>&1 &
  echo $! >"$d/lab.pid"
  for i in $(seq 1 150); do
    if (exec 3<>"/dev/tcp/$ip/88") 2>/dev/null && openssl s_client -connect "$ip:636" -CAfile "$ROOT/ca/ca.pem" \
         -verify_return_error -verify_hostname "$fqdn" </dev/null >/dev/null 2>&1; then     # a real handshake with the right name
      say "$name: up on $ip (pid $(cat "$d/lab.pid")) after ~$((i))00 ms"; return 0
    fi
    # (the first moments it may still be this shell, not yet samba)
    [ "$i" -lt 30 ] || alive "$d/lab.pid" || { say "$name: samba died"; tail -n 20 "$d/log/stdout.log" >&2; return 1; }
    sleep 0.1
  done
  say "$name: not listening after 15 s"; return 1
}

kill_one() { # as a power cut would
  local name=$1 d=$ROOT/$1
  alive "$d/lab.pid" || { say "$name: not running"; return 0; }
  kill -KILL -- "-$(cat "$d/lab.pid")"
  rm -f "$d/lab.pid"
  say "$name: killed"
}

stop_one() {
  local name=$1 d=$ROOT/$1 p i
  alive "$d/lab.pid" || { rm -f "$d/lab.pid"; say "$name: not running"; return 0; }
  p=$(cat "$d/lab.pid")
  kill -TERM "$p"
  for i in $(seq 1 50); do alive "$d/lab.pid" || break; sleep 0.1; done
  if alive "$d/lab.pid"; then say "$name: had to kill -9 its own process group $p"; kill -KILL -- "-$p" || true; fi
  rm -f "$d/lab.pid"
  say "$name: stopped"
}

krb5() { # no DNS here, so name the KDCs
  { printf '[libdefaults]\n dns_lookup_kdc = false\n dns_lookup_realm = false\n rdns = false\n dns_canonicalize_hostname = false\n[realms]\n'
    local row r realm; for realm in $(for row in "${LAB[@]}"; do r=($row); echo "${r[2]}"; done | sort -u); do
      printf ' %s = {\n' "$realm"     # (what follows the brace on its line would be ignored)
      for row in "${LAB[@]}"; do r=($row); [ "${r[2]}" != "$realm" ] || printf '  kdc = %s\n  kpasswd_server = %s\n' "${r[1]}" "${r[1]}"; done
      printf ' }\n'
    done; } >"$ROOT/krb5.conf"
}

ONLY=${2:-}     # start, stop, restart: one domain's name
each() { local fn=$1 row hit=; for row in "${LAB[@]}"; do
  [ -z "$ONLY" ] || [ "$ONLY" = "${row%% *}" ] || continue; hit=1; $fn $row; done
  [ -n "$hit" ] || { say "no such domain: $ONLY"; exit 2; }; }

env_one() {
  local name=$1 ip=$2 realm=$3 host=$5 U fqdn
  U=$(tr a-z A-Z <<<"$name"); fqdn=$host.$(tr A-Z a-z <<<"$realm")
  echo "export AD_${U}_ADDR=$ip:636 AD_${U}_HOST=$fqdn AD_${U}_REALM=$realm AD_${U}_BASE=$(base_of "$realm")"
  echo "export AD_${U}_AGENT=tenure-agent@$(tr A-Z a-z <<<"$realm")"
  echo "export AD_${U}_ADMIN=Administrator@$(tr A-Z a-z <<<"$realm")"
}
status_one() {
  local name=$1 d=$ROOT/$1 p kb
  if alive "$d/lab.pid"; then
    p=$(cat "$d/lab.pid")
    kb=$(ps -e -o pid=,sid= | awk -v s="$p" '$2==s{print $1}' | while read -r q; do awk '/^Pss:/{print $2}' "/proc/$q/smaps_rollup" 2>/dev/null; done | awk '{t+=$1}END{print t+0}')
    echo "$name: running, pid $p, $((kb/1024)) MiB (PSS)"
  else echo "$name: stopped"; fi
}

env_lab() {
  ONLY= each env_one
  echo "export AD_LAB_DIR=$ROOT AD_LAB_CA=$ROOT/ca/ca.pem AD_LAB_PASS_FILE=$ROOT/admin.pass AD_LAB_AGENT_PASS_FILE=$ROOT/agent.pass"
  echo "export KRB5_CONFIG=$ROOT/krb5.conf"
}
prepare() { pass >/dev/null; agent_pass; make_ca; krb5; }
up_one() { provision_one "$@"; start_one "$@"; }

case "${1:-}" in
  provision|start|stop|kill|restart) ;;
  *) ONLY= ;;
esac
case "${1:-}" in
  prepare)   prepare ;;
  provision) prepare; each provision_one ;;
  start)     each start_one ;;
  up)        prepare; each up_one ;;
  stop)      each stop_one ;;
  kill)      each kill_one ;;
  restart)   each stop_one; each start_one ;;
  status)    each status_one ;;
  env)       env_lab ;;
  with)      shift; [ $# -gt 0 ] || exit 2
             if [ "$(id -u)" = 0 ]; then exec unshare -n "$SELF" _with "$@"; else exec unshare -Urn "$SELF" _with "$@"; fi ;;
  _stool)    shift; stool "$@" ;;
  _with)     shift; ip link set lo up; trap 'each stop_one' EXIT
             prepare; each up_one
             eval "$(env_lab)"
             umask 022; "$@" ;;
  destroy)   each stop_one; rm -rf "$ROOT" ;;
  *) sed -n '2,20p' "$SELF"; exit 2 ;;
esac
