-- The history. `payload` is the exact bytes that were hashed. A command's first event carries its body's hash and the
-- number of its events, which makes a separate table of commands unnecessary.
CREATE TABLE events (
    position bigint PRIMARY KEY,
    recorded_at bigint NOT NULL,
    id uuid NOT NULL,
    stream uuid NOT NULL,
    correlation uuid NOT NULL,
    version int NOT NULL,
    kind smallint NOT NULL,
    schema smallint NOT NULL,
    command_events smallint,
    command uuid,
    causation uuid,
    command_body bytea,
    type text COLLATE "C" NOT NULL,
    actor text COLLATE "C" NOT NULL,
    trace text COLLATE "C",
    client_address bytea,
    hash bytea NOT NULL,
    payload bytea NOT NULL
);
CREATE UNIQUE INDEX events_stream ON events (stream, kind, version);
CREATE UNIQUE INDEX events_command ON events (command) WHERE command_events IS NOT NULL;

-- One row: locked by whoever appends.
CREATE TABLE log_head (
    one boolean PRIMARY KEY DEFAULT true CHECK (one),
    position bigint NOT NULL,
    recorded_at bigint NOT NULL,
    epoch int NOT NULL,
    hash bytea NOT NULL
) WITH (fillfactor = 10);
INSERT INTO log_head (position, recorded_at, epoch, hash) VALUES (0, 0, 1, decode(repeat('00', 32), 'hex'));

CREATE TABLE epochs (
    epoch int PRIMARY KEY,
    position bigint NOT NULL,
    hash bytea NOT NULL,
    declared_at bigint NOT NULL,
    reason text NOT NULL
);

-- Names that are unique, with their holders.
CREATE TABLE reservations (
    scope text COLLATE "C" NOT NULL,
    key bytea NOT NULL,
    holder uuid NOT NULL,
    PRIMARY KEY (scope, key)
);

CREATE TABLE snapshots (
    stream uuid NOT NULL,
    kind smallint NOT NULL,
    version int NOT NULL,
    shape bytea NOT NULL,
    state bytea NOT NULL,
    PRIMARY KEY (stream, kind)
);

CREATE TABLE chain_checkpoints (
    position bigint NOT NULL,
    signed_at bigint NOT NULL,
    -- As it was signed, whole: what stands beside it is for finding it.
    note text NOT NULL,
    PRIMARY KEY (position, signed_at)
);

-- Keys of people's personal data; a destroyed key stays as a row without one. Back up apart from the rest.
CREATE TABLE user_keys (
    person uuid PRIMARY KEY,
    wrapped bytea
);
