import type {
  ClaimedJob,
  DurableEventName,
  Identifier,
  Job,
  JobKind,
  JobPayloads,
  Locale,
  LoginSubject,
  OutboxCount,
  Registration,
  User,
} from "@latchkey/core/ports";
import * as z from "zod";

/** Text that every store can keep: no NUL, no half of a surrogate pair, no more than this. */
export function text(max: number): z.ZodType<string> {
  return z
    .string()
    .max(max)
    .refine((value) => value.isWellFormed() && !value.includes("\0"), "text that can be kept");
}

/** An id that is only looked up: one that cannot be is nobody's. */
export const id: z.ZodType<string> = text(128);

/** An id that is written. */
export const newId: z.ZodType<string> = z
  .string()
  .regex(/^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i, "a UUID");

/** A time to the millisecond, as JSON writes a Date. */
export const instant: z.ZodType<Date> = z.iso
  .datetime({ precision: 3 })
  .transform((iso) => new Date(iso));

export const email: z.ZodType<string> = text(254);
export const tag: z.ZodType<string> = text(64);
export const digest: z.ZodType<string> = text(256);
export const passwordHash: z.ZodType<string> = text(1024);
export const epoch: z.ZodType<number> = z.int().min(0);
const name = text(1000);
const locale: z.ZodType<Locale> = z.enum(["en", "ru"]);

export const registration: z.ZodType<Registration> = z.strictObject({
  ...{ id: newId, email, tag, firstName: name, lastName: name, passwordHash, locale },
  ...{ createdAt: instant, expiresAt: instant },
});

export const user: z.ZodType<User> = z.strictObject({
  ...{ id: newId, email, tag, firstName: name, lastName: name, locale },
  passwordHash: passwordHash.nullable(),
  epoch,
  disabled: z.boolean(),
  ...{ createdAt: instant, confirmedAt: instant, lastLoginAt: instant.nullable() },
});

export const identifier: z.ZodType<Identifier> = z.discriminatedUnion("kind", [
  z.strictObject({ kind: z.literal("email"), email }),
  z.strictObject({ kind: z.literal("tag"), tag }),
]);

export const loginSubject: z.ZodType<LoginSubject> = z.discriminatedUnion("kind", [
  z.strictObject({ kind: z.literal("user"), user }),
  z.strictObject({ kind: z.literal("registration"), registration }),
]);

// Records, so that the compiler names what is missing here when there is a new one.
const durableEvents: { readonly [Name in DurableEventName]: Name } = {
  "user.confirmed": "user.confirmed",
  "user.disabled": "user.disabled",
  "user.enabled": "user.enabled",
  "user.removed": "user.removed",
  "reset.offered": "reset.offered",
  "reset.superseded": "reset.superseded",
  "reset.expired": "reset.expired",
  "reset.completed": "reset.completed",
  "reset.ended": "reset.ended",
  "password.changed": "password.changed",
};

const payloads: { readonly [Kind in JobKind]: z.ZodType<JobPayloads[Kind]> } = {
  "send-confirmation": z.strictObject({ registrationId: id, email, locale, again: z.boolean() }),
  "send-reset-link": z.strictObject({ email, locale, overLimit: z.boolean() }),
  "send-notice": z.strictObject({ userId: id, notice: z.literal("password_changed") }),
  "close-sessions": z.strictObject({
    userId: id,
    before: epoch.nullable(),
    exceptSessionId: id.nullable(),
  }),
  "expire-reset-link": z.strictObject({ userId: id, digest, expiresAt: text(64) }),
  "run-handler": z.strictObject({
    event: z.enum(durableEvents),
    userId: id,
    linkId: text(256).nullable(),
    expiresAt: text(64).nullable(),
  }),
};

const jobFields = { id: newId, lane: text(256).nullable(), createdAt: instant, dueAt: instant };
const holderFields = { sequence: z.int(), attempts: z.int().min(1), lease: text(256) };

export const kinds: z.ZodType<JobKind[]> = z
  .array(z.enum(Object.keys(payloads) as JobKind[]))
  .max(100);

// Kind and payload go together in each form; TypeScript does not see it of forms made in a row.
export const jobs: z.ZodType<Job[]> = z.array(formOf({})) as unknown as z.ZodType<Job[]>;
export const claimedJobs: z.ZodType<ClaimedJob[]> = z.array(
  formOf(holderFields),
) as unknown as z.ZodType<ClaimedJob[]>;

function formOf(more: Readonly<Record<string, z.ZodType>>): z.ZodType {
  const [first, ...others] = Object.entries(payloads).map(([kind, payload]) =>
    z.strictObject({ kind: z.literal(kind), payload, ...jobFields, ...more }),
  );
  if (first === undefined) throw new TypeError("there are kinds of jobs");
  return z.discriminatedUnion("kind", [first, ...others]);
}

export const outboxCount: z.ZodType<OutboxCount> = z.strictObject({
  due: z.int(),
  later: z.int(),
  claimed: z.int(),
  buried: z.int(),
});
