CREATE TABLE "applied_changes" (
	"tenant_id" text NOT NULL,
	"field_hash" text NOT NULL,
	"occurred_at" timestamp with time zone NOT NULL,
	"effect_key" text NOT NULL,
	"applied_at" timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
	CONSTRAINT "applied_changes_tenant_id_field_hash_pk" PRIMARY KEY("tenant_id","field_hash")
);
--> statement-breakpoint
ALTER TABLE "effects" ADD COLUMN "field_hash" text;--> statement-breakpoint
ALTER TABLE "effects" ADD COLUMN "change_hash" text;--> statement-breakpoint
ALTER TABLE "events" ADD COLUMN "change_hash" text;--> statement-breakpoint
CREATE INDEX "effects_field" ON "effects" USING btree ("field_hash") WHERE field_hash is not null;--> statement-breakpoint
CREATE INDEX "effects_change" ON "effects" USING btree ("change_hash") WHERE change_hash is not null;