import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Answers } from "./answers.ts";

const templates = join(import.meta.dirname, "..", "templates");

/** What npm would not pack under its own name. */
const realNames: Readonly<Record<string, string>> = {
  gitignore: ".gitignore",
  "env.example": ".env.example",
};

const places: Readonly<Record<Answers["language"], Readonly<Record<Answers["stores"], string>>>> = {
  en: {
    memory: "in memory until it stops",
    postgres: "in Postgres (`POSTGRES_URL` in `.env`)",
    "postgres-redis": "in Postgres and Redis (`POSTGRES_URL`, `REDIS_URL` in `.env`)",
  },
  ru: {
    memory: "в памяти до остановки",
    postgres: "в Postgres (`POSTGRES_URL` в `.env`)",
    "postgres-redis": "в Postgres и Redis (`POSTGRES_URL`, `REDIS_URL` в `.env`)",
  },
};

const dependencies: Readonly<Record<Answers["framework"] | Answers["stores"], readonly string[]>> =
  {
    fastify: ["@latchkey/adapter-fastify", "fastify"],
    express: ["@latchkey/adapter-express", "express"],
    memory: [],
    postgres: ["@latchkey/store-postgres", "kysely", "pg"],
    "postgres-redis": [
      "@latchkey/store-postgres",
      "@latchkey/store-redis",
      "ioredis",
      "kysely",
      "pg",
    ],
  };

const types: Readonly<Record<string, string>> = { express: "@types/express", pg: "@types/pg" };

export interface Made {
  /** Of the project: a name npm takes. */
  readonly name: string;
  /** Of this package, and of every Latchkey package in the project. */
  readonly version: string;
  /** A fresh secret, for `.env` alone. */
  readonly secret: string;
}

/** Every file of the project, by its path with forward slashes. */
export function projectFiles(answers: Answers, made: Made): ReadonlyMap<string, string> {
  const { framework, stores, language } = answers;
  const words = {
    name: made.name,
    framework: framework === "fastify" ? "Fastify" : "Express",
    place: places[language][stores],
    language,
    secret: "",
  };
  const files = new Map([["package.json", packageJson(answers, made)]]);
  for (const folder of ["base", framework, stores, language]) {
    for (const { path, text } of filesIn(folder)) {
      files.set(path, fill(text, words));
      if (path === ".env.example") files.set(".env", fill(text, { ...words, secret: made.secret }));
    }
  }
  return files;
}

function packageJson({ framework, stores }: Answers, { name, version }: Made): string {
  const versions = JSON.parse(readFileSync(join(templates, "versions.json"), "utf8")) as Readonly<
    Record<string, string>
  >;
  const needed = ["@latchkey/core", ...dependencies[framework], ...dependencies[stores]].toSorted();
  const forTypes = needed.flatMap((library) => types[library] ?? []);
  const versionOf = (library: string): [string, string | undefined] => [
    library,
    library.startsWith("@latchkey/") ? version : versions[library],
  ];
  const manifest = {
    name,
    private: true,
    type: "module",
    scripts: {
      start: "node --env-file=.env src/main.ts",
      test: 'tsc && node --test "test/**/*.test.ts"',
    },
    dependencies: Object.fromEntries(needed.map(versionOf)),
    devDependencies: Object.fromEntries(
      [...forTypes, "@types/node", "typescript"].toSorted().map(versionOf),
    ),
    engines: { node: ">=22.18" },
  };
  return `${JSON.stringify(manifest, null, 2)}\n`;
}

function filesIn(folder: string): readonly { readonly path: string; readonly text: string }[] {
  const root = join(templates, folder);
  return readdirSync(root, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => {
      const file = join(entry.parentPath, entry.name);
      const path = file.slice(root.length + 1).replaceAll("\\", "/");
      return { path: realNames[path] ?? path, text: readFileSync(file, "utf8") };
    });
}

function fill(text: string, words: Readonly<Record<string, string>>): string {
  return text.replaceAll(/\{\{(\w+)\}\}/g, (placeholder, word: string) => {
    const value = words[word];
    if (value === undefined) throw new Error(`a template asks for ${placeholder}`);
    return value;
  });
}
