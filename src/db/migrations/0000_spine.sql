CREATE SEQUENCE "public"."event_positions" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1;--> statement-breakpoint
CREATE TABLE "decisions" (
	"id" uuid PRIMARY KEY NOT NULL,
	"event_id" uuid NOT NULL,
	"generation" integer NOT NULL,
	"decided_by" text NOT NULL,
	"rule_id" text,
	"rule_set_hash" text NOT NULL,
	"confidence" double precision,
	"sealed" "bytea",
	"decided_at" timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
	"superseded_at" timestamp with time zone
);
--> statement-breakpoint
CREATE TABLE "effects" (
	"key" text PRIMARY KEY NOT NULL,
	"event_id" uuid NOT NULL,
	"action" text NOT NULL,
	"target_id" text NOT NULL,
	"priority" text NOT NULL,
	"state" text NOT NULL,
	"generation" integer NOT NULL,
	"attempts" integer NOT NULL,
	"attempt_lease_until" timestamp with time zone NOT NULL,
	"unsettled" boolean NOT NULL,
	"address_sealed" "bytea",
	"receipt" jsonb,
	"failure_class" text,
	"first_tried_at" timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
	"updated_at" timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
	CONSTRAINT "effects_state" CHECK (state in ('intent', 'confirmed', 'refused', 'unknown'))
);
--> statement-breakpoint
CREATE TABLE "events" (
	"id" uuid PRIMARY KEY NOT NULL,
	"tenant_id" text NOT NULL,
	"source" text NOT NULL,
	"type" text NOT NULL,
	"key_hash" text NOT NULL,
	"fingerprint" text NOT NULL,
	"lane" text NOT NULL,
	"position" bigint DEFAULT nextval('event_positions') NOT NULL,
	"holds_lane" boolean DEFAULT true NOT NULL,
	"state" text DEFAULT 'accepted' NOT NULL,
	"outcome" text,
	"generation" integer DEFAULT 0 NOT NULL,
	"claimed_at" timestamp with time zone,
	"run_id" text,
	"correlation_id" text NOT NULL,
	"trace_parent" text,
	"subject_key_id" uuid,
	"sealed" "bytea",
	"facts_sealed" "bytea",
	"occurred_at" timestamp with time zone NOT NULL,
	"received_at" timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
	"finished_at" timestamp with time zone,
	"failure_class" text,
	"failure_message" text,
	CONSTRAINT "events_state" CHECK (state in ('accepted', 'running', 'done', 'failed')),
	CONSTRAINT "events_open" CHECK (holds_lane = (state in ('accepted', 'running')))
);
--> statement-breakpoint
CREATE TABLE "schema_violations" (
	"id" uuid PRIMARY KEY NOT NULL,
	"tenant_id" text NOT NULL,
	"source" text NOT NULL,
	"path" text NOT NULL,
	"message" text NOT NULL,
	"correlation_id" text NOT NULL,
	"subject_key_id" uuid,
	"sealed" "bytea",
	"received_at" timestamp with time zone DEFAULT clock_timestamp() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "subject_aliases" (
	"tenant_id" text NOT NULL,
	"alias" text NOT NULL,
	"key_id" uuid NOT NULL,
	CONSTRAINT "subject_aliases_tenant_id_alias_key_id_pk" PRIMARY KEY("tenant_id","alias","key_id")
);
--> statement-breakpoint
CREATE TABLE "subject_keys" (
	"id" uuid PRIMARY KEY NOT NULL,
	"tenant_id" text NOT NULL,
	"subject" text NOT NULL,
	"wrapped" "bytea" NOT NULL,
	"created_at" timestamp with time zone DEFAULT clock_timestamp() NOT NULL
);
--> statement-breakpoint
ALTER TABLE "decisions" ADD CONSTRAINT "decisions_event_id_events_id_fk" FOREIGN KEY ("event_id") REFERENCES "public"."events"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "effects" ADD CONSTRAINT "effects_event_id_events_id_fk" FOREIGN KEY ("event_id") REFERENCES "public"."events"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "events" ADD CONSTRAINT "events_subject_key_id_subject_keys_id_fk" FOREIGN KEY ("subject_key_id") REFERENCES "public"."subject_keys"("id") ON DELETE set null ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "schema_violations" ADD CONSTRAINT "schema_violations_subject_key_id_subject_keys_id_fk" FOREIGN KEY ("subject_key_id") REFERENCES "public"."subject_keys"("id") ON DELETE set null ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "subject_aliases" ADD CONSTRAINT "subject_aliases_key_id_subject_keys_id_fk" FOREIGN KEY ("key_id") REFERENCES "public"."subject_keys"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
CREATE UNIQUE INDEX "decisions_in_force" ON "decisions" USING btree ("event_id") WHERE superseded_at is null;--> statement-breakpoint
CREATE INDEX "decisions_event" ON "decisions" USING btree ("event_id");--> statement-breakpoint
CREATE INDEX "effects_event" ON "effects" USING btree ("event_id");--> statement-breakpoint
CREATE UNIQUE INDEX "events_key" ON "events" USING btree ("tenant_id","key_hash");--> statement-breakpoint
CREATE INDEX "events_open_lane" ON "events" USING btree ("lane","position") WHERE holds_lane;--> statement-breakpoint
CREATE INDEX "events_subject" ON "events" USING btree ("subject_key_id");--> statement-breakpoint
CREATE INDEX "schema_violations_received" ON "schema_violations" USING btree ("tenant_id","received_at");--> statement-breakpoint
CREATE INDEX "subject_aliases_key" ON "subject_aliases" USING btree ("key_id");--> statement-breakpoint
CREATE UNIQUE INDEX "subject_keys_subject" ON "subject_keys" USING btree ("tenant_id","subject");