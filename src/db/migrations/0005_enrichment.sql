CREATE TABLE "facts_cache" (
	"tenant_id" text NOT NULL,
	"provider" text NOT NULL,
	"object_type" text NOT NULL,
	"object_hash" text NOT NULL,
	"version" text NOT NULL,
	"fetched_at" timestamp with time zone NOT NULL,
	"subject_key_id" uuid NOT NULL,
	"sealed" "bytea" NOT NULL,
	"stored_at" timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
	CONSTRAINT "facts_cache_tenant_id_provider_object_type_object_hash_pk" PRIMARY KEY("tenant_id","provider","object_type","object_hash")
);
--> statement-breakpoint
CREATE TABLE "provider_states" (
	"provider" text NOT NULL,
	"process" text NOT NULL,
	"state" text NOT NULL,
	"since" timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
	"last_failure_class" text,
	CONSTRAINT "provider_states_provider_process_pk" PRIMARY KEY("provider","process"),
	CONSTRAINT "provider_states_state" CHECK (state in ('closed', 'open', 'half-open'))
);
--> statement-breakpoint
CREATE TABLE "rate_limits" (
	"name" text PRIMARY KEY NOT NULL,
	"grants" timestamp with time zone[] DEFAULT '{}' NOT NULL,
	"paused_until" timestamp with time zone
);
--> statement-breakpoint
ALTER TABLE "events" ADD COLUMN "account_ref" text;--> statement-breakpoint
ALTER TABLE "events" ADD COLUMN "contact_ref" text;--> statement-breakpoint
ALTER TABLE "facts_cache" ADD CONSTRAINT "facts_cache_subject_key_id_subject_keys_id_fk" FOREIGN KEY ("subject_key_id") REFERENCES "public"."subject_keys"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "facts_cache_stored" ON "facts_cache" USING btree ("stored_at");--> statement-breakpoint
CREATE INDEX "facts_cache_subject" ON "facts_cache" USING btree ("subject_key_id");--> statement-breakpoint
CREATE INDEX "events_account_intent" ON "events" USING btree ("account_ref","occurred_at") WHERE account_ref is not null;--> statement-breakpoint
CREATE INDEX "events_contact_intent" ON "events" USING btree ("contact_ref","occurred_at") WHERE contact_ref is not null;