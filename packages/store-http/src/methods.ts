import type {
  Accounts,
  ChangePasswordRequest,
  ConfirmOutcome,
  ConfirmRequest,
  EpochOutcome,
  InspectResetOutcome,
  OfferResetOutcome,
  OfferResetRequest,
  Outbox,
  RaiseEpochRequest,
  ResetPasswordOutcome,
  ResetPasswordRequest,
  UserStore,
} from "@latchkey/core/ports";
import * as z from "zod";
import * as form from "./forms.ts";

/** One method of a port as it crosses the wire: a list of arguments there, an answer back. */
export interface Method<Input extends readonly unknown[], Answer> {
  readonly input: z.ZodType<Input>;
  readonly answer: z.ZodType<Answer>;
  readonly call: (accounts: Accounts, input: Input) => Promise<Answer>;
  /** It changes nothing: sent again it may be asked again. */
  readonly reads?: true;
}

type Rows<Part extends string, Port> = {
  readonly [Name in keyof Port & string as `${Part}/${Name}`]: Port[Name] extends (
    ...input: infer Input
  ) => Promise<infer Answer>
    ? Method<Input, Answer>
    : never;
};

/** Every method of both ports; `watch` is no question and crosses no wire. */
export type Methods = Rows<"users", UserStore> & Rows<"outbox", Omit<Outbox, "watch">>;
export type MethodName = keyof Methods;
export type InputOf<Name extends MethodName> =
  Methods[Name] extends Method<infer Input, infer _Answer> ? Input : never;
export type AnswerOf<Name extends MethodName> =
  Methods[Name] extends Method<infer _Input, infer Answer> ? Answer : never;

const { id, newId, instant, epoch, digest, passwordHash, jobs } = form;
const { user, registration, identifier } = form;
const nothing: z.ZodType<void> = z.null().transform(() => undefined);
const batch = z.int().min(0).max(1000);
const leaseSeconds = z.number().min(0).max(86_400);
const lease = form.text(256);
const reason = form.text(8192);

const confirmRequest: z.ZodType<ConfirmRequest> = z.strictObject({
  ...{ id, attemptId: newId, tag: form.tag.optional(), withoutPassword: z.boolean(), jobs },
});
const confirmOutcome: z.ZodType<ConfirmOutcome> = z.discriminatedUnion("outcome", [
  z.strictObject({ outcome: z.literal("confirmed"), user }),
  z.strictObject({ outcome: z.literal("repeated"), user }),
  z.strictObject({ outcome: z.enum(["email_taken", "tag_taken", "gone"]) }),
]);
const offerRequest: z.ZodType<OfferResetRequest> = z.strictObject({
  ...{ userId: id, digest, requestedAt: instant, expiresAt: instant, jobs },
});
const offerOutcome: z.ZodType<OfferResetOutcome> = z.discriminatedUnion("outcome", [
  z.strictObject({ outcome: z.literal("offered"), supersededDigest: digest.nullable() }),
  z.strictObject({ outcome: z.literal("superseded") }),
]);
const inspectOutcome: z.ZodType<InspectResetOutcome> = z.discriminatedUnion("outcome", [
  z.strictObject({ outcome: z.literal("live"), expiresAt: instant }),
  z.strictObject({ outcome: z.literal("gone") }),
]);
const resetRequest: z.ZodType<ResetPasswordRequest> = z.strictObject({
  ...{ userId: id, digest, passwordHash, jobs },
});
const resetOutcome: z.ZodType<ResetPasswordOutcome> = z.discriminatedUnion("outcome", [
  z.strictObject({ outcome: z.literal("done"), epoch }),
  z.strictObject({ outcome: z.literal("gone") }),
]);
const changeRequest: z.ZodType<ChangePasswordRequest> = z.strictObject({
  ...{ userId: id, epoch, passwordHash, jobs },
});
const raiseRequest: z.ZodType<RaiseEpochRequest> = z.strictObject({
  ...{ userId: id, epoch, operationId: newId, jobs },
});
const epochOutcome: z.ZodType<EpochOutcome> = z.discriminatedUnion("outcome", [
  z.strictObject({ outcome: z.literal("done"), epoch }),
  z.strictObject({ outcome: z.literal("stale") }),
]);

/** The only list of what can be called: what goes in, what comes out, and who answers. */
export const methods: Methods = {
  "users/addRegistration": {
    input: z.tuple([registration, jobs, instant]),
    answer: z.enum(["added", "tag_taken"]),
    call: ({ users }, input) => users.addRegistration(...input),
  },
  "users/findRegistration": {
    input: z.tuple([id, instant]),
    answer: registration.nullable(),
    call: ({ users }, input) => users.findRegistration(...input),
    reads: true,
  },
  "users/confirmRegistration": {
    input: z.tuple([confirmRequest, instant]),
    answer: confirmOutcome,
    call: ({ users }, input) => users.confirmRegistration(...input),
  },
  "users/findForLogin": {
    input: z.tuple([identifier, instant]),
    answer: form.loginSubject.nullable(),
    call: ({ users }, input) => users.findForLogin(...input),
    reads: true,
  },
  "users/findByEmail": {
    input: z.tuple([form.email]),
    answer: user.nullable(),
    call: ({ users }, input) => users.findByEmail(...input),
    reads: true,
  },
  "users/findById": {
    input: z.tuple([id]),
    answer: user.nullable(),
    call: ({ users }, input) => users.findById(...input),
    reads: true,
  },
  "users/commitLogin": {
    input: z.tuple([id, epoch, instant]),
    answer: z.boolean(),
    call: ({ users }, input) => users.commitLogin(...input),
  },
  "users/rehash": {
    input: z.tuple([id, passwordHash, passwordHash]),
    answer: z.boolean(),
    call: ({ users }, input) => users.rehash(...input),
  },
  "users/offerReset": {
    input: z.tuple([offerRequest, instant]),
    answer: offerOutcome,
    call: ({ users }, input) => users.offerReset(...input),
  },
  "users/inspectReset": {
    input: z.tuple([id, digest, instant]),
    answer: inspectOutcome,
    call: ({ users }, input) => users.inspectReset(...input),
    reads: true,
  },
  "users/resetPassword": {
    input: z.tuple([resetRequest, instant]),
    answer: resetOutcome,
    call: ({ users }, input) => users.resetPassword(...input),
  },
  "users/changePassword": {
    input: z.tuple([changeRequest, instant]),
    answer: epochOutcome,
    call: ({ users }, input) => users.changePassword(...input),
  },
  "users/raiseEpoch": {
    input: z.tuple([raiseRequest, instant]),
    answer: epochOutcome,
    call: ({ users }, input) => users.raiseEpoch(...input),
  },
  "users/setDisabled": {
    input: z.tuple([id, z.boolean(), jobs, instant]),
    answer: epoch.nullable(),
    call: ({ users }, input) => users.setDisabled(...input),
  },
  "users/remove": {
    input: z.tuple([id, jobs, instant]),
    answer: z.boolean(),
    call: ({ users }, input) => users.remove(...input),
  },
  "outbox/enqueue": {
    input: z.tuple([jobs, instant]),
    answer: nothing,
    call: ({ outbox }, input) => outbox.enqueue(...input),
  },
  "outbox/claim": {
    input: z.tuple([form.kinds, batch, leaseSeconds, instant]),
    answer: form.claimedJobs,
    call: ({ outbox }, input) => outbox.claim(...input),
  },
  "outbox/done": {
    input: z.tuple([id, lease]),
    answer: z.boolean(),
    call: ({ outbox }, input) => outbox.done(...input),
  },
  "outbox/retry": {
    input: z.tuple([id, lease, instant, reason]),
    answer: z.boolean(),
    call: ({ outbox }, input) => outbox.retry(...input),
  },
  "outbox/bury": {
    input: z.tuple([id, lease, reason]),
    answer: z.boolean(),
    call: ({ outbox }, input) => outbox.bury(...input),
  },
  "outbox/count": {
    input: z.tuple([instant]),
    answer: form.outboxCount,
    call: ({ outbox }, input) => outbox.count(...input),
    reads: true,
  },
};
