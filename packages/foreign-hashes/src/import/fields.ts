/** What can be imported of a user. */
export const fields = [
  "id",
  "email",
  "tag",
  "firstName",
  "lastName",
  "name",
  "locale",
  "hash",
  "verified",
  "active",
  "disabled",
  "createdAt",
  "lastLoginAt",
] as const;

export type Field = (typeof fields)[number];

/** Which column of a row each field is taken from. */
export type FieldMap = Readonly<Partial<Record<Field, string>>>;

/** The columns as each system calls them, in what docs/migrating.md has it export. */
const systems: Readonly<Record<string, FieldMap>> = {
  django: {
    ...{ id: "id", email: "email", tag: "username", hash: "password", active: "is_active" },
    ...{ firstName: "first_name", lastName: "last_name" },
    ...{ createdAt: "date_joined", lastLoginAt: "last_login" },
  },
  devise: {
    ...{ id: "id", email: "email", hash: "encrypted_password", verified: "confirmed_at" },
    ...{ createdAt: "created_at", lastLoginAt: "current_sign_in_at" },
  },
  spring: {
    ...{ id: "username", tag: "username", email: "email", hash: "password", active: "enabled" },
  },
  "better-auth": {
    ...{ id: "id", email: "email", name: "name", hash: "password", verified: "emailVerified" },
    ...{ tag: "username", createdAt: "createdAt", disabled: "banned" },
  },
  // A table of one's own, as its query names the columns.
  rows: Object.fromEntries(fields.map((field) => [field, field])),
};

export const systemNames: readonly string[] = Object.keys(systems);

/**
 * The columns of a system, with what `email=mail,tag=login` says instead; `tag=` takes a field from
 * nowhere.
 *
 * @throws TypeError for a system or field that is not known
 */
export function fieldMap(system: string, changes = ""): FieldMap {
  const known = Object.hasOwn(systems, system) ? systems[system] : undefined;
  if (known === undefined) {
    throw new TypeError(`--from: one of ${systemNames.join(", ")}, not ${system}`);
  }
  const map: Partial<Record<Field, string>> = { ...known };
  for (const change of changes.split(",").filter((text) => text !== "")) {
    const at = change.indexOf("=");
    const field = fields.find((one) => one === change.slice(0, Math.max(at, 0)));
    if (field === undefined) {
      throw new TypeError(
        `--map: ${change}: field=column, and a field is one of ${fields.join(", ")}`,
      );
    }
    const column = change.slice(at + 1);
    if (column === "") delete map[field];
    else map[field] = column;
  }
  return map;
}
