-- What may also live in Redis. Everything of one user, one email or one subject stands in one row,
-- so that each step is decided under the lock of that row. Times within a document, and bigint
-- columns, are milliseconds since 1970; ends_at only says when a row may be reclaimed.

CREATE TABLE "latchkey".sessions (
  user_id uuid CONSTRAINT sessions_pkey PRIMARY KEY,
  sessions jsonb NOT NULL,
  ends_at timestamptz NOT NULL
) WITH (fillfactor = 70);

CREATE INDEX sessions_by_end ON "latchkey".sessions (ends_at);

COMMENT ON COLUMN "latchkey".sessions.sessions IS
  'By session id: epoch e, generation g, created c, rotated r, idle end i, end x, address ip, agent a.';

CREATE TABLE "latchkey".codes (
  email_key text COLLATE "C" CONSTRAINT codes_pkey PRIMARY KEY,
  claims jsonb NOT NULL DEFAULT '{}',
  several boolean NOT NULL DEFAULT false,
  claims_end bigint NOT NULL DEFAULT 0,
  pool_count integer NOT NULL DEFAULT 0,
  pool_end bigint NOT NULL DEFAULT 0,
  ends_at timestamptz NOT NULL
) WITH (fillfactor = 70);

CREATE INDEX codes_by_end ON "latchkey".codes (ends_at);

COMMENT ON COLUMN "latchkey".codes.claims IS
  'By registration id: digest d, sequence s, end of the code e, end of the claim x, tries t.';

CREATE TABLE "latchkey".limits (
  subject text COLLATE "C" CONSTRAINT limits_pkey PRIMARY KEY,
  counters jsonb NOT NULL,
  ends_at timestamptz NOT NULL
) WITH (fillfactor = 70);

CREATE INDEX limits_by_end ON "latchkey".limits (ends_at);

COMMENT ON COLUMN "latchkey".limits.counters IS
  'By rule: count n, last counted l, forgotten at e.';
