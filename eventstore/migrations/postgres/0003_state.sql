-- State that is not history.
CREATE TABLE credentials (
    person uuid PRIMARY KEY,
    password text NOT NULL
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
    seen_at bigint NOT NULL,
    api_token uuid
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
CREATE TABLE sign_in_failures (
    source bytea PRIMARY KEY,
    failures int NOT NULL,
    last_at bigint NOT NULL,
    paused_until bigint NOT NULL
);
CREATE TABLE one_time_codes (
    hash bytea PRIMARY KEY,
    person uuid NOT NULL,
    purpose smallint NOT NULL,
    email bytea NOT NULL,
    expires_at bigint NOT NULL
);
CREATE INDEX one_time_codes_person ON one_time_codes (person);
CREATE TABLE second_factors (
    person uuid PRIMARY KEY,
    secret bytea NOT NULL,
    confirmed smallint NOT NULL,
    last_step bigint NOT NULL
);
CREATE TABLE recovery_codes (
    person uuid NOT NULL,
    hash bytea NOT NULL,
    PRIMARY KEY (person, hash)
);
CREATE TABLE api_token_secrets (
    token uuid PRIMARY KEY,
    hash bytea NOT NULL
);
CREATE TABLE inbox (
    id uuid PRIMARY KEY,
    person uuid NOT NULL,
    position bigint NOT NULL,
    notice text COLLATE "C" NOT NULL,
    category text COLLATE "C" NOT NULL,
    object uuid NOT NULL,
    content bytea NOT NULL,
    told_at bigint NOT NULL,
    read_at bigint
);
CREATE INDEX inbox_person ON inbox (person, position, id);
CREATE INDEX inbox_unread ON inbox (person) WHERE read_at IS NULL;
CREATE TABLE saved_views (
    id uuid PRIMARY KEY,
    person uuid NOT NULL,
    list text COLLATE "C" NOT NULL,
    content bytea NOT NULL,
    saved_at bigint NOT NULL
);
CREATE INDEX saved_views_person ON saved_views (person);
