CREATE TABLE "consents" (
	"id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "consents_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"tenant_id" text NOT NULL,
	"subject" text NOT NULL,
	"purpose" text NOT NULL,
	"granted" boolean NOT NULL,
	"source" text NOT NULL,
	"recorded_at" timestamp with time zone DEFAULT clock_timestamp() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "model_budget" (
	"tenant_id" text NOT NULL,
	"day" date NOT NULL,
	"calls" integer NOT NULL,
	"daily_limit" integer NOT NULL,
	CONSTRAINT "model_budget_tenant_id_day_pk" PRIMARY KEY("tenant_id","day"),
	CONSTRAINT "model_budget_held" CHECK (calls <= daily_limit)
);
--> statement-breakpoint
CREATE TABLE "model_calls" (
	"id" uuid PRIMARY KEY NOT NULL,
	"tenant_id" text NOT NULL,
	"event_id" uuid NOT NULL,
	"generation" integer NOT NULL,
	"day" date NOT NULL,
	"model" text NOT NULL,
	"prompt_hash" text NOT NULL,
	"prompt_sealed" "bytea",
	"answer_sealed" "bytea",
	"request_id" text,
	"verdict" text,
	"confidence" double precision,
	"input_tokens" integer,
	"output_tokens" integer,
	"cost_microdollars" bigint,
	"latency_ms" integer,
	"called_at" timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
	"ended_at" timestamp with time zone
);
--> statement-breakpoint
ALTER TABLE "model_calls" ADD CONSTRAINT "model_calls_event_id_events_id_fk" FOREIGN KEY ("event_id") REFERENCES "public"."events"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "consents_latest" ON "consents" USING btree ("tenant_id","subject","purpose","id");--> statement-breakpoint
CREATE INDEX "model_calls_event" ON "model_calls" USING btree ("event_id","generation");--> statement-breakpoint
CREATE INDEX "model_calls_day" ON "model_calls" USING btree ("tenant_id","day");