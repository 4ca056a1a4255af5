import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { describe, it } from "vitest";
import { parse } from "yaml";

const text = readFileSync(new URL("../../../docs/gateway.md", import.meta.url), "utf8");
const nginx = readFileSync(new URL("../nginx/nginx.conf.template", import.meta.url), "utf8");

/** What docs/gateway.md says to give to a gateway. */
function configuration(name: string): string {
  const block = new RegExp(`<!-- config: ${name} -->\\n\\n\`\`\`\\w+\\n([\\s\\S]*?)\`\`\``).exec(
    text,
  );
  assert.ok(block?.[1] !== undefined, name);
  return block[1];
}

type Tree = Readonly<Record<string, unknown>>;

/** Every value that is found under this key, however deep. */
function under(key: string, tree: unknown): readonly unknown[] {
  if (typeof tree !== "object" || tree === null) return [];
  return Object.entries(tree as Tree).flatMap(([name, value]) => [
    ...(name === key ? [value] : []),
    ...under(key, value),
  ]);
}

const gateways = ["traefik", "envoy", "caddy"] as const;
const identity = ["x-user-id", "x-user-tag", "x-session-id"];
/** A path below each of nginx' own locations, but for the application's. */
const paths = [...nginx.matchAll(/location (=?) ?(\/(?:api|\.well-known|openapi|pass)\S*)/g)].map(
  ([, exact, path = ""]) => (exact === "=" || !path.endsWith("/") ? path : `${path}x`),
);

/** Whether a gateway sends a path anywhere. */
const routes: Readonly<Record<(typeof gateways)[number], (path: string) => boolean>> = {
  traefik(path) {
    const rules = under("rule", parse(configuration("traefik"))).join(" ");
    return [...rules.matchAll(/(Path|PathPrefix)\(`([^`]+)`\)/g)].some(([, kind, wanted = ""]) =>
      kind === "Path" ? path === wanted : path.startsWith(wanted),
    );
  },
  envoy(path) {
    const [listener] = under("listeners", parse(configuration("envoy"))) as readonly unknown[][];
    return under("match", listener?.[0]).some((match) => {
      const [regex] = under("regex", match);
      const { path: exact, prefix = "\n" } = match as Readonly<Record<string, string>>;
      if (typeof regex === "string") return new RegExp(`^(?:${regex})$`).test(path);
      return path === exact || path.startsWith(prefix);
    });
  },
  caddy(path) {
    const lines = configuration("caddy").matchAll(/^\s*(?:@public path|handle) (\/.*?)(?: \{)?$/gm);
    return [...lines]
      .flatMap(([, wanted = ""]) => wanted.split(" "))
      .some((wanted) =>
        wanted.endsWith("*") ? path.startsWith(wanted.slice(0, -1)) : path === wanted,
      );
  },
};

describe("the gateways of docs/gateway.md", () => {
  it.each(gateways)("%s: serves what nginx serves, and nothing that is internal", (name) => {
    assert.equal(paths.length, 10);
    for (const path of [...paths, "/app/notes"]) assert.ok(routes[name](path), path);
    for (const path of ["/api/v1/tokens/verify", "/readyz", "/dev/mailbox", "/", "/_verify"]) {
      assert.ok(!routes[name](path), path);
    }
    const config = configuration(name);
    assert.match(config, /\/api\/v1\/tokens\/verify/);
    for (const header of identity) assert.ok(config.toLowerCase().includes(header), header);
  });

  it("Traefik: the YAML names no middleware or service that it does not have", () => {
    const { http } = parse(configuration("traefik")) as {
      http: { routers: Tree; middlewares: Tree; services: Tree };
    };
    for (const names of under("middlewares", http.routers) as readonly string[][]) {
      for (const name of names) assert.ok(name in http.middlewares, name);
    }
    for (const name of under("service", http.routers)) assert.ok(String(name) in http.services);
    const [headers] = under("authResponseHeaders", http) as readonly string[][];
    assert.deepEqual(
      headers?.map((header) => header.toLowerCase()),
      identity,
    );
    const [removed] = under("customRequestHeaders", http.middlewares["without-claims"]);
    for (const header of Object.keys(removed as Tree)) {
      assert.ok(identity.includes(header.toLowerCase().replaceAll("_", "-")));
    }
    assert.equal(Object.keys(removed as Tree).length, 6);
    const { middlewares } = http.routers["application"] as { middlewares: readonly string[] };
    assert.deepEqual(middlewares, ["edge", "without-claims", "identity", "without-token"]);
  });

  it("Envoy: the YAML names no cluster that it does not have, and takes claims away first", () => {
    const tree = parse(configuration("envoy")) as Tree;
    const [clusters] = under("clusters", tree) as readonly { readonly name: string }[][];
    const known = clusters?.map(({ name }) => name) ?? [];
    for (const cluster of under("cluster", tree)) assert.ok(known.includes(String(cluster)));
    for (const cluster of under("cluster_name", tree)) assert.ok(known.includes(String(cluster)));
    const [filters] = under("http_filters", tree) as readonly { readonly name: string }[][];
    assert.deepEqual(
      filters?.map(({ name }) => name.split(".").at(-1)),
      ["header_mutation", "ext_authz", "router"],
    );
    assert.deepEqual(under("remove", tree), identity);
    const allowed = under("allowed_upstream_headers", tree).flatMap((one) => under("exact", one));
    assert.deepEqual(allowed, identity);
    assert.deepEqual(under("status_on_error", tree), [{ code: "ServiceUnavailable" }]);
  });

  it("Caddy: every brace is closed, and claims are taken away before anybody is asked", () => {
    const config = configuration("caddy");
    let depth = 0;
    for (const line of config.split("\n")) {
      if (line.trimEnd().endsWith("{")) depth += 1;
      if (line.trim() === "}") depth -= 1;
      assert.ok(depth >= 0, line);
    }
    assert.equal(depth, 0);
    const asked = config.indexOf("forward_auth ");
    for (const header of ["X-User-Id", "X_User_Id", "X-User-Tag", "X-Session-Id"]) {
      const removed = config.indexOf(`request_header -${header}\n`);
      assert.ok(removed > 0 && removed < asked, header);
    }
  });
});

describe("docs/gateway.md", () => {
  it("links to files that are there", () => {
    const links = [...text.matchAll(/\]\(([^)#]+)(?:#[^)]*)?\)/g)].map(([, to = ""]) => to);
    assert.ok(links.length > 6);
    for (const link of links) {
      readFileSync(new URL(link, new URL("../../../docs/", import.meta.url)));
    }
  });
});
