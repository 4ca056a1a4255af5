import type * as z from "zod";
import type { AuthErrorCode } from "../errors.ts";
import type { AnswerName } from "./answers.ts";
import type { Call } from "./call.ts";
import type { EndpointReply } from "./endpoint.ts";

/** Who may reach an endpoint: the internet, or the gateway alone. */
export type Exposure = "public" | "internal";

/** What endpoints are about, each with a sentence for readers of the contract. */
export const groups = {
  registration: "From a form to an account: a claim, a mailed code, a confirmation.",
  session: "Signing in, staying signed in, signing out.",
  password: "Setting a new password, by a mailed link or by the current one.",
  account: "The account of whoever asks.",
  service: "What other programs need to know.",
} as const;

export type Group = keyof typeof groups;

/** One thing that can be called. */
export interface Row {
  readonly name: string;
  readonly method: "GET" | "POST" | "DELETE";
  readonly path: string;
  readonly exposure: Exposure;
  /** Whether HEAD is answered as GET is, without the body (default: for every GET). */
  readonly head?: false;
  /** Where it stands only if resets go by this. */
  readonly resetBy?: "link" | "code";
  /** What it does, in a few words. */
  readonly summary: string;
  /** The chapter of the description it stands in. */
  readonly group: Group;
  /** Whether it asks for an access token, or takes one among other things. */
  readonly bearer?: true | "optional";
  /** Where its fields come from, and the schema that the flow parses them with. */
  readonly input?: { readonly from: "body" | "query" | "either"; readonly schema: z.ZodType };
  readonly success: number;
  /** What it answers then; nothing where absent. */
  readonly answer?: AnswerName;
  /** Headers that say what was asked for, and their meaning. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Whether the answer is everybody's, and may be kept for five minutes. */
  readonly shared?: true;
  /** The refusals of its own; those of reading a request are every row's. */
  readonly refuses: readonly AuthErrorCode[];
  handle(call: Call): Promise<EndpointReply>;
}
