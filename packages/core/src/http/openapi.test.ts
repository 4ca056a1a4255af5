import { Validator } from "@seriousme/openapi-schema-validator";
import { Ajv2020 } from "ajv/dist/2020.js";
import { describe, expect, it } from "vitest";
import { byCode, makeWorld, type WorldOptions } from "../../test/world.ts";
import { openapi, type MountOptions } from "./mount.ts";

type Json = Record<string, unknown>;

interface Operation extends Json {
  readonly operationId: string;
  readonly tags: readonly string[];
  readonly parameters?: readonly { readonly name: string; readonly in: string }[];
  readonly responses: Readonly<Record<string, unknown>>;
}

interface Contract extends Json {
  readonly servers: readonly { readonly url: string }[];
  readonly tags: readonly { readonly name: string }[];
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components: Readonly<Record<string, Record<string, Json>>>;
}

const renamedPaths = { login: "/sign-in", contract: "/api.json", closeSession: "/:tenant/s/:id" };

const mounts: Readonly<Record<string, readonly [MountOptions, WorldOptions?]>> = {
  public: [{}],
  internal: [{ expose: ["internal"] }],
  both: [{ expose: ["public", "internal"] }],
  "public with renewal": [{ publicRenew: true }],
  renamed: [{ expose: ["public", "internal"] }, { paths: renamedPaths }],
  "by code": [{ expose: ["public", "internal"] }, byCode],
  nothing: [{ expose: [] }],
};

function contractOf(mount: keyof typeof mounts): Contract {
  const [options, world] = mounts[mount] ?? [];
  // As it arrives: what JSON drops is not there.
  return JSON.parse(JSON.stringify(openapi(makeWorld(world).auth, options))) as Contract;
}

/** What two validators have against a document, one of OpenAPI 3.1 and one of its schemas. */
async function faultsOf(contract: Contract): Promise<readonly unknown[]> {
  const validator = new Validator();
  const { valid, errors = [] } = await validator.validate(structuredClone(contract));
  const ajv = new Ajv2020();
  const schemas = Object.values(contract.components["schemas"] ?? {});
  const bad = schemas.filter((schema) => ajv.validateSchema(schema) !== true);
  return valid && validator.version === "3.1" ? bad : [errors, ...bad];
}

function operationsOf({ paths }: Contract): readonly [path: string, Operation][] {
  return Object.entries(paths).flatMap(([path, methods]) =>
    Object.values(methods).map((operation): [string, Operation] => [path, operation]),
  );
}

/** Every `$ref` of a document. */
function referencesIn(value: unknown): readonly string[] {
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) =>
    key === "$ref" ? [String(inner)] : referencesIn(inner),
  );
}

function resolve(contract: Contract, reference: string): unknown {
  const steps = reference.replace(/^#\//, "").split("/");
  return steps.reduce<unknown>((value, step) => (value as Json | undefined)?.[step], contract);
}

describe.each(Object.keys(mounts))("the contract of a mount: %s", (mount) => {
  const contract = contractOf(mount);

  it("is OpenAPI 3.1", async () => {
    expect(await faultsOf(contract)).toEqual([]);
  });

  it("says each operation's name once, in a chapter that is introduced", () => {
    const all = operationsOf(contract).map(([, operation]) => operation);
    const names = all.map(({ operationId }) => operationId);
    expect(new Set(names).size).toBe(names.length);
    const chapters = contract.tags.map(({ name }) => name);
    expect(new Set(all.flatMap(({ tags }) => tags))).toEqual(new Set(chapters));
  });

  it("describes every parameter of every path", () => {
    for (const [path, { parameters = [] }] of operationsOf(contract)) {
      const inPath = parameters.filter((parameter) => parameter.in === "path");
      const given = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name);
      expect(inPath.map(({ name }) => name)).toEqual(given);
    }
  });

  it("refers to nothing that is not there, and keeps nothing that nobody refers to", () => {
    const references = new Set(referencesIn(contract));
    for (const reference of references) {
      expect([reference, resolve(contract, reference)]).not.toContain(undefined);
    }
    const known = Object.entries(contract.components).flatMap(([kind, members]) =>
      Object.keys(members).map((name) => `#/components/${kind}/${name}`),
    );
    const unused = known.filter((reference) => !references.has(reference));
    // The first is named by a rule in words, the second by its own name.
    const expected = [
      "#/components/responses/method_not_allowed",
      "#/components/securitySchemes/bearer",
    ];
    expect(unused.filter((name) => !/headers/.test(name)).toSorted()).toEqual(expected);
  });
});

describe("the contract", () => {
  it("lists itself and HEAD, so that what a path does not list is 405", () => {
    const methods = Object.entries(contractOf("both").paths).map(
      ([path, offered]) => `${Object.keys(offered).join(" ")} ${path}`,
    );
    expect(methods).toContain("get head /openapi.json");
    expect(methods).toContain("get post /api/v1/tokens/renew");
    expect(methods).toContain("get head delete /api/v1/sessions");
  });

  it("stands at publicUrl, under the names the application gave", () => {
    const { servers, paths } = contractOf("renamed");
    expect(servers).toEqual([{ url: "https://id.example.org" }]);
    expect(Object.keys(paths)).toEqual(
      expect.arrayContaining(["/sign-in", "/api.json", "/{tenant}/s/{id}"]),
    );
  });

  it("says which operations want a token, which take one, and which are the gateway's", () => {
    const securityOf = Object.fromEntries(
      operationsOf(contractOf("both")).map(([, operation]) => [
        operation.operationId,
        [JSON.stringify(operation["security"]), operation["x-internal"] ?? false],
      ]),
    );
    expect(securityOf["login"]).toEqual(["[]", false]);
    expect(securityOf["me"]).toEqual(['[{"bearer":[]}]', false]);
    expect(securityOf["logout"]).toEqual(['[{},{"bearer":[]}]', false]);
    expect(securityOf["verify"]).toEqual(['[{"bearer":[]}]', true]);
  });

  it("shows values for what people type, and their bounds", () => {
    const { properties } = contractOf("public").components["schemas"]?.["RegisterInput"] ?? {};
    expect(properties).toMatchObject({
      firstName: { type: "string", examples: ["Ada"] },
      email: { format: "idn-email", maxLength: 254, examples: ["ada@mail.example"] },
      tag: { pattern: "^[A-Za-z0-9_.-]{3,32}$" },
      password: { format: "password", maxLength: 128 },
    });
  });
});

describe("a contract that was bent on purpose", () => {
  const bends: Readonly<Record<string, (contract: Contract) => void>> = {
    "without a title": (contract) => delete (contract["info"] as Json)["title"],
    "of no version": (contract) => (contract["openapi"] = "3.1"),
    "with a path that does not begin with a slash": ({ paths }) =>
      Object.assign(paths, { "x/y": {} }),
    "with an operation that answers nothing": ({ paths }) =>
      Object.assign(Object.values(paths["/openapi.json"] ?? {})[0] ?? {}, { responses: {} }),
    "with a status that is none": ({ paths }) =>
      Object.assign(paths["/openapi.json"]?.["get"]?.responses ?? {}, { "2000": {} }),
    "with a response that says nothing": ({ components }) => {
      delete components["responses"]?.["internal"]?.["description"];
    },
    "with a parameter in nowhere": ({ paths }) =>
      Object.assign(paths["/api/v1/sessions/{id}"]?.["delete"]?.parameters?.[0] ?? {}, { in: "x" }),
    "with a schema whose type is none": ({ components }) =>
      Object.assign(components["schemas"]?.["TokenPair"] ?? {}, { type: "record" }),
    "with a security scheme of no kind": ({ components }) =>
      Object.assign(components["securitySchemes"]?.["bearer"] ?? {}, { type: "jwt" }),
  };

  it.each(Object.keys(bends))("%s is refused", async (bend) => {
    const contract = contractOf("both");
    bends[bend]?.(contract);
    expect(await faultsOf(contract)).not.toEqual([]);
  });
});
