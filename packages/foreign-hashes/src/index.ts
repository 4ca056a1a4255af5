export type { InUse } from "./dummies.ts";
export { foreignHashes } from "./foreign-hashes.ts";
export type { ForeignHashesOptions } from "./foreign-hashes.ts";
export type { HeaviestWork } from "./heaviest-work.ts";
