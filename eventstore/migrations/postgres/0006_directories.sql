-- Copies of what external directories hold. No history: the directory is its own truth, and is read again.
CREATE TABLE directory_syncs (
    domain uuid PRIMARY KEY,
    revision bigint NOT NULL,
    content bytea NOT NULL
);
-- What engines have handed over of a synchronisation that is not complete.
CREATE TABLE directory_chunks (
    run uuid NOT NULL,
    attempt uuid NOT NULL,
    number bigint NOT NULL,
    last int NOT NULL,
    objects bigint NOT NULL,
    received_at bigint NOT NULL,
    content bytea NOT NULL,
    PRIMARY KEY (run, attempt, number)
);
CREATE TABLE directory_objects (
    domain uuid NOT NULL,
    id uuid NOT NULL,
    kind int NOT NULL,
    name_key text COLLATE "C" NOT NULL,
    place_key text COLLATE "C" NOT NULL,
    search text COLLATE "C" NOT NULL,
    risk int NOT NULL,
    found_at bigint,
    account uuid,
    content bytea NOT NULL,
    judgement bytea NOT NULL,
    signals text COLLATE "C" NOT NULL,
    PRIMARY KEY (domain, id)
);
CREATE INDEX directory_objects_name ON directory_objects (domain, kind, name_key, id);
CREATE INDEX directory_objects_risk ON directory_objects (domain, risk, name_key, id) WHERE risk > 0;
