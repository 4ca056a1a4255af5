import { generate } from "selfsigned";

/** A certificate and its key, in PEM. Whoever trusts the certificate trusts nothing else by it. */
export interface Certificate {
  readonly cert: string;
  readonly key: string;
}

const daysValid = 30;

/** A new certificate that speaks for these names, signed by itself. */
export async function makeCertificate(names: readonly string[]): Promise<Certificate> {
  const { private: key, cert } = await generate([{ name: "commonName", value: names[0] ?? "" }], {
    keyType: "ec",
    algorithm: "sha256",
    notAfterDate: new Date(Date.now() + daysValid * 86_400_000),
    extensions: [
      { name: "basicConstraints", cA: false, critical: true },
      {
        name: "subjectAltName",
        altNames: names.map((name) =>
          /^[\d.]+$/.test(name)
            ? { type: 7 as const, ip: name }
            : { type: 2 as const, value: name },
        ),
      },
    ],
  });
  return { cert, key };
}
