/** What answers the same route, from nothing at all to all that is promised. */
export const contestants = [
  "fastify",
  "fastify, near cache",
  "fastify, no cache",
  "fastify, jose + GET",
  "express",
  "express, near cache",
] as const;

export type Contestant = (typeof contestants)[number];
