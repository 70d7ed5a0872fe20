/**
 * The bytes of an upload as they are kept: in UTF-8. Files in UTF-16 (what spreadsheets call Unicode text) and in the
 * charset that Content-Type names are turned into it on the way; what claims to be UTF-8 is kept byte by byte, so that a
 * row that is none can be told.
 */
export type Transcode = (chunk: Uint8Array, isLast: boolean) => Uint8Array

/** `head`: the first bytes of the file, at least two if it has them. Undefined for a charset that nobody knows. */
export function transcoderOf(head: Uint8Array, charset: string | undefined): Transcode | undefined {
  const encoding = encodingOf(head, charset?.toLowerCase())
  if (encoding === 'utf-8') return (chunk) => chunk
  const decoder = decoderOf(encoding)
  const encoder = new TextEncoder()
  return decoder && ((chunk, isLast) => encoder.encode(decoder.decode(chunk, { stream: !isLast })))
}

function encodingOf([first, second, third, fourth]: Uint8Array, charset: string | undefined): string {
  if (first === 0xff && second === 0xfe) return 'utf-16le'
  if (first === 0xfe && second === 0xff) return 'utf-16be'
  if (charset === undefined || charset === 'utf-8' || charset === 'utf8' || charset === 'us-ascii') {
    // Without a mark: text of these formats begins with ASCII, whose other half is zero.
    if (first !== 0 && second === 0 && third !== 0 && fourth === 0) return 'utf-16le'
    if (first === 0 && second !== 0 && third === 0 && fourth !== 0) return 'utf-16be'
    return 'utf-8'
  }
  return charset === 'utf-16' ? 'utf-16le' : charset
}

function decoderOf(encoding: string): TextDecoder | undefined {
  try {
    return new TextDecoder(encoding)
  } catch {
    return undefined
  }
}
