import type { PageWording, PasswordNumbers } from "../wording.ts";

const kinds = { letter: "a letter", digit: "a digit" } as const;

function hint({ minLength, require }: PasswordNumbers): string {
  const needs = require.map((kind) => kinds[kind]).join(" and ");
  const length = `${minLength} or more characters${needs === "" ? "" : `, with ${needs} among them`}.`;
  return `${length} A few words in a row are easy to remember and hard to guess.`;
}

function wait(seconds: number): string {
  const [count, unit] = seconds < 60 ? [seconds, "second"] : [Math.ceil(seconds / 60), "minute"];
  const style = { style: "unit", unit, unitDisplay: "long" } as const;
  return new Intl.NumberFormat("en", style).format(count);
}

export const en: PageWording = {
  request: {
    heading: "Forgot your password?",
    intro:
      "Enter the email address of your account. We will send you a link to choose a new password.",
    email: "Email address",
    missing: "Enter your email address.",
    action: "Send the link",
  },
  done: {
    heading: "Check your mail",
    text: [
      "If there is an account for this address, a link to choose a new password is on its way. It works once, for a short time.",
      "No mail after a few minutes? Look among the spam, and make sure it is the address you registered with.",
    ],
  },
  choose: {
    heading: "Choose a new password",
    intro: "Take one that you use nowhere else. All open sessions of your account will be closed.",
    newPassword: "New password",
    confirmPassword: "New password again",
    missing: "Enter a new password.",
    missingAgain: "Enter the new password a second time.",
    hint,
    action: "Set the password",
  },
  complete: {
    heading: "Your password was changed",
    text: ["All sessions opened before have been closed. Sign in with your new password."],
  },
  dead: {
    heading: "This link no longer works",
    text: [
      "It was used already, a newer one was sent, or it is too old.",
      "If you have just chosen a new password, it is set: sign in with it.",
    ],
  },
  broken: {
    heading: "This is not a complete link",
    text: [
      "Perhaps your mail program cut it off. Open it from the mail again, or ask for a new one.",
    ],
  },
  withoutLink: {
    heading: "Open the link in your mail",
    text: [
      "This page only works after the link from your mail was opened in this browser, with cookies allowed.",
      "If you have just chosen a new password, it is set: sign in with it.",
    ],
  },
  swapped: {
    heading: "This form is out of date",
    text: [
      "Another link was opened in this browser meanwhile. No password was changed.",
      "Open the link you mean from your mail again.",
    ],
  },
  crossSite: {
    heading: "This was not sent from here",
    text: [
      "The form came from another site, so nothing was done. Open the page here and try again.",
    ],
  },
  unreadable: {
    heading: "This could not be read",
    text: ["What was sent is not the form of this page. Nothing was changed."],
  },
  notAllowed: {
    heading: "This does not work here",
    text: ["The page cannot be asked for in this way."],
  },
  tooMany: (seconds) => ({
    heading: "Too many attempts",
    text: [`Please wait ${wait(seconds)}, then try again. Nothing was changed.`],
  }),
  unavailable: (seconds) => ({
    heading: "One moment, please",
    text: [
      `The service cannot answer right now. Please try again in ${wait(seconds)}. Nothing was changed, and a link you opened still works.`,
    ],
  }),
  internal: {
    heading: "Something went wrong",
    text: ["The fault is on our side, and we have been told. Please try again later."],
  },
  faultsHeading: "Please correct this",
  faultsPrefix: "Error: ",
  signIn: "Sign in",
  newLink: "Send a new link",
  askAgain: "Ask again",
  tryAgain: "Try again",
};
