import type { Context } from "../context.ts";

/** The stores of a context, by the names they are told of. */
export type StorePort = "users" | "outbox" | "sessions" | "codes" | "limits";

/** One call and its answer, or a `stream` that lasts until it is ended and is not told of. */
type Shape = "call" | "stream";

type EveryMethod = {
  readonly [Port in StorePort]: { readonly [Method in keyof Context[Port]]: Shape };
};

/** Every method of every store: the compiler asks for the one that is missing. */
export const storeMethods: EveryMethod = {
  users: {
    addRegistration: "call",
    findRegistration: "call",
    confirmRegistration: "call",
    findForLogin: "call",
    findByEmail: "call",
    findById: "call",
    commitLogin: "call",
    rehash: "call",
    offerReset: "call",
    inspectReset: "call",
    resetPassword: "call",
    changePassword: "call",
    raiseEpoch: "call",
    setDisabled: "call",
    remove: "call",
  },
  outbox: {
    enqueue: "call",
    claim: "call",
    done: "call",
    retry: "call",
    bury: "call",
    count: "call",
    watch: "stream",
  },
  sessions: {
    open: "call",
    rotate: "call",
    find: "call",
    list: "call",
    close: "call",
    closeAll: "call",
    watch: "stream",
  },
  codes: { put: "call", attempt: "call" },
  limits: { take: "call", forgive: "call" },
};
