export { accountsConformance } from "./accounts/accounts.ts";
export { codeStoreConformance } from "./codes/codes.ts";
export type { Harness, OpenStorage, Runner } from "./harness.ts";
export { rateLimiterConformance } from "./limits/limits.ts";
export { sessionStoreConformance } from "./sessions/sessions.ts";
export { storesConformance } from "./stores.ts";
