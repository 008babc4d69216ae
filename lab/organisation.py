#!/usr/bin/env python3
"""Sets up the lab's Tenure over its API: administrator, domains, their engines, people, templates.

Reads the engines from the file "engines" in --folder, a line each: name|domain|controller|servers of NATS|how to get
there; their keys and configuration go to folders of their names beside it. Writes the ids of the domains to "domains".
Reads AD_* of `ad-lab.sh env` from the environment. Standard library only.
"""
import argparse
import json
import os
import pathlib
import shlex
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


def directory(controller):
    """What `ad-lab.sh env` says of a domain controller."""
    keys = ("REALM", "BASE", "ADDR", "HOST", "AGENT")
    return {key: os.environ["AD_{}_{}".format(controller.upper(), key)] for key in keys}


def register_domain(api, name):
    ad = directory(name)
    dns = ad["REALM"].lower()
    domain = api.post("/domains", {"name": dns, "kind": "active-directory", "base_dn": ad["BASE"]})["id"]
    return domain, dns, ad["BASE"]


def enrol(api, options, domain, name, controller, servers, way):
    """An engine that enrols as anybody's would: with a token, on its own machine."""
    ad = directory(controller)
    issued = api.post("/engines/tokens", {"name": name, "domain": domain})
    authorities = ["--core-ca", options.core_ca] if options.core_ca else []
    authorities += ["--broker-ca", options.broker_ca] if options.broker_ca else []
    subprocess.run(
        shlex.split(way)
        + [options.tenure, "agent", "enrol", "--core", options.core, "--folder", options.folder / name]
        + authorities
        + (["--broker", servers] if servers else [])
        + ["--address", ad["ADDR"], "--host", ad["HOST"], "--ca-file", os.environ["AD_LAB_CA"]]
        + ["--bind-user", ad["AGENT"], "--bind-password-file", os.environ["AD_LAB_AGENT_PASS_FILE"]],
        env=dict(os.environ, TENURE_ENGINE_TOKEN=issued["token"]),
        check=True,
        stdout=subprocess.DEVNULL,
    )
    api.post("/engines/{}/assign".format(issued["id"]), {})


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
    parser.add_argument("--core", required=True, help="the core's address, as engines reach it")
    parser.add_argument("--core-ca")
    parser.add_argument("--broker-ca")
    options = parser.parse_args()
    password = options.password_file.read_text().strip()
    api = Api(options.url)
    admin = "ada@example.com"
    api.post("/setup", {"code": options.code, "display_name": "Ada Admin", "email": admin, "password": password})
    api.sign_in(admin, password)
    engines = [line.split("|") for line in (options.folder / "engines").read_text().splitlines()]
    domains = {name: register_domain(api, name) for name in sorted({engine[1] for engine in engines})}
    ids = ["{} {}\n".format(name, domain[0]) for name, domain in domains.items()]
    (options.folder / "domains").write_text("".join(ids))
    for name, domain, controller, servers, way in engines:
        enrol(api, options, domains[domain][0], name, controller, servers, way)
    roles = {role["name"]: role["id"] for role in api.call("GET", "/roles")["items"]}
    register_person(api, roles, "Rosa Requester", "rosa@example.com", password, "Requester")
    approver = register_person(api, roles, "Anton Approver", "anton@example.com", password, "Approver")
    for domain, dns, base in domains.values():
        publish_template(api, domain, dns, base, "Applications", "review", approver)
        publish_template(api, domain, dns, base, "Batch jobs", "disable", approver)


if __name__ == "__main__":
    main()
