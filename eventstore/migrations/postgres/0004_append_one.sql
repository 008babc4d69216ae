-- The scalar path: one event, no names and no facts. What append_events does, in less than half the time.
-- outcome: 0 appended, 1 the head moved, 2 some conflict, which append_events tells, 3 the caller's time is off.
CREATE FUNCTION append_event(
    head_position bigint, head_hash bytea, head_epoch int, decided_at bigint, clock_checked boolean,
    e_recorded_at bigint, e_id uuid, e_stream uuid, e_correlation uuid, e_version int, e_kind smallint,
    e_schema smallint, e_command_events smallint, e_command uuid, e_causation uuid, e_command_body bytea, e_type text,
    e_actor text, e_trace text, e_client_address bytea, e_hash bytea, e_payload bytea
) RETURNS int LANGUAGE plpgsql
AS $$
DECLARE
    head record;
    off_by bigint;
BEGIN
    SELECT h.position, h.hash, h.epoch INTO head FROM log_head h FOR UPDATE;
    IF head.position <> head_position OR head.hash <> head_hash OR head.epoch <> head_epoch THEN
        PERFORM set_config('synchronous_commit', 'off', true);
        RETURN 1;
    END IF;
    IF clock_checked THEN
        off_by := decided_at - (extract(epoch FROM clock_timestamp()) * 1000000)::bigint;
        IF off_by NOT BETWEEN -5000000 AND 5000000 THEN
            PERFORM set_config('synchronous_commit', 'off', true);
            RETURN 3;
        END IF;
    END IF;
    IF coalesce((SELECT e.version FROM events e WHERE e.stream = e_stream AND e.kind = e_kind
                 ORDER BY e.version DESC LIMIT 1), 0) <> e_version - 1
       OR e_command IS NOT NULL
          AND EXISTS (SELECT FROM events e WHERE e.command = e_command AND e.command_events IS NOT NULL)
    THEN
        PERFORM set_config('synchronous_commit', 'off', true);
        RETURN 2;
    END IF;
    INSERT INTO events (position, recorded_at, id, stream, correlation, version, kind, schema, command_events, command,
                        causation, command_body, type, actor, trace, client_address, hash, payload)
        VALUES (head_position + 1, e_recorded_at, e_id, e_stream, e_correlation, e_version, e_kind, e_schema,
                e_command_events, e_command, e_causation, e_command_body, e_type, e_actor, e_trace, e_client_address,
                e_hash, e_payload);
    UPDATE log_head h SET position = head_position + 1, hash = e_hash, recorded_at = e_recorded_at;
    RETURN 0;
END $$;
