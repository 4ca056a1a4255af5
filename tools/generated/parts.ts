import { events } from "./events.ts";
import type { GeneratedPart } from "./part.ts";

/** Every part of every page that is made from the sources. */
export const parts: readonly GeneratedPart[] = [events];
