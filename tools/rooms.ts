// The house's floor plan as data: which room of core may see which, and who may use which library.

const lower = ["ports", "domain"];
const service = ["domain", "ports", "tokens", "context"];
const useCase = [...service, "intents", "limits"];

/**
 * Rooms of packages/core/src and what each may import besides itself and `errors`. "type:x" allows
 * the types of x; "input:x" its types and its input schemas.
 */
export const rooms: Readonly<Record<string, readonly string[]>> = {
  errors: [],
  domain: [],
  ports: ["type:domain"],
  tokens: lower,
  passwords: lower,
  mail: lower,
  sessions: lower,
  memory: lower,
  context: ["ports", "domain", "tokens", "type:config"],
  events: ["ports"],
  // What several features do alike: put an intent into the outbox, count against a limit.
  intents: service,
  limits: service,
  flows: useCase,
  // Tells of work while it is done, to whoever listens; it does none itself.
  tracing: ["type:ports", "type:domain", "type:context", "type:auth"],
  jobs: [...useCase, "mail", "tracing", "type:options"],
  // Over HTTP and by direct call one enters through the same door: no stores, no crypto.
  http: ["type:auth", "input:flows", "domain"],
};

/** Files at the top of core/src that put the rooms together; entries are seen by nobody. */
export const compositionRoot = ["create-auth", "auth", "config", "options", "system"];
export const entries = ["index", "http", "ports", "memory"];

/** Libraries of core, and the rooms that may touch them. */
export const libraries: Readonly<Record<string, readonly string[]>> = {
  jose: ["tokens"],
  "lru-cache": ["sessions", "tokens"],
  "@node-rs/argon2": ["passwords"],
  zod: ["domain", "flows", "tokens", "http", "config"],
};

/** What packages outside core may take from the workspace, by the start of their folder name. */
export const neighbours: readonly (readonly [folder: RegExp, allowed: readonly string[]])[] = [
  [/^packages\/adapter-/, ["@latchkey/core", "@latchkey/core/http"]],
  [
    /^packages\/((store|mailer|events)-|opentelemetry$)/,
    ["@latchkey/core", "type:@latchkey/core/ports"],
  ],
  // It adds users where the accounts are, and so is for one store.
  [
    /^packages\/foreign-hashes$/,
    ["@latchkey/core", "type:@latchkey/core/ports", "@latchkey/store-postgres"],
  ],
  [
    /^packages\/conformance$/,
    ["@latchkey/core", "@latchkey/core/http", "@latchkey/core/memory", "@latchkey/core/ports"],
  ],
];
