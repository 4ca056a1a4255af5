import type { Auth } from "../auth.ts";
import type { ClientInput } from "../domain/client.ts";

/** Whatever is called with an input and a client is a flow. */
type NameIfFlow<Name extends keyof Auth> = Auth[Name] extends (...given: infer Given) => unknown
  ? Given extends readonly [unknown, ClientInput]
    ? Name
    : never
  : never;

/** A flow, by its name as a method of {@link Auth}. */
export type FlowName = { readonly [Name in keyof Auth]: NameIfFlow<Name> }[keyof Auth];

/** An object, so that the compiler asks for the flow that is missing. */
const everyFlow: Readonly<Record<FlowName, true>> = {
  register: true,
  confirm: true,
  resendCode: true,
  login: true,
  authenticate: true,
  renew: true,
  logout: true,
  listSessions: true,
  closeSession: true,
  closeAllSessions: true,
  forgotPassword: true,
  checkResetLink: true,
  resetPassword: true,
  resetPasswordByCode: true,
  resetPasswordByForm: true,
  changePassword: true,
  me: true,
  disable: true,
  enable: true,
  remove: true,
};

/** Every flow there is. */
export const flowNames: readonly FlowName[] = Object.keys(everyFlow) as FlowName[];
