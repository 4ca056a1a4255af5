import assert from "node:assert/strict";
import type { OfferResetRequest, Registration, User, UserStore } from "@latchkey/core/ports";
import { expectOutcome } from "../outcomes.ts";
import { aRegistration, newDigest, newId, seconds } from "../samples.ts";

/** A claim, kept. */
export async function aClaim(
  users: UserStore,
  createdAt: Date,
  own: Partial<Registration> = {},
): Promise<Registration> {
  const registration = aRegistration(createdAt, own);
  assert.equal(await users.addRegistration(registration, [], createdAt), "added");
  return registration;
}

/** A user, registered and confirmed at one instant. */
export async function aUser(
  users: UserStore,
  now: Date,
  own: Partial<Registration> = {},
): Promise<User> {
  const { id } = await aClaim(users, now, own);
  return confirm(users, id, now);
}

/** Makes a claim a user, which has to succeed. */
export async function confirm(users: UserStore, id: string, now: Date): Promise<User> {
  const request = { id, attemptId: newId(), withoutPassword: false, jobs: [] };
  const answer = await users.confirmRegistration(request, now);
  return expectOutcome(answer, "confirmed").user;
}

/** An offer of a link that lives for half an hour. */
export function anOffer(
  userId: string,
  requestedAt: Date,
  own: Partial<OfferResetRequest> = {},
): OfferResetRequest {
  return {
    userId,
    digest: newDigest(),
    requestedAt,
    expiresAt: seconds(requestedAt, 30 * 60),
    jobs: [],
    ...own,
  };
}

/** An open link, offered when it was asked for. */
export async function anOpenLink(
  users: UserStore,
  userId: string,
  now: Date,
  own: Partial<OfferResetRequest> = {},
): Promise<OfferResetRequest> {
  const offer = anOffer(userId, now, own);
  expectOutcome(await users.offerReset(offer, now), "offered");
  return offer;
}

/** The user as kept, who has to be there. */
export async function kept(users: UserStore, id: string): Promise<User> {
  const user = await users.findById(id);
  assert.ok(user !== null, "the user is gone");
  return user;
}
