// Hashes as better-auth 1.7.5 writes them, which the measurements in bench/ have installed:
//
//     node packages/foreign-hashes/test/vectors/better-auth.mjs > better-auth.jsonl

import { hashPassword } from "../../../../bench/node_modules/better-auth/dist/crypto/index.mjs";

const long = "a long way to the seventy-second byte, and then some more of it: ".repeat(2);
// The last one is another text in NFC than in NFKC, by which better-auth compares.
for (const password of ["river stones 1843", "пароль из кириллицы 🐎", long, "ﬁve ① ｆｕｌｌ"]) {
  const stored = await hashPassword(password);
  process.stdout.write(`${JSON.stringify({ form: "better-auth", password, stored })}\n`);
}
