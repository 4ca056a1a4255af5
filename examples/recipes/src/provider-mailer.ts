import { MailRefused } from "@latchkey/core";
import type { Mailer } from "@latchkey/core/ports";

/** A mail provider that takes messages as JSON over HTTP. */
export interface Provider {
  readonly url: string;
  readonly key: string;
  readonly from: string;
}

/** Sends by a provider's API. */
export function providerMailer({ url, key, from }: Provider): Mailer {
  return {
    async send({ id, to, subject, text, html }) {
      const response = await fetch(url, {
        method: "POST",
        headers: {
          authorization: `Bearer ${key}`,
          "content-type": "application/json",
          // The same for every retry of one message: a provider that knows it sends once.
          "idempotency-key": id,
        },
        body: JSON.stringify({ from, to, subject, text, html }),
        // Well below `jobs.leaseSeconds`, or another worker sends it meanwhile.
        signal: AbortSignal.timeout(10_000),
      });
      await response.body?.cancel();
      if (response.ok) return;
      const code = String(response.status);
      // This message will never be taken; anything else is tried again.
      if (response.status === 422) throw new MailRefused("the provider refuses it", { code });
      // Never the answer's text: it may quote the mail, and the mail holds a code.
      throw new Error(`the provider answered ${code}`);
    },
  };
}
