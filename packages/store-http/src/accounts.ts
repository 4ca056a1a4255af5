import type { Accounts } from "@latchkey/core/ports";
import type * as z from "zod";
import type { Ask } from "./asking.ts";
import { type AnswerOf, type InputOf, type MethodName, methods } from "./methods.ts";
import { localWakers } from "./waking.ts";

/** Each method of both ports is one call of its own name. */
export function accountsBy(ask: Ask): Accounts {
  const wakers = localWakers();
  const call = <Name extends MethodName>(
    name: Name,
    ...input: InputOf<Name>
  ): Promise<AnswerOf<Name>> => {
    const { answer } = methods[name];
    // The row of a name has that name's answer, which TypeScript does not see of a name to come.
    return ask(name, input, answer as z.ZodType<AnswerOf<Name>>);
  };
  const by =
    <Name extends MethodName>(name: Name) =>
    (...input: InputOf<Name>): Promise<AnswerOf<Name>> =>
      call(name, ...input);
  /** Of a call that may leave jobs. */
  const leaving =
    <Name extends MethodName>(name: Name) =>
    (...input: InputOf<Name>): Promise<AnswerOf<Name>> =>
      wakers.after(call(name, ...input));

  return {
    users: {
      addRegistration: leaving("users/addRegistration"),
      findRegistration: by("users/findRegistration"),
      confirmRegistration: leaving("users/confirmRegistration"),
      findForLogin: by("users/findForLogin"),
      findByEmail: by("users/findByEmail"),
      findById: by("users/findById"),
      commitLogin: by("users/commitLogin"),
      rehash: by("users/rehash"),
      offerReset: leaving("users/offerReset"),
      inspectReset: by("users/inspectReset"),
      resetPassword: leaving("users/resetPassword"),
      changePassword: leaving("users/changePassword"),
      raiseEpoch: leaving("users/raiseEpoch"),
      setDisabled: leaving("users/setDisabled"),
      remove: leaving("users/remove"),
    },
    outbox: {
      enqueue: leaving("outbox/enqueue"),
      claim: by("outbox/claim"),
      done: leaving("outbox/done"),
      retry: by("outbox/retry"),
      bury: leaving("outbox/bury"),
      count: by("outbox/count"),
      watch: wakers.watch,
    },
  };
}
