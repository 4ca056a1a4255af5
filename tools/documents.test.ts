// Every fenced block of every document is read by what would read it: the compiler, a shell, a
// parser, the browser, Postgres, nginx. What runs besides, and where, stands beside the program.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { chromium, type Browser } from "playwright-core";
import { afterAll, beforeAll, describe, it } from "vitest";
import { readers } from "./documents/languages.ts";
import { readNginx } from "./documents/nginx.ts";
import { type Fence, fencesOf, pagesOf } from "./documents/pages.ts";
import { readSql } from "./documents/sql.ts";
import { typeCheck } from "./documents/type-check.ts";
import { repository } from "./fixture.ts";
import { newDatabase, serviceUrl } from "./services/client.ts";
import { ownStore } from "./strangers/own-store.ts";

const fences = pagesOf(repository).flatMap(fencesOf);
const inLanguage = (language: string): readonly Fence[] =>
  fences.filter((fence) => fence.language === language);

describe("TypeScript in the documents type-checks as it stands", () => {
  const blocks = inLanguage("ts");
  let complaints: ReadonlyMap<Fence, string>;
  beforeAll(() => {
    // What a store's author has beside the test of it.
    complaints = typeCheck(repository, blocks, { "src/index.ts": ownStore });
  }, 120_000);

  for (const block of blocks) {
    it(`${block.path}, line ${block.line}`, () => {
      assert.equal(complaints.get(block), undefined);
    });
  }

  it("and what does not is found", () => {
    const wrong = { path: "a.md", line: 1, language: "ts", program: null };
    const text = 'import { createAuth } from "@latchkey/core";\ncreateAuth({ publicURL: "" });\n';
    const [right, typo] = [
      { ...wrong, text: "export {};\n" },
      { ...wrong, text },
    ];
    const found = typeCheck(repository, [right, typo], {});
    assert.equal(found.get(right), undefined);
    assert.match(found.get(typo) ?? "", /publicURL/);
  });
});

const wrong: Readonly<Record<string, string>> = {
  json: "{a: 1}",
  yaml: "a: [1",
  html: "<a id=1 id=2>x</a>",
  sh: "if true; then",
};

for (const [language, read] of Object.entries(readers)) {
  describe(`${language} in the documents is ${language}`, () => {
    for (const { path, line, text } of inLanguage(language)) {
      it(`${path}, line ${line}`, () => assert.doesNotThrow(() => read(text)));
    }

    it("and what is none is found", () => assert.throws(() => read(wrong[language] ?? "")));
  });
}

describe("SQL in the documents is Postgres' SQL", () => {
  for (const { path, line, text } of inLanguage("sql")) {
    it(`${path}, line ${line}`, async () => {
      await assert.doesNotReject(readSql(await newDatabase(), text));
    });
  }

  it("and what is none is found", async () => {
    const database = await newDatabase();
    await readSql(database, "DROP TABLE nothing.that_exists; BEGIN; COMMIT;");
    await assert.rejects(readSql(database, "SELECT FROM WHERE;"), /syntax error/);
  });
});

describe("nginx takes what the documents give it", () => {
  for (const { path, line, text } of inLanguage("nginx")) {
    it(`${path}, line ${line}`, () => assert.doesNotReject(readNginx(text)));
  }

  it("and refuses what is none", async () => {
    await readNginx("limit_req_zone $binary_remote_addr zone=a:1m rate=1r/s;");
    await assert.rejects(readNginx("listen_on 80;"), /unknown directive/);
  });
});

describe("Mermaid draws the diagrams of the documents", () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await chromium.connect(await serviceUrl("chromium"));
  });
  afterAll(() => browser.close());

  const script = fileURLToPath(import.meta.resolve("mermaid")).replace(/[^/]*$/, "mermaid.min.js");

  /** The size of a drawing, in pixels. */
  async function draw(text: string): Promise<{ readonly width: number; readonly height: number }> {
    const page = await browser.newPage();
    try {
      await page.addScriptTag({ content: readFileSync(script, "utf8") });
      const svg = await page.evaluate<string>(
        `mermaid.render("diagram", ${JSON.stringify(text)}).then(({ svg }) => svg)`,
      );
      await page.setContent(svg);
      const box = await page.locator("svg").boundingBox();
      return box ?? { width: 0, height: 0 };
    } finally {
      await page.close();
    }
  }

  for (const { path, line, text } of inLanguage("mermaid")) {
    it(`${path}, line ${line}`, async () => {
      const { width, height } = await draw(text);
      assert.ok(width > 100 && height > 50, `${width} × ${height}`);
    });
  }

  it("and refuses what is none", async () => {
    await assert.rejects(draw("sequenceDiagram\n  A ->> : what?\n  -->"));
  });
});
