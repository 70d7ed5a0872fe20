/**
 * Text without case and diacritics, so that `MULLER` finds `Müller`: what people type and what was stored meet here.
 *
 * @law folding twice is folding once
 */
export function foldText(text: string): string {
  const bare = text
    .normalize('NFKD')
    .replace(MARKS, '')
    .toLowerCase()
    .replace(LETTERS, (letter) => PLAIN[letter] ?? letter)
  // Lower case may have made marks again (İ), and taking them off new compositions.
  return bare.normalize('NFKD').replace(MARKS, '')
}

const MARKS = /\p{M}+/gu
/** Letters that Unicode does not take apart. */
const PLAIN: Readonly<Record<string, string>> = {
  ß: 'ss',
  æ: 'ae',
  œ: 'oe',
  ø: 'o',
  đ: 'd',
  ð: 'd',
  ł: 'l',
  þ: 'th',
  ı: 'i',
}
const LETTERS = new RegExp(`[${Object.keys(PLAIN).join('')}]`, 'g')
