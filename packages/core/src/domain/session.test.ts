import { describe, expect, it } from "vitest";
import { agentLabel, beginSession, isLive } from "./session.ts";

const now = new Date("2026-01-01T00:00:00Z");
const of = { id: "s", userId: "u", epoch: 3, ip: "192.0.2.1", agent: "curl" };
const day = 86_400;
const after = (seconds: number): Date => new Date(now.getTime() + seconds * 1000);

describe("beginSession", () => {
  it("begins in generation 0, with both ends fixed", () => {
    const lifetimes = { refreshIdleSeconds: 7 * day, sessionTtlSeconds: 30 * day };
    expect(beginSession(of, lifetimes, now)).toEqual({
      ...of,
      generation: 0,
      createdAt: now,
      rotatedAt: now,
      idleExpiresAt: after(7 * day),
      expiresAt: after(30 * day),
    });
  });

  it("A-26: never idles beyond its absolute end", () => {
    const lifetimes = { refreshIdleSeconds: 7 * day, sessionTtlSeconds: 2 * day };
    expect(beginSession(of, lifetimes, now).idleExpiresAt).toEqual(after(2 * day));
  });
});

describe("isLive", () => {
  const session = {
    ...beginSession(of, { refreshIdleSeconds: 100, sessionTtlSeconds: 1000 }, now),
  };

  it("A-26: ends exactly at its idle end, though its absolute end is far", () => {
    expect(isLive(session, after(99.999))).toBe(true);
    expect(isLive(session, after(100))).toBe(false);
  });

  it("A-26: ends exactly at its absolute end, however recently renewed", () => {
    const renewed = { ...session, idleExpiresAt: after(5000) };
    expect(isLive(renewed, after(999.999))).toBe(true);
    expect(isLive(renewed, after(1000))).toBe(false);
  });
});

describe("agentLabel", () => {
  const webkit = "AppleWebKit/537.36 (KHTML, like Gecko)";
  it.each([
    ["Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0", "Firefox/Linux"],
    ["Mozilla/5.0 (Android 15; Mobile; rv:140.0) Gecko/140.0 Firefox/140.0", "Firefox/Android"],
    [
      `Mozilla/5.0 (Windows NT 10.0; Win64) ${webkit} Chrome/140.0.0.0 Safari/537.36`,
      "Chrome/Windows",
    ],
    [
      `Mozilla/5.0 (Windows NT 10.0) ${webkit} Chrome/140.0.0.0 Safari/537.36 Edg/140.0`,
      "Edge/Windows",
    ],
    [
      `Mozilla/5.0 (Windows NT 10.0) ${webkit} Chrome/138.0 YaBrowser/25.8 Safari/537.36`,
      "Yandex/Windows",
    ],
    [`Mozilla/5.0 (X11; Linux) ${webkit} Chrome/138.0 Safari/537.36 OPR/122.0`, "Opera/Linux"],
    [
      "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 Version/18.5 Safari/605.1.15",
      "Safari/macOS",
    ],
    [
      "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 CriOS/138.0 Mobile Safari/604.1",
      "Chrome/iOS",
    ],
    ["curl/8.5.0", "curl"],
    ["Mozilla/5.0 (Linux)", "Linux"],
  ])("calls %j %j", (header, label) => {
    expect(agentLabel(header)).toBe(label);
  });

  it("calls everything else unknown, and keeps none of its text", () => {
    for (const header of [
      undefined,
      "",
      "<script>alert(1)</script>",
      "\r\nSet-Cookie: x",
      "🦊",
      "libcurl/8",
    ]) {
      expect(agentLabel(header)).toBe("unknown");
    }
  });

  it("is never longer than 16 bytes, however many names a header holds", () => {
    const names = ["Edg/", "OPR/", "YaBrowser/", "Firefox/", "Chrome/", "Safari/", "curl/"];
    const systems = ["Android", "iPhone", "Windows", "Macintosh", "Linux"];
    for (const name of names) {
      for (const system of systems) {
        expect(Buffer.byteLength(agentLabel(`${name}1 (${system})`))).toBeLessThanOrEqual(16);
      }
    }
    expect(agentLabel(`${"x".repeat(512)} Firefox/1`)).toBe("unknown");
  });
});
