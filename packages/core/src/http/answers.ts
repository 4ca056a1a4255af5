import * as z from "zod";
import { errorTable } from "../errors.ts";

const seconds = z.int().nonnegative();
const time = z.iso.datetime().describe("RFC 3339, UTC");
const token = z.string().describe("A signed JWT: opaque to clients");

/** What endpoints answer, as it stands on the wire: the description's source, and the tests'. */
export const answers: Readonly<Record<AnswerName, z.ZodType>> = {
  message: z
    .strictObject({ message: z.string().describe("In the language of `Content-Language`") })
    .describe("What was done, in a sentence for people."),
  resetRequested: z
    .strictObject({
      message: z.string().describe("In the language of `Content-Language`"),
      requestId: z.uuid().describe("Belongs to the code in the mail: send both"),
    })
    .describe("A code is on its way, if there is an account; the same if there is none."),
  registered: z
    .strictObject({
      registrationId: z.uuid().describe("Belongs to the code in the mail: send both"),
      tag: z.string().describe("The tag claimed, in lower case"),
    })
    .describe(
      "The claim that the mailed code confirms; the same whether or not the email is taken.",
    ),
  tokenPair: z
    .strictObject({
      accessToken: token,
      refreshToken: token,
      tokenType: z.literal("Bearer"),
      expiresIn: seconds.describe("Seconds until the access token expires"),
      refreshExpiresIn: seconds.describe("Seconds until the refresh token expires, unless renewed"),
    })
    .describe("A session's current tokens."),
  resetLink: z.strictObject({ expiresAt: time }).describe("The link lives."),
  user: z
    .strictObject({
      id: z.uuid(),
      email: z.email().describe("In canonical form: lower case, the domain in ASCII"),
      tag: z.string(),
      firstName: z.string(),
      lastName: z.string(),
      status: z.literal("CONFIRMED"),
      locale: z.enum(["en", "ru"]).describe("The language of this user's mails"),
      createdAt: time,
      lastLoginAt: time.nullable(),
    })
    .describe("An account as its owner sees it."),
  sessions: z
    .strictObject({
      sessions: z.array(
        z.strictObject({
          id: z.uuid(),
          createdAt: time,
          lastRenewedAt: time,
          agent: z.string().describe("Such as `Firefox/Linux`"),
          ip: z.string(),
          current: z.boolean().describe("Whether this request came by it"),
        }),
      ),
    })
    .describe("The caller's live sessions, oldest first."),
  closed: z
    .strictObject({ closed: z.int().nonnegative().describe("How many sessions ended") })
    .describe("The sessions are over, their tokens with them."),
  keys: z
    .strictObject({
      keys: z.array(
        z.strictObject({
          kty: z.string(),
          crv: z.string().optional(),
          x: z.string().optional(),
          y: z.string().optional(),
          kid: z.string(),
          alg: z.string(),
          use: z.literal("sig"),
        }),
      ),
    })
    .describe("A JSON Web Key Set (RFC 7517), public halves only; empty where a secret signs."),
  contract: z.looseObject({ openapi: z.string() }).describe("An OpenAPI 3.1 document."),
  problem: z
    .strictObject({
      type: z.string().describe("A URN of the code"),
      title: z.string(),
      status: z.int().min(400).max(599),
      detail: z.string(),
      code: z.enum(Object.keys(errorTable)).describe("The stable word: decide by it"),
      errors: z
        .array(z.strictObject({ path: z.string(), message: z.string() }))
        .describe("Single fields and what is wrong with them")
        .optional(),
    })
    .describe("A refusal (RFC 9457)."),
};

export type AnswerName =
  | "message"
  | "resetRequested"
  | "registered"
  | "tokenPair"
  | "resetLink"
  | "user"
  | "sessions"
  | "closed"
  | "keys"
  | "contract"
  | "problem";
