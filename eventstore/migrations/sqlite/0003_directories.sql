-- Copies of what external directories hold. No history: the directory is its own truth, and is read again.
CREATE TABLE directory_syncs (
    domain blob PRIMARY KEY,
    revision integer NOT NULL,
    content blob NOT NULL
) STRICT;
-- What engines have handed over of a synchronisation that is not complete.
CREATE TABLE directory_chunks (
    run blob NOT NULL,
    attempt blob NOT NULL,
    number integer NOT NULL,
    last integer NOT NULL,
    objects integer NOT NULL,
    received_at integer NOT NULL,
    content blob NOT NULL,
    PRIMARY KEY (run, attempt, number)
) STRICT;
CREATE TABLE directory_objects (
    domain blob NOT NULL,
    id blob NOT NULL,
    kind integer NOT NULL,
    name_key text NOT NULL,
    place_key text NOT NULL,
    search text NOT NULL,
    risk integer NOT NULL,
    found_at integer,
    account blob,
    content blob NOT NULL,
    judgement blob NOT NULL,
    signals text NOT NULL,
    PRIMARY KEY (domain, id)
) STRICT;
CREATE INDEX directory_objects_name ON directory_objects (domain, kind, name_key, id);
CREATE INDEX directory_objects_risk ON directory_objects (domain, risk, name_key, id) WHERE risk > 0;
