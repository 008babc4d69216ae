#!/usr/bin/env python3
"""Sets up the lab's Tenure over its API: administrator, two domains, their engines, people, templates.

Writes agent-corp.toml and agent-emea.toml into --folder. Reads AD_* of `ad-lab.sh env`, core_key and nats_port from
the environment. Standard library only.
"""
import argparse
import json
import os
import pathlib
import subprocess
import sys
import urllib.error
import urllib.request
import uuid


class Api:
    def __init__(self, url):
        self.url, self.token = url, None

    def call(self, method, path, body=None):
        headers = {"Content-Type": "application/json", "Idempotency-Key": str(uuid.uuid4())}
        if self.token:
            headers["Authorization"] = "Bearer " + self.token
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(self.url + "/api/v1" + path, data, headers, method=method)
        try:
            with urllib.request.urlopen(request, timeout=30) as answer:
                return json.load(answer)
        except urllib.error.HTTPError as error:
            sys.exit("{} {}: {} {}".format(method, path, error.code, error.read().decode()))

    def post(self, path, body):
        return self.call("POST", path, body)

    def sign_in(self, email, password):
        self.token = self.post("/sessions", {"email": email, "password": password})["token"]


def quoted(value):
    """A TOML basic string; JSON's escapes are valid there."""
    return json.dumps(str(value))


def agent_config(folder, name, ad, engine, domain):
    path = folder / ("agent-" + name + ".toml")
    home = folder / ("engine-" + name)
    home.mkdir(mode=0o700, exist_ok=True)
    path.write_text(
        f"""key_file = {quoted(home / "engine.seed")}
core_key = {quoted(os.environ["core_key"])}

[broker]
servers = [{quoted("nats://127.0.0.1:" + os.environ["nats_port"])}]

[engine]
engine = {quoted(engine)}
domain = {quoted(domain)}

[engine.directory]
kind = "active-directory"
domain_name = {quoted(ad["REALM"].lower())}
base_dn = {quoted(ad["BASE"])}
address = {quoted(ad["ADDR"])}
host = {quoted(ad["HOST"])}
ca_file = {quoted(os.environ["AD_LAB_CA"])}
bind_user = {quoted(ad["AGENT"])}
bind_password_file = {quoted(os.environ["AD_LAB_AGENT_PASS_FILE"])}

[engine.vault]
directory = {quoted(home / "vault")}
key_file = {quoted(home / "vault.key")}
"""
    )
    return path


def register_domain(api, options, name):
    """Domain and engine; the engine's own key comes first, Tenure then gives it its id."""
    ad = {key: os.environ["AD_{}_{}".format(name.upper(), key)] for key in ("REALM", "BASE", "ADDR", "HOST", "AGENT")}
    dns = ad["REALM"].lower()
    domain = api.post("/domains", {"name": dns, "kind": "active-directory", "base_dn": ad["BASE"]})["id"]
    path = agent_config(options.folder, name, ad, uuid.UUID(int=0), domain)
    key = subprocess.run(
        [options.tenure, "agent", "--public-key", "--config", path], check=True, capture_output=True, text=True
    ).stdout.strip()
    engine = api.post("/engines", {"name": "Engine of " + dns, "domain": domain, "public_key": key})["id"]
    agent_config(options.folder, name, ad, engine, domain)
    return domain, dns, ad["BASE"]


def register_person(api, roles, name, email, password, role):
    person = {"personal": {"display_name": name, "emails": [email]}, "password": password}
    user = api.post("/users", person)["id"]
    api.post("/users/{}/roles/grant".format(user), {"role": roles[role]})
    return user


def publish_template(api, domain, dns, base, name, action, approver):
    content = {
        "name": "{} in {}".format(name, dns),
        "purpose": "For the lab",
        "account_type": "ad-user",
        "action": action,
        "vault": {"kind": "built-in"},
        "directory": {
            "domain": domain,
            "name_prefix": "svc-",
            "ou": "OU=Service Accounts," + base,
            "retirement_ou": "OU=Retired," + base,
        },
        "lifecycle": {"periods": ["90 days", "1 year"], "renewal_opens_days": 30, "remind_every_days": 7},
        "approval": {
            "steps": [{"name": "Team lead", "least": 1, "users": [approver]}],
            "justification_required": True,
        },
    }
    template = api.post("/templates", content)["id"]
    api.post("/templates/{}/publish".format(template), {})


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--url", required=True)
    parser.add_argument("--code", required=True)
    parser.add_argument("--password-file", required=True, type=pathlib.Path)
    parser.add_argument("--tenure", required=True)
    parser.add_argument("--folder", required=True, type=pathlib.Path)
    options = parser.parse_args()
    password = options.password_file.read_text().strip()
    api = Api(options.url)
    admin = "ada@example.com"
    api.post("/setup", {"code": options.code, "display_name": "Ada Admin", "email": admin, "password": password})
    api.sign_in(admin, password)
    domains = [register_domain(api, options, name) for name in ("corp", "emea")]
    roles = {role["name"]: role["id"] for role in api.call("GET", "/roles")["items"]}
    register_person(api, roles, "Rosa Requester", "rosa@example.com", password, "Requester")
    approver = register_person(api, roles, "Anton Approver", "anton@example.com", password, "Approver")
    for domain, dns, base in domains:
        publish_template(api, domain, dns, base, "Applications", "review", approver)
        publish_template(api, domain, dns, base, "Batch jobs", "disable", approver)


if __name__ == "__main__":
    main()
