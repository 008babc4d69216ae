-- The way into the history that tells what conflicts: lock, check, insert, each a statement of its own, since every statement of a volatile
-- function sees what was committed before it began, and a check in the locking statement would not.
--
-- The caller has computed the hashes on the head that it remembers; if that is no longer the head, it gets the new one
-- and computes again. Its connection sets how plans are made.
-- outcome: 0 appended, 1 the head moved, 2 conflicts, 3 the caller's time is off.
CREATE FUNCTION append_events(
    head_position bigint, head_hash bytea, head_epoch int,
    clock_least bigint, clock_most bigint,
    tail_stream uuid[], tail_kind smallint[], tail_version int[],
    commands uuid[],
    name_scope text[], name_key bytea[], name_holder uuid[], name_claimed boolean[], name_kept boolean[],
    e_position bigint[], e_recorded_at bigint[], e_id uuid[], e_stream uuid[], e_correlation uuid[], e_version int[],
    e_kind smallint[], e_schema smallint[], e_command_events smallint[], e_command uuid[], e_causation uuid[],
    e_command_body bytea[], e_type text[], e_actor text[], e_trace text[], e_client_address bytea[], e_hash bytea[],
    e_payload bytea[],
    OUT outcome int, OUT now_position bigint, OUT now_hash bytea, OUT now_epoch int, OUT now_recorded_at bigint,
    OUT clock bigint,
    OUT stale int[], OUT stale_version int[],
    OUT known uuid[], OUT known_position bigint[], OUT known_events smallint[], OUT known_body bytea[],
    OUT taken int[]
) LANGUAGE plpgsql
AS $$
BEGIN
    SELECT h.position, h.hash, h.epoch, h.recorded_at INTO now_position, now_hash, now_epoch, now_recorded_at
        FROM log_head h FOR UPDATE;
    IF now_position <> head_position OR now_hash <> head_hash OR now_epoch <> head_epoch THEN
        outcome := 1;
        PERFORM set_config('synchronous_commit', 'off', true);
        RETURN;
    END IF;

    clock := (extract(epoch FROM clock_timestamp()) * 1000000)::bigint;
    IF clock_least < clock - 5000000 OR clock_most > clock + 5000000 THEN
        outcome := 3;
        PERFORM set_config('synchronous_commit', 'off', true);
        RETURN;
    END IF;

    SELECT array_agg(t.i::int), array_agg(t.actual) INTO stale, stale_version
        FROM (SELECT s.i, s.version, coalesce((SELECT e.version FROM events e
                     WHERE e.stream = s.stream AND e.kind = s.kind ORDER BY e.version DESC LIMIT 1), 0) AS actual
                FROM unnest(tail_stream, tail_kind, tail_version) WITH ORDINALITY AS s (stream, kind, version, i)) t
        WHERE t.actual <> t.version;
    IF cardinality(commands) > 0 THEN
        SELECT array_agg(e.command), array_agg(e.position), array_agg(e.command_events), array_agg(e.command_body)
            INTO known, known_position, known_events, known_body
            FROM events e WHERE e.command = ANY (commands) AND e.command_events IS NOT NULL;
    END IF;
    IF true = ANY (name_claimed) THEN
        SELECT array_agg(n.i::int) INTO taken
            FROM unnest(name_scope, name_key, name_holder, name_claimed) WITH ORDINALITY
                AS n (scope, key, holder, claimed, i)
            JOIN reservations r ON r.scope = n.scope AND r.key = n.key
            WHERE n.claimed AND r.holder <> n.holder
              -- What the holder gives up in the same append may be claimed: so a name passes on.
              AND NOT EXISTS (SELECT FROM unnest(name_scope, name_key, name_holder, name_kept) AS g (scope, key, holder, kept)
                              WHERE NOT g.kept AND g.scope = n.scope AND g.key = n.key AND g.holder = r.holder);
    END IF;
    IF stale IS NOT NULL OR known IS NOT NULL OR taken IS NOT NULL THEN
        outcome := 2;
        PERFORM set_config('synchronous_commit', 'off', true);
        RETURN;
    END IF;

    IF false = ANY (name_kept) THEN
        DELETE FROM reservations r
            USING unnest(name_scope, name_key, name_holder, name_kept) AS n (scope, key, holder, kept)
            WHERE NOT n.kept AND r.scope = n.scope AND r.key = n.key AND r.holder = n.holder;
    END IF;
    IF true = ANY (name_kept) THEN
        INSERT INTO reservations (scope, key, holder)
            SELECT n.scope, n.key, n.holder
            FROM unnest(name_scope, name_key, name_holder, name_kept) AS n (scope, key, holder, kept)
            WHERE n.kept ON CONFLICT (scope, key) DO NOTHING;
    END IF;
    INSERT INTO events (position, recorded_at, id, stream, correlation, version, kind, schema, command_events, command,
                        causation, command_body, type, actor, trace, client_address, hash, payload)
        SELECT unnest(e_position), unnest(e_recorded_at), unnest(e_id), unnest(e_stream), unnest(e_correlation),
               unnest(e_version), unnest(e_kind), unnest(e_schema), unnest(e_command_events), unnest(e_command),
               unnest(e_causation), unnest(e_command_body), unnest(e_type), unnest(e_actor), unnest(e_trace),
               unnest(e_client_address), unnest(e_hash), unnest(e_payload);
    UPDATE log_head h SET position = e_position[cardinality(e_position)], hash = e_hash[cardinality(e_hash)],
                          recorded_at = e_recorded_at[cardinality(e_recorded_at)];
    outcome := 0;
END $$;
