#!/usr/bin/env python3
"""A mail server that delivers nothing and keeps everything, for tests and the lab (needs aiosmtpd).

    smtp-catcher.py [--port 0] [--http-port 0] [--file mails.jsonl]
                    [--tls-cert FILE --tls-key FILE] [--require-starttls] [--auth USER:PASSWORD]
                    [--refuse ADDRESS]... [--tempfail N]

Listens on loopback only. Prints one JSON line {"smtp_port", "http_port"} once both ports answer. Every mail becomes
one JSON object {from, to, subject, message_id, text, html, headers, raw}: a line in --file, and an element of
http://127.0.0.1:HTTP_PORT/mails (DELETE empties it). A browser gets a readable page at /.
--refuse answers 550 to that recipient; --tempfail answers 451 to the first N messages.
SIGTERM, SIGINT or the death of the process that started it end it.
"""
import argparse
import ctypes
import email
import email.policy
import html
import http.server
import json
import os
import signal
import ssl
import sys
import threading
import warnings

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, LoginPassword

LOOPBACK = "127.0.0.1"


def body(message, kind):
    part = message.get_body((kind,))
    return part.get_content() if part is not None else None


def as_record(envelope):
    raw = envelope.original_content
    message = email.message_from_bytes(raw, policy=email.policy.default)
    return {
        "from": envelope.mail_from,
        "to": envelope.rcpt_tos,
        "subject": str(message["Subject"] or ""),
        "message_id": str(message["Message-ID"] or ""),
        "text": body(message, "plain"),
        "html": body(message, "html"),
        "headers": {name: str(value) for name, value in message.items()},
        "raw": raw.decode("utf-8", "replace"),
    }


class Catcher:
    """What aiosmtpd calls; runs in its thread."""

    def __init__(self, options):
        self.refused = set(options.refuse)
        self.tempfails = options.tempfail
        self.file = options.file
        self.lock = threading.Lock()
        self.mails = []

    async def handle_RCPT(self, server, session, envelope, address, rcpt_options):
        if address in self.refused:
            return "550 5.1.1 No such user here"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):
        with self.lock:
            if self.tempfails > 0:
                self.tempfails -= 1
                return "451 4.3.0 Try again later"
            record = as_record(envelope)
            self.mails.append(record)
            if self.file:
                with open(self.file, "a", encoding="utf-8") as out:
                    out.write(json.dumps(record) + "\n")
        return "250 2.0.0 Caught"


class SmtpController(Controller):
    def __init__(self, handler, options):
        super().__init__(handler, hostname=LOOPBACK, port=options.port)
        self.options = options

    def factory(self):
        options, tls, authenticator = self.options, None, None
        if options.tls_cert:
            tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            tls.load_cert_chain(options.tls_cert, options.tls_key)
        if options.auth:
            user, _, password = options.auth.partition(":")
            wanted = LoginPassword(user.encode(), password.encode())

            def authenticator(server, session, envelope, mechanism, data):
                return AuthResult(success=data == wanted, handled=False)  # not handled: it answers 535 itself

        return SMTP(
            self.handler,
            hostname="smtp-catcher",
            enable_SMTPUTF8=True,
            tls_context=tls,
            require_starttls=options.require_starttls,
            authenticator=authenticator,
            auth_required=bool(options.auth),
            auth_require_tls=bool(options.tls_cert),
        )

    def _trigger_server(self):
        # aiosmtpd checks itself by connecting to the port that was asked for; with 0 that is known only now.
        self.port = self.server.sockets[0].getsockname()[1]
        super()._trigger_server()


def page(mails):
    shown = "".join(
        "<details><summary>{subject} <small>to {to}</small></summary><pre>{text}</pre></details>".format(
            subject=html.escape(m["subject"]), to=html.escape(", ".join(m["to"])), text=html.escape(m["text"] or m["raw"])
        )
        for m in reversed(mails)
    )
    return "<!doctype html><meta charset=utf-8><title>Caught mail</title><h1>{} mails</h1>{}".format(len(mails), shown)


def http_server(catcher, port):
    class Handler(http.server.BaseHTTPRequestHandler):
        def answer(self, status, kind="text/plain", content=""):
            data = content.encode()
            self.send_response(status)
            self.send_header("Content-Type", kind + "; charset=utf-8")
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        def do_GET(self):
            with catcher.lock:
                mails = list(catcher.mails)
            if self.path == "/mails":
                self.answer(200, "application/json", json.dumps(mails))
            elif self.path == "/":
                self.answer(200, "text/html", page(mails))
            else:
                self.answer(404)

        def do_DELETE(self):
            if self.path != "/mails":
                return self.answer(404)
            with catcher.lock:
                catcher.mails.clear()
            self.answer(204)

        def log_message(self, *_):
            pass

    server = http.server.ThreadingHTTPServer((LOOPBACK, port), Handler)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server.server_address[1]


def parse():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--http-port", type=int, default=0)
    parser.add_argument("--file")
    parser.add_argument("--tls-cert")
    parser.add_argument("--tls-key")
    parser.add_argument("--require-starttls", action="store_true")
    parser.add_argument("--auth", metavar="USER:PASSWORD")
    parser.add_argument("--refuse", action="append", default=[], metavar="ADDRESS")
    parser.add_argument("--tempfail", type=int, default=0, metavar="N")
    options = parser.parse_args()
    if bool(options.tls_cert) != bool(options.tls_key):
        parser.error("--tls-cert and --tls-key go together")
    if options.require_starttls and not options.tls_cert:
        parser.error("--require-starttls needs --tls-cert and --tls-key")
    return options


def main():
    warnings.simplefilter("ignore", DeprecationWarning)  # of aiosmtpd, about itself
    options = parse()
    parent = os.getppid()
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(1, signal.SIGTERM)  # PR_SET_PDEATHSIG: a killed test leaves no server behind
        if os.getppid() != parent:
            return
    catcher = Catcher(options)
    controller = SmtpController(catcher, options)
    controller.start()
    ports = {"smtp_port": controller.port, "http_port": http_server(catcher, options.http_port)}
    print(json.dumps(ports), flush=True)
    signal.sigwait({signal.SIGTERM, signal.SIGINT})
    controller.stop()


if __name__ == "__main__":
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTERM, signal.SIGINT})
    main()
