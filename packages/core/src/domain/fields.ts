import * as z from "zod";
import { AuthError, fieldRules, type FieldProblem, type FieldRule } from "../errors.ts";
import { parseEmailAddress } from "./email-address.ts";
import { passwordBounds } from "./password-policy.ts";
import type { Caller } from "./session.ts";
import { parseTag } from "./tag.ts";
import type { Identifier } from "./user.ts";

const controls = /\p{Cc}/u;
/** Characters that reorder or break the text around them. */
const layoutControls = /[\u2028\u2029\u202a-\u202e\u2066-\u2069]/u;

/** Text that was decoded without loss: no lone surrogate, no replacement character, no control. */
function isClean(text: string): boolean {
  return text.isWellFormed() && !text.includes("\ufffd") && !controls.test(text);
}

const rule = (name: FieldRule): { error: FieldRule } => ({ error: name });

const text = z.string({
  error: (issue) => (issue.input === undefined ? "required" : "wrong_type") satisfies FieldRule,
});

/** Refuses what is longer than the field's `limit`, which the refusal names. */
const tooLong = (limit: number): { error: FieldRule; params: { limit: number }; abort: true } => ({
  error: "too_long",
  params: { limit },
  abort: true,
});

/**
 * Text of at most `max` UTF-16 units, clean, not empty. Where the field's own `limit` counts
 * something else, `max` only keeps the rules behind it from looking at megabytes.
 */
function cleanText(max: number, limit = max): z.ZodString {
  return text
    .min(1, { ...rule("empty"), abort: true })
    .refine((value) => value.length <= max, tooLong(limit))
    .refine(isClean, { ...rule("ill_formed"), abort: true });
}

/** An email address, in its canonical form. */
export const emailField: z.ZodType<string, string> = cleanText(254)
  .meta({ format: "idn-email", maxLength: 254, examples: ["ada@mail.example"] })
  .transform((value, context) => {
    const address = parseEmailAddress(value);
    if (address !== null) return address;
    context.addIssue({ code: "custom", message: "not_an_email" satisfies FieldRule });
    return z.NEVER;
  });

/** A tag, in its canonical form. */
export const tagField: z.ZodType<string, string> = cleanText(32)
  .meta({
    description: "A public handle, compared without case",
    ...{ pattern: "^[A-Za-z0-9_.-]{3,32}$", examples: ["ada"] },
  })
  .transform((value, context) => {
    const tag = parseTag(value);
    if (tag !== null) return tag;
    context.addIssue({ code: "custom", message: "not_a_tag" satisfies FieldRule });
    return z.NEVER;
  });

/** A tag or an email, told apart by the "@" that no tag holds. */
export const identifierField: z.ZodType<Identifier, string> = cleanText(254)
  .meta({ description: "A tag or an email", maxLength: 254, examples: ["ada"] })
  .transform((value, context): Identifier => {
    const email = parseEmailAddress(value);
    if (email !== null) return { kind: "email", email };
    const tag = parseTag(value);
    if (tag !== null) return { kind: "tag", tag };
    const problem = value.includes("@") ? "not_an_email" : "not_a_tag";
    context.addIssue({ code: "custom", message: problem satisfies FieldRule });
    return z.NEVER;
  });

const maxNameCodePoints = 100;

/** A person's name: 1 to 100 code points, NFC, at least one of them visible. */
export const nameField: z.ZodType<string, string> = cleanText(400, maxNameCodePoints)
  .meta({ examples: ["Ada"] })
  .transform((value) => value.normalize("NFC"))
  .refine((value) => !layoutControls.test(value), { ...rule("ill_formed"), abort: true })
  .refine((value) => /[\p{L}\p{N}]/u.test(value), { ...rule("empty"), abort: true })
  .refine((value) => [...value].length <= maxNameCodePoints, tooLong(maxNameCodePoints));

/**
 * A password as received, in NFC (RFC 8265, section 4.2): nothing is trimmed or folded. Its
 * strength is the policy's business, not the field's.
 */
export const passwordField: z.ZodType<string, string> = cleanText(
  passwordBounds.maxBytes,
  passwordBounds.maxCodePoints,
)
  .meta({ format: "password", maxLength: passwordBounds.maxCodePoints })
  .transform((value) => value.normalize("NFC"))
  .refine(
    (value) =>
      [...value].length <= passwordBounds.maxCodePoints &&
      Buffer.byteLength(value) <= passwordBounds.maxBytes,
    tooLong(passwordBounds.maxCodePoints),
  );

/** A mailed code: six ASCII digits in a string. The rule that fails is never told apart. */
export const codeField: z.ZodType<string, string> = text
  .regex(/^[0-9]{6}$/, rule("ill_formed"))
  .meta({ description: "The six digits of the mail", examples: ["048151"] });

const uuid = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** An id we made: a lower-case UUID. */
export const idField: z.ZodType<string, string> = text
  .regex(uuid, rule("ill_formed"))
  .meta({ format: "uuid" });

/** A digest we made: 32 bytes as base64url. */
export const digestField: z.ZodType<string, string> = text.regex(
  /^[A-Za-z0-9_-]{43}$/,
  rule("ill_formed"),
);

/** An id out of a path, where any other text names nothing: null. */
export const pathIdField: z.ZodType<string | null, string> = text.transform((value) =>
  uuid.test(value) ? value : null,
);

const maxTokenLength = 8192;

/** A token as text; whether it is one of ours is decided by its verification. */
export const tokenField: z.ZodType<string, string> = text
  .min(1, rule("empty"))
  .refine((value) => value.length <= maxTokenLength, tooLong(maxTokenLength))
  .meta({ maxLength: maxTokenLength });

/** A verified caller, as `authenticate` answers it. Never built from a request body. */
export const callerField: z.ZodType<Caller, Caller> = z.strictObject({
  userId: idField,
  tag: tagField,
  sessionId: idField,
});

/**
 * An untrusted value as the input of a flow.
 *
 * @throws AuthError `invalid_input` with every field's problem; `malformed_request` when the value
 * is not an object with fields.
 */
export function parseInput<Schema extends z.ZodType>(
  schema: Schema,
  input: unknown,
): z.output<Schema> {
  if (typeof input !== "object" || input === null || Array.isArray(input)) {
    throw new AuthError("malformed_request");
  }
  if (Object.hasOwn(input, "__proto__")) {
    throw new AuthError("invalid_input", { fields: [{ path: "", rule: "unknown_field" }] });
  }
  const result = schema.safeParse(input);
  if (result.success) return result.data;
  throw new AuthError("invalid_input", { fields: result.error.issues.flatMap(toProblems) });
}

function toProblems(issue: z.core.$ZodIssue): FieldProblem[] {
  if (issue.code === "unrecognized_keys") {
    return issue.keys.map((key) => ({ path: presentable(key), rule: "unknown_field" }));
  }
  const path = issue.path.map(String).join(".");
  if (!isFieldRule(issue.message)) return [{ path, rule: "wrong_type" }];
  const limit: unknown = issue.code === "custom" ? issue.params?.["limit"] : undefined;
  return [{ path, rule: issue.message, ...(typeof limit === "number" && { limit }) }];
}

function isFieldRule(name: string): name is FieldRule {
  return Object.hasOwn(fieldRules, name);
}

/** A stranger's key is only repeated to them when it is harmless in any log or page. */
function presentable(key: string): string {
  return /^[A-Za-z0-9_-]{1,40}$/.test(key) ? key : "";
}
