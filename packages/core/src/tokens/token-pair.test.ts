import { describe, expect, it } from "vitest";
import { aSession, later, now, secrets, tokensOf } from "../../test/forge.ts";
import { makeKeys } from "./keys.ts";
import { issueTokenPair } from "./token-pair.ts";

const tokens = tokensOf(makeKeys([secrets.newest], undefined));

describe("issueTokenPair", () => {
  it("answers both tokens and how long each still lives", async () => {
    const pair = await issueTokenPair(tokens, aSession(), "ada", now);
    expect(pair).toEqual({
      accessToken: (await tokens.access.issue(aSession(), "ada")).token,
      refreshToken: (await tokens.refresh.issue(aSession())).token,
      tokenType: "Bearer",
      expiresIn: 600,
      refreshExpiresIn: 604_800,
    });
  });

  it("gives the same tokens again for the same generation, with less time left", async () => {
    const first = await issueTokenPair(tokens, aSession(), "ada", now);
    const again = await issueTokenPair(tokens, aSession(), "ada", later(9.5));
    expect(again).toEqual({ ...first, expiresIn: 591, refreshExpiresIn: 604_791 });
  });

  it("never speaks of time below zero", async () => {
    const late = await issueTokenPair(tokens, aSession(), "ada", later(1e9));
    expect(late).toMatchObject({ expiresIn: 0, refreshExpiresIn: 0 });
  });
});
