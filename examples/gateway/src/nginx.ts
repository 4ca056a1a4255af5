import { execFile } from "node:child_process";
import { cp } from "node:fs/promises";
import { join } from "node:path";
import { connect } from "node:tls";
import { promisify } from "node:util";
import { findNginx, nginxIn, type NginxBinary } from "latchkey-local-services/nginx-binary";
import { asOwner, writeIn } from "latchkey-local-services/postgres-server";
import { makeCertificate } from "./certificate.ts";
import type { Folder } from "./folder.ts";
import { nginxConfiguration, type NginxSettings } from "./nginx-configuration.ts";
import type { PartPlan } from "./part.ts";

const run = promisify(execFile);

/** Who it is, and where those are whom it asks. */
export type NginxPlaces = Pick<
  NginxSettings,
  | "HTTPS_PORT"
  | "HTTP_PORT"
  | "PUBLIC_URL"
  | "SERVICE_1"
  | "SERVICE_1_INTERNAL"
  | "SERVICE_2"
  | "SERVICE_2_INTERNAL"
  | "BACKEND"
>;

export interface NginxPlan {
  readonly plan: PartPlan;
  /** What clients have to trust. */
  readonly certificate: string;
  readonly certificateFile: string;
  /** The folder of access.log and error.log. */
  readonly logs: string;
}

/** An nginx of its own, without root, with a certificate made for it. */
export async function newNginx(folder: Folder, places: NginxPlaces): Promise<NginxPlan> {
  const home = await folder.within("nginx", "shared");
  const binary = await withinReach(await findNginx(), home);
  const { cert, key } = await makeCertificate(["localhost", "127.0.0.1"]);
  const file = (name: string): string => join(home, name);
  const settings: NginxSettings = {
    ...places,
    ...{ ADDRESS: "127.0.0.1", SERVER_NAMES: "localhost 127.0.0.1" },
    ...{ CERTIFICATE: file("certificate.pem"), CERTIFICATE_KEY: file("key.pem") },
    ...{ HSTS_SECONDS: "300", WORKERS: "2", RUN: home, LOGS: home },
  };
  await writeIn(settings.CERTIFICATE, cert);
  await writeIn(settings.CERTIFICATE_KEY, key);
  await writeIn(file("nginx.conf"), nginxConfiguration(settings));
  // The path of the log that is compiled into it belongs to root.
  const early = ["-e", file("error.log")];
  const given = ["-p", home, "-c", file("nginx.conf"), "-g", "daemon off;"];
  const plan: PartPlan = {
    name: "nginx",
    command: [...asOwner, binary.path, ...early, ...given],
    environment: binary.environment,
    ready: () => isListening(Number(places.HTTPS_PORT), cert),
  };
  return { plan, certificate: cert, certificateFile: settings.CERTIFICATE, logs: home };
}

/** The same binary where nobody can run it, if its own folder is closed to all but root. */
async function withinReach(binary: NginxBinary, home: string): Promise<NginxBinary> {
  if (asOwner.length === 0 || binary.root === null) return binary;
  try {
    await run("setpriv", [...asOwner, "test", "-x", binary.path]);
    return binary;
  } catch {
    const copy = join(home, "program");
    await cp(binary.root, copy, { recursive: true, verbatimSymlinks: true });
    return nginxIn(copy);
  }
}

/** Whether it is this nginx that listens there: nobody else has its key. */
function isListening(port: number, certificate: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host: "127.0.0.1", port, servername: "localhost", ca: certificate });
    socket.once("secureConnect", () => {
      resolve(true);
      socket.destroy();
    });
    socket.once("error", () => resolve(false)).once("close", () => resolve(false));
  });
}
