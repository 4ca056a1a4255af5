export { manualClock } from "./memory/clock.ts";
export type { Duration, ManualClock } from "./memory/clock.ts";
export { memoryMailer } from "./memory/mailer.ts";
export type { KeptMessage, MemoryMailer } from "./memory/mailer.ts";
export { memoryStores } from "./memory/stores.ts";
