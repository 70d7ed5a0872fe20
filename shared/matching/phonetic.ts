/**
 * How a name sounds, as a short code: American Soundex, as the US National Archives publish it. Coarse on purpose; it is
 * used to find candidates and as a weak level of agreement, never as proof.
 */
const DIGITS: Readonly<Record<string, string>> = {
  b: '1',
  f: '1',
  p: '1',
  v: '1',
  c: '2',
  g: '2',
  j: '2',
  k: '2',
  q: '2',
  s: '2',
  x: '2',
  z: '2',
  d: '3',
  t: '3',
  l: '4',
  m: '5',
  n: '5',
  r: '6',
}

/**
 * The Soundex code of folded text (lower case, no accents): its first letter and three digits. Letters with one digit
 * side by side count once, also across `h` and `w`, not across a vowel. Text without Latin letters is its own code.
 */
export function soundex(name: string): string {
  const letters = name.replace(/[^a-z]/g, '')
  const first = letters[0]
  if (first === undefined) return name
  let code = first
  let last = DIGITS[first] ?? ''
  for (let i = 1; i < letters.length && code.length < 4; i++) {
    const letter = letters[i] as string
    if (letter === 'h' || letter === 'w') continue
    const digit = DIGITS[letter] ?? ''
    if (digit !== '' && digit !== last) code += digit
    last = digit
  }
  return code.padEnd(4, '0')
}
