import assert from "node:assert/strict";
import type { Accounts } from "@latchkey/core/ports";
import type { Suite } from "../harness.ts";
import { newEmail, newHash, newId, newTag } from "../samples.ts";
import { aClaim, anOpenLink, aUser, kept } from "./people.ts";

export const logins: Suite<Accounts> = {
  about: "finding users and recording logins",
  behaviours: {
    "nobody is found by an unknown id, email or tag": async ({ store, at }) => {
      assert.equal(await store.users.findById(newId()), null);
      assert.equal(await store.users.findByEmail(newEmail()), null);
      for (const identifier of [
        { kind: "email", email: newEmail() },
        { kind: "tag", tag: newTag() },
      ] as const) {
        assert.equal(await store.users.findForLogin(identifier, at(0)), null);
      }
    },

    "a user is found by email and by tag": async ({ store, at }) => {
      const user = await aUser(store.users, at(0));
      const { email, tag } = user;
      const found = { kind: "user", user };
      assert.deepEqual(await store.users.findForLogin({ kind: "email", email }, at(1)), found);
      assert.deepEqual(await store.users.findForLogin({ kind: "tag", tag }, at(1)), found);
    },

    "emails and tags are compared byte by byte": async ({ store, at }) => {
      const { email, tag } = await aUser(store.users, at(0));
      for (const other of [email.toUpperCase(), `${email} `, ` ${email}`, email.slice(0, -1)]) {
        assert.equal(await store.users.findByEmail(other), null);
        const byEmail = { kind: "email", email: other } as const;
        assert.equal(await store.users.findForLogin(byEmail, at(1)), null);
      }
      for (const other of [tag.toUpperCase(), `${tag} `, tag.replace("_", "-"), `${tag}%`]) {
        assert.equal(await store.users.findForLogin({ kind: "tag", tag: other }, at(1)), null);
      }
    },

    "an email that is only claimed finds nobody": async ({ store, at }) => {
      const { email } = await aClaim(store.users, at(0));
      assert.equal(await store.users.findForLogin({ kind: "email", email }, at(1)), null);
      assert.equal(await store.users.findByEmail(email), null);
    },

    "a tag that is only claimed finds the newest live claim": async ({ store, at }) => {
      const tag = newTag();
      const older = await aClaim(store.users, at(1), { tag });
      const newer = await aClaim(store.users, at(2), { tag, expiresAt: at(100) });
      // Kept last, but made first: the order of arrival says nothing.
      await aClaim(store.users, at(0), { tag });
      const byTag = { kind: "tag", tag } as const;
      assert.deepEqual(await store.users.findForLogin(byTag, at(99)), {
        kind: "registration",
        registration: newer,
      });
      assert.deepEqual(await store.users.findForLogin(byTag, at(100)), {
        kind: "registration",
        registration: older,
      });
    },

    "a claim is found by its tag even where a user owns its email": async ({ store, at }) => {
      const { email } = await aUser(store.users, at(0));
      const claim = await aClaim(store.users, at(1), { email });
      const found = await store.users.findForLogin({ kind: "tag", tag: claim.tag }, at(2));
      assert.deepEqual(found, { kind: "registration", registration: claim });
    },

    "the user who owns a tag is found, whatever claims to it stand": async ({ store, at }) => {
      const tag = newTag();
      await aClaim(store.users, at(3), { tag });
      const user = await aUser(store.users, at(1), { tag });
      assert.deepEqual(await store.users.findForLogin({ kind: "tag", tag }, at(4)), {
        kind: "user",
        user,
      });
    },

    "a login is recorded with its time, and nothing else changes": async ({ store, at }) => {
      const user = await aUser(store.users, at(0));
      assert.equal(await store.users.commitLogin(user.id, user.epoch, at(5)), true);
      assert.deepEqual(await kept(store.users, user.id), { ...user, lastLoginAt: at(5) });
    },

    "a login of any other epoch is not recorded": async ({ store, at }) => {
      const user = await aUser(store.users, at(0));
      for (const epoch of [user.epoch - 1, user.epoch + 1]) {
        assert.equal(await store.users.commitLogin(user.id, epoch, at(5)), false);
      }
      assert.deepEqual(await kept(store.users, user.id), user);
    },

    "a login of an unknown or disabled user is not recorded": async ({ store, at }) => {
      assert.equal(await store.users.commitLogin(newId(), 1, at(0)), false);
      const user = await aUser(store.users, at(0));
      const epoch = await store.users.setDisabled(user.id, true, [], at(1));
      assert.equal(await store.users.commitLogin(user.id, Number(epoch), at(2)), false);
      assert.equal((await kept(store.users, user.id)).lastLoginAt, null);
    },

    "a disabled user is still found": async ({ store, at }) => {
      const user = await aUser(store.users, at(0));
      await store.users.setDisabled(user.id, true, [], at(1));
      const found = await store.users.findForLogin({ kind: "tag", tag: user.tag }, at(2));
      assert.deepEqual(found, { kind: "user", user: await kept(store.users, user.id) });
    },

    "a hash is replaced only where the old one is the current one": async ({ store, at }) => {
      const user = await aUser(store.users, at(0));
      assert.equal(await store.users.rehash(user.id, newHash(), newHash()), false);
      assert.equal(await store.users.rehash(newId(), newHash(), newHash()), false);
      assert.deepEqual(await kept(store.users, user.id), user);
      const stronger = newHash();
      assert.equal(await store.users.rehash(user.id, String(user.passwordHash), stronger), true);
      assert.deepEqual(await kept(store.users, user.id), { ...user, passwordHash: stronger });
    },

    "an upgrade of the hash ends no link": async ({ store, at }) => {
      const user = await aUser(store.users, at(0));
      const { digest } = await anOpenLink(store.users, user.id, at(1));
      await store.users.rehash(user.id, String(user.passwordHash), newHash());
      assert.equal((await store.users.inspectReset(user.id, digest, at(2))).outcome, "live");
    },
  },
};
