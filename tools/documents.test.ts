// Every fenced block of every document is read by what would read it: the compiler, a shell, a
// parser, the browser, Postgres, nginx. What runs besides, and where, stands beside the program.
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { chromium, type Browser, type Page } from "playwright-core";
import { afterAll, beforeAll, describe, it } from "vitest";
import { readers } from "./documents/languages.ts";
import { readNginx } from "./documents/nginx.ts";
import { type Fence, fencesOf, pagesOf } from "./documents/pages.ts";
import { readSql } from "./documents/sql.ts";
import { typeCheck } from "./documents/type-check.ts";
import { repository } from "./fixture.ts";
import { newDatabase, serviceUrl } from "./services/client.ts";
import { blockIn } from "./strangers/blocks.ts";
import { ownStore } from "./strangers/own-store.ts";

const fences = pagesOf(repository).flatMap(fencesOf);
const textOf = (path: string): string => readFileSync(`${repository}/${path}`, "utf8");
const inLanguage = (language: string): readonly Fence[] =>
  fences.filter((fence) => fence.language === language);

describe("TypeScript in the documents type-checks as it stands", () => {
  // What repeats a program to the letter is checked as that program.
  const blocks = inLanguage("ts").filter(({ program }) => program === null);
  let complaints: ReadonlyMap<Fence, string>;
  beforeAll(() => {
    complaints = typeCheck(repository, blocks, {
      // What a store's author has beside the test of it.
      "src/index.ts": ownStore,
      // What a page's author has copied.
      "src/page-session.ts": textOf("examples/recipes/src/page-session.ts"),
    });
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

describe("programs that stand in the documents alone", () => {
  const blockOf = (path: string, containing: string): string =>
    blockIn(textOf(path), "ts", containing, path);

  it("docs/testing.md: the tests in it pass", async () => {
    const folder = mkdtempSync(`${repository}/tools/documents/.blocks-`);
    try {
      writeFileSync(`${folder}/notes.test.ts`, blockOf("docs/testing.md", "node:test"));
      const flags = ["--conditions=@latchkey/source", "--test-reporter=tap", "--test"];
      const given = [...flags, `${folder}/notes.test.ts`];
      const { stdout } = await promisify(execFile)(process.execPath, given, { env: { PATH: "" } });
      assert.match(stdout, /^# pass 2$/m);
      assert.match(stdout, /^# fail 0$/m);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it("docs/recipes/custom-store.md: the store and its test are those that strangers run", () => {
    const recipe = "docs/recipes/custom-store.md";
    assert.equal(blockOf(recipe, "openClient(): Promise"), ownStore);
    const test = blockOf("docs/stores.md", "sessionStoreConformance");
    assert.equal(blockOf(recipe, "sessionStoreConformance"), test);
    assert.ok(test.split("\n").length < 40);
  });
});

describe("Mermaid draws the diagrams of the documents", () => {
  let browser: Browser;
  let page: Page;
  beforeAll(async () => {
    browser = await chromium.connect(await serviceUrl("chromium"));
    page = await browser.newPage();
    const module = fileURLToPath(import.meta.resolve("mermaid"));
    const content = readFileSync(module.replace(/[^/]*$/, "mermaid.min.js"), "utf8");
    await page.addScriptTag({ content });
  }, 300_000);
  afterAll(() => browser.close());

  /** The size of a drawing, in pixels. */
  async function draw(text: string): Promise<{ readonly width: number; readonly height: number }> {
    const svg = await page.evaluate<string>(
      `mermaid.render("diagram", ${JSON.stringify(text)}).then(({ svg }) => svg)`,
    );
    await page.evaluate(`document.body.innerHTML = ${JSON.stringify(svg)}`);
    return (await page.locator("svg").boundingBox()) ?? { width: 0, height: 0 };
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
