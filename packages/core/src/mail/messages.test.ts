import { defaultTreeAdapter, parse, type DefaultTreeAdapterTypes } from "parse5";
import { describe, expect, it } from "vitest";
import { locales, type Locale } from "../domain/locale.ts";
import type { MailContent, MailMessage } from "../ports/mailer.ts";
import { composeMail } from "./messages.ts";

type Kind = MailContent["kind"];
type Element = DefaultTreeAdapterTypes.Element;
type Node = DefaultTreeAdapterTypes.ChildNode;

const code = "048213";
const tag = "anna_k-7";
const link = "https://app.example/password-reset/0196-uid/eyJhbGciOi.eyJz-dWI_.c2ln/?next=a&lang=b";
const at = new Date("2026-01-01T00:10:00Z");

const contents: Readonly<Record<Kind, MailContent>> = {
  confirmation_code: { kind: "confirmation_code", data: { code, tag, expiresAt: at } },
  reset_link: { kind: "reset_link", data: { link, expiresAt: at } },
  reset_code: { kind: "reset_code", data: { code, expiresAt: at } },
  password_changed: { kind: "password_changed", data: { at } },
  account_exists: { kind: "account_exists", data: { at } },
  no_account: { kind: "no_account", data: { at } },
};

function compose(content: MailContent, locale: Locale, productName = "Latchkey"): MailMessage {
  return composeMail(content, { id: "job-1", to: "anna@example.com", locale, productName });
}

const every = Object.values(contents).flatMap((content) =>
  locales.map((locale) => ({ kind: content.kind, locale, mail: compose(content, locale) })),
);

const isElement = (node: Node): node is Element => defaultTreeAdapter.isElementNode(node);
const isText = (node: Node): node is DefaultTreeAdapterTypes.TextNode =>
  defaultTreeAdapter.isTextNode(node);

/** The elements of a page, refusing whatever the HTML standard calls a parse error. */
function elementsOf(html: string): readonly Element[] {
  const errors: string[] = [];
  const onParseError = ({ code: fault }: { code: string }): unknown => errors.push(fault);
  const document = parse(html, { sourceCodeLocationInfo: true, onParseError });
  expect(errors).toEqual([]);
  const walk = (node: DefaultTreeAdapterTypes.ParentNode): Element[] =>
    node.childNodes.filter(isElement).flatMap((child) => [child, ...walk(child)]);
  return walk(document);
}

const attribute = (element: Element, name: string): string | undefined =>
  element.attrs.find((each) => each.name === name)?.value;

/** What a reader sees of a page, one line for each piece of text. */
function visibleLines(html: string): readonly string[] {
  const body = elementsOf(html).find(({ tagName }) => tagName === "body");
  const linesOf = (node: Node): string[] => {
    if (isText(node)) return [node.value.replace(/^[ \n:]+|[ \n:]+$/g, "")];
    if (!isElement(node) || attribute(node, "style")?.includes("display:none")) return [];
    return node.childNodes.flatMap(linesOf);
  };
  return (body === undefined ? [] : linesOf(body)).filter((line) => line !== "");
}

describe.each(every)("$kind in $locale", ({ kind, locale, mail }) => {
  it("carries its content, id, address and language as they were given", () => {
    const carried = { id: "job-1", to: "anna@example.com", locale };
    expect(mail).toMatchObject({ ...contents[kind], ...carried });
  });

  it("is HTML without a parse error, every element closed", () => {
    const open = elementsOf(mail.html).filter(
      ({ tagName, sourceCodeLocation }) =>
        sourceCodeLocation && !sourceCodeLocation.endTag && !isVoid(tagName),
    );
    expect(open.map(({ tagName }) => tagName)).toEqual([]);
  });

  it("names its language, its title and both colour schemes", () => {
    const elements = elementsOf(mail.html);
    const root = elements.find(({ tagName }) => tagName === "html");
    expect(root && attribute(root, "lang")).toBe(locale);
    expect(mail.html).toContain(`<title>${mail.subject}</title>`);
    expect(mail.html).toContain(`<meta name="color-scheme" content="light dark">`);
    expect(mail.html).toContain("@media (prefers-color-scheme: dark)");
  });

  it("loads nothing from anywhere and runs nothing", () => {
    const elements = elementsOf(mail.html);
    const foreign = ["img", "link", "script", "iframe", "object", "video", "audio", "form", "base"];
    expect(elements.filter(({ tagName }) => foreign.includes(tagName))).toEqual([]);
    const names = elements.flatMap(({ attrs }) => attrs.map(({ name }) => name));
    expect(names.filter((name) => /^on|src|background$|poster|action/.test(name))).toEqual([]);
    expect(mail.html).not.toMatch(/url\(|@import|http-equiv/i);
    const targets = elements
      .map((each) => attribute(each, "href"))
      .filter((to) => to !== undefined);
    expect(targets).toEqual(kind === "reset_link" ? [link, link] : []);
  });

  it("says the same in its text as in its HTML", () => {
    const shown = visibleLines(mail.html);
    const only = /^(?:If the button does not work|Если кнопка не работает)/;
    for (const line of shown.filter((each) => !only.test(each))) expect(mail.text).toContain(line);
    const told = mail.text.split("\n").map((line) => line.replace(/:$/, ""));
    for (const line of told) expect(shown.join(": ")).toContain(line);
  });

  it("keeps code, link and tag out of the subject and the preheader", () => {
    const hidden = /mso-hide:all">([^<]*)</.exec(mail.html)?.[1] ?? "";
    expect(hidden).not.toBe("");
    for (const secret of [code, link, "eyJ", "http", tag, "anna"]) {
      expect(mail.subject).not.toContain(secret);
      expect(hidden).not.toContain(secret);
    }
  });

  it("leaves a list of mails no room for more than the preheader", () => {
    const [, after = ""] =
      /mso-hide:all">[^<]*<\/div>\s*<div[^>]*display:none[^>]*>([^<]*)</.exec(mail.html) ?? [];
    const signs = after.replaceAll(/&#847;|&zwnj;|&nbsp;/g, " ");
    expect(signs).toMatch(/^ {200,}$/);
    expect(mail.html.indexOf(after)).toBeLessThan(mail.html.indexOf("<h1"));
  });

  it("leaves no hole in a sentence", () => {
    expect(`${mail.subject}${mail.text}${mail.html}`).not.toMatch(
      /undefined|null|NaN|Invalid Date|\[object|\$\{|\.\.(?!\/)| {2}\S/,
    );
    expect(mail.text).not.toMatch(/[^\P{Cc}\n]/u);
  });

  it("says when, in UTC and in the reader's own words", () => {
    expect(mail.text).toContain("00:10 UTC");
    expect(mail.text).toContain({ en: "January 1, 2026", ru: "1 января 2026" }[locale]);
  });

  it("says what to do if it was not you", () => {
    const words = { en: /was it not you|if it was not you/i, ru: /не вы\b|не вы[?, ]/i };
    expect(mail.text).toMatch(words[locale]);
  });
});

function isVoid(tagName: string): boolean {
  return ["meta", "br"].includes(tagName);
}

describe("both languages", () => {
  it.each(Object.values(contents))("build $kind of the same pieces", (content) => {
    const [en, ru] = locales.map((locale) =>
      elementsOf(compose(content, locale).html).map(({ tagName }) => tagName),
    );
    expect(en).toEqual(ru);
  });

  it.each(Object.values(contents))(
    "name the product in the subject and body of $kind",
    (content) => {
      for (const locale of locales) {
        const mail = compose(content, locale, "Ключница");
        for (const part of [mail.subject, mail.text, mail.html]) expect(part).toContain("Ключница");
      }
    },
  );
});

describe("the confirmation mail", () => {
  it.each(locales)("puts the code on a line and in an element of its own, in %s", (locale) => {
    for (const kind of ["confirmation_code", "reset_code"] as const) {
      const mail = compose(contents[kind], locale);
      expect(mail.text.split("\n")).toContain(code);
      expect(mail.html).toContain(`>${code}</td>`);
    }
  });

  it.each(locales)("names the tag that was registered, in %s", (locale) => {
    const mail = compose(contents.confirmation_code, locale);
    expect(mail.text).toMatch(new RegExp(`: ${tag}$`, "m"));
    expect(mail.html).toContain(`<strong>${tag}</strong>`);
  });

  it.each(["evil.com", "www.evil.com", "a.b.c-d.ru", "1.2.3.4", "x.y_z.io"])(
    "gives a client nothing to make a link of in the tag %s",
    (host) => {
      const data = { code, tag: host, expiresAt: at };
      for (const locale of locales) {
        const mail = compose({ kind: "confirmation_code", data }, locale);
        const shown = visibleLines(mail.html);
        for (const part of [mail.text, mail.html, shown.join("\n")])
          expect(part).not.toContain(host);
        for (const part of [mail.text, shown.join("\n")]) {
          expect(part).not.toMatch(/[\p{L}\p{N}_-]\.[\p{L}\p{N}_-]/u);
          expect(part.replaceAll("\u200a", "")).toContain(host);
        }
      }
    },
  );
});

describe("the reset mail", () => {
  it.each(locales)("has a button, and below it the link in plain text, in %s", (locale) => {
    const mail = compose(contents.reset_link, locale);
    const anchors = elementsOf(mail.html).filter(({ tagName }) => tagName === "a");
    expect(anchors.map((anchor) => attribute(anchor, "href"))).toEqual([link, link]);
    const [button = "", plain = ""] = anchors.map((anchor) => visibleTextOf(anchor));
    expect(button).not.toContain("http");
    expect(plain).toBe(link);
    expect(mail.text.split("\n")).toContain(link);
  });

  it("says to ignore it if it was not you", () => {
    expect(compose(contents.reset_link, "en").text).toContain("Ignore this mail if it was not you");
    expect(compose(contents.reset_link, "ru").text).toContain(
      "Если это были не вы, не обращайте внимания на это письмо",
    );
  });

  it.each([
    "javascript:alert(1)",
    "data:text/html,hello",
    "//app.example/reset",
    "/reset/token",
    "app.example/reset",
    "",
  ])("refuses to mail %j as a link", (hostile) => {
    const data = { link: hostile, expiresAt: at };
    expect(() => compose({ kind: "reset_link", data }, "en")).toThrow(TypeError);
  });

  it("keeps a link with hostile characters one link", () => {
    const hostile = `https://app.example/"><script>alert(1)</script>/\r\nBcc: x@y.z/it's?a="b"&c=<d>`;
    const mail = compose({ kind: "reset_link", data: { link: hostile, expiresAt: at } }, "en");
    const elements = elementsOf(mail.html);
    expect(elements.filter(({ tagName }) => tagName === "script")).toEqual([]);
    const targets = elements
      .map((each) => attribute(each, "href"))
      .filter((to) => to !== undefined);
    expect(targets).toHaveLength(2);
    expect(new Set(targets).size).toBe(1);
    expect(targets[0]).toMatch(/^https:\/\/app\.example\/[^\s"<>]*$/);
    expect(mail.text.split("\n")).toContain(targets[0]);
  });
});

function visibleTextOf(element: Element): string {
  return element.childNodes
    .filter(isText)
    .map(({ value }) => value)
    .join("");
}

describe("hostile values", () => {
  const hostileName = `<script>alert("1")</script><img src=x onerror='a'>&amp;<!-- </title>`;

  it.each(every)("stay text in $kind in $locale", ({ kind, locale }) => {
    const mail = compose(contents[kind], locale, hostileName);
    const elements = elementsOf(mail.html).map(({ tagName }) => tagName);
    expect(elements).toEqual(
      elementsOf(compose(contents[kind], locale).html).map(({ tagName }) => tagName),
    );
    expect(visibleLines(mail.html).join("\n")).toContain(hostileName);
    expect(mail.text).toContain(hostileName);
  });

  it.each(every)("break neither header nor line in $kind in $locale", ({ kind, locale }) => {
    const mail = compose(
      contents[kind],
      locale,
      "Acme\r\nBcc: evil@example.com\0\u202e\u2028\x1b[2J",
    );
    expect(mail.subject).not.toMatch(/\p{Cc}|\u2028|\u202e/u);
    expect(mail.subject).toContain("Acme Bcc: evil@example.com");
    expect(mail.text).not.toMatch(/[^\P{Cc}\n]|\u2028|\u202e/u);
    expect(mail.text).not.toMatch(/^Bcc/m);
  });

  it("are escaped and cleaned in the code and the tag, whoever let them through", () => {
    const data = { code: `<b>1\n2</b>`, tag: `"><a href='//evil'>\r\n`, expiresAt: at };
    const mail = compose({ kind: "confirmation_code", data }, "en");
    const tags = elementsOf(mail.html).map(({ tagName }) => tagName);
    expect(tags).not.toContain("b");
    expect(tags).not.toContain("a");
    expect(mail.text).toContain("<b>1 2</b>");
  });

  it("are well-formed Unicode in every part", () => {
    const mail = compose(contents.password_changed, "en", "Ac\ud800me");
    for (const part of [mail.subject, mail.text, mail.html]) {
      expect(part.isWellFormed()).toBe(true);
    }
  });
});
