import type { Auth } from "../auth.ts";
import { AuthError } from "../errors.ts";
import { clientOf, trustIn } from "./address.ts";
import type { Endpoint, EndpointReply, Message } from "./endpoint.ts";
import { requireAuthObject } from "./guard.ts";
import { problem } from "./problem.ts";
import { describeRows } from "./openapi.ts";
import { pageEndpoints } from "./pages/pages.ts";
import { atPlace, senderOf, type Occupant } from "./place.ts";
import { asRefusal, told } from "./refusal.ts";
import { publicJson } from "./reply.ts";
import type { Exposure, Row } from "./row.ts";
import { contractName, placesOf, renamed } from "./table.ts";

/** Which part of the table is mounted. */
export interface MountOptions {
  /** Public endpoints may face the internet; internal ones must not (default: `["public"]`). */
  readonly expose?: readonly Exposure[] | undefined;
  /** `POST` renew among the public endpoints, for clients without a gateway (default: false). */
  readonly publicRenew?: boolean | undefined;
  /**
   * The pages that take somebody through a forgotten password, among the public endpoints, for
   * sites without their own (default: false). They go by links: not with `tokens.reset: "code"`.
   */
  readonly pages?: boolean | undefined;
}

/** Whoever says in which language to fail need not be believed in anything else. */
const nobody = trustIn([]);

const exposures: readonly string[] = ["public", "internal"] satisfies readonly Exposure[];

/**
 * Everything to mount, one endpoint a path.
 *
 * @param prefix what the host's router leaves before the paths in a request's `url` (nothing)
 * @throws TypeError for a renamed path of an endpoint that does not exist, that another endpoint
 * has already, or that lacks a parameter; and for pages where resets go by code.
 */
export function endpoints(
  auth: Auth,
  options: MountOptions = {},
  prefix = "",
): readonly Endpoint[] {
  const rows = mounted(auth, options);
  const { expose = ["public"], pages = false } = options;
  if (pages && auth.settings.resetBy === "code") {
    throw new TypeError(
      'pages: the reset pages go by links; leave them out, or set tokens.reset to "jwt" or "opaque"',
    );
  }
  const paged = pages && expose.includes("public") ? pageEndpoints(auth, placesOf(auth)) : [];
  refuseTwins(rows, paged);
  const { locale, trustedProxies } = auth.settings;
  const trust = trustIn(trustedProxies);
  const byPath = new Map<string, Row[]>();
  for (const row of rows) byPath.set(row.path, [...(byPath.get(row.path) ?? []), row]);
  const called = [...byPath].map(([path, offered]): Occupant => ({
    path,
    async handle(request) {
      const client = clientOf(request, trust, locale);
      try {
        const row = choose(offered, request.method);
        if (row === null) return notAllowed(offered, client.locale);
        return await row.handle({ auth, request, client });
      } catch (error) {
        return problem(told(auth, `${request.method} ${path}`, error), client.locale);
      }
    },
  }));
  return [...called, ...paged].map((occupant) => atPlace(occupant, prefix));
}

/** The part of the table that is asked for, and in public the contract of that part. */
function mounted(auth: Auth, options: MountOptions): readonly Row[] {
  requireAuthObject(auth);
  const { expose = ["public"], publicRenew = false } = options;
  const strange = expose.filter((name) => !exposures.includes(name));
  if (strange.length > 0) {
    throw new TypeError(`expose: ${strange.join(", ")}: give public, internal or both`);
  }
  const asked = renamed(auth).filter(
    (row) => expose.includes(row.exposure) || (publicRenew && row.name === "renew"),
  );
  return expose.includes("public") ? [...asked, contractOf(auth, asked)] : asked;
}

/** One of two rows at one place would never be reached; a page has its place to itself. */
function refuseTwins(rows: readonly Row[], pages: readonly Occupant[]): void {
  const paged = pages.map(({ path }) => path);
  const places = [
    ...rows.map(({ method, path }) => (paged.includes(path) ? path : `${method} ${path}`)),
    ...paged,
  ];
  const twin = places.find((place, index) => places.indexOf(place) !== index);
  if (twin !== undefined) throw new TypeError(`paths: two endpoints stand at ${twin}`);
}

/**
 * The contract of what {@link endpoints} mounts by the same options, as OpenAPI 3.1. Its server is
 * `publicUrl`; where a prefix stands before the paths, that is to say so too.
 */
export function openapi(auth: Auth, options: MountOptions = {}): Readonly<Record<string, unknown>> {
  return describeRows(mounted(auth, options), auth.settings.publicUrl);
}

/** The description of what is mounted: a public listener says nothing of internal endpoints. */
function contractOf(auth: Auth, others: readonly Row[]): Row {
  const row: Row = {
    name: contractName,
    method: "GET",
    path: auth.settings.paths[contractName] ?? "/openapi.json",
    exposure: "public",
    summary: "This contract",
    group: "service",
    success: 200,
    answer: "contract",
    shared: true,
    refuses: [],
    handle: async () => reply,
  };
  const reply = publicJson(describeRows([...others, row], auth.settings.publicUrl));
  return row;
}

/** The answer to whatever went wrong before a flow ran, in the framework's own hands too. */
export function errorReply(auth: Auth, error: unknown, message: Message): EndpointReply {
  const { locale } = clientOf(senderOf(message), nobody, auth.settings.locale);
  return problem(told(auth, "adapter", asRefusal(error)), locale);
}

function choose(offered: readonly Row[], method: string): Row | null {
  const wanted = method === "HEAD" ? "GET" : method;
  const row = offered.find((candidate) => candidate.method === wanted);
  return row === undefined || (method === "HEAD" && row.head === false) ? null : row;
}

function notAllowed(offered: readonly Row[], locale: "en" | "ru"): EndpointReply {
  const reply = problem(new AuthError("method_not_allowed"), locale);
  const allow = offered.flatMap((row) =>
    row.method === "GET" && row.head !== false ? ["GET", "HEAD"] : [row.method],
  );
  return { ...reply, headers: { ...reply.headers, allow: allow.join(", ") } };
}
