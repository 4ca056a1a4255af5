/** What spans and measurements are marked with. In Prometheus the dots are underscores. */
export const attribute = {
  flow: "latchkey.flow",
  port: "latchkey.store.port",
  method: "latchkey.store.method",
  job: "latchkey.job.kind",
  mail: "latchkey.mail.kind",
  hash: "latchkey.hash.method",
  outcome: "latchkey.outcome",
  limit: "latchkey.limit",
  event: "latchkey.event",
  standing: "latchkey.outbox.standing",
  /** Of OpenTelemetry's own conventions. */
  error: "error.type",
} as const;

/** Every metric, with its unit and what it says. */
export const metric = {
  flowDuration: {
    name: "latchkey.flow.duration",
    unit: "s",
    description: "How long calls of flows took.",
  },
  flowOutcomes: {
    name: "latchkey.flow.outcomes",
    unit: "{call}",
    description: "Calls of flows, by how they ended.",
  },
  storeDuration: {
    name: "latchkey.store.duration",
    unit: "s",
    description: "How long calls of stores took.",
  },
  storeFailures: {
    name: "latchkey.store.failures",
    unit: "{call}",
    description: "Calls of stores that failed.",
  },
  hashDuration: {
    name: "latchkey.hash.duration",
    unit: "s",
    description: "How long password hashes took, with their wait for a place.",
  },
  hashesInFlight: {
    name: "latchkey.hash.in_flight",
    unit: "{hash}",
    description: "Password hashes that run or wait for a place.",
  },
  hashesShed: {
    name: "latchkey.hash.shed",
    unit: "{hash}",
    description: "Password hashes turned away because too many waited.",
  },
  jobDuration: {
    name: "latchkey.job.duration",
    unit: "s",
    description: "How long runs of jobs took.",
  },
  jobOutcomes: {
    name: "latchkey.job.outcomes",
    unit: "{run}",
    description: "Runs of jobs, by how they ended.",
  },
  mailOutcomes: {
    name: "latchkey.mail.outcomes",
    unit: "{mail}",
    description: "Mails given to the mailer, by how that ended.",
  },
  limitHits: {
    name: "latchkey.limit.hits",
    unit: "{attempt}",
    description: "Attempts that a limit refused.",
  },
  events: {
    name: "latchkey.events",
    unit: "{event}",
    description: "What happened to accounts and sessions.",
  },
  outboxJobs: {
    name: "latchkey.outbox.jobs",
    unit: "{job}",
    description: "Jobs in the outbox, by standing.",
  },
} as const;
