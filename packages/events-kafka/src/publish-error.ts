/**
 * An event that was not accepted this time; the outbox tries it again. `code` is the first word of
 * the client's own that names the trouble ("ECONNREFUSED", "REQUEST_TIMED_OUT", "NOT_CONTROLLER" …),
 * "ETIMEDOUT" past the deadline, or "EUNKNOWN". The message quotes nothing of the event.
 */
export class PublishError extends Error {
  override readonly name = "PublishError";
  /** One word for the trouble. */
  readonly code: string;

  constructor(cause: unknown) {
    const code = codeOf(cause);
    super(`Kafka did not accept the event: ${code}`, { cause });
    this.code = code;
  }
}

/** The innermost word: clients wrap what happened into how often they tried. */
function codeOf(cause: unknown): string {
  let code = "EUNKNOWN";
  let layer: unknown = cause;
  for (let depth = 0; depth < 8 && typeof layer === "object" && layer !== null; depth += 1) {
    const words: readonly unknown[] = [Reflect.get(layer, "type"), Reflect.get(layer, "code")];
    code = words.find(isWord) ?? code;
    const errors: unknown = Reflect.get(layer, "errors");
    layer = Reflect.get(layer, "cause") ?? (Array.isArray(errors) ? errors[0] : undefined);
  }
  return code;
}

function isWord(value: unknown): value is string {
  return typeof value === "string" && /^[A-Z][A-Z0-9_]{1,30}$/.test(value);
}
