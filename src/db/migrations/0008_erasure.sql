CREATE TABLE "erased_subjects" (
	"tenant_id" text NOT NULL,
	"alias" text NOT NULL,
	"erased_at" timestamp with time zone NOT NULL,
	CONSTRAINT "erased_subjects_tenant_id_alias_pk" PRIMARY KEY("tenant_id","alias")
);
--> statement-breakpoint
CREATE TABLE "erasure_events" (
	"erasure_id" uuid NOT NULL,
	"event_id" uuid NOT NULL,
	CONSTRAINT "erasure_events_erasure_id_event_id_pk" PRIMARY KEY("erasure_id","event_id")
);
--> statement-breakpoint
CREATE TABLE "erasures" (
	"id" uuid PRIMARY KEY NOT NULL,
	"tenant_id" text NOT NULL,
	"requested_by" text NOT NULL,
	"requested_at" timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
	"erased_at" timestamp with time zone,
	"removed" jsonb DEFAULT '{}'::jsonb NOT NULL,
	"receipt" text
);
--> statement-breakpoint
CREATE TABLE "event_people" (
	"tenant_id" text NOT NULL,
	"alias" text NOT NULL,
	"event_id" uuid NOT NULL,
	CONSTRAINT "event_people_tenant_id_alias_event_id_pk" PRIMARY KEY("tenant_id","alias","event_id")
);
--> statement-breakpoint
ALTER TABLE "subject_aliases" ADD COLUMN "kind" text DEFAULT 'external' NOT NULL;--> statement-breakpoint
ALTER TABLE "erasure_events" ADD CONSTRAINT "erasure_events_erasure_id_erasures_id_fk" FOREIGN KEY ("erasure_id") REFERENCES "public"."erasures"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "erasures" ADD CONSTRAINT "erasures_id_events_id_fk" FOREIGN KEY ("id") REFERENCES "public"."events"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "event_people" ADD CONSTRAINT "event_people_event_id_events_id_fk" FOREIGN KEY ("event_id") REFERENCES "public"."events"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "erasure_events_event" ON "erasure_events" USING btree ("event_id");