import { describe, expect, it } from "vitest";
import { linkCookie } from "./cookie.ts";

const secure = linkCookie("https://id.example.org/auth");
const plain = linkCookie("http://127.0.0.1:3000");

it("is a __Host- cookie where the service is reached by https, and a plain one on loopback", () => {
  expect(secure.keep("a.b.c", 90)).toBe(
    "__Host-latchkey-reset=a.b.c; Max-Age=90; Path=/; HttpOnly; SameSite=Lax; Secure",
  );
  expect(plain.keep("a.b.c", 90)).toBe(
    "latchkey-reset=a.b.c; Max-Age=90; Path=/; HttpOnly; SameSite=Lax",
  );
});

it("is taken away by the attributes it was set with", () => {
  for (const cookie of [secure, plain]) {
    const attributes = (line: string): readonly string[] => line.split("; ").slice(2);
    expect(attributes(cookie.clear)).toEqual(attributes(cookie.keep("x", 1)));
    expect(cookie.clear).toMatch(/^[\w-]+=; Max-Age=0; /);
  }
});

describe("what a request holds", () => {
  const name = "__Host-latchkey-reset";
  const read = (...headers: readonly string[]): string | null =>
    secure.read(headers.flatMap((header) => ["Cookie", header]));

  it("is the first cookie of exactly this name, in however many headers", () => {
    expect(read(`${name}=x`)).toBe("x");
    expect(read(`a=b; ${name}=x; ${name}=y`)).toBe("x");
    expect(read("a=b", `${name}=x`, `${name}=y`)).toBe("x");
    expect(read(`a;${name}\t= x=y \t;b`)).toBe("x=y");
    expect(read(`${name}=`)).toBe("");
  });

  it.each([
    ...["", name, `x${name}=x`, `${name}x=x`, name.toLowerCase(), `latchkey-reset=x`],
    ...["\u00a0", "\u2003", "\ufeff", "\n", "\v", "\f", "\u3000"].map(
      (space) => `${space}${name}=x`,
    ),
    ...["\u00a0", "\u2003", "\ufeff"].map((space) => `${name}${space}=x`),
  ])("V59: is nothing in %j", (header) => {
    expect(read(header)).toBeNull();
    expect(read(`${header}; ${name}=own`)).toBe("own");
  });
});
