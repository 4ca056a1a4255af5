-- Users, the claims they come from, and the jobs that follow from what happens to them.
-- Names and addresses are compared byte by byte, whatever the database's own language.

CREATE TABLE "latchkey".registrations (
  id uuid CONSTRAINT registrations_pkey PRIMARY KEY,
  email text COLLATE "C" NOT NULL,
  tag text COLLATE "C" NOT NULL,
  first_name text NOT NULL,
  last_name text NOT NULL,
  password_hash text NOT NULL,
  locale text NOT NULL,
  created_at timestamptz NOT NULL,
  expires_at timestamptz NOT NULL
);

CREATE INDEX registrations_by_tag ON "latchkey".registrations (tag, created_at DESC);

CREATE INDEX registrations_by_end ON "latchkey".registrations (expires_at);

COMMENT ON TABLE "latchkey".registrations IS
  'Claims to an email address and a tag; they own neither, and several may stand for one.';

-- The open reset link and what makes a repeated call answer the same stand in the user's own row:
-- whatever is decided by them is then decided under the lock of one row.
CREATE TABLE "latchkey".users (
  id uuid CONSTRAINT users_pkey PRIMARY KEY,
  email text COLLATE "C" NOT NULL CONSTRAINT users_unique_email UNIQUE,
  tag text COLLATE "C" NOT NULL CONSTRAINT users_unique_tag UNIQUE,
  first_name text NOT NULL,
  last_name text NOT NULL,
  password_hash text,
  locale text NOT NULL,
  epoch bigint NOT NULL DEFAULT 1,
  disabled boolean NOT NULL DEFAULT false,
  created_at timestamptz NOT NULL,
  confirmed_at timestamptz NOT NULL,
  last_login_at timestamptz,
  attempt_id uuid NOT NULL,
  link_digest text COLLATE "C",
  link_expires_at timestamptz,
  link_superseded text COLLATE "C",
  link_asked_at timestamptz,
  link_asked_digest text COLLATE "C",
  links_ended_at timestamptz,
  reset_digest text COLLATE "C",
  reset_proof text COLLATE "C",
  reset_epoch bigint,
  change_proof text COLLATE "C",
  change_epoch bigint,
  raise_id uuid,
  raise_epoch bigint
) WITH (fillfactor = 85);

COMMENT ON COLUMN "latchkey".users.epoch IS
  'Raised by whatever ends earlier sessions: a session of a lower epoch is over.';

COMMENT ON COLUMN "latchkey".users.reset_proof IS
  'Digest of the hash that the last reset set: that reset sent again is known by it.';

-- What is done is kept for a day, so that the same job enqueued again is not run again.
CREATE TABLE "latchkey".jobs (
  id uuid CONSTRAINT jobs_pkey PRIMARY KEY,
  sequence bigint GENERATED ALWAYS AS IDENTITY,
  kind text NOT NULL,
  payload jsonb NOT NULL,
  lane text COLLATE "C",
  created_at timestamptz NOT NULL,
  due_at timestamptz NOT NULL,
  standing text NOT NULL DEFAULT 'open'
    CONSTRAINT jobs_known_standing CHECK (standing IN ('open', 'done', 'buried')),
  attempts integer NOT NULL DEFAULT 0,
  taken_at timestamptz,
  held_until timestamptz,
  ended_at timestamptz,
  reason text
) WITH (fillfactor = 85);

CREATE INDEX jobs_open ON "latchkey".jobs (due_at, sequence) WHERE standing = 'open';

CREATE INDEX jobs_open_by_lane ON "latchkey".jobs (lane, sequence)
  WHERE standing = 'open' AND lane IS NOT NULL;

CREATE INDEX jobs_done ON "latchkey".jobs (ended_at) WHERE standing = 'done';

CREATE INDEX jobs_buried ON "latchkey".jobs (sequence) WHERE standing = 'buried';
