#!/usr/bin/env python3
"""Verifies an export of Tenure's history, from schemas/export.md, hash-chain.md and checkpoint.md alone.

verify_export.py FILE [--key NAME+ID+KEY ...]

Nothing but Python's own library; Ed25519 is that of RFC 8032, section 6. Written apart from Tenure's own verifier, so that
one is a check of the other.
"""

import argparse
import base64
import hashlib
import json
import re
import struct
import sys
import uuid
from datetime import datetime, timedelta, timezone

P = 2**255 - 19
L = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, P - 2, P) % P
ROOT = pow(2, (P - 1) // 4, P)


class Altered(Exception):
    pass


def recover_x(y, sign):
    if y >= P:
        return None
    square = (y * y - 1) * pow(D * y * y + 1, P - 2, P) % P
    x = pow(square, (P + 3) // 8, P)
    if (x * x - square) % P != 0:
        x = x * ROOT % P
    if (x * x - square) % P != 0 or (x == 0 and sign):
        return None
    return P - x if (x & 1) != sign else x


def point(encoded):
    y = int.from_bytes(encoded, "little")
    sign, y = y >> 255, y & ((1 << 255) - 1)
    x = recover_x(y, sign)
    return None if x is None else (x, y, 1, x * y % P)


def add(a, b):
    one, two = (a[1] - a[0]) * (b[1] - b[0]) % P, (a[1] + a[0]) * (b[1] + b[0]) % P
    c, d = 2 * a[3] * b[3] * D % P, 2 * a[2] * b[2] % P
    e, f, g, h = two - one, d - c, d + c, two + one
    return e * f % P, g * h % P, f * g % P, e * h % P


def times(scalar, base):
    total = (0, 1, 1, 0)
    while scalar > 0:
        if scalar & 1:
            total = add(total, base)
        base, scalar = add(base, base), scalar >> 1
    return total


BASE_Y = 4 * pow(5, P - 2, P) % P
BASE_X = recover_x(BASE_Y, 0)
BASE = (BASE_X, BASE_Y, 1, BASE_X * BASE_Y % P)


def has_signed(key, text, signature):
    a, r = point(key), point(signature[:32])
    s = int.from_bytes(signature[32:], "little")
    if a is None or r is None or s >= L:
        return False
    digest = hashlib.sha512(signature[:32] + key + text).digest()
    left, right = times(s, BASE), add(r, times(int.from_bytes(digest, "little") % L, a))
    return (left[0] * right[2] - right[0] * left[2]) % P == 0 and (left[1] * right[2] - right[1] * left[2]) % P == 0


def key_of(text):
    name, number, key = text.strip().split("+", 2)
    raw = base64.b64decode(key, validate=True)
    expected = hashlib.sha256(name.encode() + b"\n" + raw).digest()[:4].hex()
    if len(raw) != 33 or raw[0] != 1 or expected != number:
        raise Altered(f"{text} is no verifier key")
    return name, bytes.fromhex(number), raw[1:]


def checkpoint_of(note, trusted):
    text, _, signatures = note.rpartition("\n\n")
    text += "\n"
    origin, position, link, *extensions = text.splitlines()
    following = [line[5:] for line in extensions if line.startswith("next ")]
    needed = [trusted] + [[key_of(key)] for key in following]
    signed = []
    for line in signatures.splitlines():
        dash, name, raw = line.split(" ", 2)
        raw = base64.b64decode(raw, validate=True)
        signed.append((name, raw[:4], raw[4:]))
    for keys in needed:
        if not any(
            name == key[0] == origin and number == key[1] and has_signed(key[2], text.encode(), signature)
            for key in keys
            for name, number, signature in signed
        ):
            raise Altered(f"the checkpoint at position {position} is not signed by a trusted key")
    trusted.extend(key_of(key) for key in following)
    return int(position), base64.b64decode(link, validate=True)


def hashed(*fields):
    out = hashlib.sha256()
    for field in fields:
        if field is None:
            out.update(b"\xff\xff\xff\xff")
        else:
            out.update(struct.pack(">I", len(field)) + field)
    return out.digest()


def content_of(event):
    def optional(name, read):
        return read(event[name]) if name in event else None

    def decoded(text):
        return base64.b64decode(text, validate=True)

    kind, stream = event["subject"].split("/", 1)
    return hashed(
        b"tenure.event.1",
        uuid.UUID(event["id"]).bytes,
        kind.encode(),
        uuid.UUID(stream).bytes,
        struct.pack(">Q", event["streamversion"]),
        event["type"].encode(),
        struct.pack(">H", event["schemaversion"]),
        decoded(event["data_base64"]),
        event["actor"].encode(),
        optional("commandid", lambda text: uuid.UUID(text).bytes),
        optional("commandbody", decoded),
        optional("commandevents", lambda number: struct.pack(">H", number)),
        uuid.UUID(event["correlationid"]).bytes,
        optional("causationid", lambda text: uuid.UUID(text).bytes),
        optional("clientaddress", decoded),
        optional("traceparent", str.encode),
    )


def microseconds(text):
    if not re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z", text):
        raise Altered(f"{text} is no time to the microsecond")
    since = datetime.fromisoformat(text[:-1] + "+00:00") - datetime(1970, 1, 1, tzinfo=timezone.utc)
    return since // timedelta(microseconds=1)


def verify(lines, keys):
    whole = hashlib.sha256()
    first_line = next(lines)
    begun = json.loads(first_line)
    if begun["type"] != "tenure.export.begun.1":
        raise Altered("not an export of this format")
    whole.update(first_line)
    trusted = [key_of(key) for key in keys]
    signed = {}
    for note in begun["checkpoints"] if trusted else []:
        position, link = checkpoint_of(note, trusted)
        signed.setdefault(position, []).append(link)
    position, link, last_time = begun["first"] - 1, bytes.fromhex(begun["previous"]), None
    agreed = 0
    for line in lines:
        if not line.endswith(b"\n"):
            raise Altered("the last line was cut off")
        event = json.loads(line)
        if event["type"] == "tenure.export.complete.1":
            if event["sha256"] != whole.hexdigest() or event["hash"] != link.hex():
                raise Altered("the last line does not describe the lines before it")
            if (event["first"], event["last"], event["count"]) != (begun["first"], position, position + 1 - begun["first"]):
                raise Altered("the last line counts something else")
            if next(lines, None) is not None:
                raise Altered("there is something behind the last line")
            return begun["first"], position, link, agreed
        whole.update(line)
        position += 1
        time = microseconds(event["time"])
        if event["position"] != position or (last_time is not None and time < last_time):
            raise Altered(f"altered at position {position}: missing, or out of order")
        link = hashed(b"tenure.link.1", link, struct.pack(">Q", position), struct.pack(">q", time), content_of(event))
        if link.hex() != event["hash"]:
            raise Altered(f"altered at position {position}: it does not hash to what is stored")
        for other in signed.get(position, []):
            if other != link:
                raise Altered(f"altered at position {position} or before: a signed checkpoint has another hash")
            agreed += 1
        last_time = time
    raise Altered("the line that completes it is missing: it was cut off")


def main():
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("file")
    arguments.add_argument("--key", action="append", default=[], help="as `tenure audit keys` prints it")
    arguments = arguments.parse_args()
    try:
        with open(arguments.file, "rb") as lines:
            first, last, link, agreed = verify(lines, arguments.key)
    except (Altered, ValueError, KeyError, StopIteration, struct.error) as found:
        print(f"NOT what was written: {found!r}")
        return 1
    print(f"unaltered: positions {first} to {last}, last link {link.hex()}, {agreed} signed checkpoints agree")
    return 0


if __name__ == "__main__":
    sys.exit(main())
