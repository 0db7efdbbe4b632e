ALTER TABLE "events" ADD COLUMN "batched" boolean DEFAULT false NOT NULL;--> statement-breakpoint
ALTER TABLE "events" ADD COLUMN "batch_id" uuid;--> statement-breakpoint
CREATE INDEX "events_waiting_for_batch" ON "events" USING btree ("tenant_id","position") WHERE batched and batch_id is null and holds_lane;--> statement-breakpoint
CREATE INDEX "events_in_batch" ON "events" USING btree ("batch_id") WHERE batched and batch_id is not null and holds_lane;