import { expect, it } from "vitest";
import { kafkaHandlers } from "../src/kafka-handlers.ts";

const given = { producer: { send: async () => {} }, source: "https://id.example.org" };
const make = (options: Readonly<Record<string, unknown>>): unknown =>
  Reflect.apply(kafkaHandlers, null, [{ ...given, ...options }]);

it.each([
  ["producer", { producer: {} }],
  ["producer", { producer: undefined }],
  ["source", { source: "" }],
  ["source", { source: "https://" }],
  ["accountsTopic", { accountsTopic: "a b" }],
  ["accountsTopic", { accountsTopic: ".." }],
  ["resetLinksTopic", { resetLinksTopic: "x".repeat(250) }],
  ["resetLinksTopic", { accountsTopic: "one", resetLinksTopic: "one" }],
  ["deadlineMs", { deadlineMs: 99 }],
  ["deadlineMs", { deadlineMs: 600_001 }],
  ["brokers", { brokers: ["127.0.0.1:9092"] }],
])("refuses a wrong %s by its name", (option, wrong) => {
  expect(() => make(wrong)).toThrow(TypeError);
  expect(() => make(wrong)).toThrow(new RegExp(`^kafkaHandlers: ${option}: `));
});

it("connects to nothing by itself", () => {
  const producer = { connect: () => Promise.reject(new Error("asked")), send: async () => {} };
  expect(Object.keys(make({ producer }) as object)).toHaveLength(10);
});
