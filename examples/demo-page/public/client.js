// The service as a page calls it: tokens, silent renewal, refusals. Nothing here knows the document.

/**
 * Both tokens live in this variable alone. Whatever storage a script can read (localStorage,
 * sessionStorage, a plain cookie), an injected script can read too, long after the tab is closed.
 * The price is that a reload signs out. A site that wants to survive one has its gateway or server
 * keep the refresh token in an HttpOnly cookie and answer the page access tokens only.
 *
 * @typedef {{ accessToken: string, refreshToken: string, expiresIn: number }} Pair
 * @type {Pair | null}
 */
let pair = null;
/** @type {Date | null} */
let endsAt = null;
/** @type {ReturnType<typeof setTimeout> | undefined} */
let timer;
/** @type {Promise<boolean> | undefined} */
let renewing;
/** @type {Promise<boolean> | undefined} */
let offered;
let language = "en";
const noAnswer = { code: "unreachable", title: "" };
/** @type {() => void} */
let whenOver = () => {};
/** @type {() => void} */
let whenRenewed = () => {};

/**
 * What the service refused, or that it did not answer.
 *
 * @typedef {{ code: string, title: string, errors?: { path: string, message: string }[] }} Problem
 */
export class Refusal extends Error {
  /**
   * @param {number} status 0 where nothing answered
   * @param {Problem} problem
   * @param {number | null} waitSeconds
   */
  constructor(status, problem, waitSeconds) {
    super(problem.title);
    this.status = status;
    this.code = problem.code;
    this.fields = problem.errors ?? [];
    this.waitSeconds = waitSeconds;
  }
}

/** @param {string} wanted the language of every answer */
export function speak(wanted) {
  language = wanted;
}

/** @param {() => void} listener called when the session ended without `signOut` */
export function onSessionOver(listener) {
  whenOver = listener;
}

/** @param {() => void} listener called when the page renewed its tokens by itself */
export function onRenewal(listener) {
  whenRenewed = listener;
}

/** When the access token ends, and whether the page renews it by itself. */
export async function accessToken() {
  return { endsAt, renewed: await renewalOffered() };
}

/** @typedef {Record<string, string>} Fields */

/** @param {Fields} fields @returns {Promise<{ registrationId: string, tag: string }>} */
export function register(fields) {
  return call("POST", "/api/v1/users/public/create", { fields });
}

/** @param {Fields} fields @returns {Promise<{ message: string }>} */
export function confirm(fields) {
  return call("POST", "/api/v1/users/public/confirm", { fields });
}

/** @param {Fields} fields @returns {Promise<{ message: string }>} */
export function resendCode(fields) {
  return call("POST", "/api/v1/users/public/resend-code", { fields });
}

/** @param {Fields} fields */
export async function signIn(fields) {
  keep(await call("POST", "/api/v1/tokens/public/login", { fields }));
}

/** Ends the session, here and at the service. */
export async function signOut() {
  if (pair === null) return;
  const { accessToken: access, refreshToken } = pair;
  try {
    // Tokens in a body: an address ends up in logs.
    const fields = { accessToken: access, refreshToken };
    await call("DELETE", "/api/v1/tokens/logout", { fields });
  } catch (error) {
    // Over already is as good; anything else must be told: the session may live on.
    if (!(error instanceof Refusal) || error.status !== 401) throw error;
  }
  forget();
}

/**
 * @returns {Promise<{ email: string, tag: string, firstName: string, lastName: string, createdAt: string }>}
 */
export function me() {
  return callSignedIn("GET", "/api/v1/users/me");
}

/**
 * @typedef {{ id: string, agent: string, ip: string, current: boolean }} SessionNames
 * @typedef {SessionNames & { createdAt: string, lastRenewedAt: string }} Session
 * @returns {Promise<Session[]>}
 */
export async function sessions() {
  /** @type {{ sessions: Session[] }} */
  const answer = await callSignedIn("GET", "/api/v1/sessions");
  return answer.sessions;
}

/** @param {string} id @returns {Promise<void>} */
export function closeSession(id) {
  return callSignedIn("DELETE", `/api/v1/sessions/${encodeURIComponent(id)}`);
}

/** @returns {Promise<void>} */
export function closeOtherSessions() {
  return callSignedIn("DELETE", "/api/v1/sessions?except=current");
}

/** @param {Fields} fields */
export async function changePassword(fields) {
  keep(await callSignedIn("POST", "/api/auth/change-password", fields));
}

/** @param {Pair} fresh */
function keep(fresh) {
  pair = fresh;
  endsAt = new Date(Date.now() + fresh.expiresIn * 1000);
  clearTimeout(timer);
  // A little early: clocks differ, and answers take their time.
  timer = setTimeout(() => void refresh().catch(() => {}), fresh.expiresIn * 900);
}

function forget() {
  pair = null;
  endsAt = null;
  clearTimeout(timer);
}

/** Renews where that is offered, and else waits for the token's end to say that it has come. */
async function refresh() {
  if (await renewalOffered()) return void (await renewed());
  timer = setTimeout(over, Math.max(0, Number(endsAt) - Date.now()));
}

function over() {
  if (pair === null) return;
  forget();
  whenOver();
}

/**
 * Renewing belongs to the gateway unless PUBLIC_RENEW=1 puts it beside the public endpoints. The
 * contract tells what is served here, so nothing has to be tried in vain.
 */
function renewalOffered() {
  offered ??= contract().then(
    ({ paths }) => paths["/api/v1/tokens/renew"]?.post !== undefined,
    (/** @type {unknown} */ error) => {
      // An answer that did not come is asked for again.
      offered = undefined;
      throw error;
    },
  );
  return offered;
}

/** @returns {Promise<{ paths: Record<string, { post?: unknown }> }>} */
function contract() {
  return call("GET", "/openapi.json");
}

/** One renewal at a time, whoever asks. Answers false when the session is over. */
function renewed() {
  renewing ??= renew().finally(() => (renewing = undefined));
  return renewing;
}

async function renew() {
  if (pair === null || !(await renewalOffered())) return false;
  try {
    const fields = { refreshToken: pair.refreshToken };
    keep(await call("POST", "/api/v1/tokens/renew", { fields }));
    whenRenewed();
    return true;
  } catch (error) {
    // A service that is busy or away ends nothing: the next call tries again.
    if (!(error instanceof Refusal) || error.status !== 401) throw error;
    over();
    return false;
  }
}

/**
 * @template Answer
 * @param {string} method
 * @param {string} path
 * @param {Fields} [fields]
 * @returns {Promise<Answer>}
 */
async function callSignedIn(method, path, fields) {
  try {
    return await call(method, path, { fields, token: pair?.accessToken });
  } catch (error) {
    if (!(error instanceof Refusal) || error.status !== 401) throw error;
    if (await renewed()) return await call(method, path, { fields, token: pair?.accessToken });
    over();
    throw error;
  }
}

/**
 * @template Answer the success as the contract describes it
 * @param {string} method
 * @param {string} path
 * @param {{ fields?: Fields | undefined, token?: string | undefined }} [sending]
 * @returns {Promise<Answer>}
 */
async function call(method, path, { fields, token } = {}) {
  const headers = new Headers({ "accept-language": language });
  if (fields !== undefined) headers.set("content-type", "application/json");
  if (token !== undefined) headers.set("authorization", `Bearer ${token}`);
  /** @type {RequestInit} */
  const request = { method, headers, cache: "no-store" };
  if (fields !== undefined) request.body = JSON.stringify(fields);
  const response = await fetch(path, request).catch(() => {
    throw new Refusal(0, noAnswer, null);
  });
  const text = await response.text();
  const type = response.headers.get("content-type") ?? "";
  /** @type {unknown} */
  const answer = /[/+]json\b/.test(type) ? JSON.parse(text) : undefined;
  if (response.ok) return /** @type {Answer} */ (answer);
  const wait = response.headers.get("retry-after");
  // What stands between us and the service may refuse in a form of its own.
  const problem = type.startsWith("application/problem+json") ? answer : noAnswer;
  throw new Refusal(
    response.status,
    /** @type {Problem} */ (problem),
    wait === null ? null : Number(wait),
  );
}
