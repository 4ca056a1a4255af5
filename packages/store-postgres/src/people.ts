import type { Registration, User } from "@latchkey/core/ports";
import { milliseconds } from "./sql.ts";

/** A person as the database spells one: times are milliseconds. */
interface PersonAnswer {
  readonly id: string;
  readonly email: string;
  readonly tag: string;
  readonly firstName: string;
  readonly lastName: string;
  readonly locale: User["locale"];
  readonly createdAt: number;
}

export interface UserAnswer extends PersonAnswer {
  readonly passwordHash: string | null;
  readonly epoch: number;
  readonly disabled: boolean;
  readonly confirmedAt: number;
  readonly lastLoginAt: number | null;
}

export interface RegistrationAnswer extends PersonAnswer {
  readonly passwordHash: string;
  readonly expiresAt: number;
}

function personFields(row: string): string {
  return `'id', ${row}.id, 'email', ${row}.email, 'tag', ${row}.tag,
    'firstName', ${row}.first_name, 'lastName', ${row}.last_name,
    'passwordHash', ${row}.password_hash, 'locale', ${row}.locale,
    'createdAt', ${milliseconds(`${row}.created_at`)}`;
}

/** A row of users as JSON. */
export function userJson(row: string): string {
  return `json_build_object(${personFields(row)}, 'epoch', ${row}.epoch,
    'disabled', ${row}.disabled, 'confirmedAt', ${milliseconds(`${row}.confirmed_at`)},
    'lastLoginAt', ${milliseconds(`${row}.last_login_at`)})`;
}

/** A row of registrations as JSON. */
export function registrationJson(row: string): string {
  return `json_build_object(${personFields(row)},
    'expiresAt', ${milliseconds(`${row}.expires_at`)})`;
}

export function userFrom(answer: UserAnswer): User {
  const { createdAt, confirmedAt, lastLoginAt } = answer;
  return {
    ...answer,
    createdAt: new Date(createdAt),
    confirmedAt: new Date(confirmedAt),
    lastLoginAt: lastLoginAt === null ? null : new Date(lastLoginAt),
  };
}

export function registrationFrom(answer: RegistrationAnswer): Registration {
  const { createdAt, expiresAt } = answer;
  return { ...answer, createdAt: new Date(createdAt), expiresAt: new Date(expiresAt) };
}
