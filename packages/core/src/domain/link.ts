/**
 * A link for a mail, made of the configured template alone: nothing of a request (Host, Origin,
 * forwarding headers) takes part. `{uid}` and `{token}` are replaced, percent-encoded.
 */
export function makeLink(template: string, values: { uid: string; token: string }): string {
  return template
    .replaceAll("{uid}", encodeURIComponent(values.uid))
    .replaceAll("{token}", encodeURIComponent(values.token));
}
