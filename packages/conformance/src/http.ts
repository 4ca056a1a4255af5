export { cheapHasher } from "./http/doubles.ts";
export { openDoor, secret } from "./http/door.ts";
export type { Door, Setting } from "./http/door.ts";
export { httpConformance } from "./http/http-conformance.ts";
export type { HttpHarness } from "./http/harness.ts";
export type { HostOptions, Listen, Listening } from "./http/listen.ts";
export { aPerson, aSignedIn, bearer, paths } from "./http/people.ts";
export { assertRefusal } from "./http/refusals.ts";
export { jsonOf, rawRequest, send, sendRaw } from "./http/wire.ts";
