export { instrument } from "./instrument.ts";
export type { InstrumentOptions, Instrumented } from "./instrument.ts";
