import { checkResetLinkInput } from "../flows/password/check-link.ts";
import { forgotPasswordInput } from "../flows/password/forgot.ts";
import { resetPasswordByCodeInput } from "../flows/password/reset-by-code.ts";
import { resetPasswordInput } from "../flows/password/reset.ts";
import { run } from "./call.ts";
import { bodyFields } from "./input.ts";
import { json, message } from "./reply.ts";
import type { Row } from "./row.ts";

/** A forgotten password, by link and by code: one of the two ways stands, at the same paths. */
export const resetRows: readonly Row[] = [
  {
    name: "forgotPassword",
    method: "POST",
    path: "/api/auth/forgot-password",
    exposure: "public",
    group: "password",
    resetBy: "link",
    summary: "Mail a reset link, if there is an account",
    input: { from: "body", schema: forgotPasswordInput },
    success: 200,
    answer: "message",
    refuses: ["rate_limited"],
    async handle(call) {
      await run(call, call.auth.forgotPassword, bodyFields(call.request));
      return message(200, "link_on_its_way", call.client.locale);
    },
  },
  {
    name: "resetPassword",
    method: "POST",
    path: "/api/auth/reset-password",
    exposure: "public",
    group: "password",
    resetBy: "link",
    summary: "Set a new password by a mailed link",
    input: { from: "body", schema: resetPasswordInput },
    success: 200,
    answer: "message",
    refuses: [
      "expired_token",
      "invalid_token",
      "email_mismatch",
      "password_mismatch",
      "weak_password",
      "rate_limited",
      "busy",
    ],
    async handle(call) {
      await run(call, call.auth.resetPassword, bodyFields(call.request));
      return message(200, "password_reset", call.client.locale);
    },
  },
  {
    name: "checkResetLink",
    method: "POST",
    path: "/api/auth/reset-password/check",
    exposure: "public",
    group: "password",
    resetBy: "link",
    summary: "Whether a reset link lives; changes nothing",
    input: { from: "body", schema: checkResetLinkInput },
    success: 200,
    answer: "resetLink",
    refuses: ["expired_token", "invalid_token", "rate_limited"],
    async handle(call) {
      const { expiresAt } = await run(call, call.auth.checkResetLink, bodyFields(call.request));
      return json(200, { expiresAt });
    },
  },
  {
    name: "forgotPassword",
    method: "POST",
    path: "/api/auth/forgot-password",
    exposure: "public",
    group: "password",
    resetBy: "code",
    summary: "Mail a reset code, if there is an account",
    input: { from: "body", schema: forgotPasswordInput },
    success: 200,
    answer: "resetRequested",
    refuses: ["rate_limited"],
    async handle(call) {
      const fields = bodyFields(call.request);
      const { requestId } = await run(call, call.auth.forgotPassword, fields);
      return message(200, "reset_code_on_its_way", call.client.locale, { requestId });
    },
  },
  {
    name: "resetPassword",
    method: "POST",
    path: "/api/auth/reset-password",
    exposure: "public",
    group: "password",
    resetBy: "code",
    summary: "Set a new password by a mailed code",
    input: { from: "body", schema: resetPasswordByCodeInput },
    success: 200,
    answer: "message",
    refuses: ["invalid_code", "password_mismatch", "weak_password", "rate_limited", "busy"],
    async handle(call) {
      await run(call, call.auth.resetPasswordByCode, bodyFields(call.request));
      return message(200, "password_reset", call.client.locale);
    },
  },
];
