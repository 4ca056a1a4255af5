import * as z from "zod";
import { answers } from "./answers.ts";
import {
  responseHeaders,
  responseName,
  responsesOf,
  schemaName,
  sharedResponses,
} from "./openapi-responses.ts";
import { groups, type Row } from "./row.ts";

type Json = Readonly<Record<string, unknown>>;

const about = `Accounts over HTTP. Times are RFC 3339 in UTC, durations are whole seconds.

Every refusal is \`application/problem+json\` (RFC 9457). Decide by its \`code\`; \`title\`, \`detail\` and
\`message\` are for people and follow \`Accept-Language\` (\`en\`, \`ru\`). \`errors\` names single fields.

A path answers the methods it lists. GET, HEAD, POST, PUT, PATCH or DELETE where it is not listed is
405 as in \`#/components/responses/${responseName(["method_not_allowed"])}\`.`;

/**
 * The contract of these rows as an OpenAPI 3.1 document: paths, input schemas, answers and every
 * refusal by status and code. Made of the table itself, so it cannot drift.
 */
export function describeRows(rows: readonly Row[], publicUrl: string): Json {
  const paths: Record<string, Record<string, Json>> = {};
  for (const row of rows) {
    const path = row.path.replace(/:(\w+)/g, "{$1}");
    paths[path] = { ...paths[path], ...operations(row) };
  }
  const used = Object.entries(groups).filter(([name]) => rows.some((row) => row.group === name));
  return {
    openapi: "3.1.1",
    info: { title: "Latchkey", version: "1", description: about },
    servers: [{ url: publicUrl }],
    tags: used.map(([name, description]) => ({ name, description })),
    paths,
    components: {
      schemas: { ...answerSchemas(rows), ...inputSchemas(rows) },
      responses: sharedResponses(rows),
      headers: responseHeaders,
      securitySchemes: {
        bearer: {
          ...{ type: "http", scheme: "bearer", bearerFormat: "JWT" },
          description: "The access token, as `Authorization: Bearer <token>` in exactly this form.",
        },
      },
    },
  };
}

/** A row's operation, and the HEAD that every GET but one answers too. */
function operations(row: Row): Readonly<Record<string, Json>> {
  const described = operation(row);
  const method = row.method.toLowerCase();
  if (row.method !== "GET" || row.head === false) return { [method]: described };
  const summary = `${row.summary}: the headers alone`;
  return { get: described, head: { ...described, operationId: `${row.name}Head`, summary } };
}

function operation(row: Row): Json {
  const { input } = row;
  const query = input === undefined || input.from === "body" ? [] : queryParameters(input.schema);
  const parameters = [...pathParameters(row.path), ...query];
  return {
    operationId: row.name,
    tags: [row.group],
    summary: row.summary,
    ...(row.exposure === "internal" && {
      "x-internal": true,
      description: "For the gateway alone: never reached from the internet.",
    }),
    security: security(row),
    ...(parameters.length > 0 && { parameters }),
    ...(input !== undefined &&
      input.from !== "query" && {
        requestBody: {
          description: "At most 16 KiB, in UTF-8.",
          required: input.from === "body",
          content: { "application/json": { schema: reference(inputName(row)) } },
        },
      }),
    responses: responsesOf(row),
  };
}

function security({ bearer }: Row): readonly Json[] {
  if (bearer === undefined) return [];
  return bearer === "optional" ? [{}, { bearer: [] }] : [{ bearer: [] }];
}

function answerSchemas(rows: readonly Row[]): Json {
  const named = rows.flatMap((row) => row.answer ?? []);
  const names = new Set([...named, "problem" as const]);
  return Object.fromEntries(
    [...names].map((name) => [schemaName(name), toJson(answers[name], "output")]),
  );
}

function inputSchemas(rows: readonly Row[]): Json {
  return Object.fromEntries(
    rows.flatMap((row) =>
      row.input === undefined || row.input.from === "query"
        ? []
        : [[inputName(row), fieldsOf(row.input.schema)]],
    ),
  );
}

function inputName(row: Row): string {
  return `${schemaName(row.name)}Input`;
}

function reference(name: string): Json {
  return { $ref: `#/components/schemas/${name}` };
}

function pathParameters(path: string): readonly Json[] {
  const names = [...path.matchAll(/:(\w+)/g)].map(([, name]) => name);
  return names.map((name) => ({ name, in: "path", required: true, schema: { type: "string" } }));
}

function queryParameters(input: z.ZodType): readonly Json[] {
  const { properties, required } = fieldsOf(input);
  return Object.entries(properties).map(([name, schema]) => ({
    ...{ name, in: "query", schema, required: required.includes(name) },
  }));
}

interface Fields {
  readonly properties: Readonly<Record<string, unknown>>;
  readonly required: readonly string[];
}

/** A flow's input as a client sends it: who the caller is comes from the token, not from a field. */
function fieldsOf(schema: z.ZodType): Fields {
  const json = toJson(schema, "input");
  const { caller: _, ...properties } = Object(json["properties"]) as Record<string, unknown>;
  const names = Array.isArray(json["required"]) ? json["required"] : [];
  const required = names.map(String).filter((name) => name !== "caller");
  return { ...json, properties, ...{ required } };
}

function toJson(schema: z.ZodType, io: "input" | "output"): Json {
  const { $schema: _, ...json } = z.toJSONSchema(schema, {
    io,
    override({ jsonSchema }) {
      // A format says the same as zod's pattern for it, and can be read.
      if (io === "output" && jsonSchema.format !== undefined) delete jsonSchema.pattern;
      if (jsonSchema.maximum === Number.MAX_SAFE_INTEGER) delete jsonSchema.maximum;
    },
  });
  return json;
}
