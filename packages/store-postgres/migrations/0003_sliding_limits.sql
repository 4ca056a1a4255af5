-- Windows slide: a counter of attempts is a row of stretches. What was counted before is forgotten.

COMMENT ON COLUMN "latchkey".limits.counters IS
  'By rule: stretches s of [first, last, count], oldest first; forgotten at e.';
