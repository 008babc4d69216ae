-- What append_events does when nothing conflicts, in a third of its statements. The unique indexes find commands that are
-- known and names that are taken; append_events then tells which.
--
-- If the caller's head, hash and all, is still the head when it is moved, nobody has appended since: a version that the
-- caller's own append made needs no look, and what was looked at before is still true. The tails are all other streams.
-- outcome: 0 appended, 1 the head moved, 2 a stream is at another version, 3 the caller's time is off.
CREATE FUNCTION append_batch(
    head_position bigint, head_hash bytea, head_epoch int,
    clock_least bigint, clock_most bigint,
    tail_stream uuid[], tail_kind smallint[], tail_version int[],
    name_scope text[], name_key bytea[], name_holder uuid[],
    freed_scope text[], freed_key bytea[], freed_holder uuid[],
    e_position bigint[], e_recorded_at bigint[], e_id uuid[], e_stream uuid[], e_correlation uuid[], e_version int[],
    e_kind smallint[], e_schema smallint[], e_command_events smallint[], e_command uuid[], e_causation uuid[],
    e_command_body bytea[], e_type text[], e_actor text[], e_trace text[], e_client_address bytea[], e_hash bytea[],
    e_payload bytea[]
) RETURNS int LANGUAGE plpgsql
AS $$
DECLARE
    clock bigint := (extract(epoch FROM clock_timestamp()) * 1000000)::bigint;
    last int := cardinality(e_position);
BEGIN
    IF clock_least < clock - 5000000 OR clock_most > clock + 5000000 THEN
        RETURN 3;
    END IF;
    IF cardinality(tail_stream) > 0 AND EXISTS (
        SELECT FROM unnest(tail_stream, tail_kind, tail_version) AS s (stream, kind, version)
        WHERE s.version <> coalesce((SELECT e.version FROM events e WHERE e.stream = s.stream AND e.kind = s.kind
                                     ORDER BY e.version DESC LIMIT 1), 0))
    THEN
        RETURN 2;
    END IF;
    UPDATE log_head h SET position = e_position[last], hash = e_hash[last], recorded_at = e_recorded_at[last]
        WHERE h.position = head_position AND h.hash = head_hash AND h.epoch = head_epoch;
    IF NOT FOUND THEN
        RETURN 1;
    END IF;
    IF cardinality(freed_holder) > 0 THEN
        DELETE FROM reservations r
            USING unnest(freed_scope, freed_key, freed_holder) AS n (scope, key, holder)
            WHERE r.scope = n.scope AND r.key = n.key AND r.holder = n.holder;
    END IF;
    IF cardinality(name_holder) > 0 THEN
        INSERT INTO reservations (scope, key, holder)
            SELECT unnest(name_scope), unnest(name_key), unnest(name_holder);
    END IF;
    INSERT INTO events (position, recorded_at, id, stream, correlation, version, kind, schema, command_events, command,
                        causation, command_body, type, actor, trace, client_address, hash, payload)
        SELECT unnest(e_position), unnest(e_recorded_at), unnest(e_id), unnest(e_stream), unnest(e_correlation),
               unnest(e_version), unnest(e_kind), unnest(e_schema), unnest(e_command_events), unnest(e_command),
               unnest(e_causation), unnest(e_command_body), unnest(e_type), unnest(e_actor), unnest(e_trace),
               unnest(e_client_address), unnest(e_hash), unnest(e_payload);
    RETURN 0;
END $$;
