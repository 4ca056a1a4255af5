import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

/** What the template leaves open. Addresses are `host:port`. */
export interface NginxSettings {
  /** Where nginx listens, such as `127.0.0.1`. */
  readonly ADDRESS: string;
  readonly HTTPS_PORT: string;
  readonly HTTP_PORT: string;
  /** The names it answers to, separated by spaces. */
  readonly SERVER_NAMES: string;
  readonly PUBLIC_URL: string;
  readonly CERTIFICATE: string;
  readonly CERTIFICATE_KEY: string;
  /** Browsers remember it for a name's every port: short on localhost, two years (63072000) elsewhere. */
  readonly HSTS_SECONDS: string;
  readonly WORKERS: string;
  /** The folder for its pid and temporary files. */
  readonly RUN: string;
  readonly LOGS: string;
  readonly SERVICE_1: string;
  readonly SERVICE_1_INTERNAL: string;
  readonly SERVICE_2: string;
  readonly SERVICE_2_INTERNAL: string;
  readonly BACKEND: string;
}

const template = new URL("../nginx/nginx.conf.template", import.meta.url);

/** The template filled in. */
export function nginxConfiguration(settings: NginxSettings): string {
  const values: Readonly<Record<string, string>> = { ...settings };
  return readFileSync(fileURLToPath(template), "utf8").replaceAll(
    /\$\{([A-Z][A-Z_\d]*)\}/g,
    (_all, name: string) => {
      const value = values[name];
      if (value === undefined) throw new TypeError(`nginx.conf.template: nothing says ${name}`);
      return value;
    },
  );
}
