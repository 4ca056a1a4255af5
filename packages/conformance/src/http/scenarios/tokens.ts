import assert from "node:assert/strict";
import { createHmac, generateKeyPairSync, sign, type KeyObject } from "node:crypto";
import type { Door } from "../door.ts";
import type { HttpSuite } from "../harness.ts";
import { aResetToken, aSignedIn, bearer, pairOf, paths, signIn } from "../people.ts";
import { assertOk, assertRefusal } from "../refusals.ts";
import { jsonOf } from "../wire.ts";

type Fields = Readonly<Record<string, unknown>>;

const newPassword = "poetical science, 1843";
const encode = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString("base64url");
const decode = (part = ""): Fields =>
  JSON.parse(Buffer.from(part, "base64url").toString()) as Fields;

/** The key under which a door signs access tokens, so that tests can sign others with it. */
const { privateKey, publicKey } = generateKeyPairSync("ed25519");
const keys = { keys: [{ ...privateKey.export({ format: "jwk" }), kid: "one" }] };

function signed(header: Fields, claims: unknown, key: KeyObject = privateKey): string {
  const text = `${encode(header)}.${encode(claims)}`;
  return `${text}.${sign(null, Buffer.from(text), key).toString("base64url")}`;
}

function hmacSigned(header: Fields, claims: unknown, key: string): string {
  const text = `${encode(header)}.${encode(claims)}`;
  return `${text}.${createHmac("sha256", key).update(text).digest("base64url")}`;
}

/** A door whose access tokens are signed by the key above, and one such token taken apart. */
async function withKnownKey(open: (setting: object) => Promise<Door>) {
  const door = await open({ auth: { keys } });
  const { accessToken } = await aSignedIn(door);
  const [header, claims, signature = ""] = accessToken.split(".");
  return { door, accessToken, header: decode(header), claims: decode(claims), signature };
}

async function refusedAtTheDoor(door: Door, token: string): Promise<void> {
  assertRefusal(await door.get(paths.me, bearer(token)), "invalid_token");
  assertRefusal(await door.get(paths.verify, bearer(token)), "invalid_token");
}

export const tokens: HttpSuite = {
  about: "tokens as strangers send them",
  behaviours: {
    "what is signed here with the known key passes, so the refusals below are about the rest":
      async ({ open }) => {
        const { door, header, claims } = await withKnownKey(open);
        assert.deepEqual(header, { alg: "EdDSA", kid: "one", typ: "at+jwt" });
        const names = ["aud", "exp", "iat", "iss", "jti", "sid", "sub", "tag"];
        assert.deepEqual(Object.keys(claims).toSorted(), names);
        assertOk(await door.get(paths.me, bearer(signed(header, claims))));
      },

    "A-16 no algorithm, another algorithm and a public key as an HMAC key are 401": async ({
      open,
    }) => {
      const { door, header, claims, signature } = await withKnownKey(open);
      const pem = publicKey.export({ format: "pem", type: "spki" }).toString();
      const x = String(publicKey.export({ format: "jwk" }).x);
      for (const alg of ["none", "None", "nOnE", "NONE", "", "HS256", "RS256", "ES256", "eddsa"]) {
        const text = `${encode({ ...header, alg })}.${encode(claims)}`;
        await refusedAtTheDoor(door, `${text}.`);
        await refusedAtTheDoor(door, `${text}.${signature}`);
        await refusedAtTheDoor(door, signed({ ...header, alg }, claims));
      }
      for (const key of [pem, pem.trim(), x, "", "secret"]) {
        await refusedAtTheDoor(door, hmacSigned({ ...header, alg: "HS256" }, claims, key));
      }
      const { alg: _, ...without } = header;
      await refusedAtTheDoor(door, signed(without, claims));
      await refusedAtTheDoor(door, signed({ ...header, alg: ["EdDSA"] }, claims));
      await refusedAtTheDoor(
        door,
        signed(header, claims, generateKeyPairSync("ed25519").privateKey),
      );
    },

    "A-17 a kid is only looked up in memory, and no key comes with a token": async ({ open }) => {
      const { door, header, claims } = await withKnownKey(open);
      const stranger = generateKeyPairSync("ed25519");
      const kids = ["", "two", "__proto__", "constructor", "../../dev/null", "' OR 1=1--"];
      for (const kid of [...kids, "x".repeat(5000), 1, null, ["one"], { kid: "one" }]) {
        await refusedAtTheDoor(door, signed({ ...header, kid }, claims));
      }
      const jwk = stranger.publicKey.export({ format: "jwk" });
      for (const extra of [
        { jwk },
        { jku: `${door.url}/.well-known/jwks.json` },
        { x5u: `${door.url}/x` },
        { x5c: ["MII"] },
      ]) {
        await refusedAtTheDoor(door, signed({ ...header, ...extra }, claims));
        await refusedAtTheDoor(door, signed({ ...header, ...extra }, claims, stranger.privateKey));
      }
    },

    "A-18 crit, b64, zip, JWE, JSON serialisation and nested tokens are 401": async ({ open }) => {
      const { door, header, claims, accessToken } = await withKnownKey(open);
      for (const extra of [
        { crit: ["exp"], exp: 1 },
        { crit: [] },
        { b64: false },
        { zip: "DEF" },
      ]) {
        await refusedAtTheDoor(door, signed({ ...header, ...extra }, claims));
      }
      await refusedAtTheDoor(door, signed({ ...header, b64: false, crit: ["b64"] }, claims));
      await refusedAtTheDoor(door, signed({ ...header, cty: "JWT" }, accessToken));
      await refusedAtTheDoor(door, signed(header, accessToken));
      await refusedAtTheDoor(door, `${encode({ alg: "dir", enc: "A256GCM" })}..a.b.c`);
      const [head = "", payload = "", signature = ""] = accessToken.split(".");
      await refusedAtTheDoor(door, `${head}.${payload}`);
      await refusedAtTheDoor(door, `${accessToken}.`);
      await refusedAtTheDoor(door, `.${accessToken}`);
      const json = JSON.stringify({ protected: head, payload, signature });
      assertRefusal(await door.post(paths.renew, { refreshToken: json }), "invalid_token");
    },

    "A-20 claims that are missing, bent or of another service are 401 though rightly signed":
      async ({ open }) => {
        const { door, header, claims } = await withKnownKey(open);
        const { iat, exp } = claims as { iat: number; exp: number };
        const bent: readonly Fields[] = [
          ...Object.keys(claims).map((name) => ({ [name]: undefined })),
          ...Object.keys(claims).map((name) => ({ [name]: null })),
          ...Object.keys(claims).map((name) => ({ [name]: [claims[name]] })),
          { exp: String(exp) },
          { exp: exp + 0.5 },
          { exp: -1 },
          { exp: iat },
          { exp: iat - 1 },
          { exp: iat + 3601 },
          { exp: Number.MAX_SAFE_INTEGER + 1 },
          { iat: iat + 6, exp: exp + 6 },
          { iat: -1 },
          { sub: "1" },
          { sub: "x' OR '1'='1" },
          { sid: "../1" },
          { aud: "https://other.example" },
          { iss: "https://evil.example" },
          { iss: "https://auth.example.com/" },
        ];
        for (const change of bent) {
          await refusedAtTheDoor(door, signed(header, { ...claims, ...change }));
        }
        const huge = JSON.stringify({ ...claims, exp: 0 }).replace('"exp":0', '"exp":1e400');
        const text = `${encode(header)}.${Buffer.from(huge).toString("base64url")}`;
        const signature = sign(null, Buffer.from(text), privateKey).toString("base64url");
        await refusedAtTheDoor(door, `${text}.${signature}`);
        for (const payload of ["text", 1, null, [], [claims]]) {
          await refusedAtTheDoor(door, signed(header, payload));
        }
      },

    "A-20 a rightly signed token of a session or a user that is not there is 401": async ({
      open,
    }) => {
      const { door, header, claims } = await withKnownKey(open);
      const nobody = "00000000-0000-4000-8000-000000000000";
      await refusedAtTheDoor(door, signed(header, { ...claims, sid: nobody }));
      await refusedAtTheDoor(door, signed(header, { ...claims, sub: nobody }));
    },

    "A-19 a rightly signed token of another type, or of none, is 401": async ({ open }) => {
      const { door, header, claims } = await withKnownKey(open);
      const types = ["rt+jwt", "reset+jwt", "JWT", "application/at+jwt", "AT+JWT", "", null, 1];
      for (const typ of [...types, undefined]) {
        await refusedAtTheDoor(door, signed({ ...header, typ }, claims));
      }
    },

    "A-19 each token opens its own routes and no other": async ({ open }) => {
      const door = await open();
      const ada = await aSignedIn(door);
      const token = await aResetToken(door, ada);
      const { accessToken, refreshToken, code, email, registrationId } = ada;
      const held = { access: accessToken, refresh: refreshToken, reset: token, code };
      const raw = (method: string, path: string) => door.send({ method, path });
      const routes: Readonly<Record<string, (token: string) => ReturnType<Door["send"]>>> = {
        "access me": (text) => door.get(paths.me, bearer(text)),
        "access sessions": (text) => door.get(paths.sessions, bearer(text)),
        "access verify": (text) => door.get(paths.verify, bearer(text)),
        "access notes": (text) => door.get("/notes/1", bearer(text)),
        "access change": (text) =>
          door.post(paths.change, { currentPassword: "x", newPassword }, bearer(text)),
        "refresh renew by POST": (text) => door.post(paths.renew, { refreshToken: text }),
        "refresh renew by GET": (text) => raw("GET", `${paths.renew}?refreshToken=${text}`),
        "reset check": (text) => door.post(paths.check, { token: text }),
        "code confirm": (text) =>
          door.post(paths.confirm, { email, registrationId, confirmationCode: text }),
        "reset reset": (text) => door.post(paths.reset, { token: text, email, newPassword }),
        "access close": (text) => {
          const path = `${paths.sessions}/none`;
          return door.send({ method: "DELETE", path, headers: bearer(text) });
        },
        "access close all": (text) =>
          door.send({ method: "DELETE", path: paths.sessions, headers: bearer(text) }),
        "access logout by header": (text) =>
          door.send({ method: "DELETE", path: paths.logout, headers: bearer(text) }),
        "access logout by body": (text) => door.json("DELETE", paths.logout, { accessToken: text }),
        "refresh logout by body": (text) =>
          door.json("DELETE", paths.logout, { refreshToken: text }),
      };
      for (const [route, call] of Object.entries(routes)) {
        for (const [kind, text] of Object.entries(held)) {
          if (route.startsWith(kind)) continue;
          const answer = await call(text);
          assertRefusal(answer, route === "code confirm" ? "invalid_input" : "invalid_token");
        }
      }
      assertOk(await door.get(paths.me, bearer(accessToken)), 200);
      assertOk(await door.post(paths.check, { token }));
      pairOf(await door.post(paths.renew, { refreshToken }));
      const used = { email, registrationId, confirmationCode: code };
      assertRefusal(await door.post(paths.confirm, used), "invalid_code");
    },

    "A-45 only `Authorization: Bearer <token>` is looked at": async ({ open }) => {
      const door = await open();
      const { accessToken, refreshToken } = await aSignedIn(door);
      const me = (value: string) => door.get(paths.me, ["authorization", value]);
      assertOk(await me(`Bearer ${accessToken}`));
      const malformed = [
        `bearer ${accessToken}`,
        `BEARER ${accessToken}`,
        `Bearer  ${accessToken}`,
        `Bearer\t${accessToken}`,
        `Bearer ${accessToken},`,
        `Bearer ${accessToken}, Bearer ${accessToken}`,
        `Bearer ${accessToken} x`,
        `Bearer "${accessToken}"`,
        `Bearer token=${accessToken}`,
        `Bearer ${refreshToken}`,
        "Bearer",
        "Bearer ",
        "Bearer =",
        `Bearer ${"x".repeat(8193)}`,
      ];
      for (const value of malformed) assertRefusal(await me(value), "invalid_token");
      const basic = Buffer.from(`x:${accessToken}`).toString("base64");
      for (const value of [
        "",
        `Basic ${basic}`,
        `Token ${accessToken}`,
        accessToken,
        "Bearerx y",
      ]) {
        assertRefusal(await me(value), "unauthenticated");
      }
      const elsewhere = [
        door.get(`${paths.me}?access_token=${accessToken}&accessToken=${accessToken}`),
        door.get(paths.me, ["x-access-token", accessToken, "access-token", accessToken]),
        door.get(paths.me, ["cookie", `accessToken=${accessToken}; token=${accessToken}`]),
        door.get(paths.me, ["proxy-authorization", `Bearer ${accessToken}`]),
        door.get(`/notes/1?access_token=${accessToken}`),
        door.post(paths.change, { accessToken, currentPassword: "x", newPassword }),
      ];
      for (const answer of elsewhere) assertRefusal(await answer, "unauthenticated");
    },

    "A-45 two Authorization headers are 400, on our routes and on guarded ones": async ({
      open,
    }) => {
      const door = await open();
      const { accessToken } = await aSignedIn(door);
      const header = `Authorization: Bearer ${accessToken}`;
      for (const path of [paths.me, paths.verify, "/notes/1"]) {
        for (const second of [header, "Authorization: Bearer x", "authorization: Basic eDp5"]) {
          const answer = await door.raw(`GET ${path}`, [header, second]);
          assert.match(answer, /^HTTP\/1\.1 400 /);
          assert.match(answer, /"code":"malformed_request"/);
        }
      }
    },

    "A-45 a megabyte of Authorization is a 4xx": async ({ open }) => {
      const door = await open();
      const header = `Authorization: Bearer ${"x".repeat(1_000_000)}`;
      const answer = await door.raw(`GET ${paths.me}`, [header]);
      assert.match(answer, /^HTTP\/1\.1 431 /);
    },

    "renewing answers a new pair, by POST as by GET, and a replay ends that session alone": async ({
      open,
    }) => {
      const door = await open();
      const ada = await aSignedIn(door);
      const other = await signIn(door, ada);
      const second = pairOf(await door.post(paths.renew, { refreshToken: ada.refreshToken }));
      assert.notEqual(second.refreshToken, ada.refreshToken);
      const path = `${paths.renew}?refreshToken=${second.refreshToken}`;
      const third = pairOf(await door.get(path));
      assertOk(await door.get(paths.me, bearer(third.accessToken)));

      const replayed = await door.post(paths.renew, { refreshToken: ada.refreshToken });
      assertRefusal(replayed, "invalid_token");
      const newest = await door.post(paths.renew, { refreshToken: third.refreshToken });
      assertRefusal(newest, "invalid_token");
      assertRefusal(await door.get(paths.me, bearer(third.accessToken)), "invalid_token");
      assertOk(await door.get(paths.me, bearer(other.accessToken)));
    },

    "thirty renewals at once get one and the same pair": async ({ open }) => {
      const door = await open();
      const { refreshToken } = await aSignedIn(door);
      const answers = await Promise.all(
        Array.from({ length: 30 }, () => door.post(paths.renew, { refreshToken })),
      );
      assert.equal(new Set(answers.map((answer) => JSON.stringify(pairOf(answer)))).size, 1);
    },

    "the published keys are public alone, and none are where a shared secret signs": async ({
      open,
    }) => {
      const shared = await open();
      assert.deepEqual(jsonOf(await shared.get(paths.jwks)), { keys: [] });
      const door = await open({ auth: { keys } });
      const answer = await door.get(paths.jwks);
      const { x } = publicKey.export({ format: "jwk" });
      const key = { kty: "OKP", crv: "Ed25519", x, kid: "one", alg: "EdDSA", use: "sig" };
      assert.deepEqual(jsonOf(answer), { keys: [key] });
      assert.equal(answer.headers["cache-control"], "public, max-age=300");
    },
  },
};
