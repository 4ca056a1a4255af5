import assert from "node:assert/strict";
import { randomBytes, randomUUID } from "node:crypto";
import type { HttpSuite } from "../harness.ts";
import { openPaged } from "../page-checks.ts";
import { aResetToken, aUser, paths } from "../people.ts";
import { assertOk, assertRefusal, seen } from "../refusals.ts";

const newPassword = "poetical science, 1843";

export const opaqueLinks: HttpSuite = {
  about: "what only a store can tell of a link",
  behaviours: {
    "the token is the user's id and 32 bytes, and goes into the link as it is": async ({
      open,
    }) => {
      const door = await open();
      const ada = await aUser(door);
      const token = await aResetToken(door, ada);
      assert.match(token, /^[0-9a-f-]{36}\.[\w-]{43}$/);
      const { link } = door.mailer.last(ada.email, "reset_link").data;
      assert.ok(link.endsWith(`/password-reset/${token.slice(0, 36)}/${token}/`), link);
    },

    "what was never given out is refused as what is used up, byte for byte, for user and nobody":
      async ({ open }) => {
        const door = await open();
        const ada = await aUser(door);
        const used = await aResetToken(door, ada);
        const { email } = ada;
        const spend = () => door.post(paths.reset, { token: used, email, newPassword });
        assertOk(await spend());
        const gone = seen(await spend());
        door.clock.advance({ seconds: 1 });
        const token = await aResetToken(door, ada);
        const bytes = randomBytes(32).toString("base64url");
        const own = used.slice(0, 36);
        for (const userId of [own, randomUUID()]) {
          door.calls.length = 0;
          const fields = { token: `${userId}.${bytes}`, email, newPassword };
          const answer = await door.post(paths.reset, fields);
          assertRefusal(answer, "expired_token");
          assert.deepEqual(seen(answer), gone);
          assert.deepEqual(door.calls, ["users.inspectReset"]);
          const check = await door.post(paths.check, { token: fields.token });
          assertRefusal(check, "expired_token");
        }
        assertOk(await door.post(paths.reset, { token, email, newPassword }));
      },

    "a link never given out gets the page of a dead one, and no cookie": async ({ open }) => {
      const door = await openPaged(open);
      const ada = await aUser(door);
      const uid = (await aResetToken(door, ada)).slice(0, 36);
      const token = `${uid}.${randomBytes(32).toString("base64url")}`;
      const answer = await door.get(`/password-reset/${uid}/${token}/`);
      assert.equal(answer.status, 400);
      assert.equal(answer.headers["set-cookie"], undefined);
    },
  },
};
