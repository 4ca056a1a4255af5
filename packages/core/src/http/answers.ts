import * as z from "zod";
import { errorTable } from "../errors.ts";

const seconds = z.int().nonnegative();
const time = z.iso.datetime().describe("RFC 3339, UTC");

/** What endpoints answer, as it stands on the wire: the description's source, and the tests'. */
export const answers: Readonly<Record<AnswerName, z.ZodType>> = {
  message: z.strictObject({ message: z.string() }),
  registered: z.strictObject({ registrationId: z.uuid(), tag: z.string() }),
  tokenPair: z.strictObject({
    accessToken: z.string(),
    refreshToken: z.string(),
    tokenType: z.literal("Bearer"),
    expiresIn: seconds,
    refreshExpiresIn: seconds,
  }),
  resetLink: z.strictObject({ expiresAt: time }),
  user: z.strictObject({
    id: z.uuid(),
    email: z.string(),
    tag: z.string(),
    firstName: z.string(),
    lastName: z.string(),
    status: z.literal("CONFIRMED"),
    locale: z.enum(["en", "ru"]),
    createdAt: time,
    lastLoginAt: time.nullable(),
  }),
  sessions: z.strictObject({
    sessions: z.array(
      z.strictObject({
        id: z.uuid(),
        createdAt: time,
        lastRenewedAt: time,
        agent: z.string(),
        ip: z.string(),
        current: z.boolean(),
      }),
    ),
  }),
  closed: z.strictObject({ closed: z.int().nonnegative() }),
  keys: z.strictObject({ keys: z.array(z.record(z.string(), z.string())) }),
  contract: z.looseObject({ openapi: z.string() }),
  problem: z.strictObject({
    type: z.string(),
    title: z.string(),
    status: z.int(),
    detail: z.string(),
    code: z.enum(Object.keys(errorTable)),
    errors: z.array(z.strictObject({ path: z.string(), message: z.string() })).optional(),
  }),
};

export type AnswerName =
  | "message"
  | "registered"
  | "tokenPair"
  | "resetLink"
  | "user"
  | "sessions"
  | "closed"
  | "keys"
  | "contract"
  | "problem";
