/**
 * Files are cut into rows as *binary text*: a string with one character per byte. Then a position in the text is a
 * position in the file, so that an import can go on at an exact byte, and nothing but the cells that hold more than
 * ASCII is ever decoded. Every sign that divides rows and cells is ASCII, which in UTF-8 stands for nothing else.
 */

// biome-ignore lint/suspicious/noControlCharactersInRegex: ASCII begins with control characters
const ASCII = /^[\u0000-\u007f]*$/

/** The text that binary text means in UTF-8; undefined when it is none (overlong forms, lone surrogates and all). */
export function utf8Text(binary: string): string | undefined {
  if (ASCII.test(binary)) return binary
  let text = ''
  for (let i = 0; i < binary.length; ) {
    const lead = binary.charCodeAt(i++)
    if (lead < 0x80) {
      text += binary[i - 1]
      continue
    }
    const more = lead >= 0xf0 ? 3 : lead >= 0xe0 ? 2 : 1
    if (lead < 0xc2 || lead > 0xf4) return undefined
    let point = lead & (0x3f >> more)
    for (const end = i + more; i < end; i++) {
      const next = binary.charCodeAt(i) // NaN beyond the end, which is no continuation either
      if ((next & 0xc0) !== 0x80) return undefined
      point = (point << 6) | (next & 0x3f)
    }
    if (point < LEAST[more]! || point > 0x10ffff || (point >= 0xd800 && point <= 0xdfff)) return undefined
    text += String.fromCodePoint(point)
  }
  return text
}

/** The least code point that takes so many continuation bytes; a lesser one is written overlong. */
const LEAST = [0, 0x80, 0x800, 0x10000] as const
