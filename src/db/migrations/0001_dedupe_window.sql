-- An event's row is what recognises it when it is sent again, so no statement may remove one while senders still retry.
CREATE FUNCTION refuse_event_delete() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF OLD.received_at > clock_timestamp() - interval '7 days' THEN
    RAISE EXCEPTION 'event % is inside the dedupe window of 7 days: blank it, its row has to stay', OLD.id
      USING ERRCODE = 'restrict_violation';
  END IF;
  RETURN OLD;
END $$;
--> statement-breakpoint
CREATE TRIGGER events_keep_in_dedupe_window BEFORE DELETE ON events FOR EACH ROW EXECUTE FUNCTION refuse_event_delete();
--> statement-breakpoint
CREATE FUNCTION refuse_event_truncate() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'events is the dedupe authority and cannot be truncated' USING ERRCODE = 'restrict_violation';
END $$;
--> statement-breakpoint
CREATE TRIGGER events_keep_all BEFORE TRUNCATE ON events FOR EACH STATEMENT EXECUTE FUNCTION refuse_event_truncate();
