CREATE TABLE "api_keys" (
	"id" text PRIMARY KEY NOT NULL,
	"tenant_id" text NOT NULL,
	"name" text NOT NULL,
	"secret_digest" "bytea" NOT NULL,
	"sources" text[],
	"per_minute" integer,
	"created_by" text NOT NULL,
	"created_at" timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
	"revoked_at" timestamp with time zone
);
--> statement-breakpoint
CREATE TABLE "leads" (
	"id" uuid PRIMARY KEY DEFAULT gen_random_uuid() NOT NULL,
	"tenant_id" text NOT NULL,
	"event_id" uuid NOT NULL,
	"idempotency_key" varchar(255) NOT NULL,
	"source" varchar(50) NOT NULL,
	"received_at" timestamp with time zone NOT NULL,
	"created_at" timestamp with time zone DEFAULT now(),
	"updated_at" timestamp with time zone DEFAULT now(),
	"first_name" varchar(255),
	"last_name" varchar(255),
	"email" varchar(255) NOT NULL,
	"phone" varchar(50),
	"message" text,
	"submission_type" varchar(100),
	"consent" boolean DEFAULT false,
	"ip_address" "inet",
	"user_agent" text,
	"geo_country" varchar(100),
	"geo_city" varchar(100),
	"utm_source" varchar(255),
	"utm_medium" varchar(255),
	"utm_campaign" varchar(255),
	"utm_content" varchar(255),
	"utm_term" varchar(255),
	"metadata" jsonb
);
--> statement-breakpoint
ALTER TABLE "events" ADD COLUMN "workflow" text DEFAULT 'gtmEvent' NOT NULL;--> statement-breakpoint
CREATE UNIQUE INDEX "leads_key" ON "leads" USING btree ("tenant_id","idempotency_key");--> statement-breakpoint
CREATE INDEX "idx_leads_email" ON "leads" USING btree ("email");--> statement-breakpoint
CREATE INDEX "idx_leads_received_at" ON "leads" USING btree ("received_at");--> statement-breakpoint
CREATE INDEX "idx_leads_source" ON "leads" USING btree ("source");