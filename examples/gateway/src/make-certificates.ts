// For compose.yaml: a certificate for each part that listens beyond its own machine, in a folder
// (a volume) of that part's own, and those that the services have to trust in one file.
import { X509Certificate } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { makeCertificate } from "./certificate.ts";

const renewDaysBefore = 7;
/** Each part and the names it is reached by. */
const names = {
  gateway: ["localhost", "127.0.0.1"],
  users: ["users"],
  mail: ["mail"],
} as const;

const [folder] = process.argv.slice(2);
if (folder === undefined) throw new TypeError("give the folder to write to");
for (const [part, itsNames] of Object.entries(names)) {
  mkdirSync(join(folder, part), { recursive: true });
  if (isFresh(certificateOf(part))) continue;
  const { cert, key } = await makeCertificate(itsNames);
  // Whoever has the volume may read it: each part runs as a user of its own.
  writeFileSync(join(folder, part, "key.pem"), key);
  writeFileSync(certificateOf(part), cert);
}
mkdirSync(join(folder, "trusted"), { recursive: true });
const trusted = ["users", "mail"].map((part) => readFileSync(certificateOf(part), "utf8"));
writeFileSync(join(folder, "trusted", "trusted.pem"), trusted.join("\n"));

function certificateOf(part: string): string {
  return join(folder ?? "", part, "certificate.pem");
}

function isFresh(file: string): boolean {
  if (!existsSync(file)) return false;
  const until = new X509Certificate(readFileSync(file)).validToDate.getTime();
  return until - Date.now() > renewDaysBefore * 86_400_000;
}
