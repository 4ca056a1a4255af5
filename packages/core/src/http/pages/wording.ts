/** What a new password must be, in numbers. */
export interface PasswordNumbers {
  readonly minLength: number;
  readonly require: readonly ("letter" | "digit")[];
}

interface Notice {
  readonly heading: string;
  readonly text: readonly string[];
}

/** Every word of the pages, in one language. */
export interface PageWording {
  readonly request: {
    readonly heading: string;
    readonly intro: string;
    readonly email: string;
    readonly missing: string;
    readonly action: string;
  };
  readonly done: Notice;
  readonly choose: {
    readonly heading: string;
    readonly intro: string;
    readonly newPassword: string;
    readonly confirmPassword: string;
    readonly missing: string;
    readonly missingAgain: string;
    readonly hint: (numbers: PasswordNumbers) => string;
    readonly action: string;
  };
  readonly complete: Notice;
  /** The link was used, superseded, or is too old. */
  readonly dead: Notice;
  /** No link of ours. */
  readonly broken: Notice;
  /** The form came without the cookie that a link leaves. */
  readonly withoutLink: Notice;
  /** The form was made for another link than the one opened last. */
  readonly swapped: Notice;
  readonly crossSite: Notice;
  readonly unreadable: Notice;
  readonly notAllowed: Notice;
  readonly tooMany: (seconds: number) => Notice;
  readonly unavailable: (seconds: number) => Notice;
  readonly internal: Notice;
  readonly faultsHeading: string;
  readonly faultsPrefix: string;
  readonly signIn: string;
  readonly newLink: string;
  readonly askAgain: string;
  readonly tryAgain: string;
}
