import { register, type HttpHarness } from "./harness.ts";
import { addresses } from "./scenarios/addresses.ts";
import { answers } from "./scenarios/answers.ts";
import { bodies } from "./scenarios/bodies.ts";
import { faults } from "./scenarios/faults.ts";
import { fields } from "./scenarios/fields.ts";
import { forgot } from "./scenarios/forgot.ts";
import { hosts } from "./scenarios/hosts.ts";
import { opaqueLinks } from "./scenarios/opaque-links.ts";
import { order } from "./scenarios/order.ts";
import { pagesGuards } from "./scenarios/pages-guards.ts";
import { pagesPlaces } from "./scenarios/pages-places.ts";
import { pagesStory } from "./scenarios/pages.ts";
import { resetCodes } from "./scenarios/reset-codes.ts";
import { reset } from "./scenarios/reset.ts";
import { story } from "./scenarios/story.ts";
import { tokens } from "./scenarios/tokens.ts";

/**
 * What every adapter must answer, over real sockets: the whole contract, every refusal, odd bodies,
 * headers, spellings and methods, and how it gets along with its host.
 */
export function httpConformance(harness: HttpHarness): void {
  const aboutInput = [order, fields, bodies, addresses];
  const aboutFlows = [story, tokens, reset, resetCodes, forgot];
  const aboutPages = [pagesStory, pagesGuards, pagesPlaces];
  register(harness, [...aboutFlows, ...aboutPages, ...aboutInput, answers, faults, hosts]);
  register(harness, [story, reset, opaqueLinks, forgot, ...aboutPages], "opaque");
}
