DROP INDEX "facts_cache_stored";--> statement-breakpoint
CREATE INDEX "buyer_group_members_left" ON "buyer_group_members" USING btree ("left_at") WHERE left_at is not null;--> statement-breakpoint
CREATE INDEX "refresh_logs_finished" ON "buyer_group_refresh_logs" USING btree ("finished_at") WHERE finished_at is not null;--> statement-breakpoint
CREATE INDEX "facts_cache_bought" ON "facts_cache" USING btree ("stored_at") WHERE provider in ('coresignal', 'lusha');--> statement-breakpoint
CREATE INDEX "facts_cache_stored" ON "facts_cache" USING btree ("stored_at") WHERE provider not in ('coresignal', 'lusha');