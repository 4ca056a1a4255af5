export { headersBeside, maxBodyBytes } from "./http/endpoint.ts";
export type { Endpoint, EndpointReply, Message } from "./http/endpoint.ts";
export { guard, guardedCaller } from "./http/guard.ts";
export type { Guard } from "./http/guard.ts";
export { endpoints, errorReply, openapi } from "./http/mount.ts";
export type { MountOptions } from "./http/mount.ts";
export type { Problem } from "./http/problem.ts";
export type { Exposure } from "./http/row.ts";
