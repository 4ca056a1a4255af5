import type { MailWording } from "../wording.ts";

export const en: MailWording = {
  confirmation_code: {
    subject: (product) => `Confirm your email address for ${product}`,
    preheader: "The code inside completes the registration.",
    heading: "Confirm your email address",
    intro: (product) =>
      `This address was given in a registration at ${product}. ` +
      "To complete it, enter the code where you registered.",
    tag: "Registered tag",
    code: "Confirmation code",
    until: ({ date, time }) => `The code works once, until ${time} on ${date}.`,
    note:
      "Was it not you, or is the tag not yours? Then enter the code nowhere and tell it to nobody: " +
      "without it no account is made. You can delete this mail.",
  },
  reset_link: {
    subject: (product) => `Reset your password at ${product}`,
    preheader: "The link inside works once, for a short time.",
    heading: "Reset your password",
    intro: (product) =>
      `We were asked to reset the password of your account at ${product}. ` +
      "Open the link to choose a new one.",
    action: "Choose a new password",
    otherwise: "If the button does not work, copy this address into your browser:",
    until: ({ date, time }) =>
      `The link works once, until ${time} on ${date}. If you ask for another, this one stops working.`,
    note:
      "Ignore this mail if it was not you: your password stays as it is. " +
      "Do not pass the link on to anybody.",
  },
  reset_code: {
    subject: (product) => `Reset your password at ${product}`,
    preheader: "The code inside works once, for a short time.",
    heading: "Reset your password",
    intro: (product) =>
      `We were asked to reset the password of your account at ${product}. ` +
      "To choose a new one, enter the code where you asked for it.",
    code: "Reset code",
    until: ({ date, time }) =>
      `The code works once, until ${time} on ${date}. If you ask for another, this one stops working.`,
    note:
      "Ignore this mail if it was not you: your password stays as it is. " +
      "Tell the code to nobody, whoever asks for it: it sets your password.",
  },
  notices: {
    password_changed: {
      subject: (product) => `Your password at ${product} was changed`,
      preheader: "If it was you, there is nothing to do.",
      heading: "Your password was changed",
      what: (product, { date, time }) =>
        `The password of your account at ${product} was changed on ${date} at ${time}. ` +
        "All sessions opened before have been closed.",
      next: "If it was you, there is nothing to do.",
      note:
        "Was it not you? Take your account back at once: choose “Forgot password?” on the sign-in " +
        "page. Change the password of your mailbox too, as somebody else may be reading your mail.",
    },
    account_exists: {
      subject: (product) => `You already have an account at ${product}`,
      preheader: "Somebody tried to register with this address. Nothing was changed.",
      heading: "You already have an account",
      what: (product, { date, time }) =>
        `On ${date} at ${time} somebody tried to register at ${product} with this address. ` +
        "It already has an account: no second one was made, and nothing was changed.",
      next:
        "If it was you, sign in with your tag or this address and your password. If you have " +
        "forgotten the password, choose “Forgot password?” on the sign-in page.",
      note: "Was it not you? There is nothing to do: your account and password are as they were.",
    },
    no_account: {
      subject: (product) => `There is no account for this address at ${product}`,
      preheader: "Somebody asked to reset a password, but there is none to reset.",
      heading: "There is no account for this address",
      what: (product, { date, time }) =>
        `On ${date} at ${time} somebody asked ${product} to reset the password of an account with ` +
        "this address. There is no such account.",
      next: "If it was you, try the address you registered with, or register with this one.",
      note: "Was it not you? Ignore this mail: nothing was made or changed.",
    },
  },
  footer: (product) => `This is an automatic message from ${product}.`,
};
