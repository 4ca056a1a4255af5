import type { Session } from "@latchkey/core/ports";
import { randomUUID } from "node:crypto";
import { describe, expect, it } from "vitest";
import { packDigest, packId, unpackId } from "./id.ts";
import { packSession, unpackSession } from "./session.ts";

const session: Session = {
  id: randomUUID(),
  userId: randomUUID(),
  epoch: 0,
  generation: 0,
  createdAt: new Date("2026-01-01T00:00:00.001Z"),
  rotatedAt: new Date("2026-01-02T00:00:00.020Z"),
  idleExpiresAt: new Date("2026-01-09T00:00:00.300Z"),
  expiresAt: new Date("2099-01-31T00:00:00.999Z"),
  ip: "192.0.2.1",
  agent: "Firefox/Linux",
};

describe("a packed session", () => {
  const variants: readonly Partial<Session>[] = [
    {},
    { epoch: 127, generation: 128 },
    { epoch: 2 ** 53 - 1, generation: 2 ** 40 },
    { createdAt: new Date(0) },
    { agent: "", ip: "" },
    { agent: "Яндекс/iOS", ip: "2001:db8::1" },
  ];
  it.each(variants)("comes back with %o", (own) => {
    const whole = { ...session, ...own };
    expect(unpackSession(whole.userId, whole.id, packSession(whole))).toEqual(whole);
  });

  it("stays within the 64 bytes that Redis keeps compact", () => {
    const longest = { ip: "2001:db8:1:2:3:4:5:6", agent: "Firefox/Android!", epoch: 16_383 };
    expect(packSession({ ...session, ...longest, generation: 16_383 }).length).toBeLessThanOrEqual(
      64,
    );
  });

  it.each([{ epoch: -1 }, { generation: 0.5 }, { expiresAt: new Date(Number.NaN) }])(
    "is refused with %o",
    (own) => {
      expect(() => packSession({ ...session, ...own })).toThrow(RangeError);
    },
  );
});

describe("a packed id", () => {
  const ids = [
    randomUUID(),
    "",
    "user 7",
    "exactly 16 bytes",
    "17 bytes, or more",
    randomUUID().toUpperCase(),
  ];
  it.each(ids)("%j comes back", (id) => {
    expect(unpackId(packId(id))).toBe(id);
  });

  it("of a UUID is its bytes, and no other id has that length", () => {
    expect(ids.map((id) => packId(id).length === 16)).toEqual([
      true,
      false,
      false,
      false,
      false,
      false,
    ]);
  });
});

describe("a packed digest", () => {
  it("is its bytes, where these say all", () => {
    const digest = Buffer.alloc(32, 7).toString("base64url");
    expect(packDigest(digest)).toEqual(Buffer.alloc(32, 7));
    expect(packDigest(`${digest}=`)).not.toEqual(packDigest(digest));
    expect(packDigest("short").toString()).toBe("text:short");
  });
});
