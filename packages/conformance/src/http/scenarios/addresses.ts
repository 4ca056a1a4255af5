import assert from "node:assert/strict";
import type { Door } from "../door.ts";
import type { HttpSuite, Scene } from "../harness.ts";
import { aUser, bearer, paths, signIn } from "../people.ts";
import { assertOk } from "../refusals.ts";
import { jsonOf } from "../wire.ts";

/** One request a network, so that a second one tells whether two addresses are one client. */
function counting(open: Scene["open"], trustedProxies: readonly string[]): Promise<Door> {
  const one = { limit: 1, windowSeconds: 3600 };
  return open({ auth: { trustedProxies, limits: { forgotByNetwork: one } } });
}

async function isAllowed(door: Door, forwardedFor: string, ...more: string[]): Promise<boolean> {
  const headers = [forwardedFor, ...more].flatMap((value) => ["x-forwarded-for", value]);
  const answer = await door.post(paths.forgot, { email: "nobody@mail.example" }, headers);
  assert.ok(answer.status === 200 || answer.status === 429, answer.text);
  return answer.status === 200;
}

/** Where the newest session says it was opened from. */
async function addressSeen(door: Door, headers: readonly string[]): Promise<unknown> {
  const ada = await aUser(door);
  const { tag, password } = ada;
  const pair = assertOk(await door.post(paths.login, { tag, password }, headers));
  const answer = await door.get(paths.sessions, bearer(String(pair["accessToken"])));
  const [session] = jsonOf(answer)["sessions"] as readonly Record<string, unknown>[];
  return session?.["ip"];
}

export const addresses: HttpSuite = {
  about: "the client's address",
  behaviours: {
    "without trusted proxies no header changes who is counted": async ({ open }) => {
      const door = await counting(open, []);
      assert.equal(await isAllowed(door, "203.0.113.1"), true);
      for (const spoof of ["203.0.113.2", "::1", "10.0.0.1, 10.0.0.2", "127.0.0.1", "junk", ""]) {
        assert.equal(await isAllowed(door, spoof), false);
      }
      const others = [
        "x-real-ip",
        "forwarded",
        "x-client-ip",
        "cf-connecting-ip",
        "true-client-ip",
      ];
      for (const name of others) {
        const value = name === "forwarded" ? "for=203.0.113.3" : "203.0.113.3";
        const answer = await door.post(paths.forgot, { email: "a@mail.example" }, [name, value]);
        assert.equal(answer.status, 429, name);
      }
      assert.equal(await addressSeen(door, ["x-forwarded-for", "203.0.113.9"]), "127.0.0.1");
    },

    "a trusted proxy's last entry is the client, whatever the client wrote before it": async ({
      open,
    }) => {
      const door = await counting(open, ["127.0.0.0/8"]);
      assert.equal(await isAllowed(door, "203.0.113.1"), true);
      assert.equal(await isAllowed(door, "203.0.113.1"), false);
      assert.equal(await isAllowed(door, "198.51.100.7, 203.0.113.1"), false);
      assert.equal(await isAllowed(door, "198.51.100.8", "203.0.113.1"), false);
      assert.equal(await isAllowed(door, "junk,, ,203.0.113.1"), false);
      assert.equal(await isAllowed(door, " 203.0.113.1 "), false);
      assert.equal(await isAllowed(door, "203.0.113.1:4711"), false);
      assert.equal(await isAllowed(door, "::ffff:203.0.113.1"), false);
      assert.equal(await isAllowed(door, "203.0.113.2"), true);
      const forwarded = ["x-forwarded-for", "198.51.100.7, 203.0.113.9"];
      assert.equal(await addressSeen(door, forwarded), "203.0.113.9");
    },

    "a chain of trusted proxies is followed to the first that is not": async ({ open }) => {
      const door = await counting(open, ["127.0.0.1", "10.0.0.0/8", "2001:db8:1::/48"]);
      assert.equal(await isAllowed(door, "203.0.113.1, 10.1.2.3"), true);
      assert.equal(
        await isAllowed(door, "198.51.100.7, 203.0.113.1, 2001:db8:1::5, 10.9.9.9"),
        false,
      );
      assert.equal(await isAllowed(door, "203.0.113.1", "10.1.2.3"), false);
      assert.equal(await isAllowed(door, "198.51.100.7, 10.1.2.3"), true);
    },

    "an entry that is no address ends the walk at the proxy that wrote it": async ({ open }) => {
      const door = await counting(open, ["127.0.0.1"]);
      assert.equal(await isAllowed(door, "unknown"), true);
      for (const junk of ["", ",", "_hidden", "<script>", "1.2.3", "256.1.1.1", "1.2.3.4, evil"]) {
        assert.equal(await isAllowed(door, junk), false, junk);
      }
      assert.equal(await isAllowed(door, "fe80::1%eth0"), false);
      assert.equal(await isAllowed(door, "01.02.03.04"), false);
    },

    "IPv6 clients are counted by their /64, in any spelling": async ({ open }) => {
      const door = await counting(open, ["127.0.0.1"]);
      assert.equal(await isAllowed(door, "2001:db8::1"), true);
      const same = [
        "2001:db8::2",
        "2001:DB8:0:0:ffff::9",
        "[2001:db8::3]:443",
        "2001:db8::1.2.3.4",
      ];
      for (const spelling of same) assert.equal(await isAllowed(door, spelling), false, spelling);
      assert.equal(await isAllowed(door, "2001:db8:0:1::1"), true);
    },

    "more hops than any real chain has are not walked": async ({ open }) => {
      const door = await counting(open, ["127.0.0.1", "10.0.0.0/8"]);
      const hops = (first: string): string => `${first}${",10.0.0.1".repeat(500)}`;
      assert.equal(await isAllowed(door, hops("203.0.113.1")), true);
      assert.equal(await isAllowed(door, hops("203.0.113.2")), false);
    },

    "limits at login count the address too, and signing in gives the count back": async ({
      open,
    }) => {
      const door = await open({ auth: { limits: {}, trustedProxies: ["127.0.0.1"] } });
      const ada = await aUser(door);
      const from = (ip: string, password: string) =>
        door.post(paths.login, { tag: ada.tag, password }, ["x-forwarded-for", ip]);
      for (let times = 0; times < 5; times += 1) await from("203.0.113.1", "wrong");
      const limited = await from("203.0.113.1", ada.password);
      assert.equal(limited.status, 429);
      assert.equal((await from("203.0.113.2", ada.password)).status, 200, "the owner elsewhere");
      door.clock.advance({ seconds: 1 });
      assert.equal((await from("203.0.113.1", ada.password)).status, 200);
      for (let times = 0; times < 60; times += 1) await signIn(door, ada);
    },
  },
};
