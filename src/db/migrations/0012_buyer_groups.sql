CREATE TABLE "buyer_group_changes" (
	"id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "buyer_group_changes_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"company_id" uuid NOT NULL,
	"person_id" uuid NOT NULL,
	"job_id" uuid,
	"event_id" uuid,
	"kind" text NOT NULL,
	"from_role" text,
	"to_role" text,
	"titles_sealed" "bytea",
	"at" timestamp with time zone DEFAULT clock_timestamp() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "buyer_group_members" (
	"company_id" uuid NOT NULL,
	"person_id" uuid NOT NULL,
	"role" text,
	"because" text DEFAULT '' NOT NULL,
	"functions" text[] DEFAULT '{}' NOT NULL,
	"seniority" text,
	"confidence" double precision DEFAULT 0 NOT NULL,
	"sources" text[] DEFAULT '{}' NOT NULL,
	"title_sealed" "bytea",
	"told_title_sealed" "bytea",
	"move" text,
	"moved_at" timestamp with time zone,
	"joined_at" timestamp with time zone,
	"left_at" timestamp with time zone,
	"first_seen_at" timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
	"last_seen_at" timestamp with time zone,
	CONSTRAINT "buyer_group_members_company_id_person_id_pk" PRIMARY KEY("company_id","person_id")
);
--> statement-breakpoint
CREATE TABLE "buyer_group_refresh_logs" (
	"id" uuid PRIMARY KEY NOT NULL,
	"tenant_id" text NOT NULL,
	"company_id" uuid NOT NULL,
	"status" text DEFAULT 'waiting' NOT NULL,
	"priority" smallint NOT NULL,
	"level" text NOT NULL,
	"is_forced" boolean DEFAULT false NOT NULL,
	"asked_until" timestamp with time zone,
	"created_at" timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
	"started_at" timestamp with time zone,
	"finished_at" timestamp with time zone,
	"progress" smallint DEFAULT 0 NOT NULL,
	"step" text DEFAULT 'waiting' NOT NULL,
	"gaps" jsonb DEFAULT '[]'::jsonb NOT NULL,
	"calls" jsonb DEFAULT '{}'::jsonb NOT NULL,
	"credits" jsonb DEFAULT '{}'::jsonb NOT NULL,
	"result" jsonb,
	"failure_class" text,
	"merged_into" uuid,
	CONSTRAINT "refresh_logs_status" CHECK (status in ('waiting', 'processing', 'completed', 'failed', 'canceled'))
);
--> statement-breakpoint
CREATE TABLE "buyer_group_refresh_reasons" (
	"id" uuid PRIMARY KEY DEFAULT gen_random_uuid() NOT NULL,
	"tenant_id" text NOT NULL,
	"company_id" uuid NOT NULL,
	"job_id" uuid NOT NULL,
	"event_id" uuid,
	"move" text,
	"priority" smallint NOT NULL,
	"is_coalesced" boolean NOT NULL,
	"requested_by" text,
	"requester_key_id" uuid,
	"requester_sealed" "bytea",
	"created_at" timestamp with time zone DEFAULT clock_timestamp() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "buyer_group_sightings" (
	"job_id" uuid NOT NULL,
	"person_id" uuid NOT NULL,
	"sources" text[] NOT NULL,
	"looked_at" timestamp with time zone,
	"title_sealed" "bytea",
	"role" text,
	"because" text DEFAULT '' NOT NULL,
	"functions" text[] DEFAULT '{}' NOT NULL,
	"seniority" text,
	"confidence" double precision DEFAULT 0 NOT NULL,
	CONSTRAINT "buyer_group_sightings_job_id_person_id_pk" PRIMARY KEY("job_id","person_id")
);
--> statement-breakpoint
CREATE TABLE "buyer_groups" (
	"company_id" uuid PRIMARY KEY NOT NULL,
	"tenant_id" text NOT NULL,
	"confidence" double precision NOT NULL,
	"cohesion" double precision NOT NULL,
	"members" integer NOT NULL,
	"is_partial" boolean NOT NULL,
	"job_id" uuid NOT NULL,
	"refreshed_at" timestamp with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "companies" (
	"id" uuid PRIMARY KEY NOT NULL,
	"tenant_id" text NOT NULL,
	"name" text,
	"domain" text,
	"directory_id" text,
	"industry" text,
	"employees" integer,
	"country" text,
	"resolved_at" timestamp with time zone,
	"merged_into" uuid,
	"created_at" timestamp with time zone DEFAULT clock_timestamp() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "company_aliases" (
	"tenant_id" text NOT NULL,
	"kind" text NOT NULL,
	"value" text NOT NULL,
	"company_id" uuid NOT NULL,
	CONSTRAINT "company_aliases_tenant_id_kind_value_pk" PRIMARY KEY("tenant_id","kind","value")
);
--> statement-breakpoint
CREATE TABLE "people" (
	"id" uuid PRIMARY KEY NOT NULL,
	"tenant_id" text NOT NULL,
	"sealed" "bytea" NOT NULL,
	"updated_at" timestamp with time zone DEFAULT clock_timestamp() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "provider_credits" (
	"tenant_id" text NOT NULL,
	"provider" text NOT NULL,
	"day" date NOT NULL,
	"credits" integer NOT NULL,
	CONSTRAINT "provider_credits_tenant_id_provider_day_pk" PRIMARY KEY("tenant_id","provider","day")
);
--> statement-breakpoint
DROP INDEX "facts_cache_stored";--> statement-breakpoint
ALTER TABLE "events" ADD COLUMN "priority" smallint;--> statement-breakpoint
ALTER TABLE "buyer_group_changes" ADD CONSTRAINT "buyer_group_changes_company_id_companies_id_fk" FOREIGN KEY ("company_id") REFERENCES "public"."companies"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "buyer_group_changes" ADD CONSTRAINT "buyer_group_changes_person_id_people_id_fk" FOREIGN KEY ("person_id") REFERENCES "public"."people"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "buyer_group_members" ADD CONSTRAINT "buyer_group_members_company_id_companies_id_fk" FOREIGN KEY ("company_id") REFERENCES "public"."companies"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "buyer_group_members" ADD CONSTRAINT "buyer_group_members_person_id_people_id_fk" FOREIGN KEY ("person_id") REFERENCES "public"."people"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "buyer_group_refresh_logs" ADD CONSTRAINT "buyer_group_refresh_logs_company_id_companies_id_fk" FOREIGN KEY ("company_id") REFERENCES "public"."companies"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "buyer_group_refresh_logs" ADD CONSTRAINT "buyer_group_refresh_logs_merged_into_buyer_group_refresh_logs_id_fk" FOREIGN KEY ("merged_into") REFERENCES "public"."buyer_group_refresh_logs"("id") ON DELETE set null ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "buyer_group_refresh_reasons" ADD CONSTRAINT "buyer_group_refresh_reasons_company_id_companies_id_fk" FOREIGN KEY ("company_id") REFERENCES "public"."companies"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "buyer_group_refresh_reasons" ADD CONSTRAINT "buyer_group_refresh_reasons_job_id_buyer_group_refresh_logs_id_fk" FOREIGN KEY ("job_id") REFERENCES "public"."buyer_group_refresh_logs"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "buyer_group_refresh_reasons" ADD CONSTRAINT "buyer_group_refresh_reasons_event_id_events_id_fk" FOREIGN KEY ("event_id") REFERENCES "public"."events"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "buyer_group_refresh_reasons" ADD CONSTRAINT "buyer_group_refresh_reasons_requester_key_id_subject_keys_id_fk" FOREIGN KEY ("requester_key_id") REFERENCES "public"."subject_keys"("id") ON DELETE set null ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "buyer_group_sightings" ADD CONSTRAINT "buyer_group_sightings_job_id_buyer_group_refresh_logs_id_fk" FOREIGN KEY ("job_id") REFERENCES "public"."buyer_group_refresh_logs"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "buyer_group_sightings" ADD CONSTRAINT "buyer_group_sightings_person_id_people_id_fk" FOREIGN KEY ("person_id") REFERENCES "public"."people"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "buyer_groups" ADD CONSTRAINT "buyer_groups_company_id_companies_id_fk" FOREIGN KEY ("company_id") REFERENCES "public"."companies"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "companies" ADD CONSTRAINT "companies_merged_into_companies_id_fk" FOREIGN KEY ("merged_into") REFERENCES "public"."companies"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "company_aliases" ADD CONSTRAINT "company_aliases_company_id_companies_id_fk" FOREIGN KEY ("company_id") REFERENCES "public"."companies"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "people" ADD CONSTRAINT "people_id_subject_keys_id_fk" FOREIGN KEY ("id") REFERENCES "public"."subject_keys"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "buyer_group_changes_company" ON "buyer_group_changes" USING btree ("company_id","id");--> statement-breakpoint
CREATE INDEX "buyer_group_changes_person" ON "buyer_group_changes" USING btree ("person_id");--> statement-breakpoint
CREATE INDEX "buyer_group_members_person" ON "buyer_group_members" USING btree ("person_id");--> statement-breakpoint
CREATE INDEX "buyer_group_members_left" ON "buyer_group_members" USING btree ("left_at") WHERE left_at is not null;--> statement-breakpoint
CREATE UNIQUE INDEX "refresh_logs_waiting" ON "buyer_group_refresh_logs" USING btree ("company_id") WHERE status = 'waiting';--> statement-breakpoint
CREATE UNIQUE INDEX "refresh_logs_processing" ON "buyer_group_refresh_logs" USING btree ("company_id") WHERE status = 'processing';--> statement-breakpoint
CREATE INDEX "refresh_logs_open" ON "buyer_group_refresh_logs" USING btree ("status") WHERE status in ('waiting', 'processing');--> statement-breakpoint
CREATE INDEX "refresh_logs_company" ON "buyer_group_refresh_logs" USING btree ("company_id","started_at");--> statement-breakpoint
CREATE INDEX "refresh_logs_started" ON "buyer_group_refresh_logs" USING btree ("started_at");--> statement-breakpoint
CREATE INDEX "refresh_logs_listed" ON "buyer_group_refresh_logs" USING btree ("tenant_id","created_at","id");--> statement-breakpoint
CREATE INDEX "refresh_logs_finished" ON "buyer_group_refresh_logs" USING btree ("finished_at") WHERE finished_at is not null;--> statement-breakpoint
CREATE INDEX "refresh_logs_merged" ON "buyer_group_refresh_logs" USING btree ("merged_into") WHERE merged_into is not null;--> statement-breakpoint
CREATE UNIQUE INDEX "refresh_reasons_event" ON "buyer_group_refresh_reasons" USING btree ("event_id","company_id") WHERE event_id is not null;--> statement-breakpoint
CREATE INDEX "refresh_reasons_job" ON "buyer_group_refresh_reasons" USING btree ("job_id");--> statement-breakpoint
CREATE INDEX "refresh_reasons_requester" ON "buyer_group_refresh_reasons" USING btree ("requester_key_id");--> statement-breakpoint
CREATE INDEX "buyer_group_sightings_person" ON "buyer_group_sightings" USING btree ("person_id");--> statement-breakpoint
CREATE INDEX "companies_listed" ON "companies" USING btree ("tenant_id","created_at","id");--> statement-breakpoint
CREATE UNIQUE INDEX "companies_directory" ON "companies" USING btree ("tenant_id","directory_id");--> statement-breakpoint
CREATE INDEX "companies_merged" ON "companies" USING btree ("merged_into") WHERE merged_into is not null;--> statement-breakpoint
CREATE INDEX "company_aliases_company" ON "company_aliases" USING btree ("company_id");--> statement-breakpoint
CREATE INDEX "facts_cache_bought" ON "facts_cache" USING btree ("stored_at") WHERE provider in ('coresignal', 'lusha');--> statement-breakpoint
CREATE INDEX "facts_cache_stored" ON "facts_cache" USING btree ("stored_at") WHERE provider not in ('coresignal', 'lusha');--> statement-breakpoint
CREATE VIEW "webhook_events" AS
  SELECT id, tenant_id, source, type, key_hash AS idempotency_key, state AS status, outcome, correlation_id,
    received_at, finished_at AS processed_at, failure_class
  FROM events WHERE source NOT IN ('operators', 'buyer-groups');--> statement-breakpoint
CREATE VIEW "pipeline_operations" AS
  SELECT d.id::text AS id, d.event_id, 'decide' AS operation, d.decided_by AS detail,
    CASE WHEN d.superseded_at IS NULL THEN 'completed' ELSE 'superseded' END AS status, d.decided_at AS started_at, d.decided_at AS finished_at
  FROM decisions d
  UNION ALL
  SELECT f.key, f.event_id, f.action, f.target_id, f.state, f.first_tried_at,
    CASE WHEN f.state = 'confirmed' THEN f.updated_at END
  FROM effects f;
