/** Keys as they lie on a keyboard, and letters as they stand in an alphabet, walked in either direction. */
const tracks = [
  "01234567890",
  "abcdefghijklmnopqrstuvwxyz",
  "абвгдежзийклмнопрстуфхцчшщъыьэюя",
  "абвгдеёжз",
  "qwertyuiopasdfghjklzxcvbnm",
  "йцукенгшщзхъфывапролджэячсмитьбю",
  "1234567890-=qwertyuiop[]asdfghjkl;'zxcvbnm,./",
  "!@#$%^&*()_+",
  "1qaz2wsx3edc4rfv5tgb6yhn7ujm8ik9ol0p",
  "qazwsxedcrfvtgbyhnujmikolp",
  "1q2w3e4r5t6y7u8i9o0p",
  "1йфя2цыч3увс4кам5епи6нрт7гоь8шлб9щдю0зж",
];

const neighbours = new Set(
  tracks.flatMap((track) =>
    [...track].flatMap((key, index, keys) => {
      const before = keys[index - 1] ?? "";
      return [before + key, key + before];
    }),
  ),
);

/** Longest unit whose repetition counts as trivial: one that is too short to be a password itself. */
const longestUnit = 14;

/** Whether a text is one short unit over and over, such as "passwordpassword" or "123123123". */
export function isRepetition(text: string): boolean {
  const characters = [...text];
  // The failure function of Knuth, Morris and Pratt: the longest border of each prefix.
  const borders = [0];
  for (let index = 1, border = 0; index < characters.length; index++) {
    while (border > 0 && characters[index] !== characters[border])
      border = borders[border - 1] ?? 0;
    if (characters[index] === characters[border]) border += 1;
    borders.push(border);
  }
  const period = characters.length - (borders.at(-1) ?? 0);
  return period <= longestUnit && period * 2 <= characters.length;
}

/**
 * Whether a text is little more than runs along a keyboard or an alphabet: when each run of four or
 * more counts as one character, less than a third of it is left, and fewer than eight.
 */
export function isWalk(text: string): boolean {
  const lengths = runLengths([...text]);
  const total = lengths.reduce((sum, length) => sum + length, 0);
  const left = lengths.reduce((sum, length) => sum + (length < 4 ? length : 1), 0);
  return left < Math.min(8, total / 3);
}

/**
 * What is left of a text without the run of three or more at its start, at its end, and at both:
 * "password" of "password1234567" and of "!!!password".
 */
export function withoutPadding(text: string): readonly string[] {
  const characters = [...text];
  const lengths = runLengths(characters);
  const [first = 0, last = 0] = [lengths[0], lengths.at(-1)].map((n = 0) => (n < 3 ? 0 : n));
  const end = characters.length - last;
  return [characters.slice(first), characters.slice(0, end), characters.slice(first, end)].map(
    (rest) => rest.join(""),
  );
}

/** The lengths of the runs a text falls into, a character that goes with no other being one. */
function runLengths(characters: readonly string[]): number[] {
  const lengths: number[] = [];
  for (const [index, character] of characters.entries()) {
    const before = characters[index - 1];
    const goesOn = before === character || neighbours.has(`${before}${character}`);
    if (goesOn) lengths[lengths.length - 1] = (lengths.at(-1) ?? 0) + 1;
    else lengths.push(1);
  }
  return lengths;
}
