CREATE INDEX "audit_log_age" ON "audit_log" USING btree ("at");--> statement-breakpoint
CREATE INDEX "event_people_event" ON "event_people" USING btree ("event_id");--> statement-breakpoint
CREATE INDEX "events_over" ON "events" USING btree ("finished_at") WHERE outcome <> 'failed' and sealed is not null;--> statement-breakpoint
CREATE INDEX "events_failed_over" ON "events" USING btree ("finished_at") WHERE outcome = 'failed';--> statement-breakpoint
CREATE INDEX "model_calls_age" ON "model_calls" USING btree ("called_at");--> statement-breakpoint
CREATE INDEX "schema_violations_age" ON "schema_violations" USING btree ("received_at");--> statement-breakpoint
CREATE INDEX "subject_keys_age" ON "subject_keys" USING btree ("created_at","id");