-- State that is not history.
CREATE TABLE credentials (
    person uuid PRIMARY KEY,
    password text NOT NULL,
    failed_attempts int NOT NULL DEFAULT 0,
    locked_until bigint
);
CREATE TABLE sign_in_emails (
    email bytea PRIMARY KEY,
    person uuid NOT NULL
);
CREATE INDEX sign_in_emails_person ON sign_in_emails (person);
CREATE TABLE sessions (
    token bytea PRIMARY KEY,
    person uuid NOT NULL,
    created_at bigint NOT NULL,
    expires_at bigint NOT NULL,
    seen_at bigint NOT NULL
);
CREATE INDEX sessions_person ON sessions (person);
CREATE TABLE setup_code (
    one smallint PRIMARY KEY CHECK (one = 1),
    hash bytea NOT NULL
);
CREATE TABLE timer_marks (
    timer text COLLATE "C" PRIMARY KEY,
    handled_at bigint NOT NULL,
    outcome text NOT NULL
);
CREATE TABLE outbox (
    message text COLLATE "C" PRIMARY KEY,
    position bigint NOT NULL,
    content bytea NOT NULL,
    state smallint NOT NULL,
    attempts int NOT NULL,
    next_attempt bigint NOT NULL,
    last_error text
);
CREATE INDEX outbox_due ON outbox (next_attempt) WHERE state = 0;
CREATE TABLE reaction_checkpoints (
    name text COLLATE "C" PRIMARY KEY,
    epoch int NOT NULL,
    position bigint NOT NULL,
    hash bytea NOT NULL
);
CREATE TABLE meta (
    name text COLLATE "C" PRIMARY KEY,
    value text NOT NULL
);
