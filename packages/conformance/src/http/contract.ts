import assert from "node:assert/strict";
import { Ajv2020, type ValidateFunction } from "ajv/dist/2020.js";
import formats from "ajv-formats";
import type { Answer, Sending } from "./wire.ts";

type Json = Readonly<Record<string, unknown>>;

/** Holds an answer against the contract; what is on no path of it is the host's own. */
export type ContractCheck = (sending: Sending, answer: Answer) => void;

interface Header {
  readonly required?: boolean;
  readonly schema: Json;
}

interface Response {
  readonly headers?: Readonly<Record<string, Json>>;
  readonly content?: Readonly<Record<string, { readonly schema: Json }>>;
}

interface Operation {
  readonly requestBody?: { readonly content: Readonly<Record<string, { readonly schema: Json }>> };
  readonly responses: Readonly<Record<string, Json>>;
}

/** As much of an OpenAPI document as is read here. */
export interface Contract {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components: Json;
}

/** What every path answers; other methods are the host's business. */
const routed = new Set(["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"]);

/** Headers that mean something to a client: none of them may come undescribed. */
const meaningful = ["allow", "content-language", "retry-after", "set-cookie", "www-authenticate"];

/** Many servers of a suite have one contract, and schemas take long to compile. */
const checks = new Map<string, ContractCheck>();

/**
 * What a contract says of answers: that their status is described, that every header described is
 * there and no other that means something, and that type and body are what the status promises.
 * And of requests: what was accepted is what the contract allows to be sent.
 *
 * @param prefix stands before every path of the contract
 */
export function contractCheck(document: Json, prefix = ""): ContractCheck {
  const key = `${prefix} ${JSON.stringify(document)}`;
  const known = checks.get(key);
  if (known !== undefined) return known;
  // It is read as it stands; whether it is OpenAPI at all is tested where it is made.
  const check = makeCheck(document as unknown as Contract, prefix);
  checks.set(key, check);
  return check;
}

function makeCheck(contract: Contract, prefix: string): ContractCheck {
  const validate = validatorOf(contract);
  const resolve = (part: Json): unknown => {
    const { $ref } = part as { readonly $ref?: string };
    if ($ref === undefined) return part;
    const steps = $ref.slice(2).split("/");
    return steps.reduce<unknown>((value, step) => (value as Json)[step], contract);
  };
  const templates = Object.entries(contract.paths).map(
    ([path, operations]) => [patternOf(prefix + path), operations] as const,
  );

  return (sending, answer) => {
    const [path = "", ...query] = sending.path.split("?");
    // A target with a fragment is no target (RFC 9112, section 3.2), and on no path.
    if (query.join().includes("#")) return;
    const operations = templates.find(([pattern]) => pattern.test(path))?.[1];
    if (operations === undefined || !routed.has(sending.method)) return;
    const operation = operations[sending.method.toLowerCase()];
    if (operation === undefined) {
      assert.equal(answer.status, 405, `${answer.asked}: not in the contract, and not 405`);
      const offered = Object.keys(operations).map((name) => name.toUpperCase());
      const { allow } = answer.headers;
      assert.equal(allow, offered.join(", "), `${answer.asked}: allow is ${String(allow)}`);
    }
    const responses = operation?.responses ?? {
      405: { $ref: "#/components/responses/method_not_allowed" },
    };
    const described = responses[answer.status];
    assert.ok(described !== undefined, `${answer.asked}: ${answer.status} is not in the contract`);
    const response = resolve(described) as Response;
    assertHeaders(answer, response, (part) => resolve(part) as Header, validate);
    assertBody(sending, answer, response, validate);
    if (answer.status < 300) assertAllowed(sending, operation, validate);
  };
}

type Validate = (schema: Json, value: unknown, what: string) => void;

function validatorOf({ components }: Contract): Validate {
  const ajv = new Ajv2020({ allErrors: true, strictRequired: false });
  formats.default(ajv);
  // Looked at by nobody: whether an address can be mailed to is the endpoint's to say.
  ajv.addFormat("idn-email", true);
  ajv.addVocabulary(["components"]);
  const compiled = new Map<Json, ValidateFunction>();
  return (schema, value, what) => {
    const known = compiled.get(schema) ?? ajv.compile({ components, ...schema });
    compiled.set(schema, known);
    assert.ok(known(value), `${what}: ${ajv.errorsText(known.errors)}`);
  };
}

function patternOf(path: string): RegExp {
  const literal = path.replace(/[.*+?^$()|[\]\\]/g, "\\$&");
  return new RegExp(`^${literal.replace(/\{\w+\}/g, "[^/]+")}$`);
}

function assertHeaders(
  answer: Answer,
  response: Response,
  resolve: (part: Json) => Header,
  validate: Validate,
): void {
  const { headers = {} } = response;
  for (const [name, part] of Object.entries(headers)) {
    const { schema, required } = resolve(part);
    const value = answer.headers[name];
    if (value === undefined && required !== true) continue;
    assert.ok(typeof value === "string", `${answer.asked}: ${answer.status} without ${name}`);
    const typed = schema["type"] === "integer" ? Number(value) : value;
    validate(schema, typed, `${answer.asked}: ${name}`);
  }
  const surprising = meaningful.filter((name) => name in answer.headers && !(name in headers));
  assert.deepEqual(surprising, [], `${answer.asked}: headers that are not in the contract`);
}

function assertBody(
  sending: Sending,
  answer: Answer,
  { content = {} }: Response,
  validate: Validate,
): void {
  const [type, ...others] = Object.keys(content);
  assert.deepEqual(others, [], "one type an answer");
  const given = answer.headers["content-type"];
  if (type === undefined) {
    assert.deepEqual([given, answer.text], [undefined, ""], `${answer.asked}: a body`);
    return;
  }
  assert.equal(given, `${type}; charset=utf-8`, `${answer.asked}: the type is ${String(given)}`);
  if (sending.method === "HEAD") return assert.equal(answer.text, "", `${answer.asked}: a body`);
  const schema = content[type]?.schema ?? {};
  validate(schema, JSON.parse(answer.text), `${answer.asked}: ${answer.status}`);
}

/** What an endpoint took must be what the contract says it takes. */
function assertAllowed(
  { body, method, path }: Sending,
  operation: Operation | undefined,
  validate: Validate,
): void {
  if (body === undefined || body.length === 0) return;
  const schema = operation?.requestBody?.content["application/json"]?.schema;
  // An endpoint without a body ignores whatever comes as one.
  if (schema === undefined) return;
  const text = typeof body === "string" ? body : Buffer.from(body).toString();
  validate(schema, JSON.parse(text), `${method} ${path}: what was sent`);
}
