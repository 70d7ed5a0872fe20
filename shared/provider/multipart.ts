import type { FormField } from './form.ts'

/**
 * The text fields of `multipart/form-data` (RFC 7578), in order; files are left out. undefined when the content type
 * names no boundary or the body does not hold to it.
 */
const MOST_PARTS = 1_000

export function readMultipart(contentType: string, body: string): readonly FormField[] | undefined {
  const boundary = /;\s*boundary=(?:"([^"\r\n]{1,70})"|([^\s;"]{1,70}))/i.exec(contentType)
  const mark = `--${boundary?.[1] ?? boundary?.[2]}`
  if (!boundary || !body.includes(`${mark}--`)) return undefined
  // What stands before the first and behind the last mark is nobody's.
  const parts = `\r\n${body}`.split(`\r\n${mark}`).slice(1, -1)
  if (parts.length > MOST_PARTS) return undefined
  return parts.flatMap((part): readonly FormField[] => {
    const split = part.indexOf('\r\n\r\n')
    const disposition = /^content-disposition:\s*form-data;(.*)$/im.exec(part.slice(0, Math.max(split, 0)))?.[1]
    if (split === -1 || disposition === undefined || /;?\s*filename\*?=/i.test(disposition)) return []
    const name =
      /(?:^|;)\s*name="((?:[^"\\]|\\.)*)"/i.exec(disposition)?.[1] ??
      /(?:^|;)\s*name=([^\s;"]+)/i.exec(disposition)?.[1]
    return name === undefined ? [] : [[name.replace(/\\(.)/g, '$1'), part.slice(split + 4)]]
  })
}
