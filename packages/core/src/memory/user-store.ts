import type { Accounts } from "../ports/user-store.ts";
import { accountTable } from "./account-table.ts";
import { epochs } from "./epochs.ts";
import { memoryOutbox } from "./outbox.ts";
import { registrations } from "./registrations.ts";
import { resetLinks } from "./reset-links.ts";

/**
 * Users and their outbox in one object. No method awaits between reading and writing, so each is
 * one atomic step; values are copied on their way in and out.
 */
export function memoryAccounts(): Accounts {
  const table = accountTable();
  const outbox = memoryOutbox();
  return {
    outbox: outbox.port,
    users: {
      ...registrations(table, outbox),
      ...resetLinks(table, outbox),
      ...epochs(table, outbox),

      async findByEmail(email) {
        return structuredClone(table.ownerOfEmail(email)?.user ?? null);
      },

      async findById(id) {
        return structuredClone(table.userById(id)?.user ?? null);
      },

      async commitLogin(userId, epoch, now) {
        const row = table.userById(userId);
        if (row === undefined || row.user.disabled || row.user.epoch !== epoch) return false;
        row.user = { ...row.user, lastLoginAt: new Date(now) };
        return true;
      },

      async rehash(userId, oldHash, newHash) {
        const row = table.userById(userId);
        const current = row?.user.passwordHash;
        if (row === undefined || (current !== oldHash && current !== newHash)) return false;
        row.user = { ...row.user, passwordHash: newHash };
        return true;
      },
    },
  };
}
