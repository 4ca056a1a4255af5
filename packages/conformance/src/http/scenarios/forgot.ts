import assert from "node:assert/strict";
import type { HttpSuite } from "../harness.ts";
import { aRegistration, aUser, paths, signIn, tokenOf } from "../people.ts";
import { assertOk, assertRefusal, seen } from "../refusals.ts";

const victim = "victim@example.com";

/** Spellings that some parser on the way might read as two addresses, as headers or as another. */
const treacherous = [
  `${victim},eve@evil.example`,
  `${victim}, eve@evil.example`,
  `eve@evil.example,${victim}`,
  `${victim};eve@evil.example`,
  `${victim}\r\nBcc: eve@evil.example`,
  `${victim}\nBcc: eve@evil.example`,
  `${victim}%0aBcc:eve@evil.example`,
  `${victim}\u0000@evil.example`,
  `"${victim}"@evil.example`,
  `"victim"@example.com`,
  `victim(comment)@example.com`,
  `victim@example.com(eve@evil.example)`,
  `Victim <${victim}>`,
  `<${victim}>`,
  `group:${victim},eve@evil.example;`,
  ` ${victim}`,
  `${victim} `,
  `\t${victim}`,
  `${victim}\u00a0`,
  `\ufeff${victim}`,
  `victim@example.com@evil.example`,
  `victim@evil.example@example.com`,
  `victim@example.com.`,
  `victim@example.com%2eevil.example`,
  `victim%40example.com`,
  `victim@[127.0.0.1]`,
  `victim@127.0.0.1`,
  `victim@localhost`,
  `victım@example.com`,
  `vıctim@example.com`,
  `victim@example。com`,
  `victim@exam\u00adple.com`,
  `victim@\u202eexample.com`,
  `.victim@example.com`,
  `vic..tim@example.com`,
  `victim@example..com`,
  `victim@-example.com`,
  `mailto:${victim}`,
  `${victim}?cc=eve@evil.example`,
  `victim@example.com/../evil.example`,
  `${"v".repeat(65)}@example.com`,
  `victim@${"e".repeat(64)}.com`,
];

export const forgot: HttpSuite = {
  about: "asking for a reset link",
  behaviours: {
    "A-28 an email that is no single string, or is given twice, is 400 and mails nothing": async ({
      open,
    }) => {
      const door = await open();
      await aUser(door, { email: victim });
      door.mailer.clear();
      const eve = "eve@evil.example";
      const values = [[victim], [victim, eve], { email: victim }, { 0: victim, 1: eve }, 1, true];
      for (const email of [...values, null, "", {}, []]) {
        const answer = await door.post(paths.forgot, { email });
        assert.equal(assertRefusal(answer, "invalid_input")[0], "email");
      }
      const headers = ["content-type", "application/json"];
      for (const body of [
        `{"email":"${victim}","email":"${eve}"}`,
        `{"email":"${eve}","em\\u0061il":"${victim}"}`,
      ]) {
        const answer = await door.send({ method: "POST", path: paths.forgot, headers, body });
        assertRefusal(answer, "malformed_request");
      }
      for (const name of ["Email", "email[]", "email[0]", "emails", "cc", "to"]) {
        const answer = await door.post(paths.forgot, { email: victim, [name]: eve });
        assert.equal(assertRefusal(answer, "invalid_input").length, 1);
      }
      const query = await door.post(`${paths.forgot}?email=${eve}`, {});
      assert.deepEqual(assertRefusal(query, "invalid_input"), ["email"]);
      await door.runJobs();
      assert.deepEqual(door.mailer.messages, []);
    },

    "A-29 a treacherous spelling of an address is 400, and mails nothing to anybody": async ({
      open,
    }) => {
      const door = await open();
      await aUser(door, { email: victim });
      door.mailer.clear();
      for (const email of treacherous) {
        const answer = await door.post(paths.forgot, { email });
        assert.deepEqual(assertRefusal(answer, "invalid_input"), ["email"], email);
      }
      await door.runJobs();
      assert.deepEqual(door.mailer.messages, []);
    },

    "A-29 another case of the address is the same address, and the mail goes to the stored one":
      async ({ open }) => {
        const door = await open();
        await aUser(door, { email: victim });
        door.mailer.clear();
        for (const email of ["VICTIM@EXAMPLE.COM", "victim@ＥＸＡＭＰＬＥ.com"]) {
          door.clock.advance({ minutes: 1 });
          assertOk(await door.post(paths.forgot, { email }));
        }
        await door.runJobs();
        assert.deepEqual(
          door.mailer.messages.map((mail) => mail.to),
          [victim, victim],
        );
      },

    "A-31 no header takes part in the link: it begins with what was configured": async ({
      open,
    }) => {
      const door = await open({ auth: { trustedProxies: ["127.0.0.0/8"] } });
      const ada = await aUser(door);
      const evil = "evil.example";
      const spoofs: readonly (readonly string[])[] = [
        ["host", evil],
        ["host", `auth.example.com:443@${evil}`],
        ["x-forwarded-host", evil, "x-forwarded-proto", "http", "x-forwarded-port", "8080"],
        ["x-forwarded-prefix", `//${evil}/`, "x-original-url", `http://${evil}/`],
        ["forwarded", `for=1.2.3.4;host=${evil};proto=http`],
        ["origin", `https://${evil}`, "referer", `https://${evil}/password-reset/`],
        ["x-host", evil, "x-http-host-override", evil, "x-rewrite-url", `//${evil}`],
      ];
      const form = /^https:\/\/auth\.example\.com\/password-reset\/[0-9a-f-]{36}\/[\w.-]+\/$/;
      for (const headers of spoofs) {
        door.clock.advance({ minutes: 1 });
        door.mailer.clear();
        assertOk(await door.post(paths.forgot, { email: ada.email }, headers));
        await door.runJobs();
        const mail = door.mailer.last(ada.email, "reset_link");
        assert.match(mail.data.link, form);
        assert.ok(!`${mail.subject}${mail.text}${mail.html}`.includes(evil));
      }
    },

    "A-34 twenty requests lock nobody out, mail no more than the limit, and answer the same":
      async ({ open }) => {
        const door = await open({ auth: { limits: {} } });
        const ada = await aUser(door);
        door.mailer.clear();
        const answers: unknown[] = [];
        for (let times = 0; times < 20; times += 1) {
          answers.push(seen(await door.post(paths.forgot, { email: ada.email })));
          await door.runJobs();
          await signIn(door, ada);
          door.clock.advance({ minutes: 2 });
        }
        for (const answer of answers) assert.deepEqual(answer, answers[0]);
        assert.equal(door.mailer.messages.length, 3, "three an hour");
        const over = await door.post(paths.forgot, { email: "nobody@mail.example" });
        assertRefusal(over, "rate_limited");
        assert.equal(over.headers["retry-after"], "1200");
        const { link } = door.mailer.last(ada.email, "reset_link").data;
        assertRefusal(await door.post(paths.check, { token: tokenOf(link) }), "expired_token");
      },

    "A-35 known, unknown, unconfirmed and disabled addresses are answered alike": async ({
      open,
    }) => {
      const door = await open();
      const ada = await aUser(door);
      const eve = await aUser(door);
      const unconfirmed = await aRegistration(door);
      const { accessToken } = await signIn(door, eve);
      const { userId } = await door.auth.authenticate({ accessToken }, { ip: "192.0.2.1" });
      await door.auth.disable({ userId }, { ip: "192.0.2.1" });
      door.mailer.clear();
      const emails = [ada.email, eve.email, unconfirmed.email, "nobody@mail.example"];
      const answers: unknown[] = [];
      for (const email of emails) answers.push(seen(await door.post(paths.forgot, { email })));
      for (const answer of answers) assert.deepEqual(answer, answers[0]);
      await door.runJobs();
      assert.deepEqual(
        door.mailer.messages.map((mail) => [mail.to, mail.kind]),
        [[ada.email, "reset_link"]],
      );
    },
  },
};
