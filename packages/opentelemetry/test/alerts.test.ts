import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { channel, tracingChannel } from "node:diagnostics_channel";
import { eventChannel, tracingChannels } from "@latchkey/core";
import { PrometheusSerializer } from "@opentelemetry/exporter-prometheus";
import { describe, it } from "vitest";
import { attribute, metric } from "../src/names.ts";
import { known } from "../src/words.ts";
import { makeAccounts } from "./accounts.ts";
import { record } from "./recording.ts";

const page = readFileSync(new URL("../../../docs/operations.md", import.meta.url), "utf8");
const readme = readFileSync(new URL("../README.md", import.meta.url), "utf8");

/** The queries of the page: its rules, and what it says in passing. */
const rules = /```yaml\n([\s\S]*?)```/.exec(page)?.[1] ?? "";
const queries = `${rules}\n${[...page.matchAll(/`([^`\n]*\([^`\n]*latchkey_[^`\n]*)`/g)]
  .map((match) => match[1])
  .join("\n")}`;

/** Everything there is to measure, once, as Prometheus' exporter writes it. */
async function exported(): Promise<string> {
  const recording = record({ outbox: makeAccounts().stores.accounts.outbox });
  const work = {
    flow: "login",
    port: "users",
    method: "findById",
    kind: "run-handler",
    around: [],
  };
  for (const name of Object.values(tracingChannels)) {
    for (const outcome of ["busy", "failed"]) {
      const message = { ...work, outcome };
      tracingChannel<unknown, object>(name).start.publish(message);
      tracingChannel<unknown, object>(name).asyncEnd.publish(message);
    }
  }
  channel(eventChannel).publish({ name: "limit.hit", limit: "loginByNetwork" });
  return new PrometheusSerializer().serialize(await recording.collect());
}

describe("docs/operations.md", () => {
  it("asks for metrics by the names they are exported under", async () => {
    const text = await exported();
    const there = new Set([...text.matchAll(/^(latchkey_\w+)/gm)].map((match) => match[1] ?? ""));
    const labels = new Set([...text.matchAll(/[{,](\w+)=/g)].map((match) => match[1] ?? ""));
    const asked = new Set([...queries.matchAll(/\blatchkey_\w+/g)].map(([name]) => name));
    assert.ok(asked.size > 12, [...asked].join());
    for (const name of asked) assert.ok(there.has(name) || labels.has(name), name);
  });

  it("asks for words that labels can have", () => {
    const standings = new Set(["due", "later", "claimed", "buried"]);
    const tables: Readonly<Record<string, ReadonlySet<string>>> = {
      ...{
        latchkey_flow: known.flow,
        latchkey_outcome: known.outcome,
        latchkey_event: known.event,
      },
      ...{ latchkey_limit: known.limit, latchkey_outbox_standing: standings },
    };
    const matchers = [...queries.matchAll(/(latchkey_\w+)[=!]~?"([^"]*)"/g)];
    assert.ok(matchers.length > 8);
    for (const [all, label = "", values = ""] of matchers) {
      for (const value of values.split("|")) assert.ok(tables[label]?.has(value), all);
    }
  });

  it("has a query for every metric that tells of trouble", () => {
    const troubles = [
      ...["flow.outcomes", "store.failures", "hash.shed", "hash.duration", "job.outcomes"],
      ...["mail.outcomes", "limit.hits", "events", "outbox.jobs"],
    ];
    for (const name of troubles)
      assert.ok(rules.includes(`latchkey_${name.replace(".", "_")}`), name);
  });
});

it("the README names every metric and every attribute there is", () => {
  for (const { name } of Object.values(metric)) assert.ok(readme.includes(`\`${name}\``), name);
  for (const name of Object.values(attribute)) assert.ok(readme.includes(`\`${name}\``), name);
});
