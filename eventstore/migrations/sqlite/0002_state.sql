-- State that is not history.
CREATE TABLE credentials (
    person blob PRIMARY KEY,
    password text NOT NULL
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
    seen_at integer NOT NULL,
    api_token blob
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
CREATE TABLE sign_in_failures (
    source blob PRIMARY KEY,
    failures integer NOT NULL,
    last_at integer NOT NULL,
    paused_until integer NOT NULL
) STRICT;
CREATE TABLE one_time_codes (
    hash blob PRIMARY KEY,
    person blob NOT NULL,
    purpose integer NOT NULL,
    email blob NOT NULL,
    expires_at integer NOT NULL
) STRICT;
CREATE INDEX one_time_codes_person ON one_time_codes (person);
CREATE TABLE second_factors (
    person blob PRIMARY KEY,
    secret blob NOT NULL,
    confirmed integer NOT NULL,
    last_step integer NOT NULL
) STRICT;
CREATE TABLE recovery_codes (
    person blob NOT NULL,
    hash blob NOT NULL,
    PRIMARY KEY (person, hash)
) STRICT;
CREATE TABLE api_token_secrets (
    token blob PRIMARY KEY,
    hash blob NOT NULL
) STRICT;
CREATE TABLE inbox (
    id blob PRIMARY KEY,
    person blob NOT NULL,
    position integer NOT NULL,
    notice text NOT NULL,
    category text NOT NULL,
    object blob NOT NULL,
    content blob NOT NULL,
    told_at integer NOT NULL,
    read_at integer
) STRICT;
CREATE INDEX inbox_person ON inbox (person, position, id);
CREATE INDEX inbox_unread ON inbox (person) WHERE read_at IS NULL;
CREATE TABLE saved_views (
    id blob PRIMARY KEY,
    person blob NOT NULL,
    list text NOT NULL,
    content blob NOT NULL,
    saved_at integer NOT NULL
) STRICT;
CREATE INDEX saved_views_person ON saved_views (person);
