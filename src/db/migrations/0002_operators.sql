CREATE TABLE "audit_log" (
	"id" uuid PRIMARY KEY NOT NULL,
	"tenant_id" text NOT NULL,
	"who" text NOT NULL,
	"what" text NOT NULL,
	"on_what" text NOT NULL,
	"at" timestamp with time zone DEFAULT clock_timestamp() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "redrive_items" (
	"redrive_id" uuid NOT NULL,
	"event_id" uuid NOT NULL,
	"turn" integer NOT NULL,
	"result" text NOT NULL,
	"generation" integer,
	CONSTRAINT "redrive_items_redrive_id_event_id_pk" PRIMARY KEY("redrive_id","event_id"),
	CONSTRAINT "redrive_items_result" CHECK (result in ('redriven', 'not_failed', 'not_found', 'erased'))
);
--> statement-breakpoint
CREATE TABLE "redrives" (
	"id" uuid PRIMARY KEY NOT NULL,
	"tenant_id" text NOT NULL,
	"requested_by" text NOT NULL,
	"selection" jsonb NOT NULL,
	"state" text DEFAULT 'running' NOT NULL,
	"matched" integer NOT NULL,
	"redriven" integer DEFAULT 0 NOT NULL,
	"skipped" integer DEFAULT 0 NOT NULL,
	"created_at" timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
	"finished_at" timestamp with time zone,
	CONSTRAINT "redrives_state" CHECK (state in ('running', 'done'))
);
--> statement-breakpoint
ALTER TABLE "events" ADD COLUMN "opened_at" timestamp with time zone DEFAULT clock_timestamp() NOT NULL;--> statement-breakpoint
ALTER TABLE "redrive_items" ADD CONSTRAINT "redrive_items_redrive_id_redrives_id_fk" FOREIGN KEY ("redrive_id") REFERENCES "public"."redrives"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "audit_log_at" ON "audit_log" USING btree ("tenant_id","at");--> statement-breakpoint
CREATE INDEX "redrives_created" ON "redrives" USING btree ("tenant_id","created_at");--> statement-breakpoint
CREATE INDEX "effects_unknown" ON "effects" USING btree ("updated_at") WHERE state = 'unknown';--> statement-breakpoint
CREATE INDEX "events_failed" ON "events" USING btree ("tenant_id","failure_class","finished_at","id") WHERE outcome = 'failed';