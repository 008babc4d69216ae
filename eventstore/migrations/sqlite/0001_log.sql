-- The history. `payload` is the exact bytes that were hashed. A command's first event carries its body's hash and the
-- number of its events, which makes a separate table of commands unnecessary.
CREATE TABLE events (
    position integer PRIMARY KEY,
    recorded_at integer NOT NULL,
    id blob NOT NULL,
    stream blob NOT NULL,
    correlation blob NOT NULL,
    version integer NOT NULL,
    kind integer NOT NULL,
    schema integer NOT NULL,
    command_events integer,
    command blob,
    causation blob,
    command_body blob,
    type text NOT NULL,
    actor text NOT NULL,
    trace text,
    client_address blob,
    hash blob NOT NULL,
    payload blob NOT NULL
) STRICT;
CREATE UNIQUE INDEX events_stream ON events (stream, kind, version);
CREATE UNIQUE INDEX events_command ON events (command) WHERE command_events IS NOT NULL;

-- One row: locked by whoever appends.
CREATE TABLE log_head (
    one integer PRIMARY KEY DEFAULT 1 CHECK (one = 1),
    position integer NOT NULL,
    recorded_at integer NOT NULL,
    epoch integer NOT NULL,
    hash blob NOT NULL
) STRICT;
INSERT INTO log_head (position, recorded_at, epoch, hash) VALUES (0, 0, 1, zeroblob(32));

CREATE TABLE epochs (
    epoch integer PRIMARY KEY,
    position integer NOT NULL,
    hash blob NOT NULL,
    declared_at integer NOT NULL,
    reason text NOT NULL
) STRICT;

-- Names that are unique, with their holders.
CREATE TABLE reservations (
    scope text NOT NULL,
    key blob NOT NULL,
    holder blob NOT NULL,
    PRIMARY KEY (scope, key)
) STRICT;

CREATE TABLE snapshots (
    stream blob NOT NULL,
    kind integer NOT NULL,
    version integer NOT NULL,
    shape blob NOT NULL,
    state blob NOT NULL,
    PRIMARY KEY (stream, kind)
) STRICT;

CREATE TABLE chain_checkpoints (
    position integer NOT NULL,
    signed_at integer NOT NULL,
    -- As it was signed, whole: what stands beside it is for finding it.
    note text NOT NULL,
    PRIMARY KEY (position, signed_at)
) STRICT;
