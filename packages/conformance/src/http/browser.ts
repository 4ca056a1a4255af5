import assert from "node:assert/strict";
import type { Door } from "./door.ts";
import { send, type Answer } from "./wire.ts";

/** What a browser shows: the last answer, and where it stands. */
export interface Shown extends Answer {
  /** Where the browser stands. */
  readonly path: string;
  /** Every place that was passed on the way, first to last, with its answer. */
  readonly hops: readonly Answer[];
}

/** A browser without script: it keeps cookies, follows redirects and posts forms as they stand. */
export interface Browser {
  /** What it keeps, by name. */
  readonly cookies: Map<string, string>;
  /** Opens a place, and follows where that leads. */
  open(path: string, headers?: readonly string[]): Promise<Shown>;
  /** Posts the page's form with these values typed in. */
  submit(
    shown: Shown,
    typed: Readonly<Record<string, string>>,
    headers?: readonly string[],
  ): Promise<Shown>;
}

/** What a browser says of a form that the page itself posts, under `Referrer-Policy: no-referrer`. */
export const ownForm = ["sec-fetch-site", "same-origin", "origin", "null"] as const;
export const formType = ["content-type", "application/x-www-form-urlencoded"] as const;

/** A browser with no cookies yet. */
export function aBrowser({ url }: Pick<Door, "url">): Browser {
  const cookies = new Map<string, string>();
  const go = async (
    method: string,
    path: string,
    headers: readonly string[],
    body: string | undefined,
    hops: readonly Answer[],
  ): Promise<Shown> => {
    assert.ok(hops.length < 5, "redirected without end");
    const kept = [...cookies].map(([name, value]) => `${name}=${value}`).join("; ");
    const cookie = kept === "" ? [] : ["cookie", kept];
    const answer = await send(url, { method, path, headers: [...headers, ...cookie], body });
    for (const line of answer.headers["set-cookie"] ?? []) keep(cookies, line);
    const all = [...hops, answer];
    const { location } = answer.headers;
    if (answer.status !== 303 || location === undefined) return { ...answer, path, hops: all };
    const { pathname, search } = new URL(location, new URL(path, url));
    return go("GET", `${pathname}${search}`, languageOf(headers), undefined, all);
  };
  return {
    cookies,
    open: (path, headers = []) => go("GET", path, headers, undefined, []),
    submit(shown, typed, headers = ownForm) {
      const fields = new URLSearchParams({ ...fieldsOf(shown), ...typed }).toString();
      return go("POST", shown.path, [...formType, ...headers], fields, []);
    },
  };
}

function keep(cookies: Map<string, string>, line: string): void {
  const [pair = ""] = line.split(";");
  const name = pair.slice(0, pair.indexOf("="));
  if (/; *Max-Age=0\b/i.test(line)) cookies.delete(name);
  else cookies.set(name, pair.slice(name.length + 1));
}

function languageOf(headers: readonly string[]): readonly string[] {
  const at = headers.indexOf("accept-language");
  return at < 0 ? [] : headers.slice(at, at + 2);
}

/** The inputs of a page's form, by name, with the values they came with. */
export function fieldsOf({ text }: Pick<Answer, "text">): Readonly<Record<string, string>> {
  const inputs = [...text.matchAll(/<input\b[^>]*>/g)].map(([tag]) => tag);
  const attribute = (tag: string, name: string): string =>
    new RegExp(` ${name}="([^"]*)"`).exec(tag)?.[1] ?? "";
  return Object.fromEntries(inputs.map((tag) => [attribute(tag, "name"), attribute(tag, "value")]));
}
