-- State that is not history.
CREATE TABLE credentials (
    person blob PRIMARY KEY,
    password text NOT NULL,
    failed_attempts integer NOT NULL DEFAULT 0,
    locked_until integer
) STRICT;
CREATE TABLE sign_in_emails (
    email blob PRIMARY KEY,
    person blob NOT NULL
) STRICT;
CREATE INDEX sign_in_emails_person ON sign_in_emails (person);
CREATE TABLE sessions (
    token blob PRIMARY KEY,
    person blob NOT NULL,
    created_at integer NOT NULL,
    expires_at integer NOT NULL,
    seen_at integer NOT NULL
) STRICT;
CREATE INDEX sessions_person ON sessions (person);
CREATE TABLE setup_code (
    one integer PRIMARY KEY CHECK (one = 1),
    hash blob NOT NULL
) STRICT;
CREATE TABLE timer_marks (
    timer text PRIMARY KEY,
    handled_at integer NOT NULL,
    outcome text NOT NULL
) STRICT;
CREATE TABLE outbox (
    message text PRIMARY KEY,
    position integer NOT NULL,
    content blob NOT NULL,
    state integer NOT NULL,
    attempts integer NOT NULL,
    next_attempt integer NOT NULL,
    last_error text
) STRICT;
CREATE INDEX outbox_due ON outbox (next_attempt) WHERE state = 0;
CREATE TABLE reaction_checkpoints (
    name text PRIMARY KEY,
    epoch integer NOT NULL,
    position integer NOT NULL,
    hash blob NOT NULL
) STRICT;
CREATE TABLE meta (
    name text PRIMARY KEY,
    value text NOT NULL
) STRICT;
